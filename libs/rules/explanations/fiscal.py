"""The figures of money over time and between organisations: first baselines, fiscal years, and what loans move (S0-14, S4-09, S4-15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from libs.events.catalog.portfolio.loan import COSTS
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.facts import Facts
from libs.rules.explanations.figure import Figure, Reading, Says
from libs.rules.explanations.money import BASELINES, BORNE, EXPECTED, PLACES, at_home, by_bearer
from libs.rules.money.amounts import NOTHING, Amount, Sum
from libs.rules.money.figures import first_baselines
from libs.rules.money.fiscal_years import YearsOf, year_start
from libs.rules.money.spending import moved_by_loans

_HOMES: Final = ("organisation", "portfolio")
_FIRST = "The amounts that were approved first, of all investments that are approved; they are never lost."
_YEARS = "By the year of its approval what was approved first, is committed and is forecast; by the days that it covers what was spent."
_LOANS: Final = COSTS


@dataclass(frozen=True, slots=True)
class FirstBaselines:
    """What was approved first of a subject's investments."""

    subject: str

    def __call__(self, facts: Facts, id: str | None) -> tuple[Amount, ...]:
        return first_baselines(facts, self.subject, id)


def lent_out(facts: Facts, organisation: str | None) -> tuple[Amount, ...]:
    """What borrowers bear of what an organisation's own investments have spent; nothing where none is named."""
    return _moved(facts, organisation)[0].to_tuple()


def borrowed(facts: Facts, organisation: str | None) -> tuple[Amount, ...]:
    """What an organisation bears of what other homes' investments have spent; nothing where none is named."""
    return _moved(facts, organisation)[1].to_tuple()


def _moved(facts: Facts, organisation: str | None) -> tuple[Sum, Sum]:
    return facts.derive(moved_by_loans).get(organisation, (NOTHING, NOTHING)) if organisation else (NOTHING, NOTHING)


def fiscal_figures(subject: str) -> Iterator[Figure]:
    """The first baselines and the fiscal years of a subject; of organisations also what loans move."""
    years, firsts = YearsOf(subject), FirstBaselines(subject)
    of_home = subject in _HOMES
    yield Figure(
        subject,
        "investment.firstBaseline",
        firsts,
        _FIRST,
        ("S0-14",),
        {**PLACES, "investment": BASELINES},
        _Through(firsts, borne=False) if of_home else None,
    )
    known: Says = {**PLACES, "investment": EXPECTED, "organisation": (OrganisationRegistered,), "loan": _LOANS if of_home else ()}
    cites = ("S4-09", "S0-14", "S4-15") if of_home else ("S4-09", "S0-14")
    yield Figure(subject, "investment.fiscalYears", years, _YEARS + (BORNE if of_home else ""), cites, known, _Through(years, borne=True) if of_home else None)
    if of_home:
        moved: Says = {**PLACES, "investment": EXPECTED, "loan": _LOANS}
        for field, rule, statement in (
            ("lentOut", lent_out, "What borrowers bear of what the organisation's own investments have spent."),
            ("borrowed", borrowed, "What the organisation bears of what investments at home elsewhere have spent."),
        ):
            yield Figure(subject, f"investment.{field}", rule, statement + BORNE, ("S4-15",), moved)


@dataclass(frozen=True, slots=True)
class _Through:
    """What the sum of an organisation is made of, or (None) the whole rule; `borne`: also what it bears for others."""

    rule: Any
    borne: bool

    def __call__(self, facts: Facts, organisation: str | None) -> Iterator[Reading]:
        if organisation is None:
            yield self.rule, (None,)
            return
        yield from at_home(facts, organisation)
        if self.borne:
            yield year_start, (organisation,)
            yield from by_bearer(facts, organisation)
