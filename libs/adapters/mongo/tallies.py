"""Counts in MongoDB what a listener must have heard: everything once, then only what is new."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from datetime import timedelta
from typing import Any, Final

from bson import Timestamp

from libs.adapters.mongo.client import listed
from libs.events.ports.store import Tally

SETTLING: Final = timedelta(seconds=60)
"""How long after the server stamped a commit it may come into sight. What is younger is counted again each time."""
ANEW: Final = 600.0
"""Seconds after which everything is counted again: whatever made a count wrong (a copy put back, a commit held up for long) is mended by then."""
SLICE: Final = 200_000
"""Commits counted in one question, so that each is answered in time."""

_Sums = defaultdict[str, list[int]]


class MongoTallies:
    """Counts by an index alone. The server stamps every commit as it comes in, so what is older than `SETTLING` is counted once and kept."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self.forget()

    def forget(self) -> None:
        """Counts everything again at the next look."""
        self._settled: _Sums = defaultdict(_nothing)
        self._upto = Timestamp(0, 0)
        self._since = time.monotonic()

    async def look(self, commits: Any) -> dict[str, Tally]:
        """Per kind the events and the digest of what is stored at this moment. Raises PyMongoError."""
        async with self._turn:
            clock = (await commits.database.command("hello"))["localTime"]
            horizon = Timestamp(clock - SETTLING, 0)
            if horizon < self._upto or time.monotonic() - self._since > ANEW:
                self.forget()
            young: _Sums = defaultdict(_nothing)
            at = self._upto
            while True:
                groups = await listed(commits.aggregate(_question(at, horizon), hint="tally"))
                for g in groups:
                    sums = (self._settled if g["_id"]["settled"] else young)[g["_id"]["kind"]]
                    for n, part in enumerate(("events", "high", "low")):
                        sums[n] += g[part]
                    at = max(at, g["upto"])
                    if g["_id"]["settled"]:
                        self._upto = max(self._upto, g["upto"])
                if sum(g["commits"] for g in groups) < SLICE:
                    break
            return {kind: _tally(self._settled.get(kind, _nothing()), young.get(kind, _nothing())) for kind in {*self._settled, *young}}


def _question(after: Timestamp, horizon: Timestamp) -> list[dict[str, Any]]:
    sums = {"commits": {"$sum": 1}, "events": {"$sum": "$t.n"}, "high": {"$sum": "$t.h"}, "low": {"$sum": "$t.l"}, "upto": {"$max": "$s"}}
    return [
        {"$match": {"s": {"$gt": after}}},
        {"$sort": {"s": 1}},
        {"$limit": SLICE},
        {"$group": {"_id": {"kind": "$t.k", "settled": {"$lte": ["$s", horizon]}}, **sums}},
    ]


def _nothing() -> list[int]:
    return [0, 0, 0]


def _tally(*parts: list[int]) -> Tally:
    events, high, low = (sum(column) for column in zip(*parts, strict=True))
    return Tally(events, ((high << 32) + low) % (1 << 64))
