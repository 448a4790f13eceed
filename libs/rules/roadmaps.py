"""How far a roadmap item has come, and how far it has slipped."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from libs.events.catalog.backlog.item import ITEM, ItemState
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM
from libs.events.facts import Facts

_FOUR_PLACES = Decimal("0.0001")


def progress(facts: Facts, roadmap_item_id: str) -> Decimal | None:
    """The delivered share of the linked backlog items that are not dropped, 0 to 1 with four places; None without any."""
    linked = [item for item in facts.related(ITEM, "roadmap_item", roadmap_item_id) if item.state is not ItemState.DROPPED]
    if not linked:
        return None
    delivered = sum(item.state is ItemState.DELIVERED for item in linked)
    return (Decimal(delivered) / len(linked)).quantize(_FOUR_PLACES, ROUND_HALF_UP)


def slip_days(facts: Facts, roadmap_item_id: str) -> int | None:
    """Planned end less the end planned first, in whole days; negative when it will be earlier, None without an end."""
    item = facts.get(ROADMAP_ITEM, roadmap_item_id)
    return item.slip_days if item else None
