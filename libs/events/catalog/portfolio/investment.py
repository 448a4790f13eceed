"""An investment: money for a team and its product, from the proposal over the decision to what was spent and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from annotated_doc import Doc
from pydantic import BaseModel, ConfigDict, Field

from libs.events.catalog.portfolio.baselines import Amounts, Baseline, standing
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, day_of, earliest, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Balance, Day, Decided, Input, Inverse, Money, ProductId, TeamId, Text, Title, shared


class Funding(Choice):
    """How the money is meant (S4-03, S4-04)."""

    ONE_OFF_PROJECT = choice("one_off_project", "For a project that ends.", words="One-off project")
    ONGOING_PRODUCT = choice("ongoing_product", "For a product that goes on.")


class Spending(Choice):
    """Of which kind the money is (S4-04)."""

    CAPITAL = choice("capital", "Capital spending: it makes or buys what lasts.")
    OPERATING = choice("operating", "Operating spending: it keeps running what there is.")


class InvestmentState(Choice):
    """Where an investment stands with the steering group (S0-14)."""

    PROPOSED = choice("proposed", "Asked for, not decided; also again, once what was decided on is another.", tone=Tone.GOING)
    APPROVED = choice("approved", "Approved: its amounts are the first baseline.", tone=Tone.GOOD)
    DECLINED = choice("declined", "Declined, with the reason on record.", tone=Tone.ENDED)
    WITHDRAWN = choice("withdrawn", "Taken back by who proposed it, before it was approved.", tone=Tone.ENDED)
    CLOSED = choice("closed", "Approved, and over: nothing more is spent.", tone=Tone.ENDED)


Enhance = Annotated[Money | None, Doc("For enhancing; together with `support`, instead of `amount`.")]
Support = Annotated[Money | None, Doc("For supporting the version in use; together with `enhance`.")]
Amount = Annotated[Money | None, Doc("In one amount, instead of `enhance` and `support`.")]


@event("headway.portfolio.investment.proposed.v1")
class InvestmentProposed(Payload):
    """This much is asked for, for a team or a product: split into enhancing and supporting (S0-08), or in one amount; with the value it is to bring (S3-09)."""

    team: Annotated[TeamId | None, Doc("The team that it pays for; a team, a product or both.")] = None
    product: Annotated[ProductId | None, Doc("The product that it is for.")] = None
    enhance: Enhance = None
    support: Support = None
    amount: Amount = None
    funding: Annotated[Funding | None, Doc("A one-off project, or an ongoing product.")] = None
    kind: Annotated[Spending | None, Doc("Capital or operating.")] = None
    value: Annotated[str | None, Input(Text), Doc("The value it is to bring, by which it is decided.")] = None
    procurement: Annotated[str | None, Input(Title), Doc("Who of procurement is party to it, as an office or an agreement; never a person's name.")] = None
    ends: Annotated[date | None, Input(Day), Doc("The day it ends, where there is one.")] = None


ASKED = ("team", "product", "enhance", "support", "amount", "funding", "kind", "ends")
"""What the steering group judges of a proposal: for whom and for what the money is, how much in which parts, how it is meant and until when."""


@judges(Of((InvestmentProposed,), ASKED))
@event("headway.portfolio.investment.decided.v1")
class InvestmentDecided(Judgement):
    """The steering group decided on the proposal, or on what it was re-baselined to since (S0-14); an approval makes its amounts the first baseline."""

    approved: Annotated[bool, Doc("Whether it is approved.")]
    reason: Annotated[str, Input(Text), Doc("Why it was decided so.")]


@judges(Of((InvestmentProposed,), ASKED))
@event("headway.portfolio.investment.rebaselined.v1")
class InvestmentRebaselined(Judgement):
    """These amounts are the baseline from now on, of what was proposed; the earlier ones stay on record.

    `follows` names the event (its position) of the baseline that this one comes after although it may be dated before: a row of an import that changed.
    """

    approver: Annotated[str, Input(Title), Doc("Who approved the new baseline.")]
    reason: Annotated[str, Input(Text), Doc("Why the baseline changes.")]
    enhance: Enhance = None
    support: Support = None
    amount: Amount = None
    follows: Annotated[str | None, Decided, Doc("The baseline that this one comes after although it may be dated before: the position of its event.")] = None


@event("headway.portfolio.investment.forecast_recorded.v1")
class ForecastRecorded(Payload):
    """The whole is expected to cost this much."""

    amount: Annotated[Money, Doc("The whole, in the investment's currency.")]


@event("headway.portfolio.investment.actual_recorded.v1")
class ActualRecorded(Payload):
    """This much was spent over these days, both included; `replaces` names an earlier such event (its position) that it corrects."""

    amount: Annotated[Money, Doc("How much, in the investment's currency.")]
    covers_from: Annotated[date, Input(Day), Doc("The first day that it covers.")]
    covers_until: Annotated[date, Input(Day), Doc("The last day that it covers; not in the future.")]
    replaces: Annotated[str | None, Decided, Doc("The earlier event that it corrects: its position.")] = None
    reason: Annotated[str | None, Input(Text), Doc("Why it was spent, or why it came back.")] = None


@event("headway.portfolio.investment.actual_refunded.v1")
class ActualRefunded(Payload):
    """This much of what was spent over these days, both included, came back: what was spent is less by it."""

    amount: Annotated[Money, Doc("How much came back, in the investment's currency.")]
    covers_from: Annotated[date, Input(Day), Doc("The first day for which it came back.")]
    covers_until: Annotated[date, Input(Day), Doc("The last day for which it came back.")]
    reason: Annotated[str, Input(Text), Doc("Why it came back.")]


class PlannedYear(BaseModel):
    """What is planned to be spent in one fiscal year: for enhancing, and for supporting the version in use (S0-08)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts: Annotated[Day, Field(description="The first day of the year, or any day in it.")]
    enhance: Annotated[Money, Field(description="For enhancing the product.")]
    support: Annotated[Money, Field(description="For supporting the version in use.")]

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.enhance.amount + self.support.amount


