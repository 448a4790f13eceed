"""A roadmap item: something a product means to bring about, under a horizon and perhaps with dates (S0-20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from annotated_doc import Doc

from libs.events import values
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Input, Inverse, OrganisationId, PersonId, ProductId, Text, Title, Url


class Horizon(Choice):
    """How near it is; what is done stays on the roadmap."""

    NOW = choice("now", "It is being worked on.", tone=Tone.GOING)
    NEXT = choice("next", "It comes after that.", tone=Tone.PLAIN)
    LATER = choice("later", "It comes some day.", tone=Tone.PLAIN)
    DONE = choice("done", "It is done.", tone=Tone.GOOD)


class RoadmapItemState(Choice):
    """Whether a roadmap item is planned, done or dropped; what was dropped stands under no horizon."""

    PLANNED = choice("planned", "It is meant to be brought about.", tone=Tone.GOING)
    DONE = choice("done", "It was brought about.", tone=Tone.GOOD)
    DROPPED = choice("dropped", "It was taken off the roadmap.", tone=Tone.ENDED)


@event("headway.roadmap.roadmap_item.placed.v1")
class RoadmapItemPlaced(Payload):
    """It stands on the product's roadmap. Said again it changes only what it says differently, so that what came after it stays."""

    product: Annotated[ProductId, Doc("Whose roadmap it stands on.")]
    title: Annotated[str, Input(Title), Doc("What it is about, as executives read it.")]
    horizon: Annotated[Horizon, Doc("now, next, later or done.")]
    starts: Annotated[date | None, Input(values.Day), Doc("The planned first day.")] = None
    ends: Annotated[date | None, Input(values.Day), Doc("The planned last day.")] = None
    co_owners: Annotated[tuple[OrganisationId, ...], Input(max_length=100), Doc("Organisations that own it together with the product's home.")] = ()
    owner: Annotated[PersonId | None, Doc("The id of the person who sees to it.")] = None
    links: Annotated[tuple[str, ...] | None, Input(Url, max_length=20), Doc("Addresses at which more of it can be read.")] = None
    notes: Annotated[str | None, Input(Text), Doc("What else there is to say of it.")] = None


@event("headway.roadmap.roadmap_item.moved.v1")
class RoadmapItemMoved(Payload):
    """It stands under another horizon; what was dropped or done is planned again."""

    horizon: Annotated[Horizon, Doc("now, next, later or done.")]


@event("headway.roadmap.roadmap_item.retitled.v1")
class RoadmapItemRetitled(Payload):
    """It goes by another title."""

    title: Annotated[str, Input(Title), Doc("What it is called from now on.")]


@event("headway.roadmap.roadmap_item.described.v1")
class RoadmapItemDescribed(Payload):
    """There is more to say of it: who sees to it, where more can be read. What is not given stays as it was; no links at all take away those there are."""

    owner: Annotated[PersonId | None, Doc("The id of the person who sees to it from now on.")] = None
    links: Annotated[tuple[str, ...] | None, Input(Url, max_length=20), Doc("Addresses at which more of it can be read, all of them.")] = None
    notes: Annotated[str | None, Input(Text), Doc("What else there is to say of it.")] = None


@event("headway.roadmap.roadmap_item.redated.v1")
class RoadmapItemRedated(Payload):
    """It starts or ends on another day; a day that is not given stays."""

    starts: Annotated[date | None, Input(values.Day), Doc("The planned first day; as it was where none is given.")] = None
    ends: Annotated[date | None, Input(values.Day), Doc("The planned last day; as it was where none is given.")] = None
    reason: Annotated[str | None, Input(Text), Doc("Why its dates change.")] = None


@event("headway.roadmap.roadmap_item.dropped.v1")
class RoadmapItemDropped(Payload):
    """It is no longer meant."""

    reason: Annotated[str | None, Input(Text), Doc("Why it is no longer meant.")] = None


@event("headway.roadmap.roadmap_item.finished.v1")
class RoadmapItemFinished(Payload):
    """It is done."""


@dataclass(frozen=True, slots=True)
class Day:
    """A start or an end: as planned now, as it was first said, and when it was last re-dated (None: as placed)."""

    now: date | None = None
    first: date | None = None
    redated: datetime | None = None


