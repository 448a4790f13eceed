"""Types for roadmaps, releases, visions and target conditions."""

from __future__ import annotations

from typing import Any

import strawberry

from libs.events.catalog.portfolio.people.person import Person
from libs.events.catalog.roadmap import roadmap_item as catalogue
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.catalog.roadmap.release import Release as ReleaseFacts
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM
from libs.events.catalog.roadmap.target_condition import TARGET_CONDITION
from libs.events.catalog.roadmap.target_condition import TargetCondition as TargetConditionFacts
from libs.events.catalog.roadmap.vision import VISION
from libs.events.catalog.roadmap.vision import Vision as VisionFacts
from libs.events.event import Kind, began_by
from libs.events.facts import Facts
from libs.rules.products.roadmaps import RoadmapCounts, counted, planned, progress
from libs.rules.visions import vision_of
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.decorators import derived, told
from services.gateway.graphql.types.kinds.lists import Whole, listing, wanted
from services.gateway.graphql.types.kinds.person import Voice, person_of, voice
from services.gateway.graphql.types.kinds.types import many, show, shows

RoadmapItemsWanted = wanted(ROADMAP_ITEM)


@shows(
    ROADMAP_ITEM,
    order="title horizon starts ends slip_days state first_starts first_ends co_owners product owner links notes",
    private="start end placed planned",
)
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


@shows(RELEASE, order="title stage state functional planned released_on judgements product recommendation", private="proposed signed_off published")
class Release(Shown[ReleaseFacts]):
    """What goes out to the people a product is for."""

    @told("Who signed it off (S0-13); null before.")
    def signed_off_by(self) -> Shown[Person] | None:
        return person_of(self.facts, self.of.signed_off)

    @told("Who signed it off, in which role, and when (S0-13); null before.")
    def sign_off(self) -> Voice | None:
        return voice(self.facts, self.of.signed_off)


@shows(VISION)
class Vision(Shown[VisionFacts]):
    """Where something is to be in the long term (S4-11, S2-06)."""


@shows(TARGET_CONDITION)
class TargetCondition(Shown[TargetConditionFacts]):
    """A far and hard state to reach, to which the way is not known beforehand (S3-02)."""


def its_vision(kind: Kind[Any]) -> Any:
    """The field with the vision that holds of a thing of a kind."""

    @told("The vision of it that holds: set last, by day, and not over (S4-11); null without any.")
    def vision(self: Shown[Any]) -> Shown[VisionFacts] | None:
        found = self.facts.derive(vision_of, kind.key(self.of.id))
        return None if found is None else show(self.facts, VISION, found)

    return vision


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
