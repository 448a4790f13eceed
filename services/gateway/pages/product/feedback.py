"""What the page of a product shows of feedback: where its problems lie, through which channels that is heard, and what is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.gateway.pages.kit import words
from services.gateway.pages.kit.table import Cell, text
from services.gateway.pages.kit.tables.field_tables import FieldTable

Node = Mapping[str, Any]


def heard(points: Sequence[Node]) -> str:
    """How often something was heard, and where its problems lie most, in a sentence; empty where nothing was heard."""
    often = sum(one["heard"] for one in points)
    worst = next((one for one in points if one["point"]), None)
    if not often:
        return ""
    most = f"; most often of “{worst['point']}”, {_times(worst['heard'])}" if worst else ""
    return f"Heard {_times(often)}{most}."


def _times(often: int) -> str:
    return "once" if often == 1 else "twice" if often == 2 else f"{words.number(often)} times"


def _point(one: Node) -> Cell:
    return Cell(one["point"] or "Of no point", value=one["point"] or "")


def _channel(one: Node) -> str:
    return f"closed on {words.short_day(one['closedOn'])}: {one['closedBecause']}" if one["closedOn"] else ""


def _answer(one: Node) -> str:
    return one["declinedBecause"] or ""


def _carried_out_by(one: Node) -> Cell:
    said = [f"{by['name']}{', done' if by['doneOn'] else ''}" for by in one["carriedOutBy"]]
    return text("; ".join(said), value="; ".join(by["change"] for by in one["carriedOutBy"]))


FEEDBACK: Final = (
    FieldTable("problemPoints", "Where its problems lie", "Problem point: point, heard, themes, Taken up: takenUp, Last heard: lastOn", {"point": _point}),
    FieldTable(
        "channels",
        "Channels of feedback",
        "Channel: *, How: kind, Who speaks: audience, Open since: openedOn, -closedOn, -closedBecause",
        {"channel": _channel},
        empty="No channel of feedback was opened.",
    ),
    FieldTable("findings", "What was found", "Finding: *, What it is: kind, Rests on: restsOn, -recordedOn"),
    FieldTable(
        "recommendations",
        "What was recommended",
        "Recommendation: *, Answer: state, Carried out by: carriedOutBy.name as carried_out_by, -carriedOutBy.change as change, "
        "-carriedOutBy.doneOn as done_on, Consulted: consulted, -declinedBecause, -madeOn",
        {
            "state": _answer,
            "carried_out_by": _carried_out_by,
            "change": lambda one: text("; ".join(by["change"] for by in one["carriedOutBy"])),
            "done_on": lambda one: text("; ".join(by["doneOn"] or "not yet" for by in one["carriedOutBy"])),
        },
    ),
)
"""What is heard of it, and what comes of that."""
