"""Backlogs and their items."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import strawberry

from libs.events.catalog.backlog import item as catalogue
from libs.events.catalog.backlog.backlog import BACKLOG
from libs.events.catalog.backlog.item import ITEM
from libs.events.catalog.portfolio.people.person import Person
from libs.events.facts import Facts
from libs.rules.history.stories import BacklogOn, backlog_over_time
from libs.rules.products import backlogs, prioritisation
from services.gateway.graphql.types.kinds.annotations import Shown, person
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.lists import Whole
from services.gateway.graphql.types.kinds.types import many, shows

Dropped = Annotated[bool, strawberry.argument(description="Whether dropped items are wanted as well; they come last.")]


@shows(
    ITEM,
    order="title state description user goal reason product roadmap_item position",
    private="stated_by added started delivered turns heard titled placed labelled secrecy",
)
class Item(Shown[catalogue.Item]):
    """Something that a product wants."""

    @told("Where it stands in its backlog: 1 is the top; null for one that was dropped.")
    def position(self) -> int | None:
        return self.facts.derive(backlogs.positions, self.of.product).get(self.of.id) if self.facts.get(BACKLOG, self.of.product) else None


@strawberry.type(description="The one ordered list of what a product still wants.")
class Backlog:
    facts: strawberry.Private[Facts]
    product: strawberry.Private[str]

    @told("Who owns it.")
    def owner(self) -> Shown[Person] | None:
        found = self.facts.get(BACKLOG, self.product)
        return person(self.facts, found.owner) if found else None

    @told("How many items are open or started.")
    def open(self) -> int:
        return self.facts.derive(backlogs.counts, self.product).open

    @told("How many items were delivered.")
    def delivered(self) -> int:
        return self.facts.derive(backlogs.counts, self.product).delivered

    @told("Whether an item was delivered in each of the last three months, which end with this day (S0-25): then its order is reviewed each quarter.")
    def delivers_regularly(self) -> bool:
        return self.facts.derive(prioritisation.delivers_regularly, self.product)

    @told("The reviews of its order against metrics, the latest first (S0-24).")
    def reviews(self) -> tuple[prioritisation.PrioritisationReview, ...]:
        return self.facts.derive(prioritisation.reviews, self.product)

    @told("How it stood at the end of each month since its first item, and stands on this day (S0-19, S0-25).")
    def over_time(self) -> tuple[BacklogOn, ...]:
        return self.facts.derive(backlog_over_time, self.product)

    def _items(self, dropped: bool) -> Whole[catalogue.Item]:
        ordered = self.facts.derive(backlogs.ordered, self.product)
        gone = (one for one in self.facts.derive(backlogs.items, self.product) if one.state is catalogue.ItemState.DROPPED) if dropped else ()
        shown = (*ordered, *gone)
        whole = shown if dropped else self.facts.derive(backlogs.places, self.product)
        moves = Counter(move.item for move in state.moves) if (state := self.facts.get(BACKLOG, self.product)) else Counter[str]()
        name = f"items of {self.product}{' with those dropped' if dropped else ''}"
        return Whole(name, whole, shown, own="position", mark=lambda item: moves[item.id])

    items = many(
        ITEM,
        "The items in the owner's order; what was dropped is left out unless asked for.",
        _items,
        more={"dropped": (Dropped, False)},
        default="the product owner's",
    )


def backlog(facts: Facts, product: str) -> Backlog | None:
    """The backlog of a product; None while none was opened."""
    return Backlog(facts=facts, product=product) if facts.get(BACKLOG, product) else None
