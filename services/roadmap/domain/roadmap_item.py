"""Roadmap items: placed, moved, retitled, re-dated, dropped and finished."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from libs.commands.catalog.roadmap.roadmap_item import DropItem, FinishItem, MoveItem, PlaceItem, RedateItem, RetitleItem
from libs.commands.deciding import Case
from libs.commands.errors import Invalid
from libs.commands.rows import anew, of_row, take_back
from libs.events.catalog.roadmap.roadmap_item import (
    ROADMAP_ITEM,
    Horizon,
    RoadmapItem,
    RoadmapItemDropped,
    RoadmapItemFinished,
    RoadmapItemMoved,
    RoadmapItemPlaced,
    RoadmapItemRedated,
    RoadmapItemRetitled,
)
from libs.events.event import Event, Payload
from services.roadmap.domain import decisions


@decisions.decides(PlaceItem)
def place_item(command: PlaceItem, case: Case[RoadmapItem]) -> Iterator[Payload]:
    """An item under a horizon (S0-20, S4-12). A changed row is said again as a whole; the fold takes from it what it says differently."""
    _in_order(command.starts, command.ends)
    yield RoadmapItemPlaced(
        product=command.product,
        title=command.title,
        horizon=command.horizon,
        starts=command.starts,
        ends=command.ends,
        co_owners=tuple(dict.fromkeys(command.co_owners)),
    )


@decisions.decides(MoveItem)
def move_item(command: MoveItem, case: Case[RoadmapItem]) -> Iterator[Payload]:
    """Another horizon; it brings back what was dropped or done, and to done it finishes."""
    yield from anew(case, _row(case), RoadmapItemFinished() if command.horizon is Horizon.DONE else RoadmapItemMoved(horizon=command.horizon))


@decisions.decides(RetitleItem)
def retitle_item(command: RetitleItem, case: Case[RoadmapItem]) -> Iterator[Payload]:
    """Another title."""
    yield from anew(case, _row(case), RoadmapItemRetitled(title=command.title))


@decisions.decides(RedateItem)
def redate_item(command: RedateItem, case: Case[RoadmapItem]) -> Iterator[Payload]:
    """Other dates. A changed row takes back what it said on the day of a placing that has moved to an earlier day: that would overrule it."""
    if command.starts is None and command.ends is None:
        raise Invalid("say when it starts or when it ends", field="ends")
    stands = case.then or RoadmapItem(id=case.id)
    _in_order(command.starts or stands.starts, command.ends or stands.ends)
    redated = RoadmapItemRedated(starts=command.starts, ends=command.ends, reason=command.reason)
    row = _row(case)
    if row is not None and (row.data, row.time) == (redated, case.at):
        return
    overtaken = {event.id: event for event in (*_overtaken(case), *([row] if row else ()))}
    yield from take_back(case, *overtaken.values())
    yield redated


@decisions.decides(DropItem)
def drop_item(command: DropItem, case: Case[RoadmapItem]) -> Iterator[Payload]:
    """Off the roadmap, with its history; moving it brings it back."""
    yield from anew(case, _row(case), RoadmapItemDropped(reason=command.reason))


@decisions.decides(FinishItem)
def finish_item(command: FinishItem, case: Case[RoadmapItem]) -> Iterator[Payload]:
    """Done; it stays on the roadmap under that."""
    yield from anew(case, _row(case), RoadmapItemFinished())


def _row(case: Case[RoadmapItem]) -> Event | None:
    """What a changed row of an import had said."""
    return of_row(case, ROADMAP_ITEM)


def _in_order(starts: date | None, ends: date | None) -> None:
    if starts is not None and ends is not None and ends < starts:
        raise Invalid(f"it would end on {ends} before it starts on {starts}", field="ends", remedy="Give the other day as well.")


def _overtaken(case: Case[RoadmapItem]) -> list[Event]:
    """The later re-datings by the same actor at the very time of a placing that was said anew: an import dates an item's rows alike."""
    history = case.current.history(ROADMAP_ITEM, case.id)
    overruled = {e.time for e in history if isinstance(e.data, RoadmapItemPlaced) and e is not case.there.planned}
    return [e for e in history if isinstance(e.data, RoadmapItemRedated) and e.time > case.at and e.time in overruled and e.actor.id == case.actor.id]
