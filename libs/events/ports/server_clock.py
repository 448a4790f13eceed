"""The port of a server's clock: what time it is where commits or records are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable


@runtime_checkable
class ServerClock(Protocol):
    """A store or a log on a server of its own, which may have another time than this machine. Files have no such clock."""

    async def server_time(self) -> datetime:
        """What time it is there. Raises ClockUntold, and whatever the adapter raises where the server does not answer."""


class ClockUntold(Exception):
    """The server does not say what time it is: it is too old, or this user may not ask."""


def span(seconds: float) -> str:
    """A stretch of time in its two largest units: `14 s`, `2 min 5 s`, `1 day 3 h`."""
    whole = round(seconds)
    for size, unit, smaller, rest in ((86_400, "day", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            many, left = whole // size, whole % size // smaller
            return f"{many} {unit}{'s' if unit == 'day' and many > 1 else ''}{f' {left} {rest}' if left else ''}"
    return f"{whole} s"
