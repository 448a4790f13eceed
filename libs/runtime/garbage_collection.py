"""Spreads garbage collection over small steps: a world in memory is millions of long-lived objects, and a full collection takes seconds.

CPython 3.11 does that now and then, whenever a quarter more has come to live long, and nobody is answered meanwhile. What has been looked through once and is
still there is set aside here: it goes when nothing refers to it any more, as nearly everything does, and is not looked through again.
So it costs nothing to look sooner, and each time there is less to look through.
"""

from __future__ import annotations

import gc
from typing import Any, Final

OLDEST: Final = 2
"""The generation of what has lived for long."""
SOONER: Final = 2
"""It is looked through after so many collections of the one before it, where CPython waits for ten."""


def collect_in_pieces() -> None:
    """From now on, for this process."""
    gc.set_threshold(*gc.get_threshold()[:OLDEST], SOONER)
    if _set_aside not in gc.callbacks:
        gc.callbacks.append(_set_aside)


def _set_aside(phase: str, info: dict[str, Any]) -> None:
    if phase == "stop" and info["generation"] == OLDEST:
        gc.freeze()
