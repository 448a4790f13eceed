"""Roadmaps and releases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from libs.events.catalog.roadmap import roadmap_item as catalogue
from libs.events.catalog.roadmap.release import RELEASE, ReleaseStage, ReleaseState
from libs.events.catalog.roadmap.release import Release as ReleaseFacts
from libs.events.event import began_by
from libs.events.facts import Facts
from libs.rules.milestones import MilestoneKind
from services.gateway import deriving
from services.gateway.ids import outside
from services.gateway.types.connection import PAGE, After, Connection, First, page
from services.gateway.types.filtering import RoadmapItemsOrdered, RoadmapItemsWanted
from services.gateway.types.node import KNOWN, Node
from services.gateway.types.organisation import Organisation, organisation
from services.gateway.types.person import Person, Voice, person_of, voice
from services.gateway.types.saying import SaidEvent, judged
from services.gateway.types.selecting import roadmap_items_of
from services.gateway.types.telling import told

if TYPE_CHECKING:
    from services.gateway.types.product import Product


@strawberry.type(description="Something that a product means to bring about.")
class RoadmapItem(Node):
    facts: strawberry.Private[Facts]
    of: strawberry.Private[catalogue.RoadmapItem]
    id: strawberry.ID = strawberry.field(description="`roadmap_item:` and the id that commands use.")
    known: bool = strawberry.field(description=KNOWN)
    title: str = strawberry.field(description="What it is called.")
    horizon: catalogue.Horizon = strawberry.field(description="Under which heading it stands.")
    starts: date | None = strawberry.field(description="The day on which it is planned to start.")
    ends: date | None = strawberry.field(description="The day on which it is planned to end.")
    slip_days: int | None = strawberry.field(description="Planned end less the end planned first, in days; negative when earlier, null without an end.")
    state: catalogue.RoadmapItemState = strawberry.field(description="Planned or done; what was dropped is on no roadmap.")

    @told("The start that was planned first.")
    def first_starts(self) -> date | None:
        return self.of.first_starts

    @told("The end that was planned first: what it slips against.")
    def first_ends(self) -> date | None:
        return self.of.first_ends

    @told("The organisations that own it together with the product's home (S4-12).")
    def co_owners(self) -> list[Organisation]:
        return [found for id in self.of.co_owners if (found := organisation(self.facts, id))]

    @told("The product that it is on the roadmap of.")
    def product(self) -> Annotated[Product, strawberry.lazy("services.gateway.types.product")]:
        from services.gateway.types.product import product

        return product(self.facts, self.of.product)

    @told("Delivered share of the backlog items linked to it, less the dropped ones: 0 to 1, four places; null without any.")
    def progress(self) -> float | None:
        return deriving.progress(self.facts, self.of.id)


@strawberry.type(description="How many items of a roadmap stand where, and how far they slip against what was planned first (S0-20).")
class RoadmapCounts:
    items: int = strawberry.field(description="All of them.")
    now: int = strawberry.field(description="Under now.")
    next: int = strawberry.field(description="Under next.")
    later: int = strawberry.field(description="Under later.")
    done: int = strawberry.field(description="Done.")
    undated: int = strawberry.field(description="Without a planned end.")
    slipped: int = strawberry.field(description="Ending later than was planned first.")
    earlier: int = strawberry.field(description="Ending earlier than was planned first.")
    median_slip_days: int | None = strawberry.field(description="By how many days the middle one of those that slipped does; null without any.")
    most_slip_days: int | None = strawberry.field(description="By how many days the worst of them does; null without any.")


@strawberry.type(description="Something of a product that has a day.")
class Milestone:
    kind: MilestoneKind = strawberry.field(description="What it is.")
    title: str = strawberry.field(description="As people call it.")
    on: date = strawberry.field(description="The day of the release, or the day by which the target is due.")
    reached: bool | None = strawberry.field(description="Whether a release is out, or a target was hit; null while that is open.")


@strawberry.type(description="What is meant to be brought about, in the order of its placing; what was dropped is left out.")
class Roadmap:
    facts: strawberry.Private[Facts]
    of: strawberry.Private[str]
    states: strawberry.Private[tuple[catalogue.RoadmapItem, ...]]

    @told("What is being worked on.")
    def now(self) -> list[RoadmapItem]:
        return self._under(catalogue.Horizon.NOW)

    @told("What comes after that.")
    def next(self) -> list[RoadmapItem]:
        return self._under(catalogue.Horizon.NEXT)

    @told("What comes some day.")
    def later(self) -> list[RoadmapItem]:
        return self._under(catalogue.Horizon.LATER)

    @told("What is done.")
    def done(self) -> list[RoadmapItem]:
        return self._under(catalogue.Horizon.DONE)

    @told("All of it, page by page.")
    def items(
        self, first: First = PAGE, after: After = None, filter: RoadmapItemsWanted = None, order_by: RoadmapItemsOrdered = None
    ) -> Connection[RoadmapItem]:
        found = roadmap_items_of(f"roadmap of {self.of}", self.facts, self.states, filter, order_by)
        return page(found, lambda state: roadmap_item(self.facts, state), first, after)

    @told("How many of the items that are wanted stand where.")
    def counts(self, filter: RoadmapItemsWanted = None) -> RoadmapCounts:
        return _counted(roadmap_items_of("", self.facts, self.states, filter, None).wanted)

    def _under(self, horizon: catalogue.Horizon) -> list[RoadmapItem]:
        return [roadmap_item(self.facts, state) for state in self.states if state.horizon is horizon]


@strawberry.type(description="What goes out to the people a product is for.")
class Release(Node):
    facts: strawberry.Private[Facts]
    state_: strawberry.Private[ReleaseFacts]
    id: strawberry.ID = strawberry.field(description="`release:` and the id that commands use.")
    known: bool = strawberry.field(description=KNOWN)
    title: str = strawberry.field(description="What it is called.")
    stage: ReleaseStage = strawberry.field(description="The phase of the product that it belongs to.")
    state: ReleaseState = strawberry.field(description="How far it is.")
    functional: bool = strawberry.field(description="Whether it changes what the product does (S0-16).")
    released_on: date | None = strawberry.field(description="The day on which it was published; null before.")

    @told("Every judgement of it, the latest first, also those that count no more because what they judged was taken back or is another by now.")
    def judgements(self) -> list[SaidEvent]:
        return judged(self.facts, RELEASE, self.state_.id)

    @told("The product that it is of.")
    def product(self) -> Annotated[Product, strawberry.lazy("services.gateway.types.product")]:
        from services.gateway.types.product import product

        return product(self.facts, self.state_.product)

    @told("Who signed it off (S0-13); null before.")
    def signed_off_by(self) -> Person | None:
        return person_of(self.state_.signed_off)

    @told("Who signed it off, in which role, and when (S0-13); null before.")
    def sign_off(self) -> Voice | None:
        return voice(self.state_.signed_off)


def roadmap(facts: Facts, of: str, products: tuple[str, ...]) -> Roadmap:
    """The roadmap of these products together, which are those of somebody or something (`team:biohub`)."""
    states = [item for product in products for item in deriving.planned(facts, product)]
    if len(products) > 1:
        states.sort(key=lambda item: began_by(item.placed, item.id))
    return Roadmap(facts=facts, of=of, states=tuple(states))


def whole_roadmap(facts: Facts) -> Roadmap:
    """Everything that is planned, by product."""
    products = sorted({item.product for item in facts.every(catalogue.ROADMAP_ITEM)})
    return roadmap(facts, "portfolio", tuple(products))


def milestones(facts: Facts, product: str) -> list[Milestone]:
    """What of a product has a day, by day."""
    return [Milestone(kind=one.kind, title=one.title, on=one.on, reached=one.reached) for one in deriving.milestones_of(facts, product)]


def _counted(items: Sequence[catalogue.RoadmapItem]) -> RoadmapCounts:
    under = Counter(item.horizon for item in items)
    slips = sorted(item.slip_days for item in items if item.slip_days)
    late = [days for days in slips if days > 0]
    return RoadmapCounts(
        items=len(items),
        now=under[catalogue.Horizon.NOW],
        next=under[catalogue.Horizon.NEXT],
        later=under[catalogue.Horizon.LATER],
        done=under[catalogue.Horizon.DONE],
        undated=sum(item.ends is None for item in items),
        slipped=len(late),
        earlier=len(slips) - len(late),
        median_slip_days=late[len(late) // 2] if late else None,
        most_slip_days=late[-1] if late else None,
    )


def releases(facts: Facts, product: str) -> list[Release]:
    """The releases of a product, in the order of their proposals."""
    return [release(facts, state) for state in sorted(facts.related(RELEASE, "product", product), key=lambda one: began_by(one.proposed, one.id))]


def roadmap_item(facts: Facts, state: catalogue.RoadmapItem) -> RoadmapItem:
    """An item of a roadmap."""
    return RoadmapItem(
        facts=facts,
        of=state,
        id=outside("roadmap_item", state.id),
        known=state.placed is not None,
        title=state.title or state.id,
        horizon=state.horizon,
        starts=state.starts,
        ends=state.ends,
        slip_days=state.slip_days,
        state=state.state,
    )


def roadmap_item_of(facts: Facts, id: str | None) -> RoadmapItem | None:
    """The item of a reference, also where nothing was heard of it yet; None where none is named."""
    return roadmap_item(facts, facts.get(catalogue.ROADMAP_ITEM, id) or catalogue.ROADMAP_ITEM.initial(id=id)) if id else None


def release_of(facts: Facts, id: str | None) -> Release | None:
    """The same of a release."""
    return release(facts, facts.get(RELEASE, id) or RELEASE.initial(id=id)) if id else None


def release(facts: Facts, state: ReleaseFacts) -> Release:
    """A release."""
    return Release(
        facts=facts,
        state_=state,
        id=outside("release", state.id),
        known=state.proposed is not None,
        title=state.title or state.id,
        stage=state.stage,
        state=state.state,
        functional=state.functional,
        released_on=deriving.event_day(state.published),
    )
