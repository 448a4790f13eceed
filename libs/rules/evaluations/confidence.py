"""How sure those who answer for something are of it, beside what the rules make of it, and how many are so sure of what lies in a portfolio (S1-24)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.evaluations.confidence import CONFIDENCE, ConfidenceLevel, ConfidenceRated
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event
from libs.events.facts import Facts
from libs.events.values import PersonId
from libs.rules.evaluations.signs import WORST_FIRST, StandingOf, ended, in_organisation, in_program
from libs.rules.money.figures import investments_in

CONFIDENCE_DAYS: Final = 90
"""Days for which a rating of confidence counts."""
FAR: Final = 2
"""By so many levels a rating is better than what the rules make of it where the two disagree."""


class Trend(Choice):
    """How a rating compares with the one before."""

    BETTER = choice("better", "It is rated better than before.", tone=Tone.GOOD)
    STEADY = choice("steady", "It is rated as it was before.")
    WORSE = choice("worse", "It is rated worse than before.", tone=Tone.BAD)


class Confidence(NamedTuple):
    """How sure whoever rated something last is of it, and what the rules make of it: the one beside the other, never instead."""

    level: Annotated[ConfidenceLevel, Doc("How sure whoever rated it last is.")]
    words: Annotated[str, Doc("Why, in words.")]
    next_step: Annotated[str | None, Doc("What is done next about it; null where nobody said.")]
    by: Annotated[PersonId, Doc("Who rated it.")]
    asserted_by: Annotated[str, Doc("The role in which it was rated, such as executive@transport.")]
    on: Annotated[date, Doc("The day on which it was rated.")]
    trend: Annotated[Trend | None, Doc("How it compares with the rating before; null for the first.")]
    old: Annotated[bool, Doc("Whether it was rated more than 90 days ago.")]
    derived: Annotated[ConfidenceLevel | None, Doc("What the rules make of it; null where they know nothing, or the reader not the money behind it.")]
    disagrees: Annotated[bool, Doc("Whether it is rated two levels better, or more, than the rules make of it.")]


class ConfidenceCount(NamedTuple):
    """How many of what lies in a portfolio stand on one level."""

    level: Annotated[ConfidenceLevel, Doc("Which of the five levels.")]
    rated: Annotated[int, Doc("How many teams, products, programs and investments are rated so.")]
    derived: Annotated[int, Doc("Of how many teams, products and programs the rules make this.")]


class ConfidenceSummary(NamedTuple):
    """How sure those who answer for what lies in a portfolio are of it, in numbers: nothing is averaged."""

    by_level: Annotated[tuple[ConfidenceCount, ...], Doc("Level by level, from high to low.")]
    unrated: Annotated[int, Doc("How many teams, products, programs and investments nobody has rated.")]
    old: Annotated[int, Doc("How many were rated more than 90 days ago.")]
    disagreeing: Annotated[int, Doc("How many teams, products and programs are rated two levels better, or more, than the rules make of them.")]


def ratings(facts: Facts, subject: str) -> tuple[Event[ConfidenceRated], ...]:
    """Every rating of a thing (its global id), the earliest first."""
    found = (event for one in facts.related(CONFIDENCE, "subject", subject) for event in one.ratings)
    return tuple(sorted(found, key=lambda event: event.order))


@dataclass(frozen=True, slots=True)
class ConfidenceIn:
    """How sure those who answer for a thing of a kind are of it; None where nobody has said."""

    kind: str

    def __call__(self, facts: Facts, id: str) -> Confidence | None:
        found = facts.derive(ratings, f"{self.kind}:{id}")
        if not found:
            return None
        said, standing = found[-1].data, facts.derive(StandingOf(self.kind), id)
        level, before = WORST_FIRST.index(said.level), WORST_FIRST.index(found[-2].data.level) if len(found) > 1 else None
        trend = None if before is None else Trend.BETTER if level > before else Trend.WORSE if level < before else Trend.STEADY
        return Confidence(
            said.level,
            said.words,
            said.next_step,
            found[-1].actor.id,
            found[-1].actor.role,
            found[-1].time.date(),
            trend,
            (facts.day - found[-1].time.date()).days > CONFIDENCE_DAYS,
            standing.level if standing else None,
            standing is not None and level - WORST_FIRST.index(standing.level) >= FAR,
        )


@dataclass(frozen=True, slots=True)
class ConfidenceOver:
    """The same of all that lies in a program, an organisation, or (portfolio) in one or in all, in numbers."""

    kind: str

    def __call__(self, facts: Facts, id: str | None) -> ConfidenceSummary:
        every = [one for one in self._within(facts, id) if ended(facts, *one) is None]
        rated = [(kind, one) for kind, inner in every if (one := facts.derive(ConfidenceIn(kind), inner)) is not None]
        stand = [facts.derive(StandingOf(kind), inner) for kind, inner in every if kind != "investment"]
        derived = [one.level for one in stand if one is not None]
        levels = [one.level for _, one in rated]
        return ConfidenceSummary(
            tuple(ConfidenceCount(level, levels.count(level), derived.count(level)) for level in ConfidenceLevel),
            len(every) - len(rated),
            sum(one.old for _, one in rated),
            sum(one.disagrees for kind, one in rated if kind != "investment"),
        )

    def _within(self, facts: Facts, id: str | None) -> Iterator[tuple[str, str]]:
        if self.kind == "program":
            yield from in_program(facts, id or "")
        else:
            yield from in_organisation(facts, id)
            yield from (("program", one.id) for one in (facts.every(PROGRAM) if id is None else facts.related(PROGRAM, "home", id)))
        yield from (("investment", one) for one in investments_in(facts, self.kind, id))