@event("headway.portfolio.investment.years_planned.v1")
class YearsPlanned(Payload):
    """It is planned to be spent so by fiscal year; what was planned before counts no more."""

    years: Annotated[tuple[PlannedYear, ...], Input(min_length=1, max_length=50), Doc("The years, each with what is to be spent in it.")]


@event("headway.portfolio.investment.return_recorded.v1")
class ReturnRecorded(Payload):
    """This much came back, or was saved (S4-09); `replaces` names an earlier such event (its position) that it corrects."""

    amount: Annotated[Money, Doc("How much, in the investment's currency.")]
    description: Annotated[str, Input(Text), Doc("What it is.")]
    replaces: Annotated[str | None, Decided, Doc("The earlier event that it corrects: its position.")] = None


@event("headway.portfolio.investment.withdrawn.v1")
class InvestmentWithdrawn(Payload):
    """It is asked for no more: nothing is decided on it."""

    reason: Annotated[str, Input(Text), Doc("Why it is withdrawn.")]


@event("headway.portfolio.investment.closed.v1")
class InvestmentClosed(Payload):
    """It is over: nothing more is spent, and what was spent is what it costs in the end."""

    reason: Annotated[str, Input(Text), Doc("Why it is closed.")]


@event("headway.portfolio.investment.support_unfunded.v1")
class SupportUnfunded(Payload):
    """Announced: the baseline now has nothing for supporting the version in use (S0-08)."""


