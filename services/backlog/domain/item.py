"""Items: what they are, what they belong to, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from libs.commands.catalog.backlog.item import (
    AddItem,
    DeliverItem,
    DropItem,
    RecordImpact,
    RefineItem,
    ReopenItem,
    StartItem,
    StateItem,
)
from libs.commands.decision import Case
from libs.commands.errors import AlreadyExists, Invalid, NotFound
from libs.commands.existence import begun
from libs.commands.import_revision import instead, of_row, take_back
from libs.events.catalog.backlog.backlog import BACKLOG
from libs.events.catalog.backlog.item import (
    ITEM,
    REFINED,
    Item,
    ItemAdded,
    ItemDelivered,
    ItemDropped,
    ItemLinked,
    ItemRefined,
    ItemReopened,
    ItemStarted,
    ItemState,
    ItemStated,
)
from libs.events.catalog.backlog.item_source import ItemSource
from libs.events.event import Event, Payload, Retracted
from libs.rules.trackers.item_identity import item_of
from services.backlog.domain import decisions
from services.backlog.domain.source import speaking


@decisions.decides(AddItem)
def add_item(command: AddItem, case: Case[Item]) -> Iterator[Payload]:
    """A new item of an opened backlog (S0-18); a row of an import that changed says what is new of the same item.

    An item that so far only its source has stated is added by whoever names the same source: it stays one. Need and roadmap item may be heard of later.
    Raises NotFound without a backlog, AlreadyExists for an item that another source has stated, Invalid for a row that would move an item to another product.
    """
    backlog = case.current.get(BACKLOG, command.product)
    if backlog is None or backlog.opened is None:
        raise NotFound(f"{command.product} has no backlog", field="product", remedy="Open it first: backlog.open_backlog.")
    item = case.now
    if item is None or item.added is None or (not case.revising and _same_source(item, command)):
        _alone(command, case)
        words = {"title": item.title, "description": None} if item is not None and item.withheld else {}
        yield ItemAdded.of(command, **words, **_told_by(command.source))
        return
    if not case.revising:
        raise AlreadyExists(f"there is an item {item.id!r} already", field="item", remedy="Use another id, or change it: backlog.refine_item.")
    if item.product != command.product:
        raise Invalid(f"{item.id} belongs to {item.product}", field="product", remedy="Drop it there (backlog.drop_item), and add another item here.")
    kept = {"title", "description"} if item.withheld else set()  # what the source keeps confidential, no row of an import repeats
    given = {field: value for field in REFINED if field not in kept and (value := getattr(command, field)) is not None and value != getattr(item, field)}
    cleared = tuple(field for field in REFINED if getattr(command, field) is None and getattr(item, field) is not None)
    if "source" in given:
        given |= _told_by(command.source)
    if given or cleared:
        yield ItemRefined(**given, cleared=cleared)
    if item.roadmap_item != command.roadmap_item:
        yield ItemLinked(roadmap_item=command.roadmap_item)


@decisions.decides(RefineItem)
def refine_item(command: RefineItem, case: Case[Item]) -> Iterable[Payload] | None:
    """Better words for an item (S0-18); nothing is said where none are given."""
    return () if ItemRefined.of(command) == ItemRefined() else None


@decisions.decides(StartItem)
def start_item(command: StartItem, case: Case[Item]) -> Iterator[Payload]:
    """Under way, from open alone; whatever only a source has stated, the later word holds."""
    item = begun(case)
    yield from take_back(case, *(beyond := _outlasting(case, ItemStarted)))
    yield from _withdrawn(case, ItemStarted, case.there.started if case.there.state is ItemState.STARTED else None, beyond)
    if not (item.turns and isinstance(item.turns[-1].event.data, ItemStated)):
        _from(item, case, ItemState.OPEN, ItemState.STARTED)
    yield ItemStarted()


@decisions.decides(DeliverItem)
def deliver_item(command: DeliverItem, case: Case[Item]) -> Iterator[Payload]:
    """With its users, once (S0-05, S0-25), whether or not somebody said that it was started."""
    item = begun(case)
    yield from take_back(case, *(beyond := _outlasting(case, ItemDelivered)))
    yield from _withdrawn(case, ItemDelivered, case.there.delivered, beyond)
    _from(item, case, ItemState.OPEN, ItemState.STARTED, ItemState.DELIVERED)
    yield ItemDelivered()


@decisions.decides(DropItem)
def drop_item(command: DropItem, case: Case[Item]) -> Iterator[Payload]:
    """It will not be done; what is delivered cannot be undone so."""
    _from(begun(case), case, ItemState.OPEN, ItemState.STARTED, ItemState.DROPPED)
    row = of_row(case)
    yield from take_back(case, *(event for event in _outlasting(case, ItemDropped) if event != row))
    yield from instead(case, row, ItemDropped.of(command))


@decisions.decides(ReopenItem)
def reopen_item(command: ReopenItem, case: Case[Item]) -> Iterator[Payload]:
    """Open again, whatever it was. A row of an import that says so holds also where it does not say since when: what it had said of later is taken back."""
    yield from take_back(case, *_outlasting(case, ItemReopened))
    row = of_row(case)
    yield from instead(case, row if row is not None and isinstance(row.data, ItemReopened) else None, ItemReopened())


@decisions.decides(RecordImpact)
def record_impact(command: RecordImpact, case: Case[Item]) -> None:
    """What the delivery changed (S0-05). Raises Invalid for what was not delivered by then."""
    item = begun(case)
    if item.state is not ItemState.DELIVERED:
        raise Invalid(f"{item.id} is {item.state}: only what was delivered has had an impact", field="item", remedy="Deliver it first: backlog.deliver_item.")


@decisions.decides(StateItem)
def state_item(command: StateItem, case: Case[Item]) -> Iterator[Payload]:
    """One statement of a source, kept whole even if nothing seems to change: an older one may arrive later. The same again says nothing.

    Where the words are confidential the title is left out, also of an older statement that arrives later. Raises NotFound, Invalid for another's source.
    """
    source, item = speaking(case, command.source, command.product), case.now
    if item is not None and item.product not in ("", command.product):
        raise Invalid(f"{command.source} speaks of {source.product} alone", field="product")
    hidden = command.withheld or (
        item is not None and item.withheld and item.secrecy is not None and (command.withheld is None or command.instant <= item.secrecy[0])
    )
    title, state = None if hidden else command.title, ItemState.DROPPED if command.final else command.state
    said = ItemStated.of(command, stated_by=command.source, system=source.system, title=title, state=state)
    if not any(_repeats(said, event.data, hidden=bool(hidden)) for event in case.current.said_at(ITEM, case.id, case.at)):
        yield said


def _repeats(said: ItemStated, before: Payload, *, hidden: bool) -> bool:
    """Whether the same was stated before, whatever delivery said so; what is withheld by now is left out of it."""
    if not isinstance(before, ItemStated):
        return False
    return replace(said, delivery=None) == replace(before, delivery=None, title=None if hidden else before.title)


def _alone(command: AddItem, case: Case[Item]) -> None:
    """Refuses (AlreadyExists) to add what another item is already, by what its system calls it."""
    if command.source is not None and not case.revising:
        other = item_of(case.current, command.product, command.source)
        if other is not None and other.id != case.id:
            what = f"{command.source.system} {command.source.reference} is the item {other.id!r} already"
            raise AlreadyExists(what, field="source", remedy="Name that item, or leave the source out.")


def _told_by(source: ItemSource | None) -> dict[str, Any]:
    """The source as events say it: the label, and the number beside it."""
    return {"source": source.label, "number": source.number} if source else {}


def _same_source(item: Item, command: AddItem) -> bool:
    named = command.source
    return item.product == command.product and named is not None and item.source is not None and named.same(item.source)


def _from(item: Item, case: Case[Item], *states: ItemState) -> None:
    """Refuses unless the item is in one of these states; a revised row takes the state that the same row gave it as not given."""
    if item.state not in states and not case.revising:
        raise Invalid(f"{item.id} is {item.state}", field="item", remedy="Reopen it first, if that is what is meant: backlog.reopen_item.")


_ACTS = (ItemStarted, ItemDelivered, ItemDropped, ItemReopened)


def _outlasting(case: Case[Item], act: type[Payload]) -> list[Event]:
    """Where a changed row says another act than before: what its importer had said of this time or later, which would hold over what it says now."""
    row = of_row(case)
    if row is None or isinstance(row.data, act):
        return []
    said = (event for event in case.current.history(ITEM, case.id) if event.time >= case.at and event.actor.id == case.actor.id)
    return [event for event in said if isinstance(event.data, _ACTS) and not (isinstance(event.data, act) and event.time == case.at)]


def _withdrawn(case: Case[Item], act: type[Payload], stands: Event | None, beyond: Sequence[Event]) -> Iterator[Payload]:
    """A row that changed says its act of another time: its earlier saying goes out, where it is not known which that was the one that stands (`stands`).

    What a source stated stays, and what another row or somebody else said.
    """
    said = of_row(case) if case.row else stands
    if case.revising and said is not None and said not in beyond and isinstance(said.data, act) and said.time != case.at:
        yield Retracted(event=said.id, reason="the row that said so was revised")
