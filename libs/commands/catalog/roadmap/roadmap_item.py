"""What can be asked of a roadmap item."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.roadmap.roadmap_item import (
    ROADMAP_ITEM,
    Horizon,
    RoadmapItemDropped,
    RoadmapItemFinished,
    RoadmapItemMoved,
    RoadmapItemPlaced,
    RoadmapItemRedated,
    RoadmapItemRetitled,
)
from libs.events.values import Day, OrganisationId, ProductId, RoadmapItemId, Text, Title

Item = Annotated[RoadmapItemId, Field(description="The roadmap item's id.")]


@command(
    "roadmap.place_item",
    ROADMAP_ITEM,
    topic="roadmap",
    says=(RoadmapItemPlaced,),
    creates=True,
    id_field="item",
    requirements=("S0-20", "S3-02", "S4-12"),
    binds=("co_owners",),
)
class PlaceItem(Command):
    """Place an item on a product's roadmap, under a horizon; dates may stay open, and several organisations may own it together."""

    item: Annotated[RoadmapItemId | None, Field(description="Its id; made where none is given.")] = None
    product: Annotated[ProductId, Field(description="Whose roadmap it stands on.")]
    title: Annotated[Title, Field(description="What it is about, as executives read it.")]
    horizon: Annotated[Horizon, Field(description="now, next, later or done.")]
    starts: Annotated[Day | None, Field(description="The planned first day.")] = None
    ends: Annotated[Day | None, Field(description="The planned last day.")] = None
    co_owners: Annotated[list[OrganisationId], Field(max_length=100, description="Organisations that own it together with the product's home.")] = Field(
        default_factory=list
    )


@command("roadmap.move_item", ROADMAP_ITEM, topic="roadmap", says=(RoadmapItemMoved, RoadmapItemFinished), id_field="item", requirements=("S0-20", "S3-02"))
class MoveItem(Command):
    """Move an item to another horizon. What was dropped or done comes back so; moved to done, it is finished."""

    item: Item
    horizon: Annotated[Horizon, Field(description="now, next, later or done.")]


@command("roadmap.retitle_item", ROADMAP_ITEM, topic="roadmap", says=(RoadmapItemRetitled,), id_field="item", requirements=("S0-20",))
class RetitleItem(Command):
    """Give an item another title."""

    item: Item
    title: Annotated[Title, Field(description="What it is called from now on.")]


@command("roadmap.redate_item", ROADMAP_ITEM, topic="roadmap", says=(RoadmapItemRedated,), id_field="item", requirements=("S0-20",))
class RedateItem(Command):
    """Change when an item starts or ends. The first dates stay, so that the drift against them shows."""

    item: Item
    starts: Annotated[Day | None, Field(description="The planned first day; as it was where none is given.")] = None
    ends: Annotated[Day | None, Field(description="The planned last day; as it was where none is given.")] = None
    reason: Annotated[Text | None, Field(description="Why.")] = None


@command("roadmap.drop_item", ROADMAP_ITEM, topic="roadmap", says=(RoadmapItemDropped,), id_field="item", requirements=("S0-20",))
class DropItem(Command):
    """Take an item off the roadmap; its history stays."""

    item: Item
    reason: Annotated[Text | None, Field(description="Why.")] = None


@command("roadmap.finish_item", ROADMAP_ITEM, topic="roadmap", says=(RoadmapItemFinished,), id_field="item", requirements=("S0-20",))
class FinishItem(Command):
    """Say that an item is done; it stays on the roadmap under done."""

    item: Item
