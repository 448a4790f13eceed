"""Ends a process that was told to stop but does not, so that whoever stops services need not kill them."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import threading
import time
from typing import Final

END_WITHIN: Final = 20.0
"""Seconds from the signal: more than requests, relay and stores may take in all to end by themselves."""
LAST: Final = 3.0
"""Seconds more, where something keeps the interpreter itself: then it is ended from below it."""
OVERDUE: Final = 7
"""The exit code of a process that had to be ended. What it has acknowledged is stored: that is what acknowledging means."""


class Watchdog:
    """A thread that waits to be begun. What begins it is a byte in a pipe, which a signal's handler may send whatever it has interrupted."""

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = END_WITHIN if seconds is None else seconds
        self._begun = False
        self._reading, self._writing = os.pipe()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def begin(self) -> None:
        """From now on it counts; again is harmless."""
        if not self._begun:
            self._begun = True
            os.write(self._writing, b".")
            with contextlib.suppress(OSError, RuntimeError):  # no standard error to say it on
                faulthandler.dump_traceback_later(self._seconds + LAST, exit=True, file=2)

    def close(self) -> None:
        """Nothing need be watched any more; where it has begun it stays, since threads may still keep the process."""
        if not self._begun:
            os.close(self._writing)

    def _watch(self) -> None:
        told = os.read(self._reading, 1)
        os.close(self._reading)
        if not told:
            return
        time.sleep(self._seconds)
        with contextlib.suppress(OSError, RuntimeError):
            os.write(2, f"headway: not everything has ended within {self._seconds:g} s; the process ends with {OVERDUE} while it does this:\n".encode())
            faulthandler.dump_traceback(file=2)
        os._exit(OVERDUE)
