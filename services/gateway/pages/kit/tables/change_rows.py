"""Changes between two moments as rows of tables and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.team import TeamRole
from libs.events.catalog.roadmap.release import ReleaseState
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemState
from libs.events.choice import Choice
from libs.events.currencies import exact
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell, Table, choice, text
from services.gateway.pages.kit.tables.columns import Cells, table
from services.gateway.pages.kit.tables.event_rows import EventRow, page_of, told, when

GROUPS: Final[Mapping[str, str]] = {
    "statuses": "Statuses of teams",
    "criteria": "Criteria of graduation",
    "money": "Money",
    "dates": "Dates",
    "roadmap": "Roadmap",
    "people": "People",
    "products": "Phases and releases",
}
"""The groups in the order of the page, by the names they have in the document."""
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "statuses": ("STATUS",),
    "criteria": ("CRITERION",),
    "money": ("MONEY",),
    "dates": ("DATE",),
    "roadmap": ("HORIZON",),
    "people": ("MEMBER",),
    "products": ("PHASE", "RELEASE"),
    "phases": ("PHASE",),
    "releases": ("RELEASE",),
}
"""Of which kinds of changes a group is, and the two that one group holds together."""
_FIGURES: Final[Mapping[str, str]] = {
    "forecast": "Forecast",
    "actual": "Spent",
    "committed": "Committed",
    "enhance": "To enhance",
    "support": "To support",
    "unsplit": "Not split",
    "returned": "Came back or was saved",
    "againstFirstBaseline": "Forecast against the first baseline",
    "againstCurrentBaseline": "Forecast against the current baseline",
    "starts": "Planned start",
    "ends": "Planned end",
    "horizon": "Horizon",
    "phase.id": "Phase",
    "state": "Release",
    "graduation.status": "Status",
}
_MEMBERS: Final[Mapping[str, Mapping[str, Choice]]] = {
    "STATUS": GraduationStatus.__members__,
    "HORIZON": {**RoadmapItemState.__members__, **Horizon.__members__},
    "RELEASE": ReleaseState.__members__,
}
"""Kinds of changes whose values are members of choices, by their names; what was dropped stands under no horizon."""
_RANK: Final = ("organisation", "team", "product", "investment")
"""Of several subjects of one and the same change of money, the first names it."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change: of what with its page, what of it, before and after in words with their tones, when it came true and was learned, and its events."""

    name: str
    href: str | None
    note: str
    before: Cell
    after: Cell
    at: str
    learned: str
    late: bool
    events: tuple[EventRow, ...]
    more_events: int
    exact: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one kind: the rows of this page, how many there are in all, where it goes on, and the same as a table for CSV."""

    id: str
    title: str
    rows: tuple[ChangeRow, ...]
    total: int
    first: str | None
    more: str | None
    table: Table

    @property
    def count(self) -> int:
        """How many changes there are, also where several stand in one row."""
        return self.total


def group(visit: Visit, id: str, page: Mapping[str, Any]) -> Group:
    """One group of an answer. Of money, what is one and the same change of several subjects is one row."""
    nodes = page["nodes"]
    rows = tuple(_money_rows(visit, nodes)) if id == "money" else tuple(_row(visit, one) for one in nodes)
    info = page["pageInfo"]
    return Group(
        id=id,
        title=GROUPS[id],
        rows=rows,
        total=page["totalCount"],
        first=visit.here(after=None, group=id) if info["hasPreviousPage"] else None,
        more=visit.here(after=info["endCursor"], group=id) if info["hasNextPage"] else None,
        table=_table(visit, id, nodes).of(("portfolio", id), page),
    )


def _row(visit: Visit, change: Mapping[str, Any], also: Sequence[Mapping[str, Any]] = ()) -> ChangeRow:
    subject = change["subject"]
    others = [one["subject"]["name"] for one in also if one["subject"]["name"] != subject["name"]]
    owner = _owner(change)
    notes = [_what(change), owner["name"] if owner else "", f"also {words.listed(dict.fromkeys(others))}" if others else ""]
    return ChangeRow(
        name=subject["name"],
        href=page_of(visit, owner["id"] if owner else subject["id"]),
        note=", ".join(one for one in notes if one),
        before=_value(change, change["before"]),
        after=_after(change),
        at=when(change["at"]) if change["at"] else "never was so",
        learned=_learned(change),
        late=change["late"],
        events=tuple(told(visit, event) for event in reversed(change["events"])),
        more_events=change["eventCount"] - len(change["events"]),
        exact=change,
    )


def _owner(change: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The product that an item or a release is of, else the team that an investment is for; None for what has a page of its own."""
    if change["subject"]["id"].partition(":")[0] in ("team", "product", "organisation"):
        return None
    within = {one["id"].partition(":")[0]: one for one in change["within"]}
    order = ("team", "product") if change["kind"] == "MONEY" else ("product", "team")
    return next((within[kind] for kind in order if kind in within), None)


