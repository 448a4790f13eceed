"""Which items stand on a product's roadmap and in which order, how far each has come, and how far it has slipped (S0-20)."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from libs.events.catalog.backlog.item import ITEM, ItemState
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, RoadmapItem, RoadmapItemState
from libs.events.facts import Facts

_FOUR_PLACES = Decimal("0.0001")


def planned(facts: Facts, product: str) -> tuple[RoadmapItem, ...]:
    """The items of a product's roadmap that are not dropped, in the order of their placing (S0-20)."""
    found = [item for item in facts.related(ROADMAP_ITEM, "product", product) if item.state is not RoadmapItemState.DROPPED]
    return tuple(sorted(found, key=_placing))


def progress(facts: Facts, roadmap_item_id: str) -> Decimal | None:
    """The delivered share of the linked backlog items that are not dropped, 0 to 1 with four places; None without any."""
    linked = [item for item in facts.related(ITEM, "roadmap_item", roadmap_item_id) if item.state is not ItemState.DROPPED]
    if not linked:
        return None
    delivered = sum(item.state is ItemState.DELIVERED for item in linked)
    return (Decimal(delivered) / len(linked)).quantize(_FOUR_PLACES, ROUND_HALF_EVEN)


def slip_days(facts: Facts, roadmap_item_id: str) -> int | None:
    """Planned end less the end planned first, in whole days; negative when it will be earlier, None without an end."""
    item = facts.get(ROADMAP_ITEM, roadmap_item_id)
    return item.slip_days if item else None


def _placing(item: RoadmapItem) -> tuple[bool, datetime | None, int, str]:
    placed = item.placed
    return (False, placed.time, placed.sequence, item.id) if placed else (True, None, 0, item.id)
