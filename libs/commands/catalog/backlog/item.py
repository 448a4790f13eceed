"""What can be asked of a backlog item."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from libs.commands.command import Command, command
from libs.events.catalog.backlog.item import (
    ITEM,
    ItemAdded,
    ItemDelivered,
    ItemDropped,
    ItemEstimated,
    ItemImpactRecorded,
    ItemLinked,
    ItemRefined,
    ItemReopened,
    ItemStarted,
    ItemState,
    ItemStated,
)
from libs.events.catalog.backlog.item_source import ItemSource, Number, Reference, Url
from libs.events.catalog.backlog.source import SourceId
from libs.events.values import VISIBLE, Instant, ItemId, NeedId, ProductId, RoadmapItemId, Text, Title

_ITEM = Field(description="The item's id.")
_USER = Field(description="Who wants it: as a …")
_GOAL = Field(description="What they want to do: I want to …")
_REASON = Field(description="What it is good for: so that …")
_DESCRIPTION = Field(description="Whatever else helps to understand it.")


@command("backlog.add_item", ITEM, topic="items", says=(ItemAdded, ItemRefined, ItemLinked), creates=True, requirements=("S0-18", "S0-04", "S0-07"))
class AddItem(Command):
    """Add an item to the backlog of a product, at its end."""

    item: Annotated[ItemId | None, Field(description="Its id; made where none is given.")] = None
    product: Annotated[ProductId, Field(description="Whose backlog; it must have been opened.")]
    title: Annotated[Title, Field(description="What it is, in a line.")]
    user: Annotated[Text | None, _USER] = None
    goal: Annotated[Text | None, _GOAL] = None
    reason: Annotated[Text | None, _REASON] = None
    description: Annotated[Text | None, _DESCRIPTION] = None
    need: Annotated[NeedId | None, Field(description="The user need that it serves.")] = None
    roadmap_item: Annotated[RoadmapItemId | None, Field(description="The roadmap item that it is part of.")] = None
    source: Annotated[ItemSource | None, Field(description="Where it comes from.")] = None


@command("backlog.refine_item", ITEM, topic="items", says=(ItemRefined,), requirements=("S0-18",))
class RefineItem(Command):
    """Put an item in better words, or say which need it serves; what is left out stays as it is."""

    item: Annotated[ItemId, _ITEM]
    title: Annotated[Title | None, Field(description="What it is, in a line.")] = None
    user: Annotated[Text | None, _USER] = None
    goal: Annotated[Text | None, _GOAL] = None
    reason: Annotated[Text | None, _REASON] = None
    description: Annotated[Text | None, _DESCRIPTION] = None
    need: Annotated[NeedId | None, Field(description="The user need that it serves.")] = None


@command("backlog.estimate_item", ITEM, topic="items", says=(ItemEstimated,), requirements=("S0-18",))
class EstimateItem(Command):
    """Say how large an item is, in the team's own points."""

    item: Annotated[ItemId, _ITEM]
    points: Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=2, allow_inf_nan=False, description="Points, at most two decimals.")]


@command("backlog.start_item", ITEM, topic="items", says=(ItemStarted,), requirements=("S0-18",))
class StartItem(Command):
    """Say that somebody works on an item."""

    item: Annotated[ItemId, _ITEM]


@command("backlog.deliver_item", ITEM, topic="items", says=(ItemDelivered,), requirements=("S0-05", "S0-25"))
class DeliverItem(Command):
    """Say that an item is with its users."""

    item: Annotated[ItemId, _ITEM]


@command("backlog.drop_item", ITEM, topic="items", says=(ItemDropped,), requirements=("S0-19",))
class DropItem(Command):
    """Say that an item will not be done: it leaves the backlog, its history stays."""

    item: Annotated[ItemId, _ITEM]
    reason: Annotated[Text | None, Field(description="Why not.")] = None


@command("backlog.reopen_item", ITEM, topic="items", says=(ItemReopened,), requirements=("S0-19",))
class ReopenItem(Command):
    """Open an item again that was delivered, dropped or started."""

    item: Annotated[ItemId, _ITEM]


@command("backlog.link_item", ITEM, topic="items", says=(ItemLinked,), requirements=("S0-20",))
class LinkItem(Command):
    """Make an item part of a roadmap item, whose progress it counts for."""

    item: Annotated[ItemId, _ITEM]
    roadmap_item: Annotated[RoadmapItemId, Field(description="The roadmap item.")]


@command("backlog.record_impact", ITEM, topic="items", says=(ItemImpactRecorded,), requirements=("S0-05",))
class RecordImpact(Command):
    """Say what the delivery of an item has changed for its users."""

    item: Annotated[ItemId, _ITEM]
    text: Annotated[Text, Field(description="What changed, and how one knows.")]


@command("backlog.state_item", ITEM, topic="sources", says=(ItemStated,), creates=None, counts=True)
class StateItem(Command):
    """Pass on what a source says of an item, by the source's own clock. Webhooks say this; by hand it is for what a webhook missed."""

    item: Annotated[ItemId, _ITEM]
    product: Annotated[ProductId, Field(description="The product of the source.")]
    source: Annotated[SourceId, Field(description="The source that says so.")]
    reference: Annotated[Reference, Field(description="What the item is called there.")]
    instant: Annotated[Instant, Field(description="When the source says so, by its own clock, which may go ahead of ours.")]
    title: Annotated[Title | None, Field(description="The item's title there; absent: not said.")] = None
    state: Annotated[ItemState | None, Field(description="The item's state there; absent: not said.")] = None
    url: Annotated[Annotated[Url, VISIBLE] | None, Field(description="Where people read it.")] = None
    final: Annotated[bool, Field(description="It was deleted there, or moved to where the source does not reach.")] = False
    delivery: Annotated[
        Annotated[str, StringConstraints(max_length=200), VISIBLE] | None, Field(description="The delivery that said so, by the source's id of it.")
    ] = None
    number: Annotated[Number | None, Field(description="What it is numbered there, where that never changes.")] = None
    withheld: Annotated[
        bool | None, Field(description="Whether the source keeps its words confidential: then no title is kept or shown. Absent: not said.")
    ] = None
