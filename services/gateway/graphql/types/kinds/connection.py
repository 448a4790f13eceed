"""Relay connections: pages of a list by opaque cursors that name a place in its order, whatever comes and goes."""

from __future__ import annotations

import base64
import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cached_property, cmp_to_key
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar

import orjson
import strawberry

from libs.commands.errors import Invalid
from libs.events.event import Event, Identified
from services.gateway.graphql.types.kinds.decorators import told

PAGE: Final = 50
"""How many a page holds where `first` is not given."""

First = Annotated[int, strawberry.argument(description="How many at most: from 0 to 100, where the field does not say otherwise.")]
FOLLOWING: Final = 4
"""How many of what comes next the cursor of a list in an order by hand names: for when its own thing is gone."""

After = Annotated[str | None, strawberry.argument(description="The endCursor of the page before. Default: the first page.")]

T = TypeVar("T")
S = TypeVar("S", bound=Identified)

Part = str | int | float | bool | None
"""One value that a list is ordered by, as a cursor holds it; None comes last, whichever end is first."""


class Place(NamedTuple):
    """Where something stands in a list: what it is ordered by, and where it comes among equals."""

    key: tuple[Part, ...]
    among: float


@dataclass(frozen=True)
class Listing(Generic[S]):
    """A list in its order, and what is wanted of it.

    `name` tells it from every other list: a cursor of one is refused by the other. `whole` is all of it, before any filter, in the order in which equals
    stand; `by_id` says that this is the order of ids. `key` gives what it is ordered by before that, `backwards` turns it round. `mark` changes where
    somebody has put the thing at another place by hand.
    """

    name: str
    whole: Sequence[S]
    wanted: Sequence[S]
    key: Callable[[S], Any] | None = None
    backwards: bool = False
    by_id: bool = False
    mark: Callable[[S], int] = field(default=lambda state: 0)

    def cursor(self, state: S) -> str:
        """Names the place of a thing that is on the list."""
        index = self._indexes[state.id]
        said: list[Any] = [self._tag, list(self._key(state)), index, state.id, self.mark(state)]
        if self._by_hand:
            said += [[one.id, self.mark(one)] for one in self._next(index)]
        return base64.urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")

    def behind(self, cursor: str) -> int:
        """The index of the first wanted thing behind a place. Raises Invalid for what names no place of this list."""
        try:
            place = self._place(orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))))
            return bisect_right(self.wanted, cmp_to_key(self._compare)(place), key=lambda state: cmp_to_key(self._compare)(self._standing(state)))
        except (ValueError, TypeError) as e:
            raise Invalid("this is no cursor of this list", field="after", remedy="Give the endCursor of the page before, with the same `orderBy`.") from e

    @cached_property
    def _tag(self) -> str:
        return hashlib.blake2b(self.name.encode(), digest_size=6).hexdigest()

    @cached_property
    def _indexes(self) -> dict[str, int]:
        return {state.id: n for n, state in enumerate(self.whole)}

    def _key(self, state: S) -> tuple[Part, ...]:
        found = () if self.key is None else self.key(state)
        return tuple(_part(one) for one in (found if isinstance(found, tuple) else (found,)))

    def _standing(self, state: S) -> Place:
        return Place(self._key(state), self._indexes[state.id])

    def _place(self, said: Any) -> Place:
        """The place that a cursor names: by its key as it was then, among equals as they stand now. Raises ValueError and TypeError."""
        tag, key, index, id, mark, *following = said
        if tag != self._tag or not isinstance(key, list) or not isinstance(index, int) or not isinstance(id, str):
            raise ValueError(tag)
        now = self._stands(id, mark)
        if now is not None:
            return Place(tuple(key), now)
        if self.by_id:
            return Place(tuple(key), bisect_left(self.whole, id, key=lambda state: state.id) - 0.5)
        # It is gone, or was put elsewhere by hand, and maybe much before it too: what came next and stands yet is what comes next.
        for other, its in following:
            if (then := self._stands(other, its)) is not None:
                return Place(tuple(key), then + 0.5 if self.backwards else then - 0.5)
        return Place(tuple(key), index + 0.5 if self.backwards and self.key is None else index - 0.5)

    @property
    def _by_hand(self) -> bool:
        """Whether nothing but the whole's own order says where a thing stands."""
        return self.key is None and not self.by_id

    def _next(self, index: int) -> Sequence[S]:
        """The few that come next in the whole, as the list goes."""
        return self.whole[max(0, index - FOLLOWING) : index][::-1] if self.backwards else self.whole[index + 1 : index + 1 + FOLLOWING]

    def _stands(self, id: str, mark: int) -> int | None:
        """The index at which a thing stands, if nobody has put it elsewhere by hand since it had this mark."""
        now = self._indexes.get(id)
        return now if now is not None and self.mark(self.whole[now]) == mark else None

    def _compare(self, one: Place, other: Place) -> int:
        for a, b in zip(one.key, other.key, strict=True):
            if a == b:
                continue
            if a is None or b is None:
                return 1 if a is None else -1
            less = a < b  # type: ignore[operator] # texts with texts, numbers with numbers: else a TypeError says that the cursor is another list's
            return (1 if less else -1) if self.backwards else (-1 if less else 1)
        way = -1 if self.backwards and self.key is None else 1
        return way * ((one.among > other.among) - (one.among < other.among))


def said_at(event: Event | None) -> tuple[Any, ...]:
    """What a list in the order of what was said (`Event.order`) is ordered by; what no event said stands before what one did."""
    return event.order if event is not None else ("", "", "", "", 0)


def by_id(name: str, states: Sequence[S]) -> Listing[S]:
    """A list in the order of its ids."""
    return Listing(name, states, states, by_id=True)


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more behind this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is something before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first node; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last node, for `after` of the next page; null on an empty page.")


@strawberry.type(description="A node and its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Opaque: names the place of this node in the order of the list; for `after`.")
    node: T = strawberry.field(description="The thing itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    listing: strawberry.Private[Listing[Any]]
    states: strawberry.Private[Sequence[Identified]]
    start: strawberry.Private[int]
    made: strawberry.Private[Callable[[int], Any]]
    total_count: int = strawberry.field(description="How many there are on all pages together.")

    @told("Where the page stands.")
    def page_info(self) -> PageInfo:
        return PageInfo(
            has_next_page=self.start + len(self.states) < self.total_count,
            has_previous_page=self.start > 0,
            start_cursor=self.listing.cursor(self.states[0]) if self.states else None,
            end_cursor=self.listing.cursor(self.states[-1]) if self.states else None,
        )

    @told("The things on this page.")
    def nodes(self) -> list[T]:
        return [self.made(n) for n in range(len(self.states))]

    @told("The things on this page, each with its cursor.")
    def edges(self) -> list[Edge[T]]:
        return [Edge(cursor=self.listing.cursor(state), node=self.made(n)) for n, state in enumerate(self.states)]


def page(listing: Listing[S], make: Callable[[S], T], first: int, after: str | None) -> Connection[T]:
    """The page of at most `first` behind a cursor. Raises Invalid for what is no cursor of this list."""
    start = listing.behind(after) if after else 0
    shown = listing.wanted[start : start + max(first, 0)]
    return Connection(listing=listing, states=shown, start=start, made=lambda n: make(shown[n]), total_count=len(listing.wanted))


def _part(value: Any) -> Part:
    """What a list is ordered by, as JSON that is in the same order."""
    match value:
        case datetime():
            return value.isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Enum():
            raise TypeError("a choice has no order of its own: order by its place")
        case str() | int() | float() | None:
            return value
    raise TypeError(f"nothing is ordered by a {type(value).__name__}")
