"""A backlog item: a user story or a wish, what became of it, and what its source says of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from libs.events.catalog.backlog.source import SourceId
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Id, Instant, NeedId, ProductId, RoadmapItemId


class ItemState(enum.StrEnum):
    """Where an item stands. Open are the first two; what was dropped is left out of the backlog."""

    OPEN = "open"
    STARTED = "started"
    DELIVERED = "delivered"
    DROPPED = "dropped"


Reference = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00-\x1f]+$", max_length=2000)]


class ItemSource(BaseModel):
    """Where an item comes from: a system, and what the item is called there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Annotated[Id, Field(description="Such as github, gitlab, jira.")]
    reference: Annotated[Reference, Field(description="What it is called there: PERMIT-12, owner/repository#12.")]
    url: Annotated[Url | None, Field(description="Where people read it.")] = None

    def of(self, other: ItemSource) -> bool:
        """Whether both name the same thing of the same system, wherever people read it."""
        return (self.system, self.reference) == (other.system, other.reference)


@event("headway.backlog.item.added.v1")
class ItemAdded(Payload):
    """Something that a product wants: for whom, to what end and why; the need and the roadmap item that it serves (S0-18)."""

    product: ProductId
    title: str
    user: str | None = None
    goal: str | None = None
    reason: str | None = None
    description: str | None = None
    need: NeedId | None = None
    roadmap_item: RoadmapItemId | None = None
    source: ItemSource | None = None


@event("headway.backlog.item.refined.v1")
class ItemRefined(Payload):
    """It is put in better words: what is given is new, what stands in `cleared` (names of fields) no longer holds."""

    title: str | None = None
    user: str | None = None
    goal: str | None = None
    reason: str | None = None
    description: str | None = None
    need: NeedId | None = None
    source: ItemSource | None = None
    cleared: tuple[str, ...] = ()


@event("headway.backlog.item.estimated.v1")
class ItemEstimated(Payload):
    """The team reckons it this large, in its own points."""

    points: Decimal


@event("headway.backlog.item.started.v1")
class ItemStarted(Payload):
    """Somebody works on it."""


@event("headway.backlog.item.delivered.v1")
class ItemDelivered(Payload):
    """It is with its users. Whether that helped them is another fact (S0-05)."""


@event("headway.backlog.item.dropped.v1")
class ItemDropped(Payload):
    """It will not be done."""

    reason: str | None = None


@event("headway.backlog.item.reopened.v1")
class ItemReopened(Payload):
    """What was delivered or dropped, or had been started, is open again."""


@event("headway.backlog.item.linked.v1")
class ItemLinked(Payload):
    """It is part of this roadmap item; of none, where none is given."""

    roadmap_item: RoadmapItemId | None = None


@event("headway.backlog.item.impact_recorded.v1")
class ItemImpactRecorded(Payload):
    """What its delivery changed for users, as somebody has seen it (S0-05)."""

    text: str


@event("headway.backlog.item.stated.v1")
class ItemStated(Payload):
    """What its source says of it, by the source's own clock (`instant`): all that was mapped of one delivery. What is None was not said.

    `final` says that it was deleted there, or moved to where this source does not reach.
    """

    product: ProductId
    stated_by: SourceId
    system: str
    reference: str
    instant: Instant
    title: str | None = None
    state: ItemState | None = None
    url: str | None = None
    final: bool = False
    delivery: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One change of state, and the event that made it."""

    state: ItemState
    event: Event


Weight = tuple[datetime, bool, int, str, str]
"""By what two statements are compared: the source's clock, then finality, then what makes the order of arrival meaningless."""


@state
class Item:
    """An item as it stands. `turns` are its changes of state in the order of their time; `delivered` the event since which it is delivered.

    `heard`, `titled` and `placed` weigh the statement that gave its state, its title and its address.
    """

    id: str
    product: str = ""
    title: str = ""
    state: ItemState = ItemState.OPEN
    user: str | None = None
    goal: str | None = None
    reason: str | None = None
    description: str | None = None
    need: str | None = None
    roadmap_item: str | None = None
    source: ItemSource | None = None
    stated_by: str | None = None
    points: Decimal | None = None
    impact: str | None = None
    dropped_because: str | None = None
    added: Event | None = None
    started: Event | None = None
    delivered: Event | None = None
    turns: tuple[Turn, ...] = ()
    heard: Weight | None = None
    titled: Weight | None = None
    placed: Weight | None = None

    @property
    def open(self) -> bool:
        """Whether it still waits for its delivery."""
        return self.state in (ItemState.OPEN, ItemState.STARTED)


def evolve(item: Item, event: Event) -> Item:
    """The item after one more event, in whatever order."""
    match event.data:
        case ItemAdded() as said:
            return _added(item, said, event)
        case ItemRefined() as said:
            given = {field: value for field in REFINED if (value := getattr(said, field)) is not None}
            return changed(item, **{field: None for field in said.cleared if field in CLEARABLE} | given)
        case ItemEstimated(points=points):
            return changed(item, points=points)
        case ItemStarted():
            return _turned(item, ItemState.STARTED, event)
        case ItemDelivered():
            return _turned(item, ItemState.DELIVERED, event)
        case ItemDropped(reason=reason):
            return changed(_turned(item, ItemState.DROPPED, event), dropped_because=reason)
        case ItemReopened():
            return _turned(item, ItemState.OPEN, event)
        case ItemLinked(roadmap_item=roadmap_item):
            return changed(item, roadmap_item=roadmap_item)
        case ItemImpactRecorded(text=text):
            return changed(item, impact=text)
        case ItemStated() as said:
            return _stated(item, said, event)
    return item


REFINED = ("title", "user", "goal", "reason", "description", "need", "source")
"""What a refinement may say anew."""

CLEARABLE = frozenset(REFINED) - {"title"}
"""What it may take away."""


def _added(item: Item, said: ItemAdded, event: Event) -> Item:
    words = {field: getattr(said, field) for field in REFINED}
    return changed(item, product=said.product, roadmap_item=said.roadmap_item, added=item.added or event, **words)


def _turned(item: Item, to: ItemState, event: Event) -> Item:
    if item.state is to:
        return item
    return changed(
        item,
        state=to,
        turns=(*item.turns, Turn(to, event)),
        started=event if to is ItemState.STARTED else item.started if to is ItemState.DELIVERED else None,
        delivered=event if to is ItemState.DELIVERED else None,
        dropped_because=None,
    )


_FURTHER = {ItemState.OPEN: 0, ItemState.STARTED: 1, ItemState.DELIVERED: 2, ItemState.DROPPED: 3, None: -1}


def _stated(item: Item, said: ItemStated, event: Event) -> Item:
    """The later statement by the source's clock holds; at the same instant deletion and transfer, else the state that is further on."""
    weight = (said.instant, said.final, _FURTHER[said.state], said.title or "", said.url or "")
    known = item.source or ItemSource.model_construct(system=said.system, reference=said.reference, url=None)
    item = changed(item, product=item.product or said.product, stated_by=said.stated_by, added=item.added or event, source=known)
    if said.title is not None and (item.titled is None or weight > item.titled):
        item = changed(item, title=said.title, titled=weight)
    if said.url is not None and (item.placed is None or weight > item.placed):
        item = changed(item, source=known.model_copy(update={"url": said.url}), placed=weight)
    if said.state is not None and (item.heard is None or weight > item.heard):
        item = changed(_turned(item, said.state, event), heard=weight)
    return item


ITEM = Kind("backlog", "item", "items", Item, evolve, defined_by=(ItemAdded, ItemStated), definition=("product", "title", "user", "goal", "reason", "source"))
