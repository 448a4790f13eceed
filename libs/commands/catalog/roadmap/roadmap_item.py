"""Commands about a roadmap item."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.roadmap_item import (
    ROADMAP_ITEM,
    RoadmapItemDescribed,
    RoadmapItemDropped,
    RoadmapItemFinished,
    RoadmapItemMoved,
    RoadmapItemPlaced,
    RoadmapItemRedated,
    RoadmapItemRetitled,
)
from libs.events.values import RoadmapItemId


class OfItem(Command):
    """Is asked of a roadmap item that is there."""

    item: Annotated[RoadmapItemId, Field(description="The roadmap item's id.")]


@command("roadmap.place_item", ROADMAP_ITEM, topic="roadmap", creates=True, id_field="item", requirements=("S0-20", "S3-02", "S4-12"), binds=("co_owners",))
class PlaceItem(Command, RoadmapItemPlaced):
    """Place an item on a product's roadmap, under a horizon; dates may stay open, and several organisations may own it together."""

    item: Annotated[RoadmapItemId | None, MADE] = None


@command("roadmap.move_item", ROADMAP_ITEM, topic="roadmap", says=(RoadmapItemFinished,), id_field="item", requirements=("S0-20", "S3-02"))
class MoveItem(OfItem, RoadmapItemMoved):
    """Move an item to another horizon. What was dropped or done comes back so; moved to done, it is finished."""


@command("roadmap.retitle_item", ROADMAP_ITEM, topic="roadmap", id_field="item", requirements=("S0-20",))
class RetitleItem(OfItem, RoadmapItemRetitled):
    """Give an item another title."""


@command("roadmap.describe_item", ROADMAP_ITEM, topic="roadmap", id_field="item", requirements=("S0-20",))
class DescribeItem(OfItem, RoadmapItemDescribed):
    """Say who sees to an item, where more of it can be read, and what else there is to say of it; what is left out stays as it is."""


@command("roadmap.redate_item", ROADMAP_ITEM, topic="roadmap", id_field="item", requirements=("S0-20",))
class RedateItem(OfItem, RoadmapItemRedated):
    """Change when an item starts or ends. The first dates stay, so that the drift against them shows."""


@command("roadmap.drop_item", ROADMAP_ITEM, topic="roadmap", id_field="item", requirements=("S0-20",))
class DropItem(OfItem, RoadmapItemDropped):
    """Take an item off the roadmap; its history stays."""


@command("roadmap.finish_item", ROADMAP_ITEM, topic="roadmap", id_field="item", requirements=("S0-20",))
class FinishItem(OfItem, RoadmapItemFinished):
    """Say that an item is done; it stays on the roadmap under done."""
