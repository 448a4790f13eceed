"""`/roadmap`: plans against first plans, as a quarter grid and as now, next, later, filtered by its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from libs.events.catalog.roadmap.roadmap_item import Horizon
from libs.rules.money.quarters import Quarter
from services.gateway.pages.kit import durations, words
from services.gateway.pages.kit.charts.timeline import Mark, TimelineRow, timeline
from services.gateway.pages.kit.page import ORGANISATION, Data, Option, Page, Visit, chosen
from services.gateway.pages.kit.table import Table
from services.gateway.pages.roadmap import filters as asked
from services.gateway.pages.roadmap.filters import Link
from services.gateway.pages.roadmap.tables import MARKS, by_organisation, dependencies, milestones, planned

ITEMS: Final = ("portfolio", "roadmap", "items")
"""Where the items that the grid draws stand in the answer."""


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before a row of the grid: a product that leads the rows below it, or an item."""

    text: str
    href: str | None
    note: str
    leads: bool


@dataclass(frozen=True, slots=True)
class Card:
    """An item under its horizon: what it is, of what, when, how it slips (`late` in a tone of its own), who sees to it, and where more can be read."""

    title: str
    product: str
    href: str
    when: str
    slip: str
    late: bool
    id: str
    owner: str
    notes: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A horizon with its first items, how many there are, and where all of them are."""

    horizon: Horizon
    cards: tuple[Card, ...]
    total: int
    more: str | None


@dataclass(frozen=True, slots=True)
class RoadmapView:
    """What the page shows."""

    summary: tuple[str, ...]
    labels: tuple[Label, ...]
    grid: Markup
    grid_words: str
    grid_links: tuple[tuple[Link, ...], ...]
    headings: tuple[Heading, ...]
    items: Table
    milestones: Table
    dependencies: Table
    by_organisation: Table
    choices: Mapping[str, tuple[Option, ...]]
    narrowed: tuple[Link, ...]
    only_slipped: str | None
    kept: Mapping[str, str]
    before: str | None
    more: str | None
    total: int
    title: str = "Roadmap"


def _present(visit: Visit, data: Data) -> RoadmapView:
    portfolio, choices = data["portfolio"], data["choices"]
    roadmap = portfolio["roadmap"]
    items, info = roadmap["items"]["nodes"], roadmap["items"]["pageInfo"]
    begins = asked.year_begins(visit, choices["fiscalYearStart"])
    quarters = asked.quarters_of(visit, begins, [(_day(one["starts"]), _day(one["ends"])) for one in items])
    labels, lines, rows = _rows(visit, items)
    return RoadmapView(
        summary=tuple(_summary(roadmap["counts"])),
        labels=labels,
        grid=_grid(visit, lines, quarters, _edges(items, rows)),
        grid_words=f"{quarters[0].label} to {quarters[-1].label}",
        grid_links=asked.grid_links(visit, quarters, begins, choices["fiscalYearStart"]),
        headings=tuple(_heading(visit, one, roadmap[one.value]) for one in Horizon),
        items=planned(visit, items).of(ITEMS, roadmap["items"]),
        milestones=milestones(visit, items).of(ITEMS, roadmap["items"], shared=True),
        dependencies=dependencies(visit, items).of(ITEMS, roadmap["items"], shared=True),
        by_organisation=by_organisation(visit, portfolio["organisations"]),
        choices=asked.choices(visit, choices),
        narrowed=_narrowed(visit, items, choices),
        only_slipped=visit.here(slipped="yes", order="slip", after=None) if roadmap["counts"]["slipped"] and not visit.query.get(asked.SLIPPED) else None,
        kept={name: value for name, value in visit.state.items() if name not in (*asked.NARROWING, asked.ORDER, asked.AFTER) or name == asked.SLIPPED},
        before=visit.here(after=None) if info["hasPreviousPage"] else None,
        more=visit.here(after=info["endCursor"]) if info["hasNextPage"] else None,
        total=roadmap["items"]["totalCount"],
    )


def _summary(counts: Mapping[str, Any]) -> list[str]:
    if not counts["items"]:
        return ["Nothing is planned here on this day."]
    there = [(counts[one.value], one.spoken) for one in Horizon if counts[one.value]]
    horizons = f", all {there[0][1]}" if len(there) == 1 else ": " + words.listed(f"{count:,} {horizon}" for count, horizon in there)
    said = [f"{words.count(counts['items'], 'item').capitalize()}{horizons}."]
    if counts["slipped"]:
        one = counts["slipped"] == 1
        median = "" if one else f"; the middle one of them by {durations.days(counts['medianSlipDays'])}"
        ends = "ends" if one else "end"
        said.append(
            f"{words.number(counts['slipped']).capitalize()} {ends} later than first planned, at most by {durations.days(counts['mostSlipDays'])}{median}."
        )
    else:
        said.append("None ends later than first planned.")
    if counts["earlier"]:
        said.append(f"{words.number(counts['earlier']).capitalize()} {'ends' if counts['earlier'] == 1 else 'end'} earlier.")
    if counts["undated"]:
        said.append(f"{words.number(counts['undated']).capitalize()} {'has' if counts['undated'] == 1 else 'have'} no planned end.")
    return said


def _rows(visit: Visit, items: Sequence[Mapping[str, Any]]) -> tuple[tuple[Label, ...], list[TimelineRow], dict[str, int]]:
    """A row an item, in the order by product led by a row a product; and in which row each product leads."""
    labels: list[Label] = []
    lines: list[TimelineRow] = []
    leading: dict[str, int] = {}
    by_product = asked.order_of(visit) == "product"
    for one in items:
        product = one["product"]
        if by_product and product["id"] not in leading:
            leading[product["id"]] = len(lines)
            needs = words.listed(words.named(other) for other in product["dependsOn"])
            home = words.named(product["home"])
            labels.append(Label(words.named(product), visit.href(f"/products/{words.plain(product['id'])}"), f"Depends on {needs}" if needs else home, True))
            lines.append(TimelineRow(leads=True, marks=tuple(_mark(mark) for mark in product["milestones"])))
        labels.append(Label(one["title"], None, "" if by_product else words.named(product), False))
        lines.append(_line(visit.moment.day, one))
    return tuple(labels), lines, leading


def _line(today: date, one: Mapping[str, Any]) -> TimelineRow:
    starts, ends, first = _day(one["starts"]), _day(one["ends"]), (_day(one["firstStarts"]), _day(one["firstEnds"]))
    return TimelineRow(starts, ends, _tone(today, one), first if first != (starts, ends) and first[1] else None, _short(today, one))


def _tone(today: date, one: Mapping[str, Any]) -> str:
    if one["horizon"] == "DONE":
        return "good"
    if (one["slipDays"] or 0) > 0 or _overdue(today, one):
        return "bad"
    return "going" if one["horizon"] == "NOW" else "ended"


def _overdue(today: date, one: Mapping[str, Any]) -> int:
    """How many days the planned end of what is not done is past."""
    ends = _day(one["ends"])
    return max((today - ends).days, 0) if ends and one["horizon"] != "DONE" else 0


def _short(today: date, one: Mapping[str, Any]) -> str:
    said = [durations.short_slip(one["slipDays"])]
    if over := _overdue(today, one):
        said.append(f"overdue for {durations.about(over)}")
    if one["horizon"] == "DONE":
        said.insert(0, "done")
    return ", ".join(part for part in said if part)


def _mark(one: Mapping[str, Any]) -> Mark:
    outcome = "Target" if (one["kind"], one["reached"]) == ("TARGET", None) else MARKS[one["kind"], one["reached"]][0]
    return Mark(one["kind"].lower(), date.fromisoformat(one["on"]), f"{outcome}: {one['title']}", one["reached"])


def _edges(items: Sequence[Mapping[str, Any]], leading: Mapping[str, int]) -> list[tuple[int, int]]:
    """From the row of each product to that of one it depends on, where both are shown."""
    products = {one["product"]["id"]: one["product"] for one in items if one["product"]["id"] in leading}
    return [(leading[id], leading[other["id"]]) for id, product in products.items() for other in product["dependsOn"] if other["id"] in leading]


def _grid(visit: Visit, lines: Sequence[TimelineRow], quarters: Sequence[Quarter], edges: Sequence[tuple[int, int]]) -> Markup:
    today = "Today" if visit.moment.as_of is None else words.short_day(visit.moment.day)
    label = f"Quarter grid from {words.day(quarters[0].starts)} to {words.day(quarters[-1].ends)}; the table below has the same days"
    return timeline(lines, quarters, visit.moment.day, today, edges, label)


def _heading(visit: Visit, horizon: Horizon, found: Mapping[str, Any]) -> Heading:
    cards = tuple(_card(visit, one) for one in found["nodes"])
    more = visit.here(horizon=horizon.name, after=None, order="ends") if found["totalCount"] > len(cards) else None
    return Heading(horizon, cards, found["totalCount"], more)


def _card(visit: Visit, one: Mapping[str, Any]) -> Card:
    over = _overdue(visit.moment.day, one)
    slips = [durations.slip(one["slipDays"])] if one["slipDays"] else []
    if over:
        slips.append(f"overdue for {durations.about(over)}")
    late = bool(over) or ((one["slipDays"] or 0) > 0 and one["horizon"] != "DONE")
    product = one["product"]
    return Card(
        title=one["title"],
        product=words.named(product),
        href=visit.href(f"/products/{words.plain(product['id'])}"),
        when=durations.between(one["starts"], one["ends"]),
        slip=words.sentence("; ".join(slips)),
        late=late,
        id=one["id"],
        owner=words.named(one["owner"]),
        notes=one["notes"] or "",
        links=tuple(one["links"]),
    )


def _narrowed(visit: Visit, items: Sequence[Mapping[str, Any]], choices: Mapping[str, Any]) -> tuple[Link, ...]:
    """What the list is narrowed to, each with the way to take that back."""
    names = {one["id"]: one["name"] for listed in ("programs", "teams", "products") for one in _nodes(choices[listed])}
    names |= {one["product"]["id"]: one["product"]["name"] for one in items}
    found, horizon = [], chosen(visit, asked.HORIZON, Horizon)
    for name in asked.NARROWING:
        value = visit.query.get(name)
        if value:
            plain = words.plain(value)
            said = {
                asked.HORIZON: f"Horizon: {horizon.spoken if horizon else value}",
                asked.TEXT: f"Text: {value}",
                asked.SLIPPED: "Only what slips",
            }.get(name, f"{name.capitalize()}: {names.get(f'{name}:{plain}', plain)}")
            found.append(Link(said, visit.here(**{name: None, asked.AFTER: None})))
    return tuple(found)


def _nodes(found: Any) -> Sequence[Mapping[str, Any]]:
    listed: Sequence[Mapping[str, Any]] = found["nodes"] if isinstance(found, Mapping) else found
    return listed


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


ROADMAP: Final = Page(
    "roadmap",
    "/roadmap",
    "Roadmap",
    asked.variables,
    _present,
    kinds=("roadmap_item", "product", "team", "program", ORGANISATION, "release", "metric", "change", "item"),
    wholes=(("choices", "teams"),),
    lists=(ITEMS,),
)
