"""Types for the story of a team or a product: periods of status, the backlog over time, members, and all events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import strawberry

from libs.events.catalog.portfolio.team import Membership
from libs.events.event import day_of
from libs.events.facts import Facts
from libs.rules.history import stories
from services.gateway.graphql.types.kinds.connection import Connection, Listing, page
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.events import SaidEvent, said
from services.gateway.graphql.types.kinds.types import DerivedValue, tells

StoryKinds = Annotated[
    list[str] | None, strawberry.argument(description="Only events of aggregates of these kinds, such as investment or roadmap_item. Default: all.")
]


@tells(Membership, order="role core staffing since left_on person")
class FormerMember(DerivedValue[Membership]):
    """Somebody who was on a team."""

    @told("The day on which they left it.")
    def left_on(self) -> date | None:
        return day_of(self.of.left)


def former_members(facts: Facts, members: Sequence[Membership]) -> list[FormerMember]:
    """Those who left, the last first."""
    left = sorted((one for one in members if one.left), key=lambda one: (one.left or one.joined).order, reverse=True)
    return [FormerMember(facts, one) for one in left]


def told_of(facts: Facts, kind: str, id: str, kinds: Sequence[str] | None, first: int, after: str | None) -> Connection[SaidEvent]:
    """All that was said of a team or a product, the latest first."""
    found = facts.derive(stories.story, kind, id)
    chosen = [one for one in found if one.event.kind in kinds] if kinds else found
    return page(Listing(f"story of {kind}:{id}", found, chosen), lambda one: said(facts, one.event, retracted=one.retracted, counts=one.counts), first, after)
