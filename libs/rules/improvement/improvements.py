"""What teams improve: how many things at once, at what pace, how much of it worked, and of which level and scope (S2-03, S2-21, S3-01, S3-06, S3-08)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median
from typing import Annotated, Final, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.backlog.experiment import EXPERIMENT
from libs.events.catalog.backlog.improvement import IMPROVEMENT, Improvement, ImprovementLevel, ImprovementScope, ImprovementState
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.choice import Choice, Tone, choice
from libs.events.event import began_by, day_of
from libs.events.facts import Facts
from libs.events.values import Share
from libs.rules.graduation.evidence import policy_of
from libs.rules.money.fiscal_years import year_start, year_start_of
from libs.rules.money.quarters import quarter_of
from libs.rules.money.warnings import Warning
from libs.rules.products.homes import home_of_product, teams_at
from libs.rules.text import listed

FEW_WEEKS: Final = 42
"""After so many days without anything begun or finished a team improves nothing (S3-08)."""
YEAR: Final = 365
"""The days over which the pace of a team is taken."""
QUARTERS: Final = 8
"""As many quarters of a trend, the present one among them."""
_PLACES: Final = Decimal("0.0001")


class PaceReading(Choice):
    """How a team keeps pace with improving one thing every few weeks (S3-08)."""

    STEADY = choice("steady", "It has begun or finished something in the last six weeks, and no more at once than is meant.", tone=Tone.GOOD)
    TOO_MANY = choice("too_many", "It has more under way at once than is meant.", tone=Tone.BAD)
    NONE = choice("none", "For six weeks it has neither begun nor finished an improvement or an experiment.", tone=Tone.BAD)
    DISSOLVED = choice("dissolved", "It is there no longer, and keeps pace with nothing.", tone=Tone.ENDED)


class Pace(NamedTuple):
    """The pace at which a team improves what it does (S3-01, S3-08)."""

    reading: Annotated[PaceReading, Doc("Steady, too many at once, or none for six weeks; dissolved once the team is there no longer.")]
    under_way: Annotated[int, Doc("How many improvements it has under way.")]
    limit: Annotated[int, Doc("How many at once are meant, by the policy of its home.")]
    finished: Annotated[int, Doc("How many it finished in the last 365 days.")]
    median_days: Annotated[int | None, Doc("The median of the days from the start to the end of these, in whole days; null without any.")]


class LevelCount(NamedTuple):
    """The improvements of one level (S2-03)."""

    level: Annotated[ImprovementLevel, Doc("How far ahead they look.")]
    under_way: Annotated[int, Doc("How many are under way.")]
    finished: Annotated[int, Doc("How many are finished.")]
    worked: Annotated[int, Doc("How many of these worked.")]


class ScopeCount(NamedTuple):
    """The improvements of one scope: small ones add up to large ones (S3-06)."""

    scope: Annotated[ImprovementScope, Doc("How much they reach.")]
    under_way: Annotated[int, Doc("How many are under way.")]
    finished: Annotated[int, Doc("How many are finished.")]
    worked: Annotated[int, Doc("How many of these worked.")]


class QuarterCount(NamedTuple):
    """The improvements that were finished in a quarter (S2-21)."""

    quarter: Annotated[str, Doc("Which one it is, such as Q1 2026/27: of fiscal years, where an organisation has them.")]
    starts: Annotated[date, Doc("Its first day.")]
    ends: Annotated[date, Doc("Its last day.")]
    finished: Annotated[int, Doc("How many were finished.")]
    worked: Annotated[int, Doc("How many of these worked.")]
    share: Annotated[Share | None, Doc("The second over the first: 0 to 1, four places; null where none was finished.")]


class ImprovementSummary(NamedTuple):
    """What a team, or all teams of an organisation, improve, and how much of it worked (S2-03, S2-21, S3-06)."""

    raised: Annotated[int, Doc("How many wait for their start.")]
    under_way: Annotated[int, Doc("How many are under way.")]
    finished: Annotated[int, Doc("How many are finished.")]
    worked: Annotated[int, Doc("How many of these worked.")]
    share: Annotated[Share | None, Doc("The share of those finished that worked: 0 to 1, four places; null while none is finished.")]
    dropped: Annotated[int, Doc("How many were dropped.")]
    by_level: Annotated[tuple[LevelCount, ...], Doc("The same by level, from strategic to operational.")]
    by_scope: Annotated[tuple[ScopeCount, ...], Doc("The same by scope, from the team to public services as a whole.")]
    by_quarter: Annotated[tuple[QuarterCount, ...], Doc("What was finished in each of the last eight quarters, in order of time.")]


def under_way(facts: Facts, team: str) -> tuple[Improvement, ...]:
    """What a team works on, in the order in which that was started."""
    found = [one for one in facts.related(IMPROVEMENT, "team", team) if one.state is ImprovementState.STARTED]
    return tuple(sorted(found, key=lambda one: began_by(one.started, one.id)))


def limit(facts: Facts, team: str) -> int:
    """How many improvements a team is to have under way at once (S3-01)."""
    return policy_of(facts, facts.get(TEAM, team)).active_improvements


def at_once(facts: Facts, id: str) -> int | None:
    """How many its team has under way with this one among them, be it that it is only raised; None once it has ended."""
    one = facts.get(IMPROVEMENT, id)
    return len({id, *(other.id for other in facts.derive(under_way, one.team))}) if one is not None and one.open else None


def cautions(facts: Facts, id: str) -> tuple[Warning, ...]:
    """What of an improvement that has not ended should be looked at: no need, no goal that can be measured (S1-07), and others at the same time (S3-01)."""
    one, together = facts.get(IMPROVEMENT, id), facts.derive(at_once, id)
    if one is None or together is None:
        return ()
    found = [] if one.need is not None else [Warning("S1-07", "it names no user need that it serves", IMPROVEMENT.key(id))]
    lacking = [words for given, words in ((one.metric, "a metric"), (one.value, "a value to reach"), (one.due, "a day")) if given is None]
    if lacking:
        found.append(Warning("S1-07", f"its goal lacks {listed(lacking)}", IMPROVEMENT.key(id)))
    raised = day_of(one.raised)
    if one.due is not None and raised is not None and one.due < raised:
        found.append(Warning("S1-07", f"its goal was due on {one.due}, before it was raised on {raised}", IMPROVEMENT.key(id)))
    most = facts.derive(limit, one.team)
    if together > most:
        others = listed(other.title or other.id for other in facts.derive(under_way, one.team) if other.id != id)
        found.append(Warning("S3-01", f"it is one of {together} at once, where {most} is meant: beside {others}", IMPROVEMENT.key(id)))
    return tuple(found)


def pace(facts: Facts, team: str) -> Pace:
    """How many improvements a team has at once, and how long they take (S3-01, S3-08)."""
    found = facts.related(IMPROVEMENT, "team", team)
    active, most = len(facts.derive(under_way, team)), facts.derive(limit, team)
    ended = [one for one in found if (day := day_of(one.finished)) and (facts.day - day).days < YEAR]
    took = [(one.finished.time.date() - one.started.time.date()).days for one in ended if one.finished and one.started]
    return Pace(_reading(facts, team, active, most), active, most, len(ended), round(median(took)) if took else None)


def _reading(facts: Facts, team: str, active: int, most: int) -> PaceReading:
    if (there := facts.get(TEAM, team)) is not None and there.dissolved is not None:
        return PaceReading.DISSOLVED
    return PaceReading.TOO_MANY if active > most else PaceReading.NONE if _idle(facts, team) else PaceReading.STEADY


def pace_turns(facts: Facts, team: str) -> frozenset[date]:
    """The days on which time alone makes the pace of a team another: six weeks after something was begun or finished, a year after an improvement was."""
    ended = [event.time.date() for one in facts.related(IMPROVEMENT, "team", team) if (event := one.finished) is not None]
    return frozenset({*(_after(day, FEW_WEEKS + 1) for day in _stirrings(facts, team)), *(_after(day, YEAR) for day in ended)})


def _after(day: date, days: int) -> date:
    return day + timedelta(days) if (date.max - day).days >= days else date.max


def _idle(facts: Facts, team: str) -> bool:
    """Whether for six weeks a team has neither begun nor finished anything, be it an experiment, nor was formed since."""
    return (facts.day - max(_stirrings(facts, team), default=date.min)).days > FEW_WEEKS


def _stirrings(facts: Facts, team: str) -> Iterator[date]:
    formed = facts.get(TEAM, team)
    improved = (event for one in facts.related(IMPROVEMENT, "team", team) for event in (one.started, one.finished))
    tried = (event for one in facts.related(EXPERIMENT, "team", team) for event in (one.started, one.checked))
    return (event.time.date() for event in (formed.formed if formed else None, *improved, *tried) if event is not None)


@dataclass(frozen=True, slots=True)
class ImprovementsOf:
    """The improvements of a `subject`: of a team, of a product, of the teams at home in an organisation (portfolio), or of all, in figures."""

    subject: str

    def __call__(self, facts: Facts, id: str | None, level: ImprovementLevel | None = None, scope: ImprovementScope | None = None) -> ImprovementSummary:
        found = [one for one in self.found(facts, id) if level in (None, one.level) and scope in (None, one.scope)]
        states = [one.state for one in found]
        ended = [one for one in found if one.state is ImprovementState.FINISHED]
        worked = sum(one.worked is True for one in ended)
        return ImprovementSummary(
            states.count(ImprovementState.RAISED),
            states.count(ImprovementState.STARTED),
            len(ended),
            worked,
            _share(worked, len(ended)),
            states.count(ImprovementState.DROPPED),
            tuple(LevelCount(of, *_counted(one for one in found if one.level is of)) for of in ImprovementLevel),
            tuple(ScopeCount(of, *_counted(one for one in found if one.scope is of)) for of in ImprovementScope),
            tuple(_by_quarter(facts, ended, self._year_start(facts, id))),
        )

    def _year_start(self, facts: Facts, id: str | None) -> str:
        if self.subject == "product":
            return year_start(facts, home_of_product(facts, facts.get(PRODUCT, id)))
        return facts.derive(year_start_of, self.subject, id)

    def found(self, facts: Facts, id: str | None) -> Iterator[Improvement]:
        """They, in order of their teams' ids."""
        if self.subject == "portfolio":
            for team in teams_at(facts, id):
                yield from facts.related(IMPROVEMENT, "team", team.id)
        elif id is not None:
            yield from facts.related(IMPROVEMENT, self.subject, id)


def _counted(some: Iterable[Improvement]) -> tuple[int, int, int]:
    found = [(one.state, one.worked) for one in some]
    ended = [worked for state, worked in found if state is ImprovementState.FINISHED]
    return sum(state is ImprovementState.STARTED for state, _ in found), len(ended), ended.count(True)


def _by_quarter(facts: Facts, ended: Iterable[Improvement], begins: str) -> Iterator[QuarterCount]:
    days = [(one.finished.time.date(), one.worked is True) for one in ended if one.finished is not None]
    quarters = [quarter_of(facts.day, begins)]
    while len(quarters) < QUARTERS and quarters[0].starts > date.min:
        quarters.insert(0, quarter_of(quarters[0].starts - timedelta(days=1), begins))
    for quarter in quarters:
        within = [worked for day, worked in days if quarter.starts <= day <= quarter.ends]
        yield QuarterCount(quarter.label, quarter.starts, quarter.ends, len(within), within.count(True), _share(within.count(True), len(within)))


def _share(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) / whole).quantize(_PLACES, ROUND_HALF_EVEN) if whole else None
