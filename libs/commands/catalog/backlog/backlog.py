"""What can be asked of a backlog."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.backlog.backlog import BACKLOG, BacklogOpened, BacklogReordered
from libs.events.values import ItemId, PersonId, ProductId, Text


@command("backlog.open_backlog", BACKLOG, topic="backlogs", says=(BacklogOpened,), creates=True, id_field="product", requirements=("S0-19",))
class OpenBacklog(Command):
    """Open the backlog of a product, so that items can be added to it."""

    product: Annotated[ProductId, Field(description="Whose backlog; it bears the product's id.")]
    owner: Annotated[PersonId | None, Field(description="The person who owns it, by id.")] = None


@command("backlog.reorder_backlog", BACKLOG, topic="order", says=(BacklogReordered,), id_field="product", requirements=("S0-12", "S0-19"))
class ReorderBacklog(Command):
    """Put an item at a position of its backlog. Only the product owner may."""

    product: Annotated[ProductId, Field(description="Whose backlog.")]
    item: Annotated[ItemId, Field(description="The item to be moved.")]
    position: Annotated[int, Field(ge=1, le=1_000_000, description="Where it stands from now on: 1 is the top; behind the end means last.")]
    reason: Annotated[Text, Field(description="Why, for whoever reads the history of the order.")]
