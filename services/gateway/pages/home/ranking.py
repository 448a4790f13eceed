"""Ranks the teams that need somebody most, with the reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.gateway.pages.home.verdict import ALONE, TOLERANCE
from services.gateway.pages.kit import words
from services.gateway.pages.kit.tables.sums import CurrencySum, sums_of

MANY: Final = 5
ENDED: Final = "PIVOTED_AWAY"
ORDER: Final = "First those at risk, then by overdue duties, then by how far the forecast is over the first baseline, then by criteria not met."
ORDER_WITHOUT_MONEY: Final = "First those at risk, then by overdue duties, then by criteria not met; how far forecasts are over is withheld."
"""The same to whoever may not read all of the money."""


@dataclass(frozen=True, slots=True)
class Worst:
    """A team, and why it is among the worst, in whole sentences."""

    team: str
    name: str
    home: str
    status: str
    since: str | None
    reasons: tuple[str, ...]


def worst(teams: Sequence[Mapping[str, Any]], duties: Sequence[Mapping[str, Any]], many: int = MANY) -> tuple[Worst, ...]:
    """At most so many teams that have a reason to be here, the one that needs somebody most first. See `ORDER`."""
    overdue = Counter(duty["subject"]["id"] for duty in duties if duty["overdue"])
    ranked = [(_rank(team, overdue[team["id"]]), team) for team in teams if team["graduation"]["status"] != ENDED]
    ranked.sort(key=lambda one: (one[0], one[1]["name"], one[1]["id"]))
    found = (_worst(team, overdue[team["id"]]) for _, team in ranked)
    return tuple([one for one in found if one.reasons][:many])


def _rank(team: Mapping[str, Any], overdue: int) -> tuple[bool, int, Decimal, int]:
    over = max((one.share for one in sums_of(team["investment"]) or ()), default=Decimal(0))
    return team["graduation"]["status"] != "AT_RISK", -overdue, -max(over, Decimal(0)), -len(team["graduation"]["blockedBy"])


def _worst(team: Mapping[str, Any], overdue: int) -> Worst:
    return Worst(
        team["id"],
        team["name"],
        words.named(team["home"]),
        team["graduation"]["status"],
        team["graduation"]["since"],
        tuple(_reasons(team, overdue)),
    )


def _reasons(team: Mapping[str, Any], overdue: int) -> list[str]:
    graduation = team["graduation"]
    unmet = [one for one in graduation["criteria"] if not one["met"]]
    found = []
    if graduation["status"] == "AT_RISK":
        found += [words.sentence(f"Graduated, but {one['id']} is no longer met: {one['why']}") for one in unmet]
    elif graduation["status"] not in ALONE and unmet:
        found.append(
            words.sentence(f"{words.number(len(unmet))} of {words.number(len(graduation['criteria']))} criteria are not met: {graduation['nextStep']}")
        )
    if overdue:
        found.append(words.sentence(f"{words.count(overdue, 'duty', 'duties')} {'is' if overdue == 1 else 'are'} overdue"))
    found += [_over(one) for one in sums_of(team["investment"]) or () if one.share > 0 and (found or one.share > TOLERANCE)]
    return found


def _over(one: CurrencySum) -> str:
    amount = words.amount({"amount": one.over, "currency": one.currency})
    return f"The forecast is {amount} ({words.share(one.over, one.first)}) over the first baseline."
