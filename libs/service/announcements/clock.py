"""The clock of a service: announces what rules find as time passes, each once, across restarts, many processes and clock changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import Any, Final, Generic, Protocol, TypeVar

from libs.calendar.local_time import local, start_of
from libs.commands.decision import Loaded
from libs.events.derivations import THE_DAY, Rest
from libs.events.event import Actor, Event, Kind, Payload
from libs.events.facts import Facts
from libs.events.ports.store import AppendOutcome, CommandKey, Commit
from libs.rules.duties.instant import AnnouncedMoment, seen_at
from libs.rules.duties.moments import announced_duties
from libs.rules.roles import CLOCK
from libs.rules.time_zones import zone_of
from libs.runtime.backoff import rest
from libs.runtime.failure_reason import reason
from libs.service.announcements.affected_things import Affected, Mark
from libs.service.host.service import Service

logger = logging.getLogger(__name__)

V = TypeVar("V")

QUIET: Final = 0.5
"""Seconds between two looks whether there is news: the clock announces once there was none in between, so after a second at most."""
PATIENCE: Final = 10.0
"""Seconds after which it looks although there is news all the time."""
SET: Final = timedelta(seconds=1)
"""By so much a clock goes back that somebody has set."""
AT_ONCE: Final = 200
"""So many things are loaded for one look."""


class Announces(Protocol, Generic[V]):
    """What is announced of the things of one kind. All but `things` is pure."""

    of: Kind[Any]
    """The kind of thing that is looked at."""

    def aggregate(self, id: str) -> str:
        """The aggregate that announcements of a thing are said of."""

    def things(self, facts: Facts) -> Iterable[str]:
        """The ids of the things of which something may be announced: those are looked at after a start, and later whatever something was said of."""

    def view(self, facts: Facts, id: str) -> V:
        """What the rules find of a thing, by the facts of an instant (a rule, for `Facts.derive`)."""

    def instants(self, id: str, history: Sequence[Event]) -> Iterable[datetime]:
        """The instants that are looked at besides this one, by the history of announcements."""

    def due(self, id: str, history: Sequence[Event], views: Mapping[datetime, V], now: datetime) -> Sequence[AnnouncedMoment]:
        """What is to be announced now, by how the thing is seen at those instants and now."""

    def next(self, view: V, now: datetime) -> datetime | None:
        """The next instant at which there may be something to announce although nothing was said; None where there is none."""

    def change(self, id: str, data: Payload, at: datetime) -> str | None:
        """The name of an announcement, by which it is made once, among all that the service announces; None for what is no announcement of this thing."""


Thing = tuple[Announces[Any], str]


class Clock:
    """Announces what is due when something was said, when time alone makes it so, and once after the start, so that nothing is missed while nothing runs.

    Nothing is remembered but what the store holds: what was announced is read there, and the key of a commit makes an announcement unique, whatever the
    number of processes. `quiet` and `patience` are seconds.
    """

    def __init__(self, service: Service, announces: Sequence[Announces[Any]], quiet: float = QUIET, patience: float = PATIENCE) -> None:
        self._service, self._announces, self._quiet, self._patience = service, tuple(announces), quiet, patience
        self._now = service.process.adapters.clock
        self._actor = Actor(service.name, CLOCK)
        self._affected = Affected(service.handling, service.declared.hears)
        self._things: dict[str, Thing] = {}
        self._waiting: set[str] = set()
        self._next: dict[str, datetime] = {}
        self._mark: Mark | None = None
        self._looked: datetime | None = None

    async def run(self) -> None:
        """Announces until it is cancelled, once the process is ready; no error ends it."""
        fruitless = 0
        while self._announces:
            await asyncio.sleep(max(self._quiet, rest(fruitless)) if fruitless else self._quiet)
            try:
                if await self._service.process.is_ready():
                    await self._news()
                    await self.tick()
                fruitless = fruitless + 1 if self._waiting else 0
            except Exception as e:
                fruitless += 1
                self._affected.forget()
                self._mark = None
                logger.warning("announcing: %s", reason(e), extra={"attempt": fruitless, "error": type(e).__name__})

    async def tick(self) -> None:
        """Looks at the things that something said since the last tick concerns, and at those whose time has come; announces what is due.

        What fails of one thing is logged, and waits for the next tick, as a thing does about which somebody else said something meanwhile. Raises
        StoreUnavailable, and WrongClock where nothing can be dated.
        """
        self._service.handling.trust_the_clock()
        mark, now = await self._affected.mark(), self._now()
        touched = await self._affected.since(mark)
        if touched is None or self._set_back(now):  # a clock that was set back: what it saw ahead is not so yet
            self._waiting |= {name async for name in self._every()}
        if touched is not None:
            self._waiting |= touched[0] | {name for aggregate in touched[1] for name in self._called(aggregate)}
        self._waiting |= self._come(now)
        waiting = iter(sorted(self._waiting))
        while some := list(islice(waiting, AT_ONCE)):
            await self._look_at(some, now)
        self._mark, self._looked = mark, now

    def _set_back(self, now: datetime) -> bool:
        """Whether the clock has been set back since the last look."""
        return self._looked is not None and now < self._looked - SET

    def _come(self, now: datetime) -> set[str]:
        """The things whose time has come."""
        return {name for name, at in self._next.items() if at <= now}

    async def _news(self) -> None:
        """Waits until there is something to look for: what was said, an instant that has come, or a thing that could not be dealt with."""
        loop = asyncio.get_running_loop()
        since, before = loop.time(), None
        while True:
            mark, now = await self._affected.mark(), self._now()
            if self._mark is None or self._waiting or self._looked is None or self._set_back(now) or self._come(now):
                return
            if mark == self._mark:
                since = loop.time()
            elif mark == before or loop.time() - since >= self._patience:
                return
            before = mark
            await asyncio.sleep(self._quiet)

    async def _every(self) -> AsyncIterator[str]:
        """The names of all things of which something may be announced."""
        for announces in self._announces:
            for id in await self._service.handling.see(lambda facts, of=announces: list(of.things(facts))):  # type: ignore[misc]
                yield self._name(announces, id)

    def _called(self, aggregate: str) -> Iterator[str]:
        """An aggregate as the things that it is."""
        kind, _, id = aggregate.partition(":")
        for announces in self._announces:
            if announces.of.name == kind:
                yield self._name(announces, id)

    def _name(self, announces: Announces[Any], id: str) -> str:
        name = f"{announces.aggregate(id)} {announces.of.key(id)}"
        self._things[name] = announces, id
        return name

    async def _look_at(self, names: Sequence[str], now: datetime) -> None:
        """Announces what is due of some things. The loop is free between two of them."""
        handling = self._service.handling
        loaded = handling.nothing_loaded()
        things = [self._things[name] for name in names]
        await handling.load(loaded, {aggregate for of, id in things for aggregate in (of.aggregate(id), of.of.key(id))})
        places: dict[tzinfo, Facts] = {UTC: seen_at(loaded, now)}
        for name, (announces, id) in zip(names, things, strict=True):
            try:
                if await self._look(name, announces, id, loaded, places, now):
                    self._waiting.discard(name)
            except Exception as e:
                aggregate = announces.aggregate(id)
                logger.warning("announcing: %s %s: %s", announces.of.name, id, reason(e), extra={"aggregate": aggregate, "error": type(e).__name__})
            await asyncio.sleep(0)

    async def _look(self, name: str, announces: Announces[V], id: str, loaded: Loaded, places: dict[tzinfo, Facts], now: datetime) -> bool:
        """Announces what is due of one thing; whether it is dealt with. The loop is free between two instants that are looked at.

        `places` are the facts of now, by the time zones in which they are asked.
        """
        history = list(loaded.events(announces.aggregate(id)))
        views: dict[datetime, V] = {}
        rests: frozenset[Rest] = frozenset({announces.of.key(id), announces.aggregate(id)})
        there, resting = await self._service.handling.found(loaded, lambda: places[UTC].resting(zone_of, announces.of.name, id))
        rests |= resting
        here = local(now, there)
        if there not in places:
            places[there] = seen_at(loaded, here)
        for instant in dict.fromkeys((*announces.instants(id, history), here)):
            then = places[there] if instant == here else seen_at(loaded, instant)
            views[instant], resting = await self._service.handling.found(loaded, lambda at=then: at.resting(announces.view, id))  # type: ignore[misc]
            rests |= resting
            await asyncio.sleep(0)
        self._affected.looked(name, rests)
        midnight = start_of(here.date() + timedelta(days=1), there)
        self._schedule(name, *[at for at in (announces.next(views[here], here), midnight if THE_DAY in rests else None) if at is not None])
        said = announces.due(id, history, views, here)
        if said and history and history[-1].stored > now:
            return False  # its clock was ahead: what comes next is stored when that is past
        return not said or await self._append(announces, id, history, said, now)

    def _schedule(self, name: str, *at: datetime) -> None:
        """Looks at a thing again at the first of these instants."""
        if at:
            self._next[name] = min(at)
        else:
            self._next.pop(name, None)

    async def _append(self, announces: Announces[Any], id: str, history: Sequence[Event], said: Sequence[AnnouncedMoment], now: datetime) -> bool:
        """Stores announcements, each under a key of its own; whether nobody else was there meanwhile."""
        aggregate = announces.aggregate(id)
        events = [Event(aggregate, len(history) + n, one.at, now, now, self._actor, one.data) for n, one in enumerate(said, start=1)]
        outcomes = await self._service.store.append([_commit(announces, id, history, event) for event in events])
        if AppendOutcome.STORED in outcomes:
            self._service.relay.nudge()
        if any(outcome is not AppendOutcome.STORED for outcome in outcomes):
            return False
        if not any(self._called(aggregate)):  # what is a thing itself, such as a monitoring, is looked at next
            self._affected.said_itself(aggregate, events[-1].sequence)
        return True


def _commit(announces: Announces[Any], id: str, history: Sequence[Event], event: Event) -> Commit:
    """A commit under the key of the change. Keys of commands have no colon, or begin with their sender: none of them is this one."""
    name = announces.change(id, event.data, event.time)
    key = f":{name}"
    times = sum(announces.change(id, e.data, e.time) == name for e in history)  # more than once only where it was withdrawn in between
    reply = {"id": id, "version": event.sequence, "events": [event.id], "position": event.id}
    return Commit(event.aggregate, event.sequence, (event,), CommandKey(key, times + 1, key), reply)


def clock_of(service: Service, *announces: Announces[Any]) -> Clock:
    """The clock of a service: it announces the duties of its things, and what else is given."""
    return Clock(service, (*announces, *announced_duties(service.name)))
