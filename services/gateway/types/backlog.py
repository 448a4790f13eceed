"""Backlogs and their items."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import strawberry

from libs.events.catalog.backlog import item as catalogue
from libs.events.catalog.backlog.backlog import BACKLOG
from libs.events.facts import Facts
from libs.rules import backlogs
from services.gateway import deriving
from services.gateway.ids import outside
from services.gateway.types.connection import PAGE, After, Connection, First, page
from services.gateway.types.filtering import ItemsOrdered, ItemsWanted
from services.gateway.types.node import KNOWN, Node
from services.gateway.types.person import Person, person
from services.gateway.types.roadmap import RoadmapItem, roadmap_item_of
from services.gateway.types.selecting import items_of
from services.gateway.types.stories import BacklogOn, backlog_over_time
from services.gateway.types.telling import told

if TYPE_CHECKING:
    from services.gateway.types.product import Product


Dropped = Annotated[bool, strawberry.argument(description="Whether dropped items are wanted as well; they come last.")]


@strawberry.type(description="Where an item comes from.")
class ItemSource:
    system: str = strawberry.field(description="Such as github, gitlab, jira.")
    reference: str = strawberry.field(description="What the item is called there.")
    url: str | None = strawberry.field(description="Where people read it.")
    number: str | None = strawberry.field(description="What it is numbered there, where that never changes; null where that is not known.")


@strawberry.type(description="Something that a product wants.")
class Item(Node):
    facts: strawberry.Private[Facts]
    of: strawberry.Private[catalogue.Item]
    id: strawberry.ID = strawberry.field(description="`item:` and the id that commands use.")
    known: bool = strawberry.field(description=KNOWN)
    title: str = strawberry.field(description="What it is called.")
    state: catalogue.ItemState = strawberry.field(description="Where it stands.")
    description: str | None = strawberry.field(description="The long text, where there is one.")
    user: str | None = strawberry.field(description="For whom.")
    goal: str | None = strawberry.field(description="To what end.")
    reason: str | None = strawberry.field(description="Why.")

    @told("The product that wants it.")
    def product(self) -> Annotated[Product, strawberry.lazy("services.gateway.types.product")]:
        from services.gateway.types.product import product

        return product(self.facts, self.of.product)

    @told("The roadmap item that it is part of; null where it is of none.")
    def roadmap_item(self) -> RoadmapItem | None:
        return roadmap_item_of(self.facts, self.of.roadmap_item)

    @told("Where it stands in its backlog: 1 is the top; null for one that was dropped.")
    def position(self) -> int | None:
        return deriving.backlog_position(self.facts, self.of)

    @told("Where it comes from; null for one that was made here.")
    def source(self) -> ItemSource | None:
        found = self.of.source
        return ItemSource(system=found.system, reference=found.reference, url=found.url, number=found.number) if found else None


@strawberry.type(description="The one ordered list of what a product still wants.")
class Backlog:
    facts: strawberry.Private[Facts]
    product: strawberry.Private[str]

    @told("Who owns it.")
    def owner(self) -> Person | None:
        found = self.facts.get(BACKLOG, self.product)
        return person(found.owner) if found else None

    @told("How many items are open or started.")
    def open(self) -> int:
        return deriving.backlog_counts(self.facts, self.product).open

    @told("How many items were delivered.")
    def delivered(self) -> int:
        return deriving.backlog_counts(self.facts, self.product).delivered

    @told("How it stood at the end of each month since its first item, and stands on this day (S0-19, S0-25).")
    def over_time(self) -> list[BacklogOn]:
        return backlog_over_time(self.facts, self.product)

    @told("The items in the owner's order; what was dropped is left out unless asked for.")
    def items(
        self, first: First = PAGE, after: After = None, dropped: Dropped = False, filter: ItemsWanted = None, order_by: ItemsOrdered = None
    ) -> Connection[Item]:
        shown = deriving.backlog_items(self.facts, self.product, dropped=dropped)
        whole = shown if dropped else self.facts.derive(backlogs.places, self.product)
        moves = Counter(move.item for move in state.moves) if (state := self.facts.get(BACKLOG, self.product)) else Counter[str]()
        name = f"items of {self.product}{' with those dropped' if dropped else ''}"
        found = items_of(name, self.facts, whole, shown, filter, order_by, lambda item: moves[item.id])
        return page(found, lambda state: item(self.facts, state), first, after)


def backlog(facts: Facts, product: str) -> Backlog | None:
    """The backlog of a product; None while none was opened."""
    return Backlog(facts=facts, product=product) if facts.get(BACKLOG, product) else None


def item(facts: Facts, state: catalogue.Item) -> Item:
    """A backlog item."""
    return Item(
        facts=facts,
        of=state,
        id=outside("item", state.id),
        known=state.added is not None,
        title=state.title,
        state=state.state,
        description=state.description,
        user=state.user,
        goal=state.goal,
        reason=state.reason,
    )
