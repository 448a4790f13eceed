"""The figures of money: what each amount is made of, for a team, a product, a program, an organisation or a portfolio (S0-08, S4-09, S4-15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.investment import (
    INVESTMENT,
    ActualRecorded,
    ActualRefunded,
    ForecastRecorded,
    InvestmentClosed,
    InvestmentDecided,
    InvestmentProposed,
    InvestmentRebaselined,
    InvestmentWithdrawn,
    ReturnRecorded,
    YearsPlanned,
)
from libs.events.catalog.portfolio.loan import COSTS, LOAN, SeatsLent, TeamLent
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductDecommissioned, ProductHalted, ProductRegistered, ProductResumed
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.reorganisation import Moved
from libs.events.catalog.portfolio.team import ProductsLeft, ProductsServed, TeamFormed
from libs.events.catalog.roadmap.change import ChangeRaised
from libs.events.catalog.roadmap.metric import MetricDefined
from libs.events.catalog.roadmap.release import ReleaseProposed
from libs.events.event import Overridden, Retracted, split
from libs.events.facts import Facts
from libs.rules.explanations import values
from libs.rules.explanations.figure import Figure, First, Reading, RuleAttribute, Says, Summands, Turns, Types
from libs.rules.money.figures import added, of_organisation, of_portfolio, of_product, of_program, of_team, sums, total
from libs.rules.money.spending import borne, home_of, investments_by_home

BASELINES: Final[Types] = (InvestmentProposed, InvestmentDecided, InvestmentRebaselined)
EXPECTED: Final[Types] = (*BASELINES, ForecastRecorded, ActualRecorded, ActualRefunded, InvestmentClosed)
PLACES: Final[Says] = MappingProxyType(
    {"team": (TeamFormed, ProductsServed, ProductsLeft, Moved), "product": (ProductRegistered, Moved), "program": (ProgramOpened, Moved)}
)
"""By what an investment belongs to a program or to an organisation."""
_LOANS: Final[Types] = COSTS


class _Amount(NamedTuple):
    """One amount: its field under `investment`, its name in `Figures`, how it comes about, by which requirements, and by what is said of investments."""

    field: str
    name: str
    statement: str
    cites: tuple[str, ...]
    said: Types


_AMOUNTS: Final = (
    _Amount(
        "committed",
        "committed",
        "The current baseline of every investment that the steering group approved: enhance, support, and what is not split.",
        ("S0-14", "S0-08"),
        BASELINES,
    ),
    _Amount(
        "forecast",
        "forecast",
        "Of every approved investment the forecast recorded last, else the larger of its current baseline and what was spent; once closed, what was spent.",
        ("S4-09", "S0-14"),
        EXPECTED,
    ),
    _Amount(
        "actual",
        "actual",
        "What was recorded as spent, less what a correction replaced and what came back.",
        ("S4-09",),
        (InvestmentProposed, ActualRecorded, ActualRefunded),
    ),
    _Amount("enhance", "enhance", "The part of the current baselines that is for enhancing products.", ("S0-08", "S0-14"), BASELINES),
    _Amount("support", "support", "The part of the current baselines that is for supporting the versions in use.", ("S0-08", "S0-14"), BASELINES),
    _Amount("unsplit", "unsplit", "The current baselines that are one amount: nobody has split them into enhance and support.", ("S0-08", "S0-14"), BASELINES),
    _Amount("returned", "returned", "What was recorded as come back or saved.", ("S4-09",), (InvestmentProposed, ReturnRecorded)),
    _Amount(
        "againstFirstBaseline",
        "against_first_baseline",
        "The forecast less the baseline that was approved first, which is never lost.",
        ("S0-14", "S4-09"),
        EXPECTED,
    ),
    _Amount("againstCurrentBaseline", "against_current_baseline", "The forecast less the baseline that holds.", ("S0-14", "S4-09"), EXPECTED),
)

BORNE: Final = " An amount lies evenly over the days it covers; the days of a loan count for the borrower, and the rest for the home of the day."

WARNINGS: Final[Says] = MappingProxyType(
    {
        "investment": (*EXPECTED, YearsPlanned, InvestmentWithdrawn, Overridden, Retracted),
        "bid": (BidSubmitted, BidOutcomeRecorded, Overridden),
        "team": (TeamFormed, Moved, ProductsServed, ProductsLeft, Overridden, First),
        "graduation": (Overridden,),
        "loan": (TeamLent, SeatsLent, Overridden),
        "product": (ProductRegistered, Moved, ProductHalted, ProductResumed, ProductDecommissioned, Overridden, First),
        "release": (ReleaseProposed, Overridden),
        "change": (ChangeRaised, Overridden),
        "metric": (MetricDefined, Overridden),
        "program": (ProgramOpened, Moved, Overridden, First),
        "organisation": (OrganisationRegistered, Overridden, First),
    }
)
"""What the warnings beside the money rest on."""

_OF: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {"team": of_team, "product": of_product, "program": of_program, "organisation": of_organisation, "portfolio": of_portfolio}
)


def money_figures(subject: str) -> Iterator[Figure]:
    """Every figure of money of a subject, with the warnings that stand beside it."""
    of_places = subject in ("organisation", "portfolio")
    for amount in _AMOUNTS:
        says: dict[str, Types] = {**PLACES, "investment": amount.said}
        statement, cites, through = amount.statement, amount.cites, at_home
        if subject == "organisation":
            says["loan"] = ()
        if amount.field == "actual" and of_places:
            says["loan"] = _LOANS
            statement, cites, through = statement + BORNE, (*cites, "S4-15"), by_bearer
        figure = Figure(
            subject,
            f"investment.{amount.field}",
            RuleAttribute(total, amount.name, (subject,)),
            statement,
            cites,
            says,
            SumOrigin(through) if of_places else None,
        )
        yield replace(figure, parts=Summands(_ADDED, amount.name)) if subject == "organisation" else figure
    yield Figure(
        subject,
        "investment.warnings",
        RuleAttribute(_OF[subject], "warnings"),
        "Support at zero, one-off projects with an end, halted work, first baselines struck through, bids whose approval is gone or that are above it, money "
        "spent twice or without a decision, forecasts and plans far from their baselines, and rules that were lifted.",
        ("S0-08", "S4-03", "S0-03"),
        WARNINGS,
    )


@dataclass(frozen=True, slots=True)
class SumOrigin:
    """The investments that a sum is made of: one organisation's, or all there are."""

    of_one: Callable[[Facts, str], Iterator[Reading]]

    def __call__(self, facts: Facts, organisation: str | None) -> Iterator[Reading]:
        if organisation is not None:
            return self.of_one(facts, organisation)
        return ((sums, (investment.id,)) for investment in facts.every(INVESTMENT))


