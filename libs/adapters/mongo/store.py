"""The commit store on MongoDB, for any number of machines, by pymongo's async client or motor."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import UpdateMany

from libs.adapters.mongo.batching import Gathering
from libs.adapters.mongo.client import Keeping, check_url, client_class, listed
from libs.adapters.mongo.decisions import MongoDecisions
from libs.adapters.mongo.documents import INDEXES, commit_of, document, first_of, id_of, mention
from libs.adapters.mongo.revocations import MongoRevocations
from libs.adapters.mongo.rights import Lacking
from libs.adapters.mongo.tallies import MongoTallies
from libs.adapters.mongo.writer import MongoWriter
from libs.events.envelope import Undecodable, from_stored
from libs.events.event import Event
from libs.events.ports.store import NOTHING, AppendOutcome, Commit, Mark, StoredAnswer, StoreUnavailable, Tally

__all__ = ["MongoCommitStore", "MongoDecisions", "MongoRevocations", "check_url", "client_class"]

logger = logging.getLogger(__name__)

TOGETHER = 1000
"""Names in one question."""
ROWS = 4
"""Commits looked through for each head that is asked for, in one question."""

_FOUND = {"_id": 1, "a": 1, "c": 1, "e": 1, "r": 1}


class MongoCommitStore:
    """See `libs.events.ports.store.CommitStore`. One document a commit, one collection a service; no transactions, so one server is enough.

    `reads_only`: makes nothing and changes nothing, for whoever only looks.
    """

    def __init__(self, url: str, database: str, *, driver: str = "pymongo", reads_only: bool = False) -> None:
        self._keeping = Keeping(url, database, "commits", INDEXES, driver, StoreUnavailable, reads_only=reads_only)
        self._writer = MongoWriter(self._keeping)
        self._histories = Gathering(self._load)
        self._answers = Gathering(self._answer)
        self._tallies = MongoTallies()
        self._unreadable: set[Mark] = set()

    async def open(self) -> None:
        """Creates what is missing, or leaves that to the first use where the server is away. Raises StoreUnavailable where waiting does not help."""
        await self._keeping.open()

    async def close(self) -> None:
        """Finishes what was accepted, then lets go."""
        await self._writer.finish()
        await self._keeping.close()

    async def names(self) -> list[str]:
        """The databases that this user may see on the server. Raises StoreUnavailable."""
        return await self._keeping.databases()

    async def lacking(self) -> Lacking:
        """What a start would make. Raises StoreUnavailable."""
        return await self._keeping.lacking()

    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        """One outcome per commit. Raises StoreUnavailable (the outcome is then unknown), and ValueError for a commit that cannot be stored at all."""
        self._keeping.must_not_only_read()
        return await self._writer.append([document(c) for c in commits]) if commits else []

    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        """Raises StoreUnavailable, and Undecodable for an event that this code does not know."""
        asked = [(a, behind.get(a, 0)) for a in dict.fromkeys(aggregates)]
        found = await self._histories.of(asked)
        return {a: [event for e in stored if (event := from_stored(a, e)).sequence > n] for (a, n), stored in zip(asked, found, strict=True)}

    async def _load(self, asked: Sequence[tuple[str, int]]) -> list[list[dict[str, Any]]]:
        """Those of several callers together: who asks for the whole of an aggregate has what others lack of it."""
        behind: dict[str, int] = {}
        for name, last in asked:
            behind[name] = min(last, behind.get(name, last))
        whole = [name for name, last in behind.items() if not last]
        parts: list[dict[str, Any]] = [{"a": name, "v": {"$gt": last}} for name, last in behind.items() if last]
        wanted = [*([{"a": {"$in": whole}}] if whole else []), *parts]
        found: dict[str, list[dict[str, Any]]] = {}
        async with self._keeping.using() as commits:
            which = wanted[0] if len(wanted) == 1 else {"$or": wanted}
            for d in await listed(commits.find(which, {"_id": 0, "a": 1, "e": 1}).sort([("a", 1), ("v", 1)]).hint("version")):
                found.setdefault(d["a"], []).extend(d["e"])
        return [found.get(name, []) for name, _ in asked]

    async def answered(self, keys: Sequence[str]) -> dict[str, StoredAnswer]:
        """What is answered is durable: a command that another process is just storing is replayed only once it is. Raises StoreUnavailable."""
        return {answer.key: answer for answer in await self._answers.of(keys) if answer is not None}

    async def _answer(self, keys: Sequence[str]) -> list[StoredAnswer | None]:
        answers: dict[str, StoredAnswer] = {}
        async with self._keeping.using() as commits:
            for d in await listed(commits.find({"c.key": {"$in": keys}}, {"_id": 0, "a": 1, "c": 1, "r": 1}).hint("command")):
                c = d["c"]
                if c["key"] not in answers or answers[c["key"]].revision < c["rev"]:
                    answers[c["key"]] = StoredAnswer(c["key"], c["rev"], c["hash"], d["a"], d["r"])
            if answers and not self._keeping.reads_only:
                await _durable(commits)
        return [answers.get(key) for key in keys]

    async def referring(self, kind: str, field: str, id: str) -> list[str]:
        async with self._keeping.using() as commits:
            found = await listed(commits.find({"m": mention(kind, field, id)}, {"_id": 0, "a": 1}).sort("a", 1).hint("mentions"))
        return list(dict.fromkeys(d["a"] for d in found))

    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        found: list[Mark] = []
        async with self._keeping.using() as commits:
            while len(found) < limit:
                rows = ROWS * (limit - len(found))
                within = {"$gt": found[-1][0] if found else max(after, f"{kind}:"), "$lt": f"{kind};"}  # `;` is the character behind `:`
                groups = await listed(commits.aggregate(_lasts(within, rows), hint="version"))
                page = [(g["_id"], int(g["last"])) for g in groups[: limit - len(found)]]
                complete = sum(g["commits"] for g in groups) < rows
                if page and not complete and len(page) == len(groups):  # of the last one there may be more
                    top = await commits.find_one({"a": page[-1][0]}, {"_id": 0, "v": 1}, sort=[("v", -1)], hint="version")
                    page[-1] = page[-1][0], int(top["v"])
                found += page
                if complete:
                    break
        return found

    async def tallies(self) -> dict[str, Tally]:
        """What was stored up to a minute ago is counted once and kept, and anew every ten minutes. Raises StoreUnavailable."""
        async with self._keeping.using() as commits:
            return await self._tallies.look(commits)

    async def unpublished(self, after: Mark | None = None, limit: int = 500) -> list[Commit]:
        """Their private parts are left out. What is given is durable: the log never hears what the store could still lose. Raises StoreUnavailable."""
        async with self._keeping.using() as commits:
            while rows := await listed(commits.find(_behind(after), _FOUND).sort([("a", 1), ("_id", 1)]).hint("unpublished").limit(limit)):
                found = []
                for row in rows:
                    try:
                        found.append(commit_of(row))
                    except Undecodable as e:
                        self._say_unreadable((row["a"], first_of(row["_id"])), e)
                if found:
                    if not self._keeping.reads_only:
                        await _durable(commits)
                    return found
                after = rows[-1]["a"], first_of(rows[-1]["_id"])
        return []

    def _say_unreadable(self, mark: Mark, why: Undecodable) -> None:
        if mark not in self._unreadable:
            self._unreadable.add(mark)
            logger.error("store: a commit stays unpublished: %s", why, extra={"aggregate": mark[0]})

    async def first_unpublished(self, aggregates: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        async with self._keeping.using() as commits:
            for at in range(0, len(aggregates), TOGETHER):
                asked = [{"$match": {"u": 1, "a": {"$in": list(aggregates[at : at + TOGETHER])}}}, {"$group": {"_id": "$a", "lowest": {"$min": "$_id"}}}]
                found |= {g["_id"]: first_of(g["lowest"]) for g in await listed(commits.aggregate(asked, hint="unpublished"))}
        return found

    async def published(self, marks: Sequence[Mark]) -> None:
        async with self._keeping.changing() as commits:
            for at in range(0, len(marks), TOGETHER):
                await commits.update_many({"_id": {"$in": [id_of(*mark) for mark in marks[at : at + TOGETHER]]}}, {"$unset": {"u": ""}})

    async def republish(self, behind: Mapping[str, int]) -> None:
        lost = [UpdateMany({"a": aggregate, "v": {"$gt": sequence}}, {"$set": {"u": 1}}) for aggregate, sequence in behind.items()]
        async with self._keeping.changing() as commits:
            for at in range(0, len(lost), TOGETHER):
                await commits.bulk_write(lost[at : at + TOGETHER], ordered=False)

    async def server_time(self) -> datetime:
        """The primary's. Raises StoreUnavailable."""
        return await self._keeping.server_time()

    async def private(self, aggregate: str) -> list[Mapping[str, Any]]:
        async with self._keeping.using() as commits:
            found = await listed(commits.find({"a": aggregate, "p": {"$exists": True}}, {"_id": 0, "p": 1}).sort([("a", 1), ("v", 1)]).hint("version"))
        return [d["p"] for d in found]

    async def erase(self, aggregate: str) -> None:
        """Nothing that is asked of MongoDB gives it again. In its files and journal it is overwritten as they are used again, not at once."""
        async with self._keeping.changing() as commits:
            await commits.update_many({"a": aggregate}, {"$unset": {"p": ""}})
            await commits.update_many({"a": aggregate, "c": {"$exists": True}}, {"$set": {"c.hash": ""}})


async def _durable(commits: Any) -> None:
    """Waits until what could just be read is in the journal: a lone server shows a document a moment before. Changing nothing waits as long as a change."""
    await commits.update_one({"_id": ""}, {"$unset": {"u": ""}})


def _behind(after: Mark | None) -> dict[str, Any]:
    if after is None:
        return {"u": 1}
    aggregate, first = after
    return {"$or": [{"u": 1, "a": aggregate, "_id": {"$gt": id_of(aggregate, first)}}, {"u": 1, "a": {"$gt": aggregate}}]}


def _lasts(within: dict[str, str], rows: int) -> list[dict[str, Any]]:
    return [
        {"$match": {"a": within}},
        {"$sort": {"a": 1, "v": 1}},
        {"$limit": rows},
        {"$group": {"_id": "$a", "last": {"$max": "$v"}, "commits": {"$sum": 1}}},
        {"$sort": {"_id": 1}},
    ]
