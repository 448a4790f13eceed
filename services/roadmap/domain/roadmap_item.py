"""Roadmap items: placed, moved and re-dated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from libs.commands.catalog.roadmap.roadmap_item import DescribeItem, MoveItem, PlaceItem, RedateItem
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.import_revision import anew, of_row, take_back
from libs.events.catalog.roadmap.roadmap_item import (
    ROADMAP_ITEM,
    Horizon,
    RoadmapItem,
    RoadmapItemFinished,
    RoadmapItemPlaced,
    RoadmapItemRedated,
)
from libs.events.event import Event, Payload
from services.roadmap.domain import decisions


@decisions.decides(PlaceItem)
def place_item(command: PlaceItem, case: Case[RoadmapItem]) -> None:
    """An item under a horizon (S0-20, S4-12). A changed row is said again as a whole; the fold takes from it what it says differently."""
    _in_order(command.starts, command.ends)


@decisions.decides(MoveItem)
def move_item(command: MoveItem, case: Case[RoadmapItem]) -> Iterator[Payload] | None:
    """Another horizon; it brings back what was dropped or done, and to done it finishes."""
    return anew(case, RoadmapItemFinished()) if command.horizon is Horizon.DONE else None


@decisions.decides(DescribeItem)
def describe_item(command: DescribeItem, case: Case[RoadmapItem]) -> None:
    """More to say of an item (S0-20). Raises Invalid where nothing is given."""
    if (command.owner, command.links, command.notes) == (None, None, None):
        raise Invalid("nothing is said of it", field="notes", remedy="Give `owner`, `links` or `notes`.")


@decisions.decides(RedateItem)
def redate_item(command: RedateItem, case: Case[RoadmapItem]) -> Iterator[Payload]:
    """Other dates. A changed row takes back what it said on the day of a placing that has moved to an earlier day: that would overrule it."""
    if command.starts is None and command.ends is None:
        raise Invalid("say when it starts or when it ends", field="ends")
    stands = case.then or RoadmapItem(id=case.id)
    _in_order(command.starts or stands.starts, command.ends or stands.ends)
    redated = RoadmapItemRedated.of(command)
    row = of_row(case)
    if row is not None and (row.data, row.time) == (redated, case.at):
        return
    overtaken = {event.id: event for event in (*_overtaken(case), *([row] if row else ()))}
    yield from take_back(case, *overtaken.values())
    yield redated


def _in_order(starts: date | None, ends: date | None) -> None:
    if starts is not None and ends is not None and ends < starts:
        raise Invalid(f"it would end on {ends} before it starts on {starts}", field="ends", remedy="Give the other day as well.")


def _overtaken(case: Case[RoadmapItem]) -> list[Event]:
    """The later re-datings by the same actor at the very time of a placing that was said anew: an import dates an item's rows alike."""
    history = case.current.history(ROADMAP_ITEM, case.id)
    overruled = {e.time for e in history if isinstance(e.data, RoadmapItemPlaced) and e is not case.there.planned}
    return [e for e in history if isinstance(e.data, RoadmapItemRedated) and e.time > case.at and e.time in overruled and e.actor.id == case.actor.id]