@event("headway.portfolio.investment.fixed_scope_flagged.v1")
class FixedScopeFlagged(Payload):
    """Announced: the money is for a one-off project with an end date instead of an ongoing product (S4-03)."""

    ends: Annotated[date, Doc("The day on which the project is to end.")]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the whole is expected to cost, and the event that says so."""

    amount: Money
    event: Event


@dataclass(frozen=True, slots=True)
class Actual:
    """What was spent from one day to another, both included, or came back (below zero), and the event that says so."""

    amount: Money
    covers_from: date
    covers_until: date
    event: Event


@dataclass(frozen=True, slots=True)
class Return:
    """What came back, and the event that says so."""

    amount: Money
    description: str
    event: Event


@state
class Investment:
    """An investment as it stands.

    `team` to `ends` are as proposed last; `decision` is the steering group's word said last (its event; to turn down what it was
    re-baselined to leaves the approval before it), `baselines` begins with what was approved first
    and ends with the one that holds; `proposals`, `decisions` and `rebaselines` are the events they come from.
    """

    id: str
    team: Annotated[TeamId | None, Doc("The team that it pays for."), Inverse("The investments in it one by one, by id (S0-14).")] = None
    product: Annotated[ProductId | None, Doc("The product that it is for."), Inverse("The investments in it one by one, by id (S0-14).")] = None
    enhance: Money | None = None
    support: Money | None = None
    amount: Money | None = None
    funding: Annotated[Funding | None, Doc("How the money is meant.")] = None
    kind: Spending | None = None
    value: Annotated[str | None, Doc("The value it is to bring (S3-09).")] = None
    procurement: Annotated[str | None, Doc("Who of procurement is party to it; null where nobody was named (S3-09).")] = None
    ends: Annotated[date | None, Doc("The day it ends, where there is one.")] = None
    proposed: Annotated[Event | None, Doc("The day of the proposal said last.")] = None
    decision: Event | None = None
    baselines: tuple[Baseline, ...] = ()
    forecast: Forecast | None = None
    forecasts: tuple[Forecast, ...] = ()
    years: tuple[PlannedYear, ...] = ()
    actuals: tuple[Actual, ...] = ()
    returns: tuple[Return, ...] = ()
    proposals: tuple[Event, ...] = ()
    decisions: tuple[Event, ...] = ()
    rebaselines: tuple[Event, ...] = ()
    replaced: frozenset[str] = frozenset()
    withdrawn: Annotated[Event | None, Doc("The day on which it was withdrawn; null where it was not.")] = None
    closed: Annotated[Event | None, Doc("The day on which it was closed; null while it goes on.")] = None

    @property
    def ended(self) -> Event | None:
        """What ended it: that it was withdrawn or closed, whichever came first."""
        return earliest(self.withdrawn, self.closed)

    @property
    def approved(self) -> bool:
        """Whether the steering group approved it."""
        return self.decision is not None and isinstance(self.decision.data, InvestmentDecided) and self.decision.data.approved

    @property
    def state(self) -> Annotated[InvestmentState, Doc("Where it stands with the steering group.")]:
        """Proposed, approved or declined; or over, by being closed or withdrawn."""
        if self.approved:
            return InvestmentState.APPROVED if self.closed is None else InvestmentState.CLOSED
        if self.withdrawn is not None:
            return InvestmentState.WITHDRAWN
        return InvestmentState.PROPOSED if self.decision is None else InvestmentState.DECLINED

    @property
    def spending(self) -> Annotated[Spending | None, Doc("Of which kind the money is.")]:
        """The same as `kind`."""
        return self.kind

    @property
    def decided_on(self) -> Annotated[date | None, Doc("The day of the decision; null before.")]:
        """The day of the steering group's word."""
        return day_of(self.decision)

    @property
    def reason(self) -> Annotated[str | None, Doc("Why it was decided so; null before.")]:
        """What the steering group gave as its reason."""
        return self.decision.data.reason if self.decision is not None and isinstance(self.decision.data, InvestmentDecided) else None

    @property
    def decided_amounts(self) -> Amounts | None:
        """The amounts that the decision said last is on: those of a re-baseline where it judged one, else those proposed; None before any."""
        judged = self.decision.data.judges if self.decision is not None and isinstance(self.decision.data, InvestmentDecided) else None
        rebased = next((event.data for event in self.rebaselines if event.id == judged), None)
        if isinstance(rebased, InvestmentRebaselined):
            return Amounts.of(rebased.enhance, rebased.support, rebased.amount)
        return self.asked if self.decision is not None else None

    @property
    def rebaselined(self) -> Baseline | None:
        """The re-baseline that holds and has not been decided on; None where the decision is on the amounts that hold."""
        current = self.current_baseline
        open = current is not None and isinstance(current.event.data, InvestmentRebaselined) and current.amounts != self.decided_amounts
        return current if open else None

    @property
    def asked(self) -> Amounts | None:
        """The amounts proposed last; None before any proposal."""
        return Amounts.of(self.enhance, self.support, self.amount)

    @property
    def first_baseline(self) -> Baseline | None:
        return self.baselines[0] if self.baselines else None

    @property
    def current_baseline(self) -> Baseline | None:
        return self.baselines[-1] if self.baselines else None

    @property
    def currency(self) -> str | None:
        """In which all its amounts are; None before any was proposed."""
        amounts = self.asked
        return amounts.total.currency if amounts else None


