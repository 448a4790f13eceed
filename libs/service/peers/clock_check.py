"""Checks the clock of this process against those of the log, the stores and the peers, for as long as it runs."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

import httpx

from libs.commands.errors import WrongClock
from libs.events.envelope import iso
from libs.events.event import KINDS
from libs.events.ports.server_clock import ClockUntold, ServerClock, span
from libs.events.world import World
from libs.rules.text import listed
from libs.service.observability.health import ProcessHealth
from libs.service.peers.clock_offset import SECONDS, ClockReading, Offset, peer_time, steady, told

BORNE: Final = 60.0
"""Seconds by which the clock of an owner may be off before nothing is dated by it."""
EVERY: Final = 10.0
"""Seconds between two rounds of questions where all were answered; else they are asked at every look."""
PATIENCE: Final = 3.0
"""Seconds that an answer may take."""
KEPT: Final = 60.0
"""Seconds for which an answer counts: whoever has not answered for longer has no say."""
JUMP: Final = 1.0
"""Seconds by which the clock here was set, against the steady one, after which all are asked at once."""
CLOCK: Final = "clock"
STAMPS: Final = "stamps"

logger = logging.getLogger(__name__)


class Clocks:
    """The clock of this process among those that it can ask. Where there are none, as on a laptop over files, or none answers, nothing is judged.

    `ticks` is the steady clock by which answers are kept, so that it is noticed at once when the clock here is set, not with the next round.
    """

    def __init__(self, clock: Callable[[], datetime], world: World, health: ProcessHealth, ticks: Callable[[], float] = steady) -> None:
        self._clock, self._world, self._health, self._ticks = clock, world, health, ticks
        self._asked: dict[str, Callable[[], Awaitable[datetime]]] = {}
        self._addresses: set[str] = set()
        self._told: dict[str, ClockReading] = {}
        self._silent: set[str] = set()
        self._due = 0.0
        self._apart: float | None = None

    def hold_against(self, name: str, what: object) -> None:
        """Has a store or a log asked where it is a server, which has a clock: the first one of a name."""
        if isinstance(what, ServerClock):
            self._asked.setdefault(name, what.server_time)

    def hold_against_peer(self, service: str, client: httpx.AsyncClient) -> None:
        """Has the process asked in which a service runs. One that runs several has one clock, and one say."""
        if str(client.base_url) not in self._addresses:
            self._addresses.add(str(client.base_url))
            self._asked[service] = lambda: peer_time(client, service)

    async def look(self) -> None:
        """Asks all of them, where it is time to, and notes in the health what is off. Never raises."""
        apart, now = self._clock().timestamp() - self._ticks(), self._ticks()
        jumped = self._apart is not None and abs(apart - self._apart) > JUMP
        self._apart = apart
        if jumped or now >= self._due:
            answered = await asyncio.gather(*(self._ask(name, ask) for name, ask in self._asked.items()))
            self._due = now + EVERY if all(answered) else now
        self._judge()
        self._judge_stamps()

    async def _ask(self, name: str, ask: Callable[[], Awaitable[datetime]]) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                self._told[name] = await told(ask, self._ticks)
        except ClockUntold as e:
            if name not in self._silent:
                self._silent.add(name)
                logger.info("clock: that of %s is not known: %s", name, e)
        except Exception:  # that it does not answer is said elsewhere, and judges no clock
            return False
        else:
            self._silent.discard(name)
        return True

    def offsets(self) -> dict[str, Offset]:
        """How far the clock here is off those that have answered lately, by their names: `log`, `store`, and peers by a service that they run."""
        ours, at = self._clock(), self._ticks()
        return {name: one.offset(ours, at) for name, one in self._told.items() if at - one.at <= KEPT}

    def distrusted(self) -> WrongClock | None:
        """Why nothing can be dated by the clock here; None where it can, or nobody knows."""
        offsets = self.offsets()
        offset = agreed(offsets)
        if abs(offset.ahead) - offset.error <= BORNE:
            return None
        return WrongClock(
            f"{_words(offsets)}: what is said now would be stored at {iso(self._clock())}, and a minute is the most that a clock may be off",
            remedy="Set the clock of the machine that this service runs on (NTP). Nothing was stored; commands are taken again by themselves once it is right.",
        )

    def _judge(self) -> None:
        offsets = self.offsets()
        if not any(offset.off for offset in offsets.values()):
            self._health.well(CLOCK)
        elif self.distrusted() is not None:
            self._health.ill(CLOCK, f"{_words(offsets)}: commands are refused until it is set right (NTP)", logging.ERROR)
        elif agreed(offsets).off:
            self._health.ill(CLOCK, f"{_words(offsets)}: set it right (NTP); from a minute on commands are refused")
        else:
            theirs = {name: Offset(-offset.ahead, offset.error) for name, offset in offsets.items() if offset.off}
            others = sorted(set(offsets) - set(theirs))
            agreeing = f", with which {listed(others)} {'agree' if len(others) > 1 else 'agrees'}" if others else ""
            said = [f"{listed(names)} is {how} the one here" for how, names in _alike(theirs).items()]
            self._health.ill(CLOCK, f"the clock of {' and that of '.join(said)}{agreeing}: set it right (NTP)")

    def stamped_ahead(self) -> float:
        """By how many seconds the latest stamp of all events heard lies ahead of the clock here; 0 where none does."""
        return 0.0 if self._world.latest is None else max(0.0, (self._world.latest - self._clock()).total_seconds())

    def _judge_stamps(self) -> None:
        """What was stored later than it is now is not shown until then, and what rests on it is refused: that is said, or it would look as if it were lost."""
        event, ahead = self._world.furthest, self.stamped_ahead()
        if event is None or ahead <= SECONDS:
            self._health.well(STAMPS)
            return
        owner = KINDS[event.kind].service
        why = f"{event.id} was stored by {owner} at {iso(event.stored)}, {span(ahead)} ahead of the clock here: one of the two clocks is wrong, or was"
        self._health.ill(STAMPS, f"{why}. Until then what is stamped ahead is not shown as of now, and commands that rest on it are refused")


def agreed(offsets: Mapping[str, Offset]) -> Offset:
    """How far the clock here is off what most clocks show, its own among them: one alone that is wrong condemns no other.

    Where as many say one thing as the other, it is off: nobody can tell who is right.
    """
    votes = sorted([Offset(0, 0), *offsets.values()], key=lambda offset: offset.ahead)
    return max(votes[(len(votes) - 1) // 2], votes[len(votes) // 2], key=lambda offset: abs(offset.ahead))


def _words(offsets: Mapping[str, Offset]) -> str:
    off = {name: offset for name, offset in offsets.items() if offset.off}
    return "the clock here is " + " and ".join(f"{how} that of {listed(names)}" for how, names in _alike(off).items())


def _alike(offsets: Mapping[str, Offset]) -> dict[str, list[str]]:
    """`2 h ahead of`, and of whom."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, offset in sorted(offsets.items()):
        found[f"{span(abs(offset.ahead))} {'ahead of' if offset.ahead > 0 else 'behind'}"].append(name)
    return found
