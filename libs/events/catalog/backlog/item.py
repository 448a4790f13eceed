"""A backlog item: a user story or a wish, what became of it, and what its source says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from annotated_doc import Doc

from libs.events.catalog.backlog.item_source import ItemLabel, ItemSource
from libs.events.catalog.backlog.source import SourceId
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Decided, Input, Instant, Inverse, NeedId, ProductId, RoadmapItemId, Text, Title


class ItemState(Choice):
    """Where an item stands. Open are the first two; what was dropped is left out of the backlog."""

    OPEN = choice("open", "Nobody has begun with it.", tone=Tone.PLAIN)
    STARTED = choice("started", "Somebody works on it; it counts as open.", tone=Tone.GOING)
    DELIVERED = choice("delivered", "It is with its users.", tone=Tone.GOOD)
    DROPPED = choice("dropped", "It will not be done.", tone=Tone.ENDED)


User = Annotated[str | None, Input(Text), Doc("Who wants it: as a …")]
Goal = Annotated[str | None, Input(Text), Doc("What they want to do: I want to …")]
Reason = Annotated[str | None, Input(Text), Doc("What it is good for: so that …")]
Description = Annotated[str | None, Input(Text), Doc("Whatever else helps to understand it.")]
Need = Annotated[NeedId | None, Doc("The user need that it serves.")]


@event("headway.backlog.item.added.v1")
class ItemAdded(Payload):
    """Something that a product wants: for whom, to what end and why; the need and the roadmap item that it serves (S0-18).

    `number` is what its source numbers it, where that never changes.
    """

    product: Annotated[ProductId, Doc("Whose backlog; it must have been opened.")]
    title: Annotated[str, Input(Title), Doc("What it is, in a line.")]
    user: User = None
    goal: Goal = None
    reason: Reason = None
    description: Description = None
    need: Need = None
    roadmap_item: Annotated[RoadmapItemId | None, Doc("The roadmap item that it is part of.")] = None
    source: Annotated[ItemLabel | None, Doc("Where it comes from.")] = None
    number: Annotated[str | None, Decided, Doc("What its source numbers it, where that never changes.")] = None

    def known_as(self) -> Iterable[tuple[str, str]]:
        return _known_as(self.source, self.number)


@event("headway.backlog.item.refined.v1")
class ItemRefined(Payload):
    """It is put in better words: what is given is new, what stands in `cleared` (names of fields) no longer holds. `number` goes with the source."""

    title: Annotated[str | None, Input(Title), Doc("What it is, in a line.")] = None
    user: User = None
    goal: Goal = None
    reason: Reason = None
    description: Description = None
    need: Need = None
    source: Annotated[ItemLabel | None, Decided, Doc("Where it comes from.")] = None
    cleared: Annotated[tuple[str, ...], Decided, Doc("The names of the fields that no longer hold.")] = ()
    number: Annotated[str | None, Decided, Doc("What its source numbers it, where that never changes.")] = None

    def known_as(self) -> Iterable[tuple[str, str]]:
        return _known_as(self.source, self.number)


@event("headway.backlog.item.estimated.v1")
class ItemEstimated(Payload):
    """The team reckons it this large, in its own points."""

    points: Annotated[Decimal, Input(ge=0, max_digits=8, decimal_places=2, allow_inf_nan=False), Doc("Points, at most two decimals.")]


@event("headway.backlog.item.started.v1")
class ItemStarted(Payload):
    """Somebody works on it."""


@event("headway.backlog.item.delivered.v1")
class ItemDelivered(Payload):
    """It is with its users. Whether that helped them is another fact (S0-05)."""


@event("headway.backlog.item.dropped.v1")
class ItemDropped(Payload):
    """It will not be done."""

    reason: Annotated[str | None, Input(Text), Doc("Why it will not be done.")] = None


@event("headway.backlog.item.reopened.v1")
class ItemReopened(Payload):
    """What was delivered or dropped, or had been started, is open again."""


@event("headway.backlog.item.linked.v1")
class ItemLinked(Payload):
    """It is part of this roadmap item; of none, where none is given."""

    roadmap_item: Annotated[RoadmapItemId | None, Doc("The roadmap item.")] = None


@event("headway.backlog.item.impact_recorded.v1")
class ItemImpactRecorded(Payload):
    """What its delivery changed for users, as somebody has seen it (S0-05)."""

    text: Annotated[str, Input(Text), Doc("What changed, and how one knows.")]


@event("headway.backlog.item.stated.v1")
class ItemStated(Payload):
    """What its source says of it, by the source's own clock (`instant`): all that was mapped of one delivery. What is None was not said.

    `final` says that it was deleted there, or moved to where this source does not reach; `number` what it is numbered there, where that never changes;
    `withheld` whether its words are confidential there: then no title stands here.
    """

    product: Annotated[ProductId, Doc("Whose backlog it is in.")]
    stated_by: Annotated[SourceId, Doc("The source that says so.")]
    system: Annotated[str, Doc("The system that it comes from, such as github.")]
    reference: Annotated[str, Doc("What it is called there.")]
    instant: Annotated[Instant, Doc("When it was so, by the source's own clock.")]
    title: Annotated[str | None, Doc("What it is, in a line; not said where its words are confidential.")] = None
    state: Annotated[ItemState | None, Doc("Where it stands.")] = None
    url: Annotated[str | None, Doc("Where people read it.")] = None
    final: Annotated[bool, Doc("Whether it was deleted there, or moved to where this source does not reach.")] = False
    delivery: Annotated[str | None, Doc("The delivery in which the source said so.")] = None
    number: Annotated[str | None, Doc("What it is numbered there, where that never changes.")] = None
    withheld: Annotated[bool | None, Doc("Whether its words are confidential there.")] = None

    @property
    def source(self) -> ItemSource:
        """The item as this statement names it."""
        return ItemSource.model_construct(system=self.system, reference=self.reference, url=self.url, number=self.number)

    def known_as(self) -> Iterable[tuple[str, str]]:
        return _known_as(self.source, self.number)


WITHHELD = "confidential"
"""The title of an item whose words its source keeps confidential."""


def _known_as(label: ItemLabel | None, number: str | None) -> Iterable[tuple[str, str]]:
    return [("origin", name) for name in ItemSource.of(label, number).names] if label else ()


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

    `heard`, `titled`, `placed` and `labelled` weigh the statement that gave its state, its title, its address and its label. `secrecy` is when
    its source last said whether its words are confidential, and what: of two statements of one instant, that they are.
    """

    id: str
    product: Annotated[
        ProductId,
        Doc("The product that wants it."),
        Inverse("All items that it ever wanted, by id, also those dropped; its backlog has them in the owner's order."),
    ] = ""
    title: Annotated[str, Doc("What it is called."), Called] = ""
    state: Annotated[ItemState, Doc("Where it stands.")] = ItemState.OPEN
    description: Annotated[str | None, Doc("The long text, where there is one.")] = None
    user: Annotated[str | None, Doc("Who wants it, as a user story says (as a …); null where nobody said.")] = None
    goal: Annotated[str | None, Doc("What they want to do (I want to …); null where nobody said.")] = None
    reason: Annotated[str | None, Doc("What it is good for (so that …); null where nobody said.")] = None
    need: Annotated[
        NeedId | None, Doc("The user need that it serves (S0-18); null where none is named."), Inverse("The backlog items that serve it, by id (S0-18).")
    ] = None
    roadmap_item: Annotated[
        RoadmapItemId | None, Doc("The roadmap item that it is part of; null where it is of none."), Inverse("The backlog items that are part of it, by id.")
    ] = None
    source: Annotated[ItemSource | None, Doc("Where it comes from; null for one that was made here.")] = None
    stated_by: str | None = None
    points: Annotated[Decimal | None, Doc("How large the team reckons it, in points of its own; null before it was estimated.")] = None
    impact: Annotated[str | None, Doc("What its delivery changed for users, as somebody has seen it (S0-05).")] = None
    dropped_because: Annotated[str | None, Doc("Why it will not be done; null where it was not dropped, or nobody said.")] = None
    added: Event | None = None
    started: Event | None = None
    delivered: Event | None = None
    turns: tuple[Turn, ...] = ()
    heard: Weight | None = None
    titled: tuple[Weight, str] | None = None
    placed: Weight | None = None
    labelled: Weight | None = None
    secrecy: tuple[datetime, bool] | None = None

    @property
    def withheld(self) -> bool:
        """Whether its source keeps its words confidential."""
        return self.secrecy is not None and self.secrecy[1]

    @property
    def origin(self) -> tuple[str, ...]:
        """By what its source's word of it is found again."""
        return self.source.names if self.source else ()

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
            if said.source is not None:
                given["source"] = _renamed(item, ItemSource.of(said.source, said.number))
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
    words["source"] = _renamed(item, ItemSource.of(said.source, said.number)) if said.source else None
    return changed(item, product=said.product, roadmap_item=said.roadmap_item, added=item.added or event, **words)


