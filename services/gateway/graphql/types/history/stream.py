"""Types for the event stream: its pages, and the digest by which a reader proves that none is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import strawberry
from strawberry.scalars import JSON

from libs.commands.errors import NotHeardYet
from libs.delivery.deduplication import Published
from libs.events.cost import spend
from libs.events.envelope import all_topics, instant, place_time
from libs.events.ports.log import Cursor
from services.gateway.graphql.context import Info
from services.gateway.graphql.types.kinds.connection import PageInfo
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.stream.filters import cursor_of, read_up_to, wanted
from services.gateway.stream.reader import ReaderView, scanned

MOST_SCANNED: Final = 5_000
"""Records looked at for one page: a page of a rare type may be empty, and its endCursor goes on behind what was looked at."""
MOST_PAGE: Final = 100
SECONDS: Final = 2.0
"""How long a digest waits until the gateway has read as far as its cursor."""

After = Annotated[str | None, strawberry.argument(description="A cursor of this connection or of `/events`, behind which to begin. Default: the beginning.")]
Types = Annotated[list[str] | None, strawberry.argument(description="Only events of these types, such as headway.backlog.item.delivered.v1. Default: all.")]
Subjects = Annotated[list[str] | None, strawberry.argument(description="Only events of these aggregates, such as team:biohub. Default: all.")]
TrueFrom = Annotated[datetime | None, strawberry.argument(name="from", description="Only what was true (`time`) at this instant or later.")]
TrueTo = Annotated[datetime | None, strawberry.argument(name="to", description="Only what was true (`time`) before this instant.")]
UpTo = Annotated[
    str | None,
    strawberry.argument(
        description="How far the reader has read: a cursor of `/events` or `events`, or, for a reader of Kafka, the next offset of each partition as JSON, "
        'such as {"backlog.3": 17}. Default: all that the gateway has heard.'
    ),
]


@strawberry.type(description="An event as it was published, by the names of CloudEvents. What a damaged record does not say is null.")
class StreamEvent:
    line: strawberry.Private[dict[str, Any]]
    id: str = strawberry.field(description="Its position, `kind:id@sequence`, which no other event has.")
    type: str | None = strawberry.field(description="Its type, such as headway.roadmap.release.published.v1.")
    source: str | None = strawberry.field(description="The service that published it, such as /headway/roadmap.")
    subject: str | None = strawberry.field(description="The aggregate that it is about, `kind:id`.")
    sequence: int | None = strawberry.field(description="Its number in the aggregate, from 1, without gaps.")
    time: datetime | None = strawberry.field(description="When it was true.")
    recorded: datetime | None = strawberry.field(description="When it was learned.")
    actor: str | None = strawberry.field(description="Who said it.")
    actor_role: str | None = strawberry.field(description="The role in which it was said.")

    @told("What it says; amounts are null for whoever may not read their money. Null where it is no JSON.")
    def data(self) -> JSON | None:
        said = self.line.get("data")
        return None if said is None else JSON(said)


@strawberry.type(description="An event and its cursor.")
class StreamEdge:
    cursor: str = strawberry.field(description="Opaque: how far the log was read with this event; for `after`, here and in `/events`, and for `upTo`.")
    node: StreamEvent = strawberry.field(description="The event itself.")


@strawberry.type(
    description="A page of the log: each event once, in order per aggregate. At most 5,000 records are looked at for one page: it may be short or empty, "
    "and the log goes on nevertheless, as `hasNextPage` says; `endCursor` is given on an empty page too."
)
class StreamConnection:
    edges: list[StreamEdge] = strawberry.field(description="The events on this page, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where the page stands. The log may be longer a moment later.")

    @told("The events on this page.")
    def nodes(self) -> list[StreamEvent]:
        return [edge.node for edge in self.edges]


@strawberry.type(
    description="What the stream holds of one kind of aggregate. The digest is the SHA-256 (hex) over the lines `subject sequence id` of its distinct "
    "events, sorted by their bytes, each ended by a line feed."
)
class KindDigest:
    kind: str = strawberry.field(description="The kind of aggregate, such as item.")
    count: int = strawberry.field(description="How many distinct events there are of it: one that was published again counts once.")
    digest: str = strawberry.field(description="Equal where a reader has these events, and no others.")


@strawberry.type(description="What the stream holds up to a cursor, for a reader to compare with what it has.")
class StreamDigest:
    cursor: str = strawberry.field(description="How far, for `upTo`: what was given, or the cursor behind all that the gateway has read.")
    count: int = strawberry.field(description="How many distinct events there are.")
    kinds: list[KindDigest] = strawberry.field(description="Per kind of which there are events, by name.")


@dataclass
class _Page:
    """What one page has found, and how far it has read."""

    edges: list[StreamEdge]
    end: str | None
    more: bool = False


async def stream(
    info: Info,
    after: str | None,
    types: Iterable[str] | None,
    subjects: Iterable[str] | None,
    begin: datetime | None,
    end: datetime | None,
    first: int,
) -> StreamConnection:
    """A page of the log behind a cursor. Raises Invalid for what is no cursor, type or subject."""
    context = info.context
    cursor = cursor_of(after)
    shown = ReaderView(context.process, context.principal, wanted(types or (), subjects or (), begin, end, fields=("types", "subjects")), spend)
    page = await _page(info, cursor or Cursor(), shown, min(max(first, 0), MOST_PAGE), after or None)
    return StreamConnection(
        edges=page.edges,
        page_info=PageInfo(
            has_next_page=page.more,
            has_previous_page=cursor is not None and bool(cursor.offsets),
            start_cursor=page.edges[0].cursor if page.edges else None,
            end_cursor=page.end,
        ),
    )


async def _page(info: Info, begin: Cursor, shown: ReaderView, first: int, after: str | None) -> _Page:
    process = info.context.process
    page = _Page([], after)
    looked = 0
    async for delivery, is_shown in scanned(process.adapters.log, all_topics(process.settings.namespace), begin, False, shown):
        full = len(page.edges) == first
        if looked == MOST_SCANNED or (full and is_shown):
            page.more = True
            break
        looked += 1
        if is_shown:
            page.edges.append(_edge(shown.line(delivery)))
        if not full:
            page.end = str(delivery.cursor)
    return page


def _edge(line: dict[str, Any]) -> StreamEdge:
    sequence = str(line.get("sequence", ""))
    event = StreamEvent(
        line=line,
        id=str(line.get("id", "")),
        type=line.get("type"),
        source=line.get("source"),
        subject=line.get("subject"),
        sequence=int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else None,
        time=_instant(line.get("time"), place_time),
        recorded=_instant(line.get("recorded")),
        actor=line.get("actor"),
        actor_role=line.get("actorrole"),
    )
    return StreamEdge(cursor=line["cursor"], node=event)


def _instant(text: str | None, read: Callable[[str], datetime] = instant) -> datetime | None:
    try:
        return read(text) if text else None
    except (ValueError, OverflowError):
        return None


async def stream_digest(info: Info, up_to: str | None) -> StreamDigest:
    """What was published before a cursor; without one, all that was heard, by the log or from its owners.

    Raises Invalid for what is no cursor, and NotHeardYet where the gateway has not read so far within two seconds.
    """
    published = _published(info)
    cursor = read_up_to(up_to)
    if cursor is not None:
        try:
            async with asyncio.timeout(SECONDS):
                await published.reach(cursor.offsets)
        except TimeoutError as e:
            raise NotHeardYet(
                "the gateway has not read the log as far as this cursor",
                field="upTo",
                remedy="Ask again; if it stays so, the log is another: read it anew.",
            ) from e
    found = await published.digests(cursor or published.cursor, {} if cursor else await _only_from_owners(info, published))
    return StreamDigest(
        cursor=up_to if cursor and up_to else str(published.cursor),
        count=sum(one.count for one in found),
        kinds=[KindDigest(kind=one.kind, count=one.count, digest=one.sha256) for one in found],
    )


async def _only_from_owners(info: Info, published: Published) -> dict[str, int]:
    """The aggregates of which the world has more than the log has brought so far, and how much of each: a reader of the log misses that."""
    world = info.context.process.world
    found: dict[str, int] = {}
    for kind in world.tallies():
        for n, aggregate in enumerate(list(world.all(kind)), 1):
            if world.last(aggregate) > published.last(aggregate):
                found[aggregate] = world.last(aggregate)
            if n % 10_000 == 0:
                await asyncio.sleep(0)
    return found


def _published(info: Info) -> Published:
    consumer = info.context.process.consumer
    if consumer is None or consumer.published is None:
        raise NotHeardYet("the gateway does not read the log yet", remedy="Ask again in a moment.")
    return consumer.published
