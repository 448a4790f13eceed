"""What the page of a product shows of evaluations: when the next is due, what each came to, and what is on record for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.gateway.pages.kit import words
from services.gateway.pages.kit.table import Cell, text
from services.gateway.pages.kit.tables.field_tables import FieldTable

Node = Mapping[str, Any]


def next_evaluation(day: str | None, found: Mapping[str, Any]) -> str:
    """When it is evaluated again, in a sentence; empty where it never was."""
    if day:
        return f"To be evaluated again by {words.day(day)}."
    return "An evaluation is open." if any(one["state"] == "OPEN" for one in found["nodes"]) else ""


def _started(one: Node) -> Cell | str:
    return f"ended on {words.short_day(one['concludedOn'])}" if one["concludedOn"] else ""


def _kept(one: Node) -> str:
    ended = f"closed on {words.short_day(one['closedOn'])}: {one['closedBecause']}" if one["closedOn"] else ""
    return "; ".join(part for part in (f"for {one['meantFor']}" if one["meantFor"] else "", ended) if part)


EVALUATIONS: Final = (
    FieldTable(
        "evaluations",
        "Evaluations",
        "Evaluation: * as begun, state, effective, efficient, Others can learn: goodPractice as good_practice, -startedOn, -concludedOn, -publishedOn",
        {
            "begun": lambda one: f"begun on {words.short_day(one['startedOn'])}" if one["startedOn"] else "",
            "state": _started,
            "good_practice": lambda one: text(one["goodPractice"]),
        },
        empty="It was never evaluated.",
    ),
    FieldTable(
        "records",
        "On record for evaluations",
        "Record: *, What it is: kind, Since: keptOn as since, -meantFor, -url, -closedOn, -closedBecause",
        {"record": _kept},
    ),
)
"""What each evaluation came to, and what is on record for them."""
