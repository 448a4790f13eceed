"""Subscriptions: what changes in the world, as it changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from libs.events.envelope import all_topics
from services.gateway.asking import Info
from services.gateway.types.telling import followed

SECONDS = 5.0
"""How long a change that the log holds is waited for in the world before it is told without."""


@strawberry.type(description="What the world has newly applied.")
class Change:
    world: str = strawberry.field(description="Names the state of the world since then, as `portfolio.world`.")
    positions: list[str] = strawberry.field(description="What was applied, `kind:id@sequence`, in order per aggregate.")


Kinds = Annotated[list[str] | None, strawberry.argument(description="Only changes of these kinds of aggregate (`team`, `release`). Default: of all.")]


@strawberry.type(description="What can be followed.")
class Subscription:
    @followed("The name of the world's state: at once, and whenever it has changed.")
    async def world(self, info: Info) -> AsyncGenerator[str, None]:
        world = info.context.process.world
        yield world.digest
        async for change in _changes(info, None):
            yield change.world

    @followed("What the world applies from now on, together as it comes.")
    async def changed(self, info: Info, kinds: Kinds = None) -> AsyncGenerator[Change, None]:
        async for change in _changes(info, frozenset(kinds) if kinds else None):
            yield change


async def _changes(info: Info, kinds: frozenset[str] | None) -> AsyncGenerator[Change, None]:
    process = info.context.process
    topics = all_topics(process.settings.namespace)
    log = process.adapters.log
    expires = info.context.principal.expires
    async for batch in log.read(topics, await log.end(topics)):
        if expires is not None and process.adapters.clock() >= expires:
            return
        records = [d.record for d in batch]
        positions = [r.headers["ce_id"] for r in records if "ce_id" in r.headers and (kinds is None or r.key.partition(":")[0] in kinds)]
        if positions:
            await process.world.heard(positions, SECONDS)
            yield Change(world=process.world.digest, positions=list(dict.fromkeys(positions)))
