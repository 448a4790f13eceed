"""Inserts commits into MongoDB in batches, and finds out what became of each document even after a lost connection."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

from pymongo.errors import BulkWriteError, PyMongoError

from libs.adapters.mongo.batching import Gathering
from libs.adapters.mongo.client import Keeping, listed, trouble
from libs.adapters.mongo.documents import Document, same
from libs.events.ports.store import AppendOutcome, StoreUnavailable
from libs.runtime.backoff import rest

PATIENCE: Final = 3.0
"""Seconds from when a commit was handed over during which a failed insert is sent again, after which its outcome is unknown."""
DUPLICATE: Final = 11000

T = TypeVar("T")

_Handed = tuple[Document, float]
"""A document, and until when it is tried."""


class MongoWriter:
    """Group commit: what waits together shares one insert and one write of the journal. A caller who is cancelled leaves its commits to be stored."""

    def __init__(self, keeping: Keeping) -> None:
        self._inserts: Gathering[_Handed, AppendOutcome | Exception] = Gathering(lambda handed: _Insert(keeping, handed).done())
        self._appending: set[asyncio.Task[list[AppendOutcome]]] = set()

    async def append(self, documents: Sequence[Document]) -> list[AppendOutcome]:
        """One outcome per document, in the given order per aggregate. Raises StoreUnavailable; the outcome is then unknown."""
        task = asyncio.create_task(self._append(documents))
        self._appending.add(task)
        task.add_done_callback(self._appended)
        return await asyncio.shield(task)

    async def finish(self) -> None:
        """Waits until all that was accepted is stored, or given up."""
        await asyncio.gather(*self._appending, return_exceptions=True)

    def _appended(self, task: asyncio.Task[list[AppendOutcome]]) -> None:
        self._appending.discard(task)
        if not task.cancelled():
            task.exception()

    async def _append(self, documents: Sequence[Document]) -> list[AppendOutcome]:
        """Round by round the next document of each aggregate; an aggregate whose document is refused takes no further part."""
        following: dict[str, list[int]] = {}
        for n, d in enumerate(documents):
            following.setdefault(d.aggregate, []).append(n)
        outcomes = [AppendOutcome.SKIPPED] * len(documents)
        turn, until = 0, time.monotonic() + PATIENCE
        while following:
            chosen = [places[turn] for places in following.values()]
            for n, outcome in zip(chosen, await self._inserts.of([(documents[n], until) for n in chosen]), strict=True):
                if isinstance(outcome, Exception):
                    raise outcome
                outcomes[n] = outcome
            turn += 1
            following = {a: places for a, places in following.items() if len(places) > turn and outcomes[places[turn - 1]] is AppendOutcome.STORED}
        return outcomes


class _Insert:
    """One insert of many documents, from its first attempt until what became of each is known or time is up."""

    def __init__(self, keeping: Keeping, handed: Sequence[_Handed]) -> None:
        self._keeping, self._documents = keeping, [document for document, _ in handed]
        self._results: list[AppendOutcome | Exception] = [StoreUnavailable("not tried")] * len(handed)
        self._until = min(until for _, until in handed)
        self._attempts = 0

    async def done(self) -> list[AppendOutcome | Exception]:
        """An outcome, or StoreUnavailable, for each document. Raises nothing."""
        if time.monotonic() >= self._until:  # what was before it in the queue took so long: it fails as well, and at once
            return [StoreUnavailable("MongoDB has not answered for seconds")] * len(self._documents)
        try:
            behind = await self._persist(self._behind)
            refused = [n for n in range(len(self._documents)) if n not in behind]
            self._attempts = 0
            refused += await self._persist(lambda: self._send(sorted(behind)))
            if refused:
                await self._persist(lambda: self._say_why(refused))
        except StoreUnavailable as e:
            return [r if isinstance(r, AppendOutcome) else e for r in self._results]
        except Exception as e:
            return [e] * len(self._documents)
        return self._results

    async def _persist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Tries until it succeeds or time is up. Raises StoreUnavailable."""
        while True:
            try:
                return await attempt()
            except PyMongoError as e:
                self._attempts += 1
                if time.monotonic() >= self._until:
                    raise StoreUnavailable(trouble(e)) from e
                await asyncio.sleep(rest(self._attempts))

    async def _behind(self) -> set[int]:
        """The documents that begin where something ends: at the beginning, or behind a commit that is there. One that is there stays, so this stays true."""
        wanted: defaultdict[int, list[str]] = defaultdict(list)
        for d in self._documents:
            if d.first > 1:
                wanted[d.first - 1].append(d.aggregate)
        there: set[tuple[str, int]] = set()
        if wanted:
            commits = await self._keeping.ready()
            ends = {"$or": [{"v": v, "a": {"$in": names}} for v, names in wanted.items()]}
            there = {(found["a"], found["v"]) for found in await listed(commits.find(ends, {"_id": 0, "a": 1, "v": 1}).hint("version"))}
        return {n for n, d in enumerate(self._documents) if d.first == 1 or (d.aggregate, d.first - 1) in there}

    async def _send(self, places: Sequence[int]) -> list[int]:
        """Inserts these documents; returns those whose `_id`, version or key is taken, by others or by themselves in an attempt of unknown outcome."""
        if not places:
            return []
        commits = await self._keeping.ready()
        failed: dict[int, Exception | None] = {}
        try:
            await commits.insert_many([self._documents[n].raw for n in places], ordered=False)
        except BulkWriteError as e:
            details: Any = e.details
            if details["writeConcernErrors"]:  # written, and perhaps not durable: sent again until the server says that it is
                raise
            for error in details["writeErrors"]:
                code = error["code"]
                failed[places[error["index"]]] = None if code == DUPLICATE else StoreUnavailable(f"MongoDB refuses (error {code})")
        taken = [n for n, why in failed.items() if why is None]
        others = await self._not_mine(commits, taken) if taken and self._attempts else taken
        for n in set(places).difference(others):
            self._results[n] = failed.get(n) or AppendOutcome.STORED
        return others

    async def _not_mine(self, commits: Any, places: Sequence[int]) -> list[int]:
        """Those of the refused documents that an earlier attempt did not store. That the server refused them durably makes what it stored durable too."""
        stored = {found["_id"]: found for found in await listed(commits.find({"_id": {"$in": [self._documents[n].id for n in places]}}, {"c": 1, "e": 1}))}
        mine: dict[str, int] = {}
        for n in places:
            d = self._documents[n]
            if d.id in stored and same(d, stored[d.id]):
                mine.setdefault(d.id, n)
        return [n for n in places if mine.get(self._documents[n].id) != n]

    async def _say_why(self, places: Sequence[int]) -> None:
        """The key is looked up first: where both it and the version are taken, which of the two a server names depends on the server."""
        keys = [d.command[0] for n in places if (d := self._documents[n]).command]
        taken: set[tuple[str, int]] = set()
        if keys:
            commits = await self._keeping.ready()
            found = await listed(commits.find({"c.key": {"$in": keys}}, {"_id": 0, "c.key": 1, "c.rev": 1}).hint("command"))
            taken = {(f["c"]["key"], f["c"]["rev"]) for f in found}
        for n in places:
            self._results[n] = AppendOutcome.KEY_TAKEN if self._documents[n].command in taken else AppendOutcome.VERSION_TAKEN
