"""What an investment is expected to cost, costs, and brings back."""

from __future__ import annotations

from collections.abc import Iterable

from libs.commands.catalog.portfolio.investment import RecordActual, RecordForecast, RecordReturn
from libs.commands.deciding import Case
from libs.commands.errors import Invalid
from libs.commands.rows import of_row
from libs.events.catalog.portfolio.investment import Actual, ActualRecorded, Investment, Return, ReturnRecorded
from libs.events.event import Payload
from libs.events.values import Money
from services.portfolio.domain import decisions


@decisions.decides(RecordForecast)
def record_forecast(command: RecordForecast, case: Case[Investment]) -> None:
    """The whole as expected now. Raises Invalid for another currency than the investment's."""
    _in_its_currency(command.amount, case.there)


@decisions.decides(RecordActual)
def record_actual(command: RecordActual, case: Case[Investment]) -> Iterable[Payload] | None:
    """What was spent over some days, both included. A row of an import that changed replaces what it had said.

    Raises Invalid for another currency, for days out of order or in the future, and for a changed row of which nobody knows what it had said.
    """
    _in_its_currency(command.amount, case.there)
    if command.covers_from > command.covers_until:
        raise Invalid("it ends before it begins", field="covers_until")
    if command.covers_until > case.current.day:
        raise Invalid("it covers days that are yet to come", field="covers_until", remedy="Record it once they are over.")
    if of_row(case):
        return None
    days = (command.covers_from, command.covers_until)
    before = [actual for actual in case.there.actuals if (actual.covers_from, actual.covers_until) == days]
    return (ActualRecorded.of(command, replaces=_replaced(before, case)),)


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


def _in_its_currency(amount: Money, investment: Investment) -> None:
    if investment.currency not in (None, amount.currency):
        raise Invalid(f"the investment is in {investment.currency}", field="amount")
