"""Subscriptions to changes of the world as they happen, and to what was missed before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Annotated, cast

import strawberry

from libs.commands.errors import Invalid, Unreachable
from libs.events.envelope import all_topics
from libs.events.event import KINDS, split
from libs.events.ports.log import Cursor, Delivery, LogUnavailable, Record
from libs.events.references import thing_of
from libs.rules.authority import belonging
from services.gateway.graphql.context import Info
from services.gateway.graphql.durations import listens
from services.gateway.graphql.global_ids import chosen
from services.gateway.graphql.types.kinds.decorators import followed, told
from services.gateway.graphql.types.kinds.node import Node
from services.gateway.graphql.types.kinds.node_lookup import node_of
from services.gateway.stream.resume_cursor import beginning

SECONDS = 5.0
"""How long a change that the log holds is waited for in the world before it is told without."""
AGAIN = 1.0
"""Seconds after which a log that did not answer is read again."""
MOST = 100
"""How many events are told together at most."""


@strawberry.type(description="What the world has newly applied.")
class Change:
    asking: strawberry.Private[Info]
    aggregates: strawberry.Private[Sequence[str]]
    world: str = strawberry.field(description="Names the state of the world since then, as `portfolio.world`.")
    positions: list[str] = strawberry.field(description="What was applied, `kind:id@sequence`, in order per aggregate; at most a hundred.")
    cursor: str = strawberry.field(description="Opaque: given as `after`, it goes on behind this change. It is a cursor of /events too.")

    @told("What it is about, each once, as it is today: of what is said of a graduation the team, of a backlog the product. What has no type here is left out.")
    def nodes(self) -> list[Node]:
        facts = self.asking.context.facts(None, None)
        about = dict.fromkeys(map(thing_of, self.aggregates))
        return [node for kind, id in about if (node := node_of(facts, kind, id)) is not None]


Kinds = Annotated[list[str] | None, strawberry.argument(description="Only changes of these kinds of aggregate (`team`, `release`). Default: of all.")]
Teams = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(description="Only changes of these teams, and of what is theirs: their graduation, money, loans, and the products they serve."),
]
Products = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(description="Only changes of these products, and of what is theirs: roadmap, backlog, releases, metrics. With `teams`: of either."),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description="Begin behind this: the `cursor` of a change, a cursor of /events, or the position of an event (`team:biohub@3`). "
        "What was missed is told first, each event once, then what comes. Default: only what comes."
    ),
]


@dataclass(frozen=True)
class ChangeFilter:
    """Which changes a subscriber wants: of these kinds (none: all) within one of these scopes (none: anywhere)."""

    kinds: frozenset[str] = frozenset()
    scopes: frozenset[tuple[str, str]] = frozenset()

    def takes(self, info: Info, record: Record) -> bool:
        """Whether it is one of them, by what the world knows today."""
        kind, id = split(record.key)
        if self.kinds and kind not in self.kinds:
            return False
        return not self.scopes or bool(self.scopes & belonging(info.context.facts(None, None), kind, id))


@strawberry.type(description="What can be followed, over a WebSocket that speaks graphql-transport-ws, or as server-sent events.")
class Subscription:
    @followed("The name of the world's state: at once, and whenever it has changed.")
    async def world(self, info: Info) -> AsyncGenerator[str, None]:
        begin = await _beginning(info, None)
        yield info.context.process.world.digest
        async with aclosing(_changes(info, ChangeFilter(), begin)) as changes:
            async for change in changes:
                yield change.world

    @followed("What the world applies from now on, or since an event, together as it comes.")
    async def changed(
        self, info: Info, teams: Teams = None, products: Products = None, kinds: Kinds = None, after: After = None
    ) -> AsyncGenerator[Change, None]:
        # What is wrong with the arguments is said before anything is followed.
        wanted = ChangeFilter(_kinds(kinds or ()), frozenset((*_scopes(info, "team", teams), *_scopes(info, "product", products))))
        return _changes(info, wanted, await _beginning(info, after))


async def _beginning(info: Info, after: str | None) -> Cursor:
    """Where to begin. Raises Invalid, and Unreachable where the log does not answer."""
    process = info.context.process
    try:
        found = await beginning(process.adapters.log, all_topics(process.settings.namespace), after)
    except LogUnavailable as e:
        raise Unreachable("the log does not answer", remedy="Subscribe again.") from e
    listens(info.context)
    return found


def _kinds(names: Sequence[str]) -> frozenset[str]:
    odd = [name for name in names if name not in KINDS]
    if odd:
        raise Invalid(f"{odd[0][:80]!r} is no kind", field="kinds", remedy=f"The kinds are {', '.join(sorted(KINDS))}.")
    return frozenset(names)


def _scopes(info: Info, kind: str, given: Iterable[str] | None) -> Iterable[tuple[str, str]]:
    return ((kind, chosen(info.context.world, kind, one, f"{kind}s")) for one in given or ())


@dataclass
class LatestPositions:
    """The sequence up to which each aggregate has been reported."""

    upto: dict[str, int] = field(default_factory=dict)

    def news(self, record: Record) -> bool:
        """Whether this is no event that was told before; the log may deliver one again."""
        sequence = record.headers.get("ce_sequence", "")
        number = int(sequence) if sequence.isascii() and sequence.isdigit() else 0
        if "ce_id" not in record.headers or number <= self.upto.get(record.key, 0):
            return False
        self.upto[record.key] = number
        return True


async def _changes(info: Info, wanted: ChangeFilter, begin: Cursor) -> AsyncGenerator[Change, None]:
    """What is wanted of what lies behind a cursor. A log that is away for a while is waited for: nobody misses anything by that."""
    process, told = info.context.process, LatestPositions()
    cursor = begin
    while True:
        try:
            async with aclosing(_batches(info, cursor)) as batches:
                async for batch in batches:
                    news = [d.record for d in batch if told.news(d.record) and (not wanted.kinds or split(d.record.key)[0] in wanted.kinds)]
                    await process.world.heard([record.headers["ce_id"] for record in news], SECONDS)
                    chosen = [record for record in news if wanted.takes(info, record)]
                    cursor = batch[-1].cursor
                    if chosen:
                        info.context.hold()
                        yield _change(info, chosen, cursor)
            return
        except LogUnavailable:
            await asyncio.sleep(AGAIN)


def _batches(info: Info, cursor: Cursor) -> AsyncGenerator[Sequence[Delivery], None]:
    process = info.context.process
    read = process.adapters.log.read(all_topics(process.settings.namespace), cursor, limit=MOST)
    return cast("AsyncGenerator[Sequence[Delivery], None]", read)


def _change(info: Info, records: Sequence[Record], cursor: Cursor) -> Change:
    return Change(
        asking=info,
        aggregates=list(dict.fromkeys(record.key for record in records)),
        world=info.context.world.digest,
        positions=[record.headers["ce_id"] for record in records],
        cursor=str(cursor),
    )
