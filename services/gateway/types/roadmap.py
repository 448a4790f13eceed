"""Roadmaps and releases."""

from __future__ import annotations

import strawberry

from libs.events.catalog.roadmap import roadmap_item as catalogue
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.catalog.roadmap.release import Release as ReleaseFacts
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM
from libs.events.event import began_by
from libs.events.facts import Facts
from libs.rules.roadmaps import RoadmapCounts, counted, planned, progress
from services.gateway.types.annotations import Shown
from services.gateway.types.kinds import many, show, shows
from services.gateway.types.lists import Whole, listing, wanted
from services.gateway.types.person import Person, Voice, person_of, voice
from services.gateway.types.telling import derived, told

RoadmapItemsWanted = wanted(ROADMAP_ITEM)


@shows(ROADMAP_ITEM, order="title horizon starts ends slip_days state first_starts first_ends co_owners product", private="start end placed planned")
class RoadmapItem(Shown[catalogue.RoadmapItem]):
    """Something that a product means to bring about."""

    progress = derived(progress, "Delivered share of the backlog items linked to it, less the dropped ones: 0 to 1, four places; null without any.")


@strawberry.type(description="What is meant to be brought about, in the order of its placing; what was dropped is left out.")
class Roadmap:
    facts: strawberry.Private[Facts]
    of: strawberry.Private[str]
    states: strawberry.Private[tuple[catalogue.RoadmapItem, ...]]

    @told("What is being worked on.")
    def now(self) -> list[Shown[catalogue.RoadmapItem]]:
        return self._under(catalogue.Horizon.NOW)

    @told("What comes after that.")
    def next(self) -> list[Shown[catalogue.RoadmapItem]]:
        return self._under(catalogue.Horizon.NEXT)

    @told("What comes some day.")
    def later(self) -> list[Shown[catalogue.RoadmapItem]]:
        return self._under(catalogue.Horizon.LATER)

    @told("What is done.")
    def done(self) -> list[Shown[catalogue.RoadmapItem]]:
        return self._under(catalogue.Horizon.DONE)

    items = many(ROADMAP_ITEM, "All of it, page by page.", lambda self: self._whole, default="of their placing")

    @told("How many of the items that are wanted stand where.")
    def counts(self, filter: RoadmapItemsWanted = None) -> RoadmapCounts:  # type: ignore[valid-type] # it is made of the declaration
        return counted(listing(ROADMAP_ITEM, self.facts, self._whole, filter, None).wanted)

    @property
    def _whole(self) -> Whole[catalogue.RoadmapItem]:
        return Whole(f"roadmap of {self.of}", self.states, own="placed")

    def _under(self, horizon: catalogue.Horizon) -> list[Shown[catalogue.RoadmapItem]]:
        return [show(self.facts, ROADMAP_ITEM, state) for state in self.states if state.horizon is horizon]


@shows(RELEASE, order="title stage state functional released_on judgements product", private="proposed signed_off published")
class Release(Shown[ReleaseFacts]):
    """What goes out to the people a product is for."""

    @told("Who signed it off (S0-13); null before.")
    def signed_off_by(self) -> Person | None:
        return person_of(self.of.signed_off)

    @told("Who signed it off, in which role, and when (S0-13); null before.")
    def sign_off(self) -> Voice | None:
        return voice(self.of.signed_off)


def roadmap(facts: Facts, of: str, products: tuple[str, ...]) -> Roadmap:
    """The roadmap of these products together, which are those of somebody or something (`team:biohub`)."""
    states = [item for product in products for item in facts.derive(planned, product)]
    if len(products) > 1:
        states.sort(key=lambda item: began_by(item.placed, item.id))
    return Roadmap(facts=facts, of=of, states=tuple(states))


def whole_roadmap(facts: Facts) -> Roadmap:
    """Everything that is planned, by product."""
    products = sorted({item.product for item in facts.every(ROADMAP_ITEM)})
    return roadmap(facts, "portfolio", tuple(products))


def releases(facts: Facts, product: str) -> list[Shown[ReleaseFacts]]:
    """The releases of a product, in the order of their proposals."""
    return [show(facts, RELEASE, state) for state in sorted(facts.related(RELEASE, "product", product), key=lambda one: began_by(one.proposed, one.id))]
