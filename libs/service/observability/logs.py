"""Structured logs: one JSON object a line on stderr, without tokens, bodies or query strings."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TextIO

# Libraries put addresses and headers into their messages, so what looks like a token or a password is struck out of every line.
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_.-]+")
_PASSWORD = re.compile(r"(://)[^/@\s\"]+@")
_BEARER = re.compile(r"(?i)(bearer )[A-Za-z0-9._~+/=-]+")
# What a record has of its own; uvicorn adds the message in colours.
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message", "time", "level", "logger"}


class JsonLines(logging.Formatter):
    """A record as one line of JSON: `time` (UTC), `level`, `logger`, `message`, what was given as `extra`, and `exception`.

    A mapping given as `extra={"fields": ...}` may use names that a record has already.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, with tokens and passwords struck out."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _OWN and value is not None}
        fields = line.pop("fields", None)
        if isinstance(fields, dict):
            line |= {name: value for name, value in fields.items() if value is not None}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        return redact(json.dumps(line, default=str))


class RateLimit(logging.Filter):
    """Lets a message of the loggers under `prefix` pass `most` times in `period` seconds, then counts it and says the count with the next that passes.

    A client of a broker that is away logs the same words thousands of times a minute.
    """

    def __init__(self, prefix: str = "aiokafka", *, most: int = 3, period: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._prefix = prefix
        self._most = most
        self._period = period
        self._clock = clock
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        if record.name != self._prefix and not record.name.startswith(self._prefix + "."):
            return True
        # By the words without their values: each loss of a connection counts as the same message.
        key = (record.name, str(record.msg)[:80])
        now = self._clock()
        since, count = self._seen.get(key, (now, 0))
        if now - since >= self._period:
            if count > self._most:
                record.fields = {"suppressed": count - self._most}
            since, count = now, 0
        if len(self._seen) >= 1000:
            self._seen.clear()
        self._seen[key] = since, count + 1
        return count < self._most


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sends all logs of the process, uvicorn's included, to `stream` (stderr) as JSON lines; uvicorn's own access log is off, since ours says more."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(RateLimit())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    # Each request that a client sends is its library's business, not the operator's.
    for name in ("httpx", "httpcore", "aiokafka", "pymongo"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


REDACTED: Final = "[redacted]"


def redact(line: str) -> str:
    """The line without what looks like a token or a password."""
    if "eyJ" in line:
        line = _TOKEN.sub(REDACTED, line)
    if "earer " in line or "EARER " in line:
        line = _BEARER.sub(rf"\g<1>{REDACTED}", line)
    if "@" in line:
        line = _PASSWORD.sub(rf"\g<1>{REDACTED}@", line)
    return line
