"""The tables of a product's work on its page: releases, change requests, the backlog and its open items, needs and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from libs.events.catalog.backlog.item import ItemState
from libs.events.catalog.backlog.need import Verdict
from libs.events.catalog.roadmap.release import ReleaseStage, ReleaseState
from libs.rules.targets import TargetState
from services.gateway.pages import words
from services.gateway.pages.tables import Cell, Column, Table, choice, day, text, voiced

_OUTCOMES: Final[Mapping[bool | None, tuple[str, str]]] = {True: ("Approved", "good"), False: ("Declined", "ended"), None: ("Waits for the board", "going")}


def releases(found: Sequence[Mapping[str, Any]]) -> Table:
    """The releases, in the order of their proposals."""
    columns = (
        Column("Release", "title"),
        Column("State", "state"),
        Column("Published", "released_on"),
        Column("Signed off by", "signed_off_by", csv_only=True),
        Column("Signed off as", "signed_off_as", csv_only=True),
    )
    rows = tuple(
        (
            Cell(
                one["title"],
                note=f"{ReleaseStage[one['stage']].words}, {'changes what it does' if one['functional'] else 'no functional change'}",
                value=one["title"],
            ),
            choice(ReleaseState[one["state"]], note=f"signed off by {words.said_by(one['signOff'])}" if one["signOff"] else ""),
            day(one["releasedOn"]),
            *voiced(one["signOff"]),
        )
        for one in found
    )
    return Table("releases", "Releases", columns, rows, empty="No release was proposed.")


def changes(found: Sequence[Mapping[str, Any]]) -> Table:
    """What the change advisory board was asked, and what it said."""
    columns = (
        Column("Change request", "title"),
        Column("Outcome", "approved"),
        Column("Decided", "decided_on"),
        Column("Raised", "raised_on", csv_only=True),
        Column("Reason", "reason", csv_only=True),
        Column("Decided by", "decided_by", csv_only=True),
        Column("Decided as", "decided_as", csv_only=True),
    )
    rows = tuple(
        (
            Cell(one["title"], note=f"raised {words.short_day(one['raisedOn'])}", value=one["title"]),
            Cell(_OUTCOMES[one["approved"]][0], tone=_OUTCOMES[one["approved"]][1], note=_why(one)),
            day(one["decidedOn"]),
            day(one["raisedOn"]),
            text(one["reason"]),
            *voiced(one["decision"]),
        )
        for one in found
    )
    return Table("change-requests", "Change requests", columns, rows, empty="The board was asked for no change.")


def _why(change: Mapping[str, Any]) -> str:
    """Who spoke for the board, and the reason."""
    said = f"by {words.said_by(change['decision'])}" if change["decision"] else ""
    return ": ".join(part for part in (said, change["reason"] or "") if part)


def backlog(months: Sequence[Mapping[str, Any]]) -> Table:
    """How many items were open and delivered at the ends of months, the latest first."""
    columns = (Column("At the end of", "on"), Column("Open", "open", True), Column("Delivered", "delivered", True))
    rows = tuple((day(one["on"]), text(one["open"], value=one["open"]), text(one["delivered"], value=one["delivered"])) for one in reversed(months))
    return Table("backlog-over-time", "Backlog over time", columns, rows, empty="It has no backlog items yet.", caption_hidden=True)


def burn_words(months: Sequence[Mapping[str, Any]]) -> str:
    """The same for who hears the page."""
    if not months:
        return "Backlog over time: no items"
    last = months[-1]
    return f"Backlog from {words.day(months[0]['on'])} to {words.day(last['on'])}: {last['open']} open and {last['delivered']} delivered at the end"


def items(found: Sequence[Mapping[str, Any]]) -> Table:
    """Open items in the owner's order."""
    columns = (
        Column("Item", "title"),
        Column("Position", "position", True),
        Column("State", "state"),
        Column("Part of", "roadmap_item", csv_only=True),
        Column("Source", "source", csv_only=True),
    )
    rows = tuple(
        (
            Cell(one["title"], note=", ".join(part for part in (_part_of(one), _source(one)) if part), value=one["title"]),
            text(one["position"], value=one["position"] or ""),
            choice(ItemState[one["state"]]),
            text(words.named(one["roadmapItem"], "title")),
            text(_source(one), value=(one["source"] or {}).get("url") or _source(one)),
        )
        for one in found
    )
    return Table("open-items", "Open items in the owner's order", columns, rows, empty="No item is open.")


def _part_of(item: Mapping[str, Any]) -> str:
    return f"part of {words.named(item['roadmapItem'], 'title')}" if item["roadmapItem"] else ""


def _source(item: Mapping[str, Any]) -> str:
    return f"{item['source']['system']} {item['source']['reference']}" if item["source"] else ""


def needs(found: Sequence[Mapping[str, Any]]) -> Table:
    """What users need, and how far it is met."""
    columns = (Column("Need", "need"), Column("Judged", "verdict"), Column("Rests on", "evidence"), Column("Prioritised", "prioritised", csv_only=True))
    rows = tuple(
        (
            Cell(words.sentence(f"{one['user']}: {one['text']}"), note="prioritised" if one["prioritised"] else "", value=one["id"]),
            choice(Verdict[one["verdict"]]) if one["verdict"] else Cell("Not yet", value=""),
            text(one["evidence"]),
            Cell("yes" if one["prioritised"] else "no"),
        )
        for one in found
    )
    return Table("needs", "What its users need", columns, rows, empty="No need is on record.")


def metrics(found: Sequence[Mapping[str, Any]]) -> Table:
    """Each metric with its baseline, its latest reading, and the target set last."""
    columns = (
        Column("Metric", "metric"),
        Column("Latest", "latest"),
        Column("Target", "target"),
        Column("Baseline", "baseline", csv_only=True),
        Column("Latest on", "latest_on", csv_only=True),
    )
    rows = tuple(
        (
            Cell(one["name"], note=words.sentence(one["goal"]) if one["goal"] else "", value=one["id"]),
            _latest(one),
            _target(one),
            text(one["baseline"], value=one["baseline"] or ""),
            day(one["latestOn"]),
        )
        for one in found
    )
    return Table("metrics", "By what it is measured", columns, rows, empty="No metric is defined.")


def _latest(metric: Mapping[str, Any]) -> Cell:
    read = f"on {words.short_day(metric['latestOn'])}" if metric["latestOn"] else ""
    begun = f"baseline {metric['baseline']}" if metric["baseline"] is not None else ""
    shown = f"{metric['latest']} {metric['unit'] or ''}".strip() if metric["latest"] is not None else words.NONE
    return Cell(shown, note=", ".join(part for part in (read, begun) if part), value=metric["latest"] or "")


def _target(metric: Mapping[str, Any]) -> Cell:
    """The target set last, and what became of it."""
    if not metric["targets"]:
        return text(None, value="")
    last = metric["targets"][-1]
    state = TargetState[last["state"]]
    return Cell(
        state.words,
        tone=state.tone,
        note=f"{last['value']} {metric['unit'] or ''}".strip() + f" by {words.short_day(last['due'])}",
        value=f"{last['value']} by {last['due']}: {last['state']}",
    )
