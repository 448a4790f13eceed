"""Tracks which part of a process is not well, why, and since when."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a part of a process suffers from, in words, the instant at which it was first noticed, and the level at which it was said in the log."""

    part: str
    why: str
    since: datetime
    level: int = logging.WARNING

    def as_json(self) -> dict[str, Any]:
        """The trouble as probes and `headway doctor` say it."""
        return {"part": self.part, "why": self.why, "since": self.since.isoformat(timespec="seconds")}


class ProcessHealth:
    """The health of one process: its troubles by part, such as `store of backlog`, `log`, `consumer`, `world`."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._troubles: dict[str, Trouble] = {}

    def ill(self, part: str, why: str, level: int = logging.WARNING) -> None:
        """Notes a trouble; one that lasts keeps its first instant and takes the newest words. It is logged when it begins, and again when it grows worse."""
        known = self._troubles.get(part)
        said = known.level if known else logging.NOTSET
        self._troubles[part] = Trouble(part, why, known.since if known else self._clock(), max(level, said))
        if level > said:
            logger.log(level, "health: %s is not well: %s", part, why, extra={"fields": {"part": part}})

    def well(self, part: str) -> None:
        """The part has no trouble, or none any more."""
        ended = self._troubles.pop(part, None)
        if ended is not None:
            seconds = round((self._clock() - ended.since).total_seconds())
            logger.log(ended.level, "health: %s is well again after %d s", part, seconds, extra={"fields": {"part": part}})

    def troubles(self) -> list[Trouble]:
        """What is not well, the longest first."""
        return sorted(self._troubles.values(), key=lambda t: (t.since, t.part))
