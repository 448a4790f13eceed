"""The verdict on a portfolio in one sentence: whether it goes well, and the figures that say so. A pure function of counts and sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.gateway.pages import words

ALONE: Final = ("GRADUATED", "ALUMNI")
"""Statuses in which a team stands alone."""
TOLERANCE: Final = Decimal("0.10")
"""The share of the first baseline by which a forecast may exceed it before the sentence begins with a warning."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sentence, and its tone: `good`, `going` or `bad`."""

    sentence: str
    tone: str


@dataclass(frozen=True, slots=True)
class Sum:
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


def verdict(statuses: Mapping[str, int], overdue: int, sums: Sequence[Sum] | None) -> Verdict:
    """How it goes: teams by status (as the schema names them), how many duties are overdue, and the money (None: the reader may not see it).

    It needs attention where a graduated team is at risk, a duty is overdue or a forecast is more than a tenth over its first baseline; it goes well where
    none of that is so and a team stands alone.
    """
    total = sum(statuses.values())
    if not total:
        return Verdict("No team is known on this day.", "going")
    alone, at_risk = sum(statuses.get(name, 0) for name in ALONE), statuses.get("AT_RISK", 0)
    clauses = [f"{words.number(alone) if alone else 'none'} of {words.count(total, 'team')} {'stand' if alone > 1 else 'stands'} alone"]
    if at_risk:
        clauses.append(f"{words.number(at_risk)} {'is' if at_risk == 1 else 'are'} at risk")
    if overdue:
        clauses.append(f"{words.count(overdue, 'duty', 'duties')} {'is' if overdue == 1 else 'are'} overdue")
    if sums:
        clauses.append(_money(sums))
    if at_risk or overdue or any(one.share > TOLERANCE for one in sums or ()):
        begin, tone = "Needs attention", "bad"
    elif alone:
        begin, tone = "Going well", "good"
    else:
        begin, tone = "On the way", "going"
    return Verdict(f"{begin}: {words.listed(clauses)}.", tone)


def sums_of(investment: Mapping[str, Any] | None) -> tuple[Sum, ...] | None:
    """The sums of an answer's `investment`; None where it is withheld."""
    if investment is None:
        return None
    over = {one["currency"]: Decimal(one["amount"]) for one in investment["againstFirstBaseline"]}
    forecast = {one["currency"]: Decimal(one["amount"]) for one in investment["forecast"]}
    return tuple(Sum(currency, amount, amount - over.get(currency, Decimal(0))) for currency, amount in sorted(forecast.items()))


def _money(sums: Sequence[Sum]) -> str:
    if len(sums) == 1:
        return f"the forecast is {_against(sums[0])}"
    return "the forecast is " + words.listed(f"in {one.currency} {_against(one)}" for one in sums)


def _against(one: Sum) -> str:
    if not one.over:
        return "at the first baseline"
    return f"{words.share(one.over, one.first)} {'over' if one.over > 0 else 'under'} the first baseline"
