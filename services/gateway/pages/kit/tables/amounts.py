"""Amounts of an answer by currency, never added across, each linked to its explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from libs.rules.money.quarters import year_name
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell

EXPLAIN: Final = "/investment/explain"
WHOLE: Final = "portfolio"
FIGURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "firstBaseline": "First baseline",
        "committed": "Committed",
        "forecast": "Forecast",
        "actual": "Spent",
        "enhance": "To enhance",
        "support": "To support",
        "unsplit": "Not split",
        "returned": "Came back or was saved",
        "againstFirstBaseline": "Forecast against the first baseline",
        "againstCurrentBaseline": "Forecast against the current baseline",
        "budget": "Budget",
        "variance": "Forecast against the budget",
        "lentOut": "Lent out",
        "borrowed": "Borrowed",
        "fiscalYears": "By fiscal year",
    }
)
"""Figures of an investment as the schema has them -> in words."""


@dataclass(frozen=True, slots=True)
class CurrencyAmounts:
    """The figures of one subject (its global id, or `portfolio`; empty for money that is no subject's) in one currency; None where it has nothing in it."""

    of: str
    currency: str
    by: Mapping[str, Decimal | None]

    def get(self, figure: str) -> Decimal:
        """A figure; zero where there is none."""
        return self.by.get(figure) or Decimal(0)


def amounts(of: str, investment: Mapping[str, Any] | None) -> tuple[CurrencyAmounts, ...]:
    """One entry a currency that some figure has, in order of its code; none where there is no money, or it is withheld."""
    listed = {name: found for name, found in (investment or {}).items() if name in FIGURES and isinstance(found, list) and name != "fiscalYears"}
    currencies = sorted({one["currency"] for found in listed.values() for one in found})
    return tuple(CurrencyAmounts(of, currency, {name: _in(found, currency) for name, found in listed.items()}) for currency in currencies)


def cell(visit: Visit, one: CurrencyAmounts, figure: str, *, signed: bool = False, note: str = "", explained: str | None = None) -> Cell:
    """A figure as a cell that leads to its explanation; exact in CSV."""
    value = one.by.get(figure)
    if value is None:
        return Cell(words.NONE, value="")
    shown = {"amount": value, "currency": one.currency}
    href = explanation(visit, one.of, explained or figure) if one.of else None
    return Cell(words.amount(shown, signed=signed), href, note=note, value=words.exactly(value, one.currency))


def explanation(visit: Visit, of: str, figure: str) -> str:
    """The address of what a figure rests on."""
    return visit.href(EXPLAIN, of=of, figure=figure)


def scales(many: Sequence[CurrencyAmounts], figures: Sequence[str] = ("committed", "forecast", "actual")) -> Mapping[str, Decimal]:
    """The largest of these figures by currency, for the bars of a table: currencies share no scale."""
    found: dict[str, Decimal] = {}
    for one in many:
        found[one.currency] = max(found.get(one.currency, Decimal(0)), *(one.get(figure) for figure in figures))
    return found


def deviation(value: Decimal, base: Decimal) -> str:
    """`4.0 % over`, `2.1 % under`, `as planned`; empty where there is nothing to compare with."""
    if not value:
        return "as planned"
    return f"{words.share(value, base)} {'over' if value > 0 else 'under'}" if base > 0 else ""


def year_words(year: Mapping[str, Any]) -> str:
    """A fiscal year by its days: `2026/27`."""
    return year_name(date.fromisoformat(year["starts"]), date.fromisoformat(year["ends"]))


def _in(found: Sequence[Mapping[str, Any]], currency: str) -> Decimal | None:
    return next((Decimal(str(one["amount"])) for one in found if one["currency"] == currency), None)