def investment_figures() -> Iterator[Figure]:
    """The same amounts of one investment, and its baselines."""
    for amount in _AMOUNTS:
        yield Figure("investment", amount.field, RuleAttribute(sums, amount.name), amount.statement, amount.cites, {"investment": amount.said})
    for field, baseline, statement in (
        ("firstBaseline", values.first_baseline, "What was approved first, which is never lost."),
        ("currentBaseline", values.current_baseline, "What was approved first, or what replaced it last."),
    ):
        yield Figure("investment", field, baseline, statement, ("S0-14",), {"investment": BASELINES})


def at_home(facts: Facts, organisation: str) -> Iterator[Reading]:
    """The investments that belong to an organisation, and by what: where one is at home rests on it too."""
    for id in facts.derive(investments_by_home).get(organisation, ()):
        yield home_of, (id,)


def by_bearer(facts: Facts, organisation: str) -> Iterator[Reading]:
    """What an organisation bears, for teams that it has borrowed too."""
    for investment in facts.every(INVESTMENT):
        if any(bearer == organisation for bearer, _ in facts.derive(borne, investment.id)):
            yield borne, (investment.id,)


def overdue(facts: Facts, investment: str) -> Iterator[date]:
    """The days by which the team of an investment was to be back and was not, as far as an amount was recorded that covers them: each of them counts for
    the borrower.
    """
    said = facts.history(INVESTMENT, investment)
    spent = [(event.time.date(), event.data.covers_until) for event in said if isinstance(event.data, ActualRecorded)]
    teams = {event.data.team for event in said if isinstance(event.data, InvestmentProposed) and event.data.team is not None}
    for until in {until for team in teams for until in _returns(facts, team)}:
        for recorded, last in spent:
            first = max(until + timedelta(days=1), recorded)
            yield from map(date.fromordinal, range(first.toordinal(), min(last, facts.day).toordinal() + 1))


def _returns(facts: Facts, team: str) -> Iterator[date]:
    """When a team was to be back from each of its loans."""
    for aggregate in facts.histories.referring(LOAN.name, "team", team):
        for event in facts.history(LOAN, split(aggregate)[1]):
            if isinstance(event.data, TeamLent | SeatsLent) and event.data.until is not None:
                yield event.data.until


_ADDED: Final = Figure(
    "investment",
    "added",
    added,
    "What an investment adds to the amounts of the organisation that it is at home in, and to what is spent of those that bear a part of it.",
    ("S4-09", "S4-15"),
    {**PLACES, "investment": tuple(dict.fromkeys(type for amount in _AMOUNTS for type in amount.said)), "loan": _LOANS},
    turns=Turns(overdue),
)
