"""A product's roadmap: which items in which order, how far each has come, and how far it has slipped (S0-20)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.backlog.item import ITEM, ItemState
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, Horizon, RoadmapItem, RoadmapItemState
from libs.events.event import began_by
from libs.events.facts import Facts
from libs.events.values import Share
from libs.rules.authority import belonging

_FOUR_PLACES = Decimal("0.0001")


class RoadmapCounts(NamedTuple):
    """How many items of a roadmap stand where, and how far they slip against what was planned first (S0-20)."""

    items: Annotated[int, Doc("How many items there are in all.")]
    now: Annotated[int, Doc("How many of them are being worked on now.")]
    next: Annotated[int, Doc("How many of them come next.")]
    later: Annotated[int, Doc("How many of them come later.")]
    done: Annotated[int, Doc("How many of them are done.")]
    undated: Annotated[int, Doc("Without a planned end.")]
    slipped: Annotated[int, Doc("Ending later than was planned first.")]
    earlier: Annotated[int, Doc("Ending earlier than was planned first.")]
    median_slip_days: Annotated[int | None, Doc("By how many days the middle one of those that slipped does; null without any.")]
    most_slip_days: Annotated[int | None, Doc("By how many days the worst of them does; null without any.")]


def counted(items: Sequence[RoadmapItem]) -> RoadmapCounts:
    """How many of these items stand where."""
    under = Counter(item.horizon for item in items)
    slips = sorted(item.slip_days for item in items if item.slip_days)
    late = [days for days in slips if days > 0]
    return RoadmapCounts(
        items=len(items),
        now=under[Horizon.NOW],
        next=under[Horizon.NEXT],
        later=under[Horizon.LATER],
        done=under[Horizon.DONE],
        undated=sum(item.ends is None for item in items),
        slipped=len(late),
        earlier=len(slips) - len(late),
        median_slip_days=late[len(late) // 2] if late else None,
        most_slip_days=late[-1] if late else None,
    )


def planned(facts: Facts, product: str) -> tuple[RoadmapItem, ...]:
    """The items of a product's roadmap that are not dropped, in the order of their placing (S0-20)."""
    found = [item for item in facts.related(ROADMAP_ITEM, "product", product) if item.state is not RoadmapItemState.DROPPED]
    return tuple(sorted(found, key=lambda item: began_by(item.placed, item.id)))


def progress(facts: Facts, roadmap_item_id: str) -> Share | None:
    """The delivered share of the linked backlog items that are not dropped, 0 to 1 with four places; None without any.

    Those count that are of its own product, or of one at home where its product is or with a co-owner: what anybody else links to it changes nothing of it.
    """
    roadmap_item = facts.get(ROADMAP_ITEM, roadmap_item_id)
    linked = [item for item in facts.related(ITEM, "roadmap_item", roadmap_item_id) if item.state is not ItemState.DROPPED]
    if roadmap_item is not None and roadmap_item.product:
        linked = [item for item in linked if item.product == roadmap_item.product or not _homes(facts, item.product).isdisjoint(_owners(facts, roadmap_item))]
    if not linked:
        return None
    delivered = sum(item.state is ItemState.DELIVERED for item in linked)
    return (Decimal(delivered) / len(linked)).quantize(_FOUR_PLACES, ROUND_HALF_EVEN)


def _owners(facts: Facts, item: RoadmapItem) -> frozenset[str]:
    return _homes(facts, item.product) | frozenset(item.co_owners)


def _homes(facts: Facts, product: str) -> frozenset[str]:
    return frozenset(id for kind, id in belonging(facts, "product", product) if kind == "organisation")
