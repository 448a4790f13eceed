"""The duties of the backlog service: reviews of the order, the impact of what was delivered, checks of experiments (S0-05, S0-24, S0-25, S3-04)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from libs.calendar.local_time import clock_at, start_of
from libs.calendar.months import months_on
from libs.events.catalog.backlog.backlog import BACKLOG
from libs.events.catalog.backlog.experiment import EXPERIMENT
from libs.events.catalog.backlog.item import ITEM, ItemImpactRecorded, ItemState
from libs.events.catalog.backlog.need import NEED
from libs.events.catalog.duties import DutyKind
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.event import Event, earliest
from libs.events.facts import Facts
from libs.rules.duties.terms import Term, duty, until, within
from libs.rules.products.backlogs import items
from libs.rules.products.prioritisation import MONTHS, regular
from libs.rules.time_zones import zone_of

IMPACT_DAYS: Final = 90
"""Days after which it is asked what a delivery has changed."""


@duty(DutyKind.PRIORITISATION_REVIEW, BACKLOG, rule="S0-24", topic="reviews", command="backlog.review_prioritisation")
def reviews_of_the_order(facts: Facts, id: str) -> Iterator[Term]:
    """The order of a backlog is due to be reviewed three months after the last review, or after its product began to deliver regularly, while it does so."""
    backlog = facts.get(BACKLOG, id)
    if backlog is None:
        return
    product = facts.get(PRODUCT, id)
    reviews = [review.event for review in backlog.reviews]
    deliveries = [turn.event for item in facts.derive(items, id) for turn in item.turns if turn.state is ItemState.DELIVERED]
    there = facts.derive(zone_of, BACKLOG.name, id)
    for run in facts.derive(regular, id):
        delivered = max((event for event in deliveries if event.time.date() <= run.first), key=lambda event: event.order)
        clock = clock_at(delivered.time, there)
        start, over = max(start_of(run.first, clock), delivered.time), start_of(run.over, clock) if run.over else None
        before = [event for event in reviews if event.time <= start][-1:]
        held = [event for event in reviews if event.time > start and (over is None or event.time < over)]
        for began, ended in pairwise((*(before or [delivered]), *held, None)):
            if began is None:
                continue
            last = max(began.time.date(), run.first)
            what = f"Review the order of the backlog of {(product.name if product else '') or id} against its metrics: it delivers regularly."
            due = ((began.time, months_on(last, MONTHS, last.day)),)
            ends = None if ended is not None else over
            yield Term(
                began, due, by=ended, ended=ends, since=max(start, began.time), done=ended is not None, name=(product.name if product else "") or id, what=what
            )


def _of_needs(facts: Facts) -> Iterable[str]:
    """The items that name a need which is on record."""
    return dict.fromkeys(item.id for need in facts.every(NEED) for item in facts.related(ITEM, "need", need.id))


@duty(DutyKind.IMPACT_ASKED, ITEM, rule="S0-05", topic="items", command="backlog.record_impact", things=_of_needs)
def impact_asked_for(facts: Facts, id: str) -> Iterator[Term]:
    """What the delivery of an item has changed for users is asked for 90 days after it, where it serves a user need."""
    item = facts.get(ITEM, id)
    need = facts.get(NEED, item.need) if item else None
    if item is None or need is None or need.recorded is None:
        return
    history = facts.history(ITEM, id)
    named = next((event for event in history if getattr(event.data, "need", None)), None)
    impacts = [event for event in history if isinstance(event.data, ItemImpactRecorded)]
    for delivered, following in pairwise((*item.turns, None)):
        if delivered is not None and delivered.state is ItemState.DELIVERED:
            turned = following.event if following else None
            yield from _until_seen(delivered.event, impacts, turned, [need.recorded, named], item.title or id)


def _until_seen(delivered: Event, impacts: list[Event], turned: Event | None, known: list[Event | None], name: str) -> Iterator[Term]:
    """Until somebody says what has changed, or the item is open again; from when it is known that it serves a need."""
    start = max(event.time for event in (delivered, *known) if event is not None)
    seen = next((event for event in impacts if event.time >= delivered.time), None)
    ended = earliest(seen, turned)
    if ended is None or ended.time > start:
        what = f"Say what the delivery of {name} has changed for its users: it is with them since {delivered.time.date()}."
        yield Term(delivered, within(delivered, IMPACT_DAYS), by=ended, since=start, done=ended is seen, name=name, what=what, about=delivered.id)


@duty(DutyKind.EXPERIMENT_CHECK, EXPERIMENT, rule="S3-04", topic="experiments", command="backlog.check_experiment")
def experiment_checks(facts: Facts, id: str) -> Iterator[Term]:
    """An experiment is due to be checked on the last day that was planned for it; one that nobody has started is to be stopped then."""
    one = facts.get(EXPERIMENT, id)
    if one is None or one.planned is None or one.ends is None:
        return
    ended = earliest(one.checked, one.stopped)
    name, due = one.hypothesis, until(one.planned, one.ends)
    if one.started is None:
        what = f"Stop the experiment {id}, which nobody has started: {name}."
        yield Term(one.planned, due, by=ended, name=name, what=what, command="backlog.stop_experiment")
    else:
        what = f"Say what the experiment {id} has shown, and whether it worked: {name}."
        yield Term(one.planned, due, by=ended, name=name, what=what)
