"""Limits how many connections may be open, per address and in total; idle ones give way to new ones, and a reserve is kept for health probes."""

from __future__ import annotations

import ipaddress
import logging
import resource
import time
from collections import Counter
from typing import Final, Protocol

logger = logging.getLogger("headway.connections")

BACKLOG: Final = 256
"""How many may wait to be let in: all of them are let in at once, and each takes a descriptor before it can be counted."""
OWN: Final = 128
"""Descriptors for files, engines, peers and the reserve."""
MOST: Final = 4096
LEAST: Final = 64
RESERVE: Final = 32
"""Connections beyond those counted, on which only probes are answered."""
QUIET: Final = 60.0
"""Seconds between two words about a crowd."""


class HeldConnection(Protocol):
    """A connection that counts against the limits."""

    address: str
    spare: bool
    """Whether only probes are answered on it."""

    def give_way(self) -> None:
        """Ends at once."""


class Connections:
    """The connections of one server: at most `most`, at most `of_one` from one address, and a few in reserve.

    One more than that ends the one that has waited longest for a request, of the same address where that is crowded. Where none waits, the newcomer comes into
    the reserve.
    """

    def __init__(self, most: int, of_one: int | None = None, reserve: int = RESERVE) -> None:
        self.most, self.of_one, self.reserve = most, of_one or max(most // 2, 1), reserve
        self._of = Counter[str]()
        self._waiting: dict[HeldConnection, None] = {}
        self._spare: dict[HeldConnection, None] = {}
        self._said = -QUIET

    @classmethod
    def of_this_process(cls) -> Connections:
        """As many as the process may have descriptors for, beside those of its own."""
        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return cls(MOST if allowed == resource.RLIM_INFINITY else max(LEAST, min(MOST, allowed - BACKLOG - OWN)))

    def __len__(self) -> int:
        return self._of.total() + len(self._spare)

    def admit(self, one: HeldConnection) -> None:
        """Counts a connection that was opened, and makes room for it. It waits for its first request."""
        crowded = self._of[one.address] >= self.of_one
        if crowded or self._of.total() >= self.most:
            self._say()
            first = next((other for other in self._waiting if not crowded or other.address == one.address), None)
            if first is None:
                self._keep_in_reserve(one)
                return
            self.leave(first)
            first.give_way()
        self._of[one.address] += 1
        self._waiting[one] = None

    def waits(self, one: HeldConnection) -> None:
        """It has been answered, and waits for its next request."""
        if not one.spare:
            self._waiting[one] = None

    def works(self, one: HeldConnection) -> None:
        """A request has come in on it."""
        self._waiting.pop(one, None)

    def leave(self, one: HeldConnection) -> None:
        """It has ended, or is about to: it is counted no more. To be called once, or again in vain for one that gave way."""
        self._waiting.pop(one, None)
        if one.spare:
            self._spare.pop(one, None)
        elif one.address in self._of:
            self._of[one.address] -= 1
            if not self._of[one.address]:
                del self._of[one.address]

    def _keep_in_reserve(self, one: HeldConnection) -> None:
        one.spare = True
        if len(self._spare) >= self.reserve:
            first = next(iter(self._spare))
            self.leave(first)
            first.give_way()
        self._spare[one] = None

    def _say(self) -> None:
        if time.monotonic() - self._said >= QUIET:
            self._said = time.monotonic()
            words = "connections: as many are open as may be (%d, %d of one address): those that wait for a request make room"
            logger.warning(words, self.most, self.of_one)


def neighbourhood(host: str) -> str:
    """What counts as one address: of IPv6 the network of 64 bits, all of which one caller commonly has."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.IPv6Address(int(found) >> 64 << 64))
    return host