def evolve(investment: Investment, event: Event) -> Investment:
    """The investment after one more event, in whatever order. Of several proposals, or decisions, the one said last counts."""
    match event.data:
        case InvestmentProposed() as said:
            return _proposed(investment, said, event)
        case InvestmentDecided(approved=approved, judges=named):
            turned_down = not approved and any(one.id == named for one in investment.rebaselines)
            before = investment.decision
            last = before if before is not None and (turned_down or event.sequence < before.sequence) else event
            return _rebased(changed(investment, decision=last, decisions=(*investment.decisions, event)))
        case InvestmentRebaselined():
            return _rebased(changed(investment, rebaselines=(*investment.rebaselines, event)))
        case InvestmentWithdrawn():
            return changed(investment, withdrawn=event)
        case InvestmentClosed():
            return changed(investment, closed=event)
        case ForecastRecorded(amount=amount):
            forecast = Forecast(amount, event)
            return changed(investment, forecast=forecast, forecasts=(*investment.forecasts, forecast))
        case YearsPlanned(years=years):
            return changed(investment, years=tuple(sorted(years, key=lambda year: year.starts)))
        case ActualRefunded(amount=amount, covers_from=start, covers_until=until):
            back = Balance(amount=-amount.amount, currency=amount.currency)
            return changed(investment, actuals=(*investment.actuals, Actual(back, start, until, event)))
        case ActualRecorded(amount=amount, covers_from=start, covers_until=until, replaces=replaces):
            return _corrected(changed(investment, actuals=(*investment.actuals, Actual(amount, start, until, event))), replaces)
        case ReturnRecorded(amount=amount, description=description, replaces=replaces):
            return _corrected(changed(investment, returns=(*investment.returns, Return(amount, description, event))), replaces)
    return investment


def _proposed(investment: Investment, said: InvestmentProposed, event: Event) -> Investment:
    heard = changed(investment, proposals=(*investment.proposals, event))
    if investment.proposed is None or investment.proposed.sequence < event.sequence:
        heard = changed(heard, **shared(Investment, said), proposed=event)
    return _rebased(heard)


def _rebased(investment: Investment) -> Investment:
    return changed(investment, baselines=standing(investment.proposals, investment.decisions, investment.rebaselines))


def _corrected(investment: Investment, replaces: str | None) -> Investment:
    """Without what is replaced, whether the correction is dated before it or after."""
    out = investment.replaced | {replaces} if replaces else investment.replaced
    actuals = tuple(actual for actual in investment.actuals if actual.event.id not in out)
    returns = tuple(back for back in investment.returns if back.event.id not in out)
    return changed(investment, actuals=actuals, returns=returns, replaced=out)


INVESTMENT = Kind(
    "portfolio", "investment", "investments", Investment, evolve, defined_by=(InvestmentProposed,), definition=("team", "product", "funding", "kind")
)
