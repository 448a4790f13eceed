"""The tables of the roadmap: the items that the grid draws, their milestones and dependencies, and how much slips in which organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from libs.events.catalog.roadmap.roadmap_item import Horizon
from services.gateway.pages import spans, words
from services.gateway.pages.columns import Cells, table
from services.gateway.pages.page import Visit
from services.gateway.pages.tables import Cell, Column, Table, text

Node = Mapping[str, Any]


def planned(visit: Visit, items: Sequence[Node]) -> Table:
    """The same as the grid: each item with its days, those planned first, its slip and its progress."""
    columns = (
        "Item: title as item, -Product: product.name as product, -Home: product.home.name as home, -Co-owned by: coOwners as co_owners, horizon, "
        "Planned: starts as planned, -starts, -ends, First planned: firstStarts as first_planned, -First start: firstStarts, -First end: firstEnds, "
        "Slip: slipDays as slip, -Slip in days: slipDays, #Delivered: progress"
    )
    cells: Cells = {
        "item": lambda one: words.named(one["product"]) + (f", with {_owners(one)}" if one["coOwners"] else ""),
        "co_owners": lambda one: text(_owners(one)),
        "horizon": lambda one: Cell(Horizon[one["horizon"]].words, value=one["horizon"]),
        "planned": lambda one: Cell(spans.between(one["starts"], one["ends"]), note=spans.lasting(one["starts"], one["ends"])),
        "first_planned": lambda one: Cell(spans.between(one["firstStarts"], one["firstEnds"])),
        "slip": lambda one: Cell(words.sentence(spans.slip(one["slipDays"])).removesuffix(".")),
        "progress": _progress,
    }
    return table(visit, "items", "Items", "RoadmapItem", columns, items, empty="Nothing is planned here.", cells=cells)


def _owners(one: Node) -> str:
    return words.listed(words.named(other) for other in one["coOwners"])


def _progress(one: Node) -> Cell:
    progress = one["progress"]
    return text(None) if progress is None else Cell(f"{progress * 100:.0f}{words.NBSP}%", value=str(progress))


def milestones(visit: Visit, items: Sequence[Node]) -> Table:
    """Releases and targets of the products on this page, by day."""
    found = [mark | {"product": product} for product in _products(items) for mark in product["milestones"]]
    rows = sorted(found, key=lambda mark: (mark["on"], mark["product"]["name"]))
    columns, empty = "Milestone: title as milestone, Product: *, Day: on as day, State: kind as state", "No release and no target of these products has a day."
    cells: Cells = {"product": lambda mark: _product(visit, mark["product"]), "state": _state}
    return table(visit, "milestones", "Milestones of these products", "Milestone", columns, rows, empty=empty, cells=cells)


def _state(mark: Node) -> Cell:
    if mark["kind"] == "RELEASE":
        return Cell("Released", tone="good")
    return {None: Cell("Target open", tone="going"), True: Cell("Target hit", tone="good"), False: Cell("Target missed", tone="bad")}[mark["reached"]]


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
    return Cell(words.NONE if count is None else spans.days(count), value="" if count is None else count)


def _products(items: Sequence[Node]) -> list[Node]:
    return list({one["product"]["id"]: one["product"] for one in items}.values())


def _product(visit: Visit, product: Node) -> Cell:
    return Cell(words.named(product), visit.href(f"/products/{words.plain(product['id'])}"))
