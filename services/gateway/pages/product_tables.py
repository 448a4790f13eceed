"""The tables of a product's work on its page: releases, change requests, the backlog and its open items, needs and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from libs.events.catalog.roadmap.release import ReleaseStage
from libs.rules.targets import TargetState
from services.gateway.pages import words
from services.gateway.pages.columns import table
from services.gateway.pages.page import Visit
from services.gateway.pages.tables import Cell, Table, text

Node = Mapping[str, Any]
_OUTCOMES: Final[Mapping[bool | None, tuple[str, str]]] = {True: ("Approved", "good"), False: ("Declined", "ended"), None: ("Waits for the board", "going")}


def releases(visit: Visit, found: Sequence[Node]) -> Table:
    """The releases, in the order of their proposals."""
    return table(
        visit,
        "releases",
        "Releases",
        "Release",
        "Release: title, state, Published: releasedOn, -Signed off: signOff",
        found,
        empty="No release was proposed.",
        cells={
            "title": lambda one: f"{ReleaseStage[one['stage']].words}, {'changes what it does' if one['functional'] else 'no functional change'}",
            "state": lambda one: f"signed off by {words.said_by(one['signOff'])}" if one["signOff"] else "",
        },
    )


def changes(visit: Visit, found: Sequence[Node]) -> Table:
    """What the change advisory board was asked, and what it said."""
    return table(
        visit,
        "change-requests",
        "Change requests",
        "ChangeRequest",
        "Change request: title, Outcome: approved, Decided: decidedOn, -Raised: raisedOn, -reason, -Decided: decision",
        found,
        empty="The board was asked for no change.",
        cells={
            "title": lambda one: f"raised {words.short_day(one['raisedOn'])}",
            "approved": lambda one: Cell(_OUTCOMES[one["approved"]][0], tone=_OUTCOMES[one["approved"]][1], note=_why(one)),
        },
    )


def _why(change: Node) -> str:
    """Who spoke for the board, and the reason."""
    said = f"by {words.said_by(change['decision'])}" if change["decision"] else ""
    return ": ".join(part for part in (said, change["reason"] or "") if part)


def backlog(visit: Visit, months: Sequence[Node]) -> Table:
    """How many items were open and delivered at the ends of months, the latest first."""
    columns, empty = "At the end of: on, open, delivered", "It has no backlog items yet."
    return table(visit, "backlog-over-time", "Backlog over time", "BacklogOn", columns, months[::-1], empty=empty, caption_hidden=True)


def burn_words(months: Sequence[Node]) -> str:
    """The same for who hears the page."""
    if not months:
        return "Backlog over time: no items"
    last = months[-1]
    return f"Backlog from {words.day(months[0]['on'])} to {words.day(last['on'])}: {last['open']} open and {last['delivered']} delivered at the end"


def items(visit: Visit, found: Sequence[Node]) -> Table:
    """Open items in the owner's order."""
    return table(
        visit,
        "open-items",
        "Open items in the owner's order",
        "Item",
        "Item: title, position, state, -Part of: roadmapItem.title as roadmap_item, -Source: source.reference as source",
        found,
        empty="No item is open.",
        cells={
            "title": lambda one: ", ".join(part for part in (_part_of(one), _source(one)) if part),
            "source": lambda one: text(_source(one), value=(one["source"] or {}).get("url") or _source(one)),
        },
    )


def _part_of(item: Node) -> str:
    return f"part of {words.named(item['roadmapItem'], 'title')}" if item["roadmapItem"] else ""


def _source(item: Node) -> str:
    return f"{item['source']['system']} {item['source']['reference']}" if item["source"] else ""


def needs(visit: Visit, found: Sequence[Node]) -> Table:
    """What users need, and how far it is met."""
    return table(
        visit,
        "needs",
        "What its users need",
        "Need",
        "Need: *, Judged: verdict, Rests on: evidence, -prioritised",
        found,
        empty="No need is on record.",
        cells={
            "need": lambda one: Cell(words.sentence(f"{one['user']}: {one['text']}"), note="prioritised" if one["prioritised"] else "", value=one["id"]),
            "verdict": lambda one: "" if one["verdict"] else Cell("Not yet", value=""),
        },
    )


def metrics(visit: Visit, found: Sequence[Node]) -> Table:
    """Each metric with its baseline, its latest reading, and the target set last."""
    return table(
        visit,
        "metrics",
        "By what it is measured",
        "Metric",
        "Metric: *, latest, Target: targets.state as target, -baseline, -latestOn",
        found,
        empty="No metric is defined.",
        cells={
            "metric": lambda one: words.sentence(one["goal"]) if one["goal"] else "",
            "latest": _latest,
            "target": _target,
        },
    )


def _latest(metric: Node) -> Cell:
    read = f"on {words.short_day(metric['latestOn'])}" if metric["latestOn"] else ""
    begun = f"baseline {metric['baseline']}" if metric["baseline"] is not None else ""
    shown = f"{metric['latest']} {metric['unit'] or ''}".strip() if metric["latest"] is not None else words.NONE
    return Cell(shown, note=", ".join(part for part in (read, begun) if part), value=metric["latest"] or "")


def _target(metric: Node) -> Cell:
    """The target set last, and what became of it."""
    if not metric["targets"]:
        return text(None)
    last = metric["targets"][-1]
    state = TargetState[last["state"]]
    return Cell(
        state.words,
        tone=state.tone,
        note=f"{last['value']} {metric['unit'] or ''}".strip() + f" by {words.short_day(last['due'])}",
        value=f"{last['value']} by {last['due']}: {last['state']}",
    )
