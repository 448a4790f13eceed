"""`search`: finds things by what people type."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Annotated, Final

import strawberry

from libs.events.facts import Facts
from libs.rules.search import Findable, Hit, may_mean, parts, search
from services.gateway.graphql.context import Info, OperationContext
from services.gateway.graphql.global_ids import outside
from services.gateway.graphql.types.kinds.connection import Connection, Listing, page
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.node import Node
from services.gateway.graphql.types.kinds.node_lookup import node_of

AT_ONCE: Final = 0.02
"""Seconds for which the texts to look through are made without letting others go on."""


Typed = Annotated[
    str,
    strawberry.argument(
        description="What was typed: a name or a part of it, an id, PERMIT-12. Case and accents do not matter; every word must be there, "
        "or, where nothing has them all, something alike."
    ),
]
FindableKinds = Annotated[list[Findable] | None, strawberry.argument(description="Only these kinds. Default: all.")]


@strawberry.type(description="Something that was found.")
class SearchHit:
    facts: strawberry.Private[Facts]
    hit: strawberry.Private[Hit]
    id: strawberry.ID = strawberry.field(description="Its global id.")
    kind: Findable = strawberry.field(description="What it is.")
    name: str = strawberry.field(description="As people call it.")
    within: str | None = strawberry.field(
        description="Where it belongs (a plain id): the product of an item, the home of a team, product or program, the team of a person; null: nowhere."
    )

    @told("The thing itself.")
    def node(self) -> Node | None:
        return node_of(self.facts, self.hit.kind, self.hit.key)


async def found(
    info: Info, text: str, kinds: Sequence[Findable] | None, first: int, after: str | None, as_of: date | None, known_at: datetime | None
) -> Connection[SearchHit]:
    """What fits best first, at a moment. Every role may read all that is searched; money is not."""
    begun = time.monotonic()
    for _ in parts(info.context.facts(as_of, known_at), frozenset(kinds or Findable)):
        if time.monotonic() - begun > AT_ONCE:
            await asyncio.sleep(0)
            begun = time.monotonic()
    facts = info.context.facts(as_of, known_at)
    names = info.context.names(partial(may_mean, text)) if Findable.PERSON in (kinds or Findable) else {}
    hits = search(facts, text, kinds or (), names)
    return page(Listing(f"search {text}", hits, hits), lambda hit: _shown(info.context, facts, hit), first, after)


def _shown(context: OperationContext, facts: Facts, hit: Hit) -> SearchHit:
    kept = context.particulars(hit.key) if hit.kind is Findable.PERSON else None
    name = kept.name if kept is not None else hit.name
    return SearchHit(facts=facts, hit=hit, id=outside(hit.kind, hit.key), kind=hit.kind, name=name, within=hit.within)
