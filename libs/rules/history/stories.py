"""The story of a team or a product: how it stood over time and everything ever said of it, also what was retracted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.backlog.experiment import EXPERIMENT
from libs.events.catalog.backlog.improvement import IMPROVEMENT
from libs.events.catalog.backlog.item import ITEM, Item, ItemState
from libs.events.catalog.backlog.need import NEED
from libs.events.catalog.backlog.pipeline_run import PIPELINE_RUN
from libs.events.catalog.backlog.source import SOURCE
from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.evaluations.confidence import CONFIDENCE
from libs.events.catalog.portfolio.evaluations.evaluation import EVALUATION
from libs.events.catalog.portfolio.evaluations.record import RECORD
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.intake.candidate import CANDIDATE
from libs.events.catalog.portfolio.intake.opportunity import OPPORTUNITY
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.channel import CHANNEL
from libs.events.catalog.roadmap.finding import FINDING
from libs.events.catalog.roadmap.initiative import INITIATIVE
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.monitoring import MONITORING
from libs.events.catalog.roadmap.recommendation import RECOMMENDATION
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM
from libs.events.catalog.roadmap.target_condition import TARGET_CONDITION
from libs.events.catalog.roadmap.theme import THEME
from libs.events.catalog.roadmap.vision import VISION
from libs.events.event import KINDS, Discarded, Event, Kind, Retracted, day_of, split
from libs.events.facts import Facts
from libs.events.references import telling_of, thing_of
from libs.rules.authority import SUBJECT
from libs.rules.graduation.status import status_on
from libs.rules.graduation.status_change_dates import month_ends, turning_days
from libs.rules.history.diff import Moments, name_of
from libs.rules.products.backlogs import items


class StatusPeriod(NamedTuple):
    """A time in which a team had one status (S4-18)."""

    status: Annotated[GraduationStatus, Doc("Where it stood.")]
    from_: Annotated[date, Doc("Its first day.")]
    until: Annotated[date | None, Doc("Its last day; null while it lasts.")]


class BacklogOn(NamedTuple):
    """A backlog at the end of a day (S0-19, S0-25)."""

    on: Annotated[date, Doc("The day at the end of which it was counted.")]
    open: Annotated[int, Doc("How many items were open or started.")]
    delivered: Annotated[int, Doc("How many items were delivered.")]


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """An event of a story, with whether it was retracted by the story's moment, and whether it counts: a judgement of what has changed since does not."""

    event: Event
    retracted: bool
    counts: bool

    @property
    def id(self) -> str:
        """Its position."""
        return self.event.id


def statuses(facts: Facts, team_id: str) -> tuple[StatusPeriod, ...]:
    """How a team stood from its first day on, by what these facts know, in order of time; nothing where it does not exist (S4-18)."""
    found: list[tuple[GraduationStatus, date]] = []
    for day in reversed(facts.derive(turning_days, team_id)):
        status = status_on(facts, team_id, day)
        if not found or found[-1][0] is not status:
            found.append((status, day))
    ends = (*(begins - timedelta(days=1) for _, begins in found[1:]), None)
    return tuple(StatusPeriod(status, begins, last) for (status, begins), last in zip(found, ends, strict=False))


def backlog_over_time(facts: Facts, product_id: str) -> tuple[BacklogOn, ...]:
    """The counts of a backlog at the end of each month since its first item, and on the day of these facts (S0-19, S0-25); nothing without items."""
    opened, delivered = [], []
    for item in facts.derive(items, product_id):
        before: ItemState | None = None
        for day, state in _turns(item):
            opened.append((day, (state in _OPEN) - (before in _OPEN)))
            delivered.append((day, (state is ItemState.DELIVERED) - (before is ItemState.DELIVERED)))
            before = state
    if not opened:
        return ()
    counts = [_summed(opened), _summed(delivered)]
    days = [*month_ends(min(day for day, _ in opened), facts.day), facts.day]
    return tuple(BacklogOn(day, *(_at(steps, day) for steps in counts)) for day in dict.fromkeys(days))


def story(facts: Facts, kind: str, id: str) -> tuple[StoryEvent, ...]:
    """Everything that was said of a team or a product and of what lies in it, the latest first: by the time it was true, then by when it was learned.

    What was taken back stays, and is marked; so does what took it back, which counts for every day. Nothing of an unknown one.
    """
    found = [said for aggregate in _aggregates(facts, kind, id) for said in _of(facts, aggregate)]
    return tuple(sorted(found, key=lambda said: said.event.order, reverse=True))