def _renamed(item: Item, source: ItemSource) -> ItemSource:
    """Where an item comes from as a person or an import says: the label that its source has stated holds, and its number stays."""
    before = item.source
    if before is None or before.system != source.system:
        return source
    kept: dict[str, object] = {"number": source.number or before.number, "url": source.url or before.url}
    if item.labelled is not None:
        kept["reference"] = before.reference
    return source.model_copy(update=kept)


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
    weight = (said.instant, said.final, _FURTHER[said.state], said.url or "", said.reference)
    known = item.source or said.source.model_copy(update={"url": None})
    given: dict[str, object] = {} if known.number is not None or said.number is None else {"number": said.number}
    item = changed(item, product=item.product or said.product, stated_by=said.stated_by, added=item.added or event)
    if said.withheld is not None and (item.secrecy is None or (said.instant, said.withheld) > item.secrecy):
        item = changed(item, secrecy=(said.instant, said.withheld))
    if item.withheld:
        item = changed(item, title=WITHHELD, description=None)
    elif said.title is not None and (item.titled is None or (weight, said.title) > item.titled):
        item = changed(item, title=said.title, titled=(weight, said.title))
    if said.url is not None and (item.placed is None or weight > item.placed):
        given["url"], item = said.url, changed(item, placed=weight)
    if item.labelled is None or weight > item.labelled:
        given["reference"], item = said.reference, changed(item, labelled=weight)
    item = changed(item, source=known.model_copy(update=given))
    if said.state is not None and (item.heard is None or weight > item.heard):
        item = changed(_turned(item, said.state, event), heard=weight)
    return item


ITEM = Kind(
    "backlog",
    "item",
    "items",
    Item,
    evolve,
    defined_by=(ItemAdded, ItemStated),
    begins=True,
    definition=("product", "title", "user", "goal", "reason", "source"),
)
