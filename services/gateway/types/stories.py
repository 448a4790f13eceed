"""The story of a team or a product as the schema tells it: periods of status, the backlog over time, who was there, and all that was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import strawberry

from libs.events.catalog.portfolio.team import Membership, Staffing, TeamRole
from libs.events.event import day_of
from libs.events.facts import Facts
from libs.rules import stories
from services.gateway.types.connection import Connection, Listing, page
from services.gateway.types.person import Person, person
from services.gateway.types.saying import SaidEvent, said
from services.gateway.types.telling import told

StoryKinds = Annotated[
    list[str] | None, strawberry.argument(description="Only events of aggregates of these kinds, such as investment or roadmap_item. Default: all.")
]


@strawberry.type(description="Somebody who was on a team.")
class FormerMember:
    who: strawberry.Private[str]
    role: TeamRole = strawberry.field(description="What they did.")
    core: bool = strawberry.field(description="Whether in a core seat, or drawn on.")
    staffing: Staffing = strawberry.field(description="Staff or contracted.")
    since: date = strawberry.field(description="The day on which they joined in this role.")
    left_on: date | None = strawberry.field(description="The day on which they left it.")

    @told("Who it is.")
    def person(self) -> Person | None:
        return person(self.who)


def former_members(members: Sequence[Membership]) -> list[FormerMember]:
    """Those who left, the last first."""
    left = sorted((one for one in members if one.left), key=lambda one: (one.left or one.joined).order, reverse=True)
    return [
        FormerMember(
            who=one.person,
            role=one.role,
            core=one.core,
            staffing=one.staffing,
            since=one.joined.time.date(),
            left_on=day_of(one.left),
        )
        for one in left
    ]


def told_of(facts: Facts, kind: str, id: str, kinds: Sequence[str] | None, first: int, after: str | None) -> Connection[SaidEvent]:
    """All that was said of a team or a product, the latest first."""
    found = facts.derive(stories.story, kind, id)
    chosen = [one for one in found if one.event.kind in kinds] if kinds else found
    return page(Listing(f"story of {kind}:{id}", found, chosen), lambda one: said(facts, one.event, retracted=one.retracted, counts=one.counts), first, after)


def first_of(facts: Facts, kind: str, id: str) -> SaidEvent | None:
    """The event with which a team or a product begins."""
    found = stories.first_said(facts, kind, id)
    return said(facts, found) if found else None
