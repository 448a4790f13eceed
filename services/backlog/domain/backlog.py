"""Backlogs: put in order by their owner."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.backlog.backlog import ReorderBacklog, ReviewPrioritisation
from libs.commands.decision import Case
from libs.commands.errors import Invalid, NotFound
from libs.commands.import_revision import anew
from libs.events.catalog.backlog.backlog import Backlog, PrioritisationReviewed
from libs.events.catalog.backlog.item import ITEM, Item, ItemState
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.event import Payload
from libs.events.facts import Facts
from libs.rules.products.backlogs import ordered
from services.backlog.domain import decisions


@decisions.decides(ReorderBacklog)
def reorder_backlog(command: ReorderBacklog, case: Case[Backlog]) -> None:
    """An item at a position (S0-12, S0-19); who and why is kept. Raises NotFound for what is not in this backlog, Invalid for what was not there then."""
    now, then = _of(case.current, command), _of(case.facts, command)
    if now is None:
        raise NotFound(f"there is no item {command.item!r} in the backlog of {command.product}", field="item")
    if then is None or then.state is ItemState.DROPPED:
        why = "was not in the backlog at that time" if then is None else "is dropped"
        raise Invalid(
            f"{command.item} {why}, so it has no position",
            field="item",
            remedy="Move it when it is in the backlog; reopen it if it was dropped: backlog.reopen_item.",
        )
    order = [item.id for item in ordered(case.facts, command.product)]
    case.stands = order.index(command.item) == min(command.position, len(order)) - 1


def _of(facts: Facts, command: ReorderBacklog) -> Item | None:
    item = facts.get(ITEM, command.item)
    return item if item is not None and item.product == command.product and item.added is not None else None


@decisions.decides(ReviewPrioritisation)
def review_prioritisation(command: ReviewPrioritisation, case: Case[Backlog]) -> Iterator[Payload]:
    """The order against metrics as they were read at that time (S0-24); a metric may be heard of later."""
    readings = []
    for id in command.metrics:
        then = case.facts.get(METRIC, id)
        readings += [then.readings[-1].event.id] if then is not None and then.readings else []
    yield from anew(case, PrioritisationReviewed.of(command, readings=tuple(dict.fromkeys(readings))))
