"""The tables of the roadmap: the items that the grid draws, their milestones and dependencies, and how much slips in which organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from libs.events.catalog.roadmap.roadmap_item import Horizon
from services.gateway.pages import spans, words
from services.gateway.pages.page import Visit
from services.gateway.pages.tables import Cell, Column, Table, day, text

Node = Mapping[str, Any]


def planned(visit: Visit, items: Sequence[Node]) -> Table:
    """The same as the grid: each item with its days, those planned first, its slip and its progress."""
    columns = (
        Column("Item", "item"),
        Column("Product", "product", csv_only=True),
        Column("Home", "home", csv_only=True),
        Column("Co-owned by", "co_owners", csv_only=True),
        Column("Horizon", "horizon"),
        Column("Planned", "planned"),
        Column("Starts", "starts", csv_only=True),
        Column("Ends", "ends", csv_only=True),
        Column("First planned", "first_planned"),
        Column("First start", "first_starts", csv_only=True),
        Column("First end", "first_ends", csv_only=True),
        Column("Slip", "slip"),
        Column("Slip in days", "slip_days", csv_only=True),
        Column("Delivered", "progress", True),
    )
    return Table("items", "Items", columns, tuple(_planned(visit, one) for one in items), empty="Nothing is planned here.")


def _planned(visit: Visit, one: Node) -> tuple[Cell, ...]:
    product, progress = one["product"], one["progress"]
    owners = words.listed(words.named(other) for other in one["coOwners"])
    return (
        Cell(one["title"], note=words.named(product) + (f", with {owners}" if owners else "")),
        Cell(words.named(product)),
        text(words.named(product["home"])),
        text(owners, value=owners),
        text(Horizon[one["horizon"]].words, value=one["horizon"]),
        Cell(spans.between(one["starts"], one["ends"]), note=spans.lasting(one["starts"], one["ends"])),
        day(one["starts"]),
        day(one["ends"]),
        Cell(spans.between(one["firstStarts"], one["firstEnds"])),
        day(one["firstStarts"]),
        day(one["firstEnds"]),
        Cell(words.sentence(spans.slip(one["slipDays"])).removesuffix(".")),
        text(one["slipDays"], value="" if one["slipDays"] is None else one["slipDays"]),
        text(None if progress is None else f"{progress * 100:.0f}{words.NBSP}%", value="" if progress is None else str(progress)),
    )


def milestones(visit: Visit, items: Sequence[Node]) -> Table:
    """Releases and targets of the products on this page, by day."""
    columns = (Column("Milestone", "milestone"), Column("Product", "product"), Column("Day", "day"), Column("State", "state"))
    found = [(mark, product) for product in _products(items) for mark in product["milestones"]]
    rows = tuple(
        (
            text(mark["title"]),
            Cell(words.named(product), _href(visit, product)),
            day(mark["on"]),
            _state(mark),
        )
        for mark, product in sorted(found, key=lambda one: (one[0]["on"], one[1]["name"]))
    )
    return Table("milestones", "Milestones of these products", columns, rows, empty="No release and no target of these products has a day.")


def _state(mark: Node) -> Cell:
    if mark["kind"] == "RELEASE":
        return Cell("Released", tone="good")
    return {None: Cell("Target open", tone="going"), True: Cell("Target hit", tone="good"), False: Cell("Target missed", tone="bad")}[mark["reached"]]


def dependencies(visit: Visit, items: Sequence[Node]) -> Table:
    """What the products on this page depend on."""
    columns = (Column("Product", "product"), Column("Depends on", "depends_on"))
    rows = tuple(
        (Cell(words.named(product), _href(visit, product)), Cell(words.named(other), _href(visit, other)))
        for product in _products(items)
        for other in product["dependsOn"]
    )
    return Table("dependencies", "Dependencies of these products", columns, rows, empty="None of these products depends on another.")


def by_organisation(visit: Visit, organisations: Sequence[Node]) -> Table:
    """How many items stand where in which organisation, and how far they slip; the one with most that slip first."""
    columns = (
        Column("Organisation", "organisation"),
        Column("Items", "items", True),
        Column("Now", "now", True, csv_only=True),
        Column("Next", "next", True, csv_only=True),
        Column("Later", "later", True, csv_only=True),
        Column("Done", "done", True, csv_only=True),
        Column("End later than first planned", "slipped", True),
        Column("Middle slip", "median_slip_days"),
        Column("Longest slip", "most_slip_days"),
    )
    found = [(one, one["roadmap"]["counts"]) for one in organisations]
    ordered = sorted((one for one in found if one[1]["items"]), key=lambda one: (-one[1]["slipped"], -one[1]["items"], one[0]["name"]))
    rows = tuple(
        (
            Cell(one["name"], visit.here(organisation=words.plain(one["id"]), after=None)),
            *(text(counts[name], value=counts[name]) for name in ("items", "now", "next", "later", "done", "slipped")),
            _days(counts["medianSlipDays"]),
            _days(counts["mostSlipDays"]),
        )
        for one, counts in ordered
    )
    return Table("by-organisation", "By organisation", columns, rows, empty="No organisation has anything planned here.")


def _days(count: int | None) -> Cell:
    return Cell(words.NONE if count is None else spans.days(count), value="" if count is None else count)


def _products(items: Sequence[Node]) -> list[Node]:
    return list({one["product"]["id"]: one["product"] for one in items}.values())


def _href(visit: Visit, product: Node) -> str:
    return visit.href(f"/products/{words.plain(product['id'])}")
