"""The tables of a product's page: who serves it, releases, change requests, the backlog and its open items, needs, metrics, and what is improved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from libs.events.catalog.roadmap.release import ReleaseStage
from libs.rules.text import listed
from services.gateway.pages.improvement.tables import improved
from services.gateway.pages.kit import sections, words
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell, Table, text
from services.gateway.pages.kit.tables.columns import table
from services.gateway.pages.kit.tables.field_tables import FieldTable, FieldTables
from services.gateway.pages.product.evaluations import EVALUATIONS
from services.gateway.pages.product.feedback import FEEDBACK
from services.gateway.pages.product.metrics import METRICS

Node = Mapping[str, Any]
_OUTCOMES: Final[Mapping[bool | None, tuple[str, str]]] = {True: ("Approved", "good"), False: ("Declined", "ended"), None: ("Waits for the board", "going")}


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


def _why(change: Node) -> str:
    """Who spoke for the board, and the reason."""
    said = f"by {words.said_by(change['decision'])}" if change["decision"] else ""
    return ": ".join(part for part in (said, change["reason"] or "") if part)


def _part_of(item: Node) -> str:
    return f"part of {words.named(item['roadmapItem'], 'title')}" if item["roadmapItem"] else ""


def _source(item: Node) -> str:
    return f"{item['source']['system']} {item['source']['reference']}" if item["source"] else ""


def _served(one: Node) -> str:
    return f"{ReleaseStage[one['stage']].words}, {'changes what it does' if one['functional'] else 'no functional change'}"


def _need(one: Node) -> Cell:
    return Cell(words.sentence(f"{one['user']}: {one['text']}"), note="prioritised" if one["prioritised"] else "", value=one["id"])


def _asked(one: Node) -> Cell:
    outcome, tone = _OUTCOMES[one["approved"]]
    return Cell(outcome, tone=tone, note=_why(one))


def _read(review: Node) -> list[str]:
    """The metrics that a review looked at, each with its reading then, where it had one."""
    return [f"{one['metric']} {one['value']}" if one["value"] is not None else one["metric"] for one in review["metrics"]]


def _looked_at(review: Node) -> str:
    """Which metrics a review looked at, as they read then, and how many items it moved."""
    read = _read(review)
    moved = sum(review["before"].index(id) != n for n, id in enumerate(review["after"]) if id in review["before"])
    return f"looked at {listed(read)}; {words.count(moved, 'item')} moved"


LISTED: Final = FieldTables(
    "Product",
    (
        FieldTable("accountable", "Who answers for it", "As: role, Who: person, Since: since", empty="Nobody is named."),
        FieldTable("targetConditions", "Target conditions", "Target condition: *, Since: setOn as since, Reached: reachedOn as reached"),
        FieldTable(
            "releases",
            "Releases",
            "Release: title, state, Published: releasedOn, -Signed off: signOff, -Planned: planned",
            {"title": _served, "state": lambda one: f"signed off by {words.said_by(one['signOff'])}" if one["signOff"] else ""},
            empty="No release was proposed.",
            also="stage functional",
        ),
        FieldTable(
            "changeRequests",
            "Change requests",
            "Change request: title, Outcome: approved, Decided: decidedOn, -Raised: raisedOn, -reason, -Decided: decision",
            {"title": lambda one: f"raised {words.short_day(one['raisedOn'])}", "approved": _asked},
            empty="The board was asked for no change.",
        ),
        FieldTable("dependsOn", "Depends on", "Product: *, Phase: phase.title as phase", empty="It depends on no other product."),
        FieldTable("dependents", "Depend on it", "Product: *, Phase: phase.title as phase", empty="No other product depends on it."),
        FieldTable(
            "backlog.items",
            "Open items in the owner's order",
            "Item: title, position, state, -Part of: roadmapItem.title as roadmap_item, -Source: source.reference as source",
            {
                "title": lambda one: ", ".join(part for part in (_part_of(one), _source(one)) if part),
                "source": lambda one: text(_source(one), value=(one["source"] or {}).get("url") or _source(one)),
            },
            empty="No item is open.",
            also="roadmapItem { known } source { system url }",
            arguments="filter: { state: [OPEN, STARTED] }",
            id="open-items",
        ),
        FieldTable(
            "backlog.reviews",
            "Reviews of the order",
            "Held: reviewedOn, note, Held by: by, -Metrics: reviewedOn as metrics, -before, -after",
            {"reviewed_on": _looked_at, "metrics": lambda one: text(None, value="; ".join(_read(one)))},
            empty="Its order was never reviewed.",
            also="metrics { metric value }",
        ),
        FieldTable(
            "teams",
            "Teams that serve it",
            "Team: *, Status: graduation.status as status, Since: graduation.since as since",
            empty="No team serves it.",
            caption_hidden=True,
        ),
        FieldTable(
            "userNeeds",
            "What its users need",
            "Need: *, Judged: verdict, Rests on: evidence, -prioritised",
            {"need": _need, "verdict": lambda one: "" if one["verdict"] else Cell("Not yet", value="")},
            empty="No need is on record.",
            also="user",
            id="needs",
        ),
        FieldTable(
            "checklist",
            "Checklist of the phase",
            "Entry: text, Due: dueOn, State: overdue, Ticked last: tickedOn, -note, -id",
            {"overdue": sections.due, "ticked_on": lambda one: one["note"] or ""},
            empty="Its phase has no checklist.",
        ),
        METRICS,
        *FEEDBACK,
        *EVALUATIONS,
        *improved(of_team=False),
    ),
)
"""What of it is listed, by the ids of the tables."""
