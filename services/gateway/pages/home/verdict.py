"""The verdict on a portfolio in one sentence, with the figures that support it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.gateway.pages.kit import words
from services.gateway.pages.kit.tables.sums import CurrencySum

ALONE: Final = ("GRADUATED", "ALUMNI")
"""Statuses in which a team stands alone."""
TOLERANCE: Final = Decimal("0.10")
"""The share of the first baseline by which a forecast may exceed it before the sentence begins with a warning."""


@dataclass(frozen=True, slots=True)
class PortfolioVerdict:
    """The verdict in a sentence, with its tone: `good`, `going` or `bad`."""

    sentence: str
    tone: str


def verdict(statuses: Mapping[str, int], overdue: int, sums: Sequence[CurrencySum] | None) -> PortfolioVerdict:
    """How it goes: teams by status (as the schema names them), how many duties are overdue, and the money (None: the reader may not see it).

    It needs attention where a graduated team is at risk, a duty is overdue or a forecast is more than a tenth over its first baseline; it goes well where
    none of that is so and a team stands alone.
    """
    total = sum(statuses.values())
    if not total:
        return PortfolioVerdict("No team is known on this day.", "going")
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
    return PortfolioVerdict(f"{begin}: {words.listed(clauses)}.", tone)


def _money(sums: Sequence[CurrencySum]) -> str:
    if len(sums) == 1:
        return f"the forecast is {_against(sums[0])}"
    return "the forecast is " + words.listed(f"in {one.currency} {_against(one)}" for one in sums)


def _against(one: CurrencySum) -> str:
    if not one.over:
        return "at the first baseline"
    return f"{words.share(one.over, one.first)} {'over' if one.over > 0 else 'under'} the first baseline"
