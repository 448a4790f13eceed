"""Stamps commands with the instant of storing: by this machine's clock, later than what came before, and at most seconds ahead because of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from libs.commands.decision import Loaded
from libs.commands.errors import WrongClock
from libs.events.envelope import iso
from libs.events.event import KINDS, Event, position
from libs.events.ports.server_clock import span
from libs.events.world import World

CARRIED: Final = timedelta(seconds=5)
"""How far a stamp may lie ahead of the clock here because of what was stamped before. Clocks that are in order differ by less, also where one is set back."""
LATER: Final = timedelta(microseconds=1)
"""How much later than the one before each command is stored at least, also within one call: so events have one order everywhere (`Event.order`)."""


class Stamps:
    """The stamps of one service in this process."""

    def __init__(self, service: str, clock: Callable[[], datetime], heard: World) -> None:
        self._service, self._clock, self._heard = service, clock, heard
        self._next: datetime | None = None

    def now(self) -> datetime:
        """The clock's instant, later than the command before, and not before what others said: as far as that lies within `CARRIED`."""
        clock = self._clock()
        return max([clock, *(known for known in (self._heard.latest, self._next) if known is not None and known <= clock + CARRIED)])

    def carried(self, missed: Event) -> datetime:
        """The instant from which on what would be missed is seen. Raises WrongClock where that is further ahead than seconds."""
        ahead = missed.stored - self._clock()
        if ahead <= CARRIED:
            return missed.stored
        owner, mine, when = KINDS[missed.kind].service, self._service, iso(missed.stored)
        why = f"the clock of {owner} was ahead then" + (f", or that of {mine} is behind now" if owner != mine else ", or was set back since")
        raise WrongClock(
            f"{missed.id} was stored at {when}, which is {span(ahead.total_seconds())} from now: {why}",
            remedy=f"Set the clock of whichever is wrong (NTP). What rests on {missed.id} is taken once the clock of {mine} shows {when}.",
        )

    def said(self, events: Sequence[Event]) -> None:
        """These are about to be stored: whatever comes next is stamped later."""
        self._next = events[-1].stored + LATER


def missed(loaded: Loaded, aggregate: str, after: Sequence[str], now: datetime) -> Event | None:
    """The latest of what was said already, and what an answer of this instant would be given without: it is stamped later.

    Of the aggregate itself everything counts, since its history goes on behind it; so does what the caller says must have been heard (`after`). Of what else
    the decision has read, what is not seen yet at this instant.
    """
    found = [e for name in loaded.ahead for e in _behind(loaded.events(name), now) if name == aggregate or e.time > now]
    for text in after:
        name, sequence = position(text)
        history = loaded.events(name)
        if sequence <= len(history) and history[sequence - 1].stored > now:
            found.append(history[sequence - 1])
    return max(found, key=lambda e: e.stored, default=None)


def _behind(history: Sequence[Event], now: datetime) -> Sequence[Event]:
    """What was stored after an instant: the end of a history, since stamps only grow in it."""
    first = len(history)
    while first and history[first - 1].stored > now:
        first -= 1
    return history[first:]
