"""Commands about a backlog item."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from libs.commands.command import MADE, Command, command
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
from libs.events.catalog.backlog.item_source import ItemSource, Number, Reference
from libs.events.catalog.backlog.source import SourceId
from libs.events.values import VISIBLE, Instant, ItemId, ProductId, RoadmapItemId, Title, Truth, Url


class OfItem(Command):
    """Is asked of an item that is there."""

    item: Annotated[ItemId, Field(description="The item's id.")]


@command("backlog.add_item", ITEM, topic="items", says=(ItemRefined, ItemLinked), creates=True, requirements=("S0-18", "S0-04", "S0-07"))
class AddItem(Command, ItemAdded):
    """Add an item to the backlog of a product, at its end."""

    item: Annotated[ItemId | None, MADE] = None
    source: Annotated[ItemSource | None, Field(description="Where it comes from.")] = None


@command("backlog.refine_item", ITEM, topic="items", requirements=("S0-18",))
class RefineItem(OfItem, ItemRefined):
    """Put an item in better words, or say which need it serves; what is left out stays as it is."""


@command("backlog.estimate_item", ITEM, topic="items", requirements=("S0-18",))
class EstimateItem(OfItem, ItemEstimated):
    """Say how large an item is, in the team's own points."""


@command("backlog.start_item", ITEM, topic="items", requirements=("S0-18",))
class StartItem(OfItem, ItemStarted):
    """Say that somebody works on an item."""


@command("backlog.deliver_item", ITEM, topic="items", requirements=("S0-05", "S0-25"))
class DeliverItem(OfItem, ItemDelivered):
    """Say that an item is with its users."""


@command("backlog.drop_item", ITEM, topic="items", requirements=("S0-19",))
class DropItem(OfItem, ItemDropped):
    """Say that an item will not be done: it leaves the backlog, its history stays."""


@command("backlog.reopen_item", ITEM, topic="items", requirements=("S0-19",))
class ReopenItem(OfItem, ItemReopened):
    """Open an item again that was delivered, dropped or started."""


@command("backlog.link_item", ITEM, topic="items", requirements=("S0-20",))
class LinkItem(OfItem, ItemLinked):
    """Make an item part of a roadmap item, whose progress it counts for."""

    roadmap_item: Annotated[RoadmapItemId, Field(description="The roadmap item.")]


@command("backlog.record_impact", ITEM, topic="items", requirements=("S0-05",))
class RecordImpact(OfItem, ItemImpactRecorded):
    """Say what the delivery of an item has changed for its users."""


@command("backlog.state_item", ITEM, topic="sources", says=(ItemStated,), creates=None, counts=True)
class StateItem(OfItem):
    """Pass on what a source says of an item, by the source's own clock. Webhooks say this; by hand it is for what a webhook missed."""

    product: Annotated[ProductId, Field(description="The product of the source.")]
    source: Annotated[SourceId, Field(description="The source that says so.")]
    reference: Annotated[Reference, Field(description="What the item is called there.")]
    instant: Annotated[Instant, Field(description="When the source says so, by its own clock, which may go ahead of ours.")]
    title: Annotated[Title | None, Field(description="The item's title there; absent: not said.")] = None
    state: Annotated[ItemState | None, Field(description="The item's state there; absent: not said.")] = None
    url: Annotated[Annotated[Url, VISIBLE] | None, Field(description="Where people read it.")] = None
    final: Annotated[Truth, Field(description="It was deleted there, or moved to where the source does not reach.")] = False
    delivery: Annotated[
        Annotated[str, StringConstraints(max_length=200), VISIBLE] | None, Field(description="The delivery that said so, by the source's id of it.")
    ] = None
    number: Annotated[Number | None, Field(description="What it is numbered there, where that never changes.")] = None
    withheld: Annotated[
        Truth | None, Field(description="Whether the source keeps its words confidential: then no title is kept or shown. Absent: not said.")
    ] = None
