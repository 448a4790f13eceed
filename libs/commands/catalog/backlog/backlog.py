"""Commands about a backlog."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.backlog.backlog import BACKLOG, BacklogOpened, BacklogReordered, PrioritisationReviewed
from libs.events.values import ProductId


@command("backlog.open_backlog", BACKLOG, topic="backlogs", creates=True, id_field="product", requirements=("S0-19",))
class OpenBacklog(Command, BacklogOpened):
    """Open the backlog of a product, so that items can be added to it."""

    product: Annotated[ProductId, Field(description="Whose backlog; it bears the product's id.")]


@command("backlog.reorder_backlog", BACKLOG, topic="order", id_field="product", requirements=("S0-12", "S0-19"))
class ReorderBacklog(Command, BacklogReordered):
    """Put an item at a position of its backlog. Only the product owner may."""

    product: Annotated[ProductId, Field(description="The product whose backlog it is.")]


@command("backlog.review_prioritisation", BACKLOG, topic="reviews", id_field="product", counts=True, requirements=("S0-24",))
class ReviewPrioritisation(Command, PrioritisationReviewed):
    """Say that the order of a backlog was looked at against metrics of its product. Only the product owner may."""

    product: Annotated[ProductId, Field(description="The product whose backlog it is.")]
