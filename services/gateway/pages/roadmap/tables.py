"""Tables of the roadmap: items with milestones and dependencies, and slips by organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from libs.events.catalog.roadmap.roadmap_item import Horizon
from services.gateway.pages.kit import durations, words
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell, Column, Table, text
from services.gateway.pages.kit.tables.columns import Cells, table

Node = Mapping[str, Any]


def planned(visit: Visit, items: Sequence[Node]) -> Table:
    """The same as the grid: each item with its days, those planned first, its slip and its progress."""
    columns = (
        "Item: title as item, -Product: product.name as product, -Home: product.home.name as home, -Co-owned by: coOwners as co_owners, horizon, "
        "Planned: starts as planned, -starts, -ends, First planned: firstStarts as first_planned, -First start: firstStarts, -First end: firstEnds, "
        "Slip: slipDays as slip, -Slip in days: slipDays, #Delivered: progress, Seen to by: owner, -notes, -links"
    )
    cells: Cells = {
        "item": lambda one: words.named(one["product"]) + (f", with {_owners(one)}" if one["coOwners"] else ""),
        "co_owners": lambda one: text(_owners(one)),
        "horizon": lambda one: Cell(Horizon[one["horizon"]].words, value=one["horizon"]),
        "planned": lambda one: Cell(durations.between(one["starts"], one["ends"]), note=durations.lasting(one["starts"], one["ends"])),
        "first_planned": lambda one: Cell(durations.between(one["firstStarts"], one["firstEnds"])),
        "slip": lambda one: Cell(words.sentence(durations.slip(one["slipDays"])).removesuffix(".")),
        "progress": _progress,
        "owner": lambda one: one["notes"] or "",
    }
    return table(visit, "items", "Items", "RoadmapItem", columns, items, empty="Nothing is planned here.", cells=cells)


def _owners(one: Node) -> str:
    return words.listed(words.named(other) for other in one["coOwners"])


def _progress(one: Node) -> Cell:
    progress = one["progress"]
    return text(None) if progress is None else Cell(f"{progress * 100:.0f}{words.NBSP}%", value=str(progress))


MARKS: Final[Mapping[tuple[str, bool | None], tuple[str, str]]] = {
    ("RELEASE", None): ("Release planned", "going"),
    ("RELEASE", True): ("Released", "good"),
    ("RELEASE", False): ("Release late", "bad"),
    ("TARGET", None): ("Target open", "going"),
    ("TARGET", True): ("Target hit", "good"),
    ("TARGET", False): ("Target missed", "bad"),
}
"""What a milestone is called, and its tone, by its kind and by whether it was reached."""


def milestones(visit: Visit, items: Sequence[Node]) -> Table:
    """Releases and targets of the products on this page, by day."""
    found = [mark | {"product": product} for product in _products(items) for mark in product["milestones"]]
    rows = sorted(found, key=lambda mark: (mark["on"], mark["product"]["name"]))
    columns, empty = "Milestone: title as milestone, Product: *, Day: on as day, State: kind as state", "No release and no target of these products has a day."
    cells: Cells = {"product": lambda mark: _product(visit, mark["product"]), "state": _state}
    return table(visit, "milestones", "Milestones of these products", "Milestone", columns, rows, empty=empty, cells=cells)


def _state(mark: Node) -> Cell:
    said, tone = MARKS[mark["kind"], mark["reached"]]
    return Cell(said, tone=tone)


def dependencies(visit: Visit, items: Sequence[Node]) -> Table:
    """What the products on this page depend on."""
    columns = (Column("Product", "product"), Column("Depends on", "depends_on"))
    rows = tuple((_product(visit, product), _product(visit, other)) for product in _products(items) for other in product["dependsOn"])
    return Table("dependencies", "Dependencies of these products", columns, rows, empty="None of these products depends on another.")


def by_organisation(visit: Visit, organisations: Sequence[Node]) -> Table:
    """How many items stand where in which organisation, and how far they slip; the one with most that slip first."""
    found = [one["roadmap"]["counts"] | {"of": one} for one in organisations if one["roadmap"]["counts"]["items"]]
    rows = sorted(found, key=lambda one: (-one["slipped"], -one["items"], one["of"]["name"]))
    columns = (
        "Organisation: *, items, -now, -next, -later, -done, End later than first planned: slipped, Middle slip: medianSlipDays, Longest slip: mostSlipDays"
    )
    cells: Cells = {
        "organisation": lambda one: Cell(one["of"]["name"], visit.here(organisation=words.plain(one["of"]["id"]), after=None)),
        "median_slip_days": lambda one: _days(one["medianSlipDays"]),
        "most_slip_days": lambda one: _days(one["mostSlipDays"]),
    }
    empty = "No organisation has anything planned here."
    return table(visit, "by-organisation", "By organisation", "RoadmapCounts", columns, rows, empty=empty, cells=cells)


def _days(count: int | None) -> Cell:
    return Cell(words.NONE if count is None else durations.days(count), value="" if count is None else count)


def _products(items: Sequence[Node]) -> list[Node]:
    return list({one["product"]["id"]: one["product"] for one in items}.values())


def _product(visit: Visit, product: Node) -> Cell:
    return Cell(words.named(product), visit.href(f"/products/{words.plain(product['id'])}"))
