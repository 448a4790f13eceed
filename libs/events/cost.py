"""Reports the cost of computing where it arises, so that whoever asked can count it, stop it, or let others go first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol

BYTES: Final = 4_096
"""So many bytes of text that are looked through or made count as one thing that is found."""


class Meter(Protocol):
    """Counts work. It may raise to end it, and it may stop in the middle of it for others to have their turn."""

    def spend(self, work: int) -> None:
        """So much more has been done, a state folded or a value derived being one."""


_METER: ContextVar[Meter | None] = ContextVar("headway.meter", default=None)


def spend(work: int = 1) -> None:
    """Says that work is being done, where somebody counts it."""
    meter = _METER.get()
    if meter is not None:
        meter.spend(work)


@contextmanager
def metered(meter: Meter | None) -> Iterator[None]:
    """Has what is done in the block counted."""
    before = _METER.get()
    _METER.set(meter)
    try:
        yield
    finally:
        _METER.set(before)