def _learned(change: Mapping[str, Any]) -> str:
    """Since when it is known, unless that is since the day on which it came true."""
    at, known = change["at"], change["knownSince"]
    if known is None:
        return "by time alone"
    if at and at[:10] == known[:10]:
        return "learned the same day"
    return f"known beforehand, since {when(known)}" if at and known < at else f"learned {when(known)}"


def _what(change: Mapping[str, Any]) -> str:
    """Which figure moved; what the heading of its group says already is left out."""
    if change["kind"] in ("STATUS", "HORIZON"):
        return ""
    field = change["field"].removeprefix("investment.")
    if change["kind"] == "CRITERION":
        return f"Criterion {field.rpartition('.')[2]}"
    if change["kind"] == "MEMBER":
        return TeamRole(_member(change)[1]).words
    return _FIGURES.get(field, field)


def _member(change: Mapping[str, Any]) -> tuple[str, str]:
    """Who, and in which role: `ana: product_owner, core, staff`."""
    person, _, seat = (change["after"] or change["before"] or ": ").partition(": ")
    return person, seat.partition(",")[0]


def _value(change: Mapping[str, Any], value: str | None) -> Cell:
    """A value in words; of a status its tag, of money each amount."""
    kind = change["kind"]
    if value is None:
        withheld = kind == "MONEY" and change["before"] is None and change["after"] is None
        return Cell("withheld" if withheld else "gone" if change["nature"] == "GONE" else "new", value="")
    if kind in _MEMBERS:
        return choice(_MEMBERS[kind][value])
    if kind == "CRITERION":
        return Cell(value.capitalize(), tone="good" if value == "met" else "bad", value=value)
    if kind == "MONEY":
        return Cell(words.money(amounts_of(value)), value=value)
    if kind == "DATE":
        return Cell(words.short_day(value), value=value, datetime=value)
    if kind == "MEMBER":
        person, _, seat = value.partition(": ")
        return Cell(person, note=seat.partition(", ")[2], value=value)
    return Cell(value.replace("_", " ").capitalize(), value=value)


def _after(change: Mapping[str, Any]) -> Cell:
    """The later value, with how far it moved where that can be said."""
    cell = _value(change, change["after"])
    before, after = change["before"], change["after"]
    note = cell.note
    if change["kind"] == "MONEY" and (before or after):
        note = words.money(difference(amounts_of(before), amounts_of(after)), signed=True)
    if change["kind"] == "DATE" and before and after:
        days = (date.fromisoformat(after) - date.fromisoformat(before)).days
        note = f"{words.count(abs(days), 'day')} {'later' if days > 0 else 'earlier'}"
    if change["kind"] == "MEMBER":
        note = note if after else "left"
    return Cell(cell.text, tone=cell.tone, note=note, value=cell.value, datetime=cell.datetime)


def _money_rows(visit: Visit, nodes: Sequence[Mapping[str, Any]]) -> Iterator[ChangeRow]:
    """Organisations first; what an investment moved is said once for it, its team and its product. How the forecast stands to a baseline goes with it."""
    same: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in nodes:
        field = one["field"].removeprefix("investment.")
        if one["subject"]["id"].startswith("organisation:"):
            same[("0", one["subject"]["id"], field)] = [one]
        else:
            same.setdefault(("1", field, str(one["before"]), str(one["after"]), *(event["id"] for event in one["events"])), []).append(one)
    moved = {(one["subject"]["id"], one["field"].removeprefix("investment.")) for one in nodes}
    for key in sorted(same, key=lambda one: one[0]):
        first, *others = sorted(same[key], key=lambda one: _RANK.index(one["subject"]["id"].partition(":")[0]))
        if not (first["field"].removeprefix("investment.").startswith("against") and (first["subject"]["id"], "forecast") in moved):
            yield _row(visit, first, others)


def _table(visit: Visit, id: str, nodes: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        "Subject: subject.id as subject, Name: subject.name as name, Figure: field, before, after, "
        "True since: at, Learned: knownSince, late, Events: * as events, nature"
    )
    cells: Cells = {
        "at": lambda one: text(one["at"]),
        "known_since": lambda one: text(one["knownSince"]),
        "events": lambda one: text(" ".join(event["id"] for event in one["events"])),
        "nature": lambda one: text(one["nature"].lower()),
    }
    return table(visit, id, GROUPS[id], "Movement", columns, nodes, empty="Nothing moved.", cells=cells)


def amounts_of(text_: str | None) -> list[dict[str, str]]:
    """`1000.00 CAD, 5.00 EUR` as amounts."""
    pairs = (one.rpartition(" ") for one in (text_ or "").split(", ") if one)
    return [{"amount": amount, "currency": currency} for amount, _, currency in pairs]


def difference(then: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What was added in each currency; what did not move is left out."""
    was = {one["currency"]: Decimal(one["amount"]) for one in then}
    is_ = {one["currency"]: Decimal(one["amount"]) for one in now}
    moved = {currency: is_.get(currency, Decimal(0)) - was.get(currency, Decimal(0)) for currency in sorted(was.keys() | is_.keys())}
    return [{"amount": exact(amount, currency), "currency": currency} for currency, amount in moved.items() if amount]
