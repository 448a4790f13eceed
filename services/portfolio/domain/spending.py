"""What an investment is expected to cost, costs, and brings back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from libs.commands.catalog.portfolio.investment import PlanYears, RecordActual, RecordForecast, RecordReturn
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.import_revision import anew, of_row
from libs.events.catalog.portfolio.investment import Actual, ActualRecorded, ActualRefunded, Investment, Return, ReturnRecorded
from libs.events.currencies import exact
from libs.events.event import Event, Payload
from libs.events.values import Money
from services.portfolio.domain import decisions
from services.portfolio.domain.investment import not_over


@decisions.decides(RecordForecast)
def record_forecast(command: RecordForecast, case: Case[Investment]) -> None:
    """The whole as expected now. Raises Invalid for another currency than the investment's, and once it is closed or withdrawn."""
    if case.then is not None:
        not_over(case.then)
    _in_its_currency(command.amount, case.there)


@decisions.decides(PlanYears)
def plan_years(command: PlanYears, case: Case[Investment]) -> None:
    """What is planned a year (S4-09), in its currency and in amounts that can be paid. Raises Invalid; also for a year twice, and once it is over."""
    if case.then is None or case.then.proposed is None:
        raise Invalid(f"{case.id} was not proposed by {case.at.date()}", field="at")
    not_over(case.then)
    if len({year.starts for year in command.years}) < len(command.years):
        raise Invalid("two years begin on the same day", field="years", remedy="Say each year once, with all that is planned for it.")
    for amount in (part for year in command.years for part in (year.enhance, year.support)):
        _in_its_currency(amount, case.there, "years")
        if amount.beyond_units:
            raise Invalid(amount.beyond_units, field="years")


@decisions.decides(RecordActual)
def record_actual(command: RecordActual, case: Case[Investment]) -> Iterator[Payload]:
    """What was spent over some days, both included, or came back. A row of an import that changed replaces what it had said.

    Raises Invalid for another currency, for days out of order or in the future, for a refund without its reason or of more than was spent, and for a changed
    row of which nobody knows what it had said.
    """
    _in_its_currency(command.amount, case.there)
    if command.covers_from > command.covers_until:
        raise Invalid("it ends before it begins", field="covers_until")
    if command.covers_until > case.current.day:
        raise Invalid("it covers days that are yet to come", field="covers_until", remedy="Record it once they are over.")
    closed = case.there.closed
    if closed is not None and command.covers_until > closed.time.date():
        raise Invalid(f"{case.id} was closed on {closed.time.date()}, before the last of these days", field="covers_until")
    money, row = Money(amount=abs(command.amount.amount), currency=command.amount.currency), of_row(case)
    if command.amount.amount < 0:
        _refundable(command, case, row)
        yield from anew(case, ActualRefunded.of(command, amount=money))
    elif row is not None:
        yield from anew(case, ActualRecorded.of(command, amount=money))
    else:
        days = (command.covers_from, command.covers_until)
        before = [actual for actual in case.there.actuals if (actual.covers_from, actual.covers_until) == days]
        yield ActualRecorded.of(command, amount=money, replaces=_replaced(before, case))


def _refundable(command: RecordActual, case: Case[Investment], row: Event | None) -> None:
    """A refund says why, and is of no more than was spent. Raises Invalid."""
    if command.reason is None:
        raise Invalid("what comes back has its reason", field="reason", remedy="Say why it came back.")
    spent = sum(one.amount.amount for one in case.there.actuals if one.event != row)
    if spent + command.amount.amount < 0:
        raise Invalid(f"more came back than was spent: {exact(Decimal(spent), command.amount.currency)} {command.amount.currency}", field="amount")


@decisions.decides(RecordReturn)
def record_return(command: RecordReturn, case: Case[Investment]) -> Iterable[Payload] | None:
    """What came back (S4-09). A row of an import that changed replaces what it had said. Raises Invalid for another currency."""
    _in_its_currency(command.amount, case.there)
    if of_row(case):
        return None
    before = [back for back in case.there.returns if back.description == command.description]
    return (ReturnRecorded.of(command, replaces=_replaced(before, case)),)


def _replaced(before: list[Actual] | list[Return], case: Case[Investment]) -> str | None:
    """The event that a changed row corrects; None for a new row. Nothing is counted twice: where it cannot be told, it is refused."""
    if not case.revising:
        return None
    if len(before) != 1:
        raise Invalid(
            "which earlier record this row changes cannot be told",
            field="investment",
            remedy="Retract the earlier record (portfolio.retract), then send the row under a new key.",
        )
    return before[0].event.id


def _in_its_currency(amount: Money, investment: Investment, field: str = "amount") -> None:
    if investment.currency not in (None, amount.currency):
        raise Invalid(f"the investment is in {investment.currency}", field=field)
