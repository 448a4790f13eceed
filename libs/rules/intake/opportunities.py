"""What an opportunity beyond its program means for the roadmap of a team's home (S4-14)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.intake.opportunity import OPPORTUNITY, Opportunity
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, RoadmapItem, RoadmapItemState
from libs.events.event import day_of
from libs.events.facts import Facts
from libs.events.values import GlobalId
from libs.rules.products.homes import products_at
from libs.rules.products.roadmaps import planned
from libs.rules.statements import explains


class AffectedItem(NamedTuple):
    """An item on the roadmap of a team's home that is planned for the time of an opportunity (S4-14)."""

    item: Annotated[GlobalId, Doc("The item: its global id.")]
    name: Annotated[str, Doc("What the item is called.")]
    starts: Annotated[date | None, Doc("The day on which it is planned to start; null where none is.")]
    ends: Annotated[date | None, Doc("The day on which it is planned to end; null where none is.")]
    served: Annotated[bool, Doc("Whether it is of a product that the team serves: then its own people are missing there.")]


@explains("opportunity", "affects")
def affects(facts: Facts, id: str) -> tuple[AffectedItem, ...]:
    """What is not done on the roadmaps of products at home where the team is, and is planned for a day of the opportunity; first that of products which the
    team serves. Without a first day it begins on the day on which it was recorded, without a last one it stays open (S4-14).
    """
    one = facts.get(OPPORTUNITY, id)
    team = facts.get(TEAM, one.team) if one is not None else None
    if one is None or team is None or team.home is None:
        return ()
    found = [
        AffectedItem(ROADMAP_ITEM.key(item.id), item.title or item.id, item.starts, item.ends, product.id in team.products)
        for product in products_at(facts, team.home)
        for item in planned(facts, product.id)
        if item.state is not RoadmapItemState.DONE and _falls_into(item, one)
    ]
    return tuple(sorted(found, key=lambda item: (not item.served, item.starts or date.min, item.ends or date.max, item.item)))


def _falls_into(item: RoadmapItem, one: Opportunity) -> bool:
    """An item without any day falls nowhere; with one alone it is of that day on, or until then."""
    starts, ends = one.starts or day_of(one.recorded) or date.min, one.ends or date.max
    dated = item.starts is not None or item.ends is not None
    return dated and (item.starts or date.min) <= ends and (item.ends or date.max) >= starts
