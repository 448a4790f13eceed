"""Relay connections: pages of a list, by opaque cursors that survive what comes and goes in between."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar

import strawberry

from libs.commands.errors import Invalid
from libs.events.event import Identified
from services.gateway.types.telling import told

PAGE: Final = 50
"""How many a page holds where `first` is not given."""

First = Annotated[int, strawberry.argument(description="How many at most: from 0 to 100, where the field does not say otherwise.")]
After = Annotated[str | None, strawberry.argument(description="The endCursor of the page before. Default: the first page.")]

T = TypeVar("T")
S = TypeVar("S", bound=Identified)


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more behind this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is something before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first node; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last node, for `after` of the next page; null on an empty page.")


@strawberry.type(description="A node and its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Opaque; for `after`.")
    node: T = strawberry.field(description="The thing itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    states: strawberry.Private[Sequence[Identified]]
    start: strawberry.Private[int]
    made: strawberry.Private[Callable[[int], Any]]
    total_count: int = strawberry.field(description="How many there are on all pages together.")

    @told("Where the page stands.")
    def page_info(self) -> PageInfo:
        last = self.start + len(self.states) - 1
        return PageInfo(
            has_next_page=last + 1 < self.total_count,
            has_previous_page=self.start > 0,
            start_cursor=_cursor(self.start, self.states[0].id) if self.states else None,
            end_cursor=_cursor(last, self.states[-1].id) if self.states else None,
        )

    @told("The things on this page.")
    def nodes(self) -> list[T]:
        return [self.made(n) for n in range(len(self.states))]

    @told("The things on this page, each with its cursor.")
    def edges(self) -> list[Edge[T]]:
        return [Edge(cursor=_cursor(self.start + n, state.id), node=self.made(n)) for n, state in enumerate(self.states)]


def page(states: Sequence[S], make: Callable[[S, int], T], first: int, after: str | None) -> Connection[T]:
    """The page of at most `first` behind a cursor; `make` gets a state and its index in the whole list. Raises Invalid for what is no cursor."""
    start = _behind(states, after) if after else 0
    shown = states[start : start + max(first, 0)]
    return Connection(states=shown, start=start, made=lambda n: make(shown[n], start + n), total_count=len(states))


def _cursor(index: int, id: str) -> str:
    return base64.urlsafe_b64encode(f"{index}:{id}".encode()).decode().rstrip("=")


def _behind(states: Sequence[Identified], cursor: str) -> int:
    """The index behind the node that the cursor names: where it stands now, or, when it is gone, where it stood."""
    try:
        index, colon, id = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode().partition(":")
        at = int(index[:9])
    except (ValueError, binascii.Error):
        colon, id, at = "", "", 0
    if not colon:
        raise Invalid("this is no cursor of this list", field="after", remedy="Give the endCursor of the page before.")
    if 0 <= at < len(states) and states[at].id == id:
        return at + 1
    return next((n + 1 for n, state in enumerate(states) if state.id == id), max(min(at, len(states)), 0))
