"""Sums of money by currency: what is forecast, against the first baselines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class CurrencySum:
    """What is forecast in a currency, and what the first baselines say."""

    currency: str
    forecast: Decimal
    first: Decimal

    @property
    def over(self) -> Decimal:
        """By how much the forecast exceeds the first baseline; negative below it."""
        return self.forecast - self.first

    @property
    def share(self) -> Decimal:
        """The same as a share of the first baseline."""
        return self.over / self.first if self.first else Decimal(0)


def sums_of(investment: Mapping[str, Any] | None) -> tuple[CurrencySum, ...] | None:
    """The sums of an answer's `investment`; None where it is withheld."""
    if investment is None:
        return None
    over = {one["currency"]: Decimal(one["amount"]) for one in investment["againstFirstBaseline"]}
    forecast = {one["currency"]: Decimal(one["amount"]) for one in investment["forecast"]}
    return tuple(CurrencySum(currency, amount, amount - over.get(currency, Decimal(0))) for currency, amount in sorted(forecast.items()))