def history(facts: Facts, kind: str, id: str) -> tuple[StoryEvent, ...]:
    """Everything that was said of one thing itself, and of what is a part of it, in the same way."""
    found = [said for same in telling_of(kind) for said in _of(facts, (KINDS[same], id))]
    return tuple(sorted(found, key=lambda said: said.event.order, reverse=True))


def first_said(facts: Facts, kind: str, id: str) -> Event | None:
    """The first event of an aggregate by the time it was true, by what these facts know; None where there is none."""
    return next(iter(facts.history(KINDS[kind], id)), None)


def called(facts: Facts, aggregate: str) -> str:
    """What people call an aggregate (`kind:id`), at this moment; its id where nothing else is known."""
    kind, id = thing_of(aggregate)
    return name_of(Moments(facts, facts), kind, id) if kind in KINDS else id


_OPEN = (ItemState.OPEN, ItemState.STARTED)
_LIES_IN: Final[Mapping[str, tuple[Kind[Any], ...]]] = {
    "team": (INVESTMENT, LOAN, IMPROVEMENT, EXPERIMENT, OPPORTUNITY, CANDIDATE),
    "product": (
        INVESTMENT,
        ROADMAP_ITEM,
        RELEASE,
        CHANGE,
        METRIC,
        MONITORING,
        CHANNEL,
        THEME,
        FINDING,
        RECOMMENDATION,
        EVALUATION,
        RECORD,
        NEED,
        IMPROVEMENT,
        EXPERIMENT,
        SOURCE,
        PIPELINE_RUN,
        ITEM,
    ),
}
"""What is said to be of a team or of a product, in a field of that name."""
_SAID_OF: Final[tuple[Kind[Any], ...]] = (VISION, TARGET_CONDITION, INITIATIVE, CONFIDENCE)
"""What may be said of whatever kind, by its global id."""


def _aggregates(facts: Facts, kind: str, id: str) -> Iterator[tuple[Kind[Any], str]]:
    """What lies in it, or was ever said to."""
    for same in telling_of(kind):
        yield KINDS[same], id
    for inner in _SAID_OF:
        for found in _referring(facts, inner, SUBJECT, f"{kind}:{id}"):
            yield inner, found
    for inner in _LIES_IN[kind]:
        for found in _referring(facts, inner, kind, id):
            yield inner, found
            if inner is INVESTMENT:
                for bid in _referring(facts, BID, "investment", found):
                    yield BID, bid


def _referring(facts: Facts, kind: Kind[Any], field: str, id: str) -> list[str]:
    facts.related(kind, field, id)
    return [split(aggregate)[1] for aggregate in facts.histories.referring(kind.name, field, id)]


def _of(facts: Facts, aggregate: tuple[Kind[Any], str]) -> Iterator[StoryEvent]:
    kind, id = aggregate
    counting = {event.id for event in facts.counting(kind, id)}
    known = [e for e in facts.histories.events(kind.key(id)) if facts.known_at is None or e.recorded <= facts.known_at]
    struck = {e.data.event for e in known if isinstance(e.data, Retracted)}
    for event in known:
        if isinstance(event.data, Retracted) or (not isinstance(event.data, Discarded) and facts.dated(event)):
            yield StoryEvent(event, event.id in struck, event.id in counting or isinstance(event.data, Retracted))


def _turns(item: Item) -> list[tuple[date, ItemState]]:
    """Its states, each with the day from which on it counts: none does before the item was added."""
    added = day_of(item.added) or date.max
    turns = [(turn.event.time.date(), turn.state) for turn in item.turns]
    earlier = [state for day, state in turns if day < added]
    return [(added, earlier[-1] if earlier else ItemState.OPEN), *(turn for turn in turns if turn[0] >= added)]


def _summed(steps: list[tuple[date, int]]) -> list[tuple[date, int]]:
    """Changes of a count by day, as the count from each day on."""
    total, found = 0, []
    for day, change in sorted(steps):
        total += change
        found.append((day, total))
    return found


def _at(counts: list[tuple[date, int]], day: date) -> int:
    reached = bisect_right(counts, day, key=lambda one: one[0])
    return counts[reached - 1][1] if reached else 0