@state
class RoadmapItem:
    """An item as it stands. `placed` is the placing that was said first, `planned` the one that was said last."""

    id: str
    product: Annotated[
        ProductId,
        Doc("The product that it is on the roadmap of."),
        Inverse("All items that were ever on its roadmap, by id, also those dropped; its roadmap has them by their placing."),
    ] = ""
    title: Annotated[str, Doc("What it is called."), Called] = ""
    horizon: Annotated[Horizon, Doc("Under which heading it stands.")] = Horizon.LATER
    start: Day = Day()
    end: Day = Day()
    state: Annotated[RoadmapItemState, Doc("Planned or done; what was dropped is on no roadmap.")] = RoadmapItemState.PLANNED
    co_owners: Annotated[
        tuple[OrganisationId, ...],
        Doc("The organisations that own it together with the product's home (S4-12)."),
        Inverse("The items on roadmaps that it owns together with their product's home, by id (S4-12)."),
    ] = ()
    owner: Annotated[PersonId, Doc("Who sees to it; null where nobody is named.")] = ""
    links: Annotated[tuple[str, ...], Doc("Addresses at which more of it can be read.")] = ()
    notes: Annotated[str | None, Doc("What else there is to say of it; null where there is nothing.")] = None
    placed: Event | None = None
    planned: Event | None = None

    @property
    def starts(self) -> Annotated[date | None, Doc("The day on which it is planned to start.")]:
        """The planned start."""
        return self.start.now

    @property
    def ends(self) -> Annotated[date | None, Doc("The day on which it is planned to end.")]:
        """The planned end."""
        return self.end.now

    @property
    def first_starts(self) -> Annotated[date | None, Doc("The start that was planned first.")]:
        """The start that was planned first."""
        return self.start.first

    @property
    def first_ends(self) -> Annotated[date | None, Doc("The end that was planned first: what it slips against.")]:
        """The end that was planned first."""
        return self.end.first

    @property
    def slip_days(self) -> Annotated[int | None, Doc("Planned end less the end planned first, in days; negative when earlier, null without an end.")]:
        """By how many whole days it slips."""
        return None if self.end.now is None or self.end.first is None else (self.end.now - self.end.first).days


def evolve(item: RoadmapItem, event: Event) -> RoadmapItem:
    """The item after one more event, in whatever order."""
    match event.data:
        case RoadmapItemPlaced():
            return _placed(item, event, event.data)
        case RoadmapItemMoved(horizon=horizon):
            return _under(item, horizon)
        case RoadmapItemRetitled(title=title):
            return changed(item, title=title)
        case RoadmapItemDescribed(owner=owner, links=links, notes=notes):
            return changed(item, owner=owner or item.owner, links=item.links if links is None else links, notes=notes or item.notes)
        case RoadmapItemRedated(starts=starts, ends=ends):
            return changed(item, start=_redated(item.start, starts, event), end=_redated(item.end, ends, event))
        case RoadmapItemDropped():
            return changed(item, state=RoadmapItemState.DROPPED)
        case RoadmapItemFinished():
            return _under(item, Horizon.DONE)
    return item


def _under(item: RoadmapItem, horizon: Horizon) -> RoadmapItem:
    return changed(item, horizon=horizon, state=RoadmapItemState.DONE if horizon is Horizon.DONE else RoadmapItemState.PLANNED)


def _placed(item: RoadmapItem, event: Event, data: RoadmapItemPlaced) -> RoadmapItem:
    said_first = item.placed is None or event.sequence < item.placed.sequence
    if said_first:
        item = changed(item, placed=event, start=_first(item.start, data.starts), end=_first(item.end, data.ends))
    if item.planned is None:
        start, end = Day(data.starts, item.start.first), Day(data.ends, item.end.first)
        item = changed(item, product=data.product, title=data.title, co_owners=data.co_owners, start=start, end=end, planned=event)
        item = changed(item, owner=data.owner or "", links=data.links or (), notes=data.notes)
        return _under(item, data.horizon)
    if event.sequence < item.planned.sequence:
        return item  # what was said later about the placing, though dated earlier, overrules it
    before = item.planned.data
    if not isinstance(before, RoadmapItemPlaced):
        return item
    if data.horizon is not before.horizon:
        item = _under(item, data.horizon)
    return changed(
        item,
        product=data.product,
        title=data.title if data.title != before.title else item.title,
        co_owners=data.co_owners,
        owner=data.owner or "" if data.owner != before.owner else item.owner,
        links=(data.links or ()) if data.links != before.links else item.links,
        notes=data.notes if data.notes != before.notes else item.notes,
        start=_replanned(item.start, before.starts, data.starts, event),
        end=_replanned(item.end, before.ends, data.ends, event),
        planned=event,
    )


def _first(day: Day, said: date | None) -> Day:
    return Day(day.now, said or day.first, day.redated)


def _replanned(day: Day, before: date | None, said: date | None, event: Event) -> Day:
    """A changed plan moves the day, unless it was re-dated at that very time: the re-dating is the more precise word."""
    if said == before or (day.redated is not None and day.redated >= event.time):
        return day
    return Day(said, day.first or said, day.redated)


def _redated(day: Day, said: date | None, event: Event) -> Day:
    return day if said is None else Day(said, day.first or said, event.time)


ROADMAP_ITEM = Kind(
    "roadmap", "roadmap_item", "roadmap_items", RoadmapItem, evolve, defined_by=(RoadmapItemPlaced,), definition=("product", "title", "co_owners")
)
