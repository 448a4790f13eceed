"""Roadmaps and releases."""

from __future__ import annotations

from datetime import date

import strawberry

from libs.events.catalog.roadmap import roadmap_item as catalogue
from libs.events.catalog.roadmap.release import RELEASE, ReleaseStage, ReleaseState
from libs.events.catalog.roadmap.release import Release as ReleaseFacts
from libs.events.facts import Facts
from services.gateway import deriving
from services.gateway.ids import outside
from services.gateway.types.connection import PAGE, After, Connection, First, page
from services.gateway.types.person import Person, person_of
from services.gateway.types.telling import known, told

known(catalogue.Horizon, "How near a roadmap item is.")
known(catalogue.RoadmapItemState, "Whether a roadmap item is planned, done or dropped.")
known(ReleaseStage, "The phase of the product that a release belongs to.")
known(ReleaseState, "How far a release is.")


@strawberry.type(description="Something that a product means to bring about.")
class RoadmapItem:
    facts: strawberry.Private[Facts]
    key: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="`roadmap_item:` and the id that commands use.")
    title: str = strawberry.field(description="What it is called.")
    horizon: catalogue.Horizon = strawberry.field(description="Under which heading it stands.")
    starts: date | None = strawberry.field(description="The day on which it is planned to start.")
    ends: date | None = strawberry.field(description="The day on which it is planned to end.")
    slip_days: int | None = strawberry.field(description="Planned end less the end planned first, in days; negative when earlier, null without an end.")
    state: catalogue.RoadmapItemState = strawberry.field(description="Planned or done; what was dropped is on no roadmap.")

    @told("Delivered share of the backlog items linked to it, less the dropped ones: 0 to 1, four places; null without any.")
    def progress(self) -> float | None:
        return deriving.progress(self.facts, self.key)


@strawberry.type(description="What is meant to be brought about, in the order of its placing; what was dropped is left out.")
class Roadmap:
    facts: strawberry.Private[Facts]
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
    def items(self, first: First = PAGE, after: After = None) -> Connection[RoadmapItem]:
        return page(self.states, lambda state, _: _item(self.facts, state), first, after)

    def _under(self, horizon: catalogue.Horizon) -> list[RoadmapItem]:
        return [_item(self.facts, state) for state in self.states if state.horizon is horizon]


@strawberry.type(description="What goes out to the people a product is for.")
class Release:
    state_: strawberry.Private[ReleaseFacts]
    id: strawberry.ID = strawberry.field(description="`release:` and the id that commands use.")
    title: str = strawberry.field(description="What it is called.")
    stage: ReleaseStage = strawberry.field(description="The phase of the product that it belongs to.")
    state: ReleaseState = strawberry.field(description="How far it is.")
    functional: bool = strawberry.field(description="Whether it changes what the product does (S0-16).")
    released_on: date | None = strawberry.field(description="The day on which it was published; null before.")

    @told("Who signed it off (S0-13); null before.")
    def signed_off_by(self) -> Person | None:
        return person_of(self.state_.signed_off)


def roadmap(facts: Facts, products: tuple[str, ...]) -> Roadmap:
    """The roadmap of these products together."""
    return Roadmap(facts=facts, states=tuple(item for product in products for item in deriving.planned(facts, product)))


def releases(facts: Facts, product: str) -> list[Release]:
    """The releases of a product, in the order of their proposals."""
    return [_release(state) for state in sorted(facts.related(RELEASE, "product", product), key=_proposing)]


def _item(facts: Facts, state: catalogue.RoadmapItem) -> RoadmapItem:
    return RoadmapItem(
        facts=facts,
        key=state.id,
        id=outside("roadmap_item", state.id),
        title=state.title,
        horizon=state.horizon,
        starts=state.starts,
        ends=state.ends,
        slip_days=state.slip_days,
        state=state.state,
    )


def _release(state: ReleaseFacts) -> Release:
    return Release(
        state_=state,
        id=outside("release", state.id),
        title=state.title,
        stage=state.stage,
        state=state.state,
        functional=state.functional,
        released_on=deriving.event_day(state.published),
    )


def _proposing(state: ReleaseFacts) -> tuple[str, str]:
    return (state.proposed.time.isoformat() if state.proposed else "", state.id)
