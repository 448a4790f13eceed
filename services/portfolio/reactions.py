"""What the portfolio service hears of others, and what it then does: it announces what changes about the graduation of teams, also by time alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from libs.events.backoff import rest
from libs.events.catalog.portfolio.graduation import GRADUATION
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import Actor, Event, Payload
from libs.events.facts import Facts
from libs.events.kept import Rest
from libs.events.reason import reason
from libs.events.store import CommandKey, Commit, Outcome
from libs.rules.roles import CLOCK
from services.portfolio.announcing import View, announced, change, due, seen_at, times_made, view
from services.portfolio.touched import Mark, Touched

if TYPE_CHECKING:
    from libs.service.serving import Service

logger = logging.getLogger(__name__)

HEARS: Final = frozenset({"item", "backlog", "release", "change", "metric", "roadmap_item", "need"})
"""The kinds of aggregate it follows: evidence of other services: releases, open items, targets."""

QUIET: Final = 0.5
"""Seconds between two looks whether there is news: the clock announces once there was none in between, so after a second at most."""
PATIENCE: Final = 10.0
"""Seconds after which it looks although there is news all the time."""

ANNOUNCER: Final = Actor("portfolio", CLOCK)


def reactions(service: Service) -> Sequence[Callable[[], Coroutine[Any, Any, None]]]:
    """The loops of the service."""
    return (Clock(service).run,)


class Clock:
    """Announces what is due when something was said, when a day begins, and once after the start, so that nothing is missed while the service is down.

    Nothing is remembered but what the store holds: what was announced is read there, and the key of a commit makes an announcement unique, whatever the
    number of processes. `quiet` and `patience` are seconds.
    """

    def __init__(self, service: Service, quiet: float = QUIET, patience: float = PATIENCE) -> None:
        self._service, self._quiet, self._patience = service, quiet, patience
        self._now = service.process.adapters.clock
        self._touched = Touched(service.handling, HEARS)
        self._waiting: set[str] = set()
        self._mark: Mark | None = None
        self._day: date | None = None

    async def run(self) -> None:
        """Announces until it is cancelled, once the process is ready; no error ends it."""
        fruitless = 0
        while True:
            await asyncio.sleep(max(self._quiet, rest(fruitless)) if fruitless else self._quiet)
            try:
                if await self._service.process.is_ready():
                    await self._news()
                    await self.tick()
                fruitless = fruitless + 1 if self._waiting else 0
            except Exception as e:
                fruitless += 1
                self._touched.forget()
                self._mark = None
                logger.warning("announcing: %s", reason(e), extra={"attempt": fruitless, "error": type(e).__name__})

    async def tick(self) -> None:
        """Looks at the teams that something said since the last tick concerns, and at all where a day has begun; announces what is due.

        What fails of one team is logged, and waits for the next tick, as a team does about which somebody else said something meanwhile. Raises
        StoreUnavailable, and WrongClock where nothing can be dated.
        """
        self._service.handling.trust_the_clock()
        mark, day = await self._touched.mark(), self._now().date()
        self._waiting |= await self._touched.teams(mark)
        if day != self._day:
            self._waiting |= await self._teams()
        for team_id in sorted(self._waiting):
            try:
                if await self._look(team_id):
                    self._waiting.discard(team_id)
            except Exception as e:
                logger.warning("announcing: team %s: %s", team_id, reason(e), extra={"aggregate": GRADUATION.key(team_id), "error": type(e).__name__})
        self._mark, self._day = mark, day

    async def _news(self) -> None:
        """Waits until there is something to look for: what was said, a new day, or a team that could not be dealt with."""
        loop = asyncio.get_running_loop()
        since, before = loop.time(), None
        while True:
            mark = await self._touched.mark()
            if self._mark is None or self._waiting or self._now().date() != self._day:
                return
            if mark == self._mark:
                since = loop.time()
            elif mark == before or loop.time() - since >= self._patience:
                return
            before = mark
            await asyncio.sleep(self._quiet)

    async def _teams(self) -> set[str]:
        found: list[str] = []
        while page := await self._service.handling.names(TEAM, {}, found[-1] if found else "", 1000):
            found += page
        return set(found)

    async def _look(self, team_id: str) -> bool:
        """Announces what is due of one team; whether it is dealt with. The loop is free between two instants that are looked at."""
        handling, now = self._service.handling, self._now()
        history = await handling.see(lambda facts: list(facts.histories.events(GRADUATION.key(team_id))))
        views: dict[datetime, View] = {}
        rests: frozenset[Rest] = frozenset({TEAM.key(team_id), GRADUATION.key(team_id)})
        for instant in dict.fromkeys((*(e.time for e in announced(history)), now)):
            views[instant], resting = await handling.see(lambda facts, at=instant: _viewed(facts, at, team_id))  # type: ignore[misc]
            rests |= resting
            await asyncio.sleep(0)
        self._touched.looked(team_id, rests)
        said = due(history, views, now)
        if said and history and history[-1].stored > now:
            return False  # its clock was ahead: what comes next is stored when that is past
        return not said or await self._append(team_id, history, said, now)

    async def _append(self, team_id: str, history: Sequence[Event], said: Sequence[Payload], now: datetime) -> bool:
        """Stores announcements, each under a key of its own; whether nobody else was there meanwhile."""
        aggregate = GRADUATION.key(team_id)
        events = [Event(aggregate, len(history) + n, now, now, now, ANNOUNCER, data) for n, data in enumerate(said, start=1)]
        outcomes = await self._service.store.append([_commit(team_id, history, event) for event in events])
        if Outcome.STORED in outcomes:
            self._service.relay.nudge()
        if any(outcome is not Outcome.STORED for outcome in outcomes):
            return False
        self._touched.said_itself(aggregate, events[-1].sequence)
        return True


def _viewed(facts: Facts, instant: datetime, team_id: str) -> tuple[View, frozenset[Rest]]:
    return seen_at(facts.histories, instant).resting(view, team_id)


def _commit(team_id: str, history: Sequence[Event], event: Event) -> Commit:
    """A commit under the key of the team and the change (a day's). Keys of commands have no colon, or begin with their sender: none of them is this one."""
    key = f":{team_id}:{change(event.data)}"
    reply = {"id": team_id, "version": event.sequence, "events": [event.id], "position": event.id}
    return Commit(event.aggregate, event.sequence, (event,), CommandKey(key, times_made(history, event.data) + 1, key), reply)
