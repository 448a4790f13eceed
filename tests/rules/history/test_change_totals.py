"""What changes come to: how many of each kind lead to what, and sums over investments in which what is new, moved and gone are never added to each other."""

from __future__ import annotations

from decimal import Decimal

from libs.rules.history.change_totals import SUMMED, ChangeCount, SumOfChanges, summed
from libs.rules.history.changes import ChangeKind, ChangeNature, FigureChange
from libs.rules.money.amounts import Amount


def change(kind: ChangeKind, field: str, before: str | None, after: str | None, *, subject: str = "investment:i", late: bool = False) -> FigureChange:
    return FigureChange(kind, subject, "a name", field, before, after, None, None, late, (), frozenset(), frozenset())


def test_changes_are_counted_by_kind_nature_and_what_they_lead_to_in_that_order() -> None:
    found = summed(
        [
            change(ChangeKind.DATE, "due", "2026-01-01", "2026-02-01", late=True),
            change(ChangeKind.DATE, "due", "2026-01-01", "2025-12-01"),
            change(ChangeKind.DATE, "due", None, "2025-12-01"),
            change(ChangeKind.DATE, "due", "2026-01-01", None, late=True),
            change(ChangeKind.STATUS, "status", "ready", "graduated"),
            change(ChangeKind.STATUS, "status", "at_risk", "graduated"),
            change(ChangeKind.STATUS, "status", "ready", "alumni"),
            change(ChangeKind.MONEY, "forecast", "1.00 CAD", "2.00 CAD"),
            change(ChangeKind.MEMBER, "member", None, "ada", subject="team:t"),
        ]
    )
    assert found.counts == (
        ChangeCount(ChangeKind.STATUS, ChangeNature.CHANGED, "alumni", 1),
        ChangeCount(ChangeKind.STATUS, ChangeNature.CHANGED, "graduated", 2),
        ChangeCount(ChangeKind.MONEY, ChangeNature.CHANGED, None, 1),
        ChangeCount(ChangeKind.DATE, ChangeNature.NEW, None, 1),
        ChangeCount(ChangeKind.DATE, ChangeNature.CHANGED, "earlier", 1),
        ChangeCount(ChangeKind.DATE, ChangeNature.CHANGED, "later", 1),
        ChangeCount(ChangeKind.DATE, ChangeNature.GONE, None, 1),
        ChangeCount(ChangeKind.MEMBER, ChangeNature.NEW, None, 1),
    )
    assert found.late == 2


def test_money_is_summed_over_investments_apart_for_what_is_new_rose_fell_and_is_gone() -> None:
    found = summed(
        [
            change(ChangeKind.MONEY, "forecast", "10.00 CAD, 5.00 EUR", "12.00 CAD, 1.00 EUR"),
            change(ChangeKind.MONEY, "forecast", "3.00 CAD", "4.00 CAD"),
            change(ChangeKind.MONEY, "forecast", None, "7.00 CAD, 2.00 EUR"),
            change(ChangeKind.MONEY, "forecast", None, "1.00 CAD"),
            change(ChangeKind.MONEY, "forecast", "9.00 CAD", None),
            change(ChangeKind.MONEY, "actual", "0.00 CAD", "8.00 CAD"),
            change(ChangeKind.MONEY, "forecast", "10.00 CAD", "99.00 CAD", subject="team:t"),
            change(ChangeKind.MONEY, "firstBaseline", None, "50.00 CAD"),
        ]
    )
    by_field = {one.field: one for one in found.sums or ()}
    assert tuple(by_field) == SUMMED
    assert by_field["forecast"] == SumOfChanges(
        "forecast",
        new=(Amount(Decimal("8.00"), "CAD"), Amount(Decimal("2.00"), "EUR")),
        rose=(Amount(Decimal("3.00"), "CAD"),),
        fell=(Amount(Decimal("4.00"), "EUR"),),
        gone=(Amount(Decimal("9.00"), "CAD"),),
        new_count=2,
        changed_count=2,
        gone_count=1,
    )
    assert by_field["actual"].rose == (Amount(Decimal("8.00"), "CAD"),) and by_field["actual"].new_count == 0
    assert by_field["committed"] == SumOfChanges("committed", (), (), (), (), 0, 0, 0)


def test_what_stays_the_same_in_one_currency_neither_rose_nor_fell_and_nothing_falls_by_less_than_it_does() -> None:
    moved = [("1.00 CAD, 5.00 EUR", "2.00 CAD, 5.00 EUR"), ("3.00 USD, 5.00 EUR", "2.50 USD, 5.00 EUR"), ("", "1.00 GBP"), ("2.00 JPY", "")]
    found = summed(change(ChangeKind.MONEY, "forecast", before, after) for before, after in moved)
    (forecast,) = [one for one in found.sums or () if one.field == "forecast"]
    assert forecast.rose == (Amount(Decimal("1.00"), "CAD"), Amount(Decimal("1.00"), "GBP"))
    assert forecast.fell == (Amount(Decimal("2.00"), "JPY"), Amount(Decimal("0.50"), "USD"))
