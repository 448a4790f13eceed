"""A backlog: the one ordered list of what a product still wants, its owner, and every change of the order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Decided, Existing, Input, ItemId, MetricId, PersonId, Text


@event("headway.backlog.backlog.opened.v1")
class BacklogOpened(Payload):
    """The product (the aggregate's id) has a backlog, which this person owns."""

    owner: Annotated[PersonId | None, Doc("The person who owns it, by id.")] = None


@event("headway.backlog.backlog.reordered.v1")
class BacklogReordered(Payload):
    """An item stands at this position (1 is the top) from now on, for this reason; who says so is the event's actor (S0-12)."""

    item: Annotated[ItemId, Doc("The item to be moved.")]
    position: Annotated[int, Input(ge=1, le=1_000_000), Doc("Where it stands from now on: 1 is the top; behind the end means last.")]
    reason: Annotated[str, Input(Text), Doc("Why, for whoever reads the history of the order.")]


@event("headway.backlog.backlog.prioritisation_reviewed.v1")
class PrioritisationReviewed(Payload):
    """The order was looked at against these metrics, as they were read then (S0-24)."""

    metrics: Annotated[tuple[MetricId, ...], Existing("product"), Input(min_length=1, max_length=100), Doc("The metrics of the product that were looked at.")]
    note: Annotated[str | None, Input(Text), Doc("What came of it, in words.")] = None
    readings: Annotated[tuple[str, ...], Decided, Doc("The latest reading of each of them that has one: the positions of these events.")] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """A review of the order: the metrics that were looked at, the readings of them (positions), and the event that says who and when."""

    metrics: tuple[str, ...]
    note: str | None
    readings: tuple[str, ...]
    event: Event


@dataclass(frozen=True, slots=True)
class Move:
    """One change of the order: the item, the position it was put at (1 is the top), and the event that says who and why."""

    item: str
    position: int
    event: Event


@state
class Backlog:
    """A backlog as it stands. `id` and `product` are the same; `moves` and `reviews` are in the order of their time."""

    id: str
    product: str = ""
    owner: str | None = None
    opened: Event | None = None
    moves: tuple[Move, ...] = ()
    reviews: tuple[Review, ...] = ()


def opening(id: str) -> Backlog:
    """A backlog before its first event: it bears the id of its product."""
    return Backlog(id=id, product=id)


def evolve(backlog: Backlog, event: Event) -> Backlog:
    """The backlog after one more event, in whatever order."""
    match event.data:
        case BacklogOpened(owner=owner):
            return changed(backlog, owner=owner, opened=backlog.opened or event)
        case BacklogReordered(item=item, position=position):
            return changed(backlog, moves=(*backlog.moves, Move(item, position, event)))
        case PrioritisationReviewed(metrics=metrics, note=note, readings=readings):
            return changed(backlog, reviews=(*backlog.reviews, Review(metrics, note, readings, event)))
    return backlog


BACKLOG = Kind("backlog", "backlog", "backlogs", opening, evolve, defined_by=(BacklogOpened,), begins=True, definition=("owner",), tells_of="product")
