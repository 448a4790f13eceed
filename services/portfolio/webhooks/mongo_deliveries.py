"""Delivery records in MongoDB, for any number of deliverers, each webhook claimed by one of them."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import orjson
from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING, DeleteOne, ReadPreference, ReplaceOne, WriteConcern
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern

from libs.adapters.mongo.store import client_class
from services.portfolio.webhooks.deliveries import KEPT, LEASE, Attempt, DeliveriesUnavailable, Progress, Waiting

T = TypeVar("T")

_PROGRESS = TypeAdapter(Progress)
_WAITING = TypeAdapter(Waiting)
_ATTEMPT = TypeAdapter(Attempt)

ANSWER = 3.0
"""Seconds for one question in all, finding the server included."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Another's claim as it was seen last, and when it was first seen so, by this process's own clock: clocks of machines need not agree."""

    holder: str
    beat: int
    since: float


class MongoDeliveries:
    """See `services.portfolio.webhooks.deliveries.Deliveries`. `lease` are the seconds after which a claim that is not renewed is another's.

    Documents are kept as JSON text beside what is looked for, so that both drivers and every store give back what was stored.
    """

    def __init__(self, url: str, database: str, *, driver: str = "pymongo", lease: float = LEASE, now: Callable[[], float] = time.monotonic) -> None:
        self._client: Any = None
        self._made: Callable[..., Any] = client_class(driver)
        self._options = {"host": url, "appname": "headway", "timeoutMS": int(ANSWER * 1000), "connectTimeoutMS": int(ANSWER * 1000)}
        self._database, self._lease, self._clock = database, lease, now
        self._me = uuid4().hex
        self._seen: dict[str, _Seen] = {}
        self._claimed: set[str] = set()

    async def open(self) -> None:
        try:
            self._client = self._client or self._made(**self._options)
        except (PyMongoError, ValueError, OSError) as e:
            raise DeliveriesUnavailable(f"{self._database} cannot be used: {e}") from e
        database = self._client.get_database(
            self._database, write_concern=WriteConcern("majority", j=True), read_concern=ReadConcern("majority"), read_preference=ReadPreference.PRIMARY
        )
        self._progress, self._waiting, self._attempts = (database.get_collection(f"webhook_{name}") for name in ("progress", "waiting", "attempts"))
        await _answer(self._waiting.create_index([("w", ASCENDING)]))
        await _answer(self._attempts.create_index([("w", ASCENDING), ("n", DESCENDING)]))

    async def close(self) -> None:
        if self._client is None:
            return
        try:
            for webhook in list(self._claimed):
                await self.release(webhook)
        except DeliveriesUnavailable:
            self._claimed.clear()  # they end by themselves
        closed = self._client.close()
        if inspect.isawaitable(closed):
            await closed
        self._client = None

    async def claim(self, webhook: str) -> bool:
        found = await _answer(self._progress.find_one({"_id": webhook}, {"holder": 1, "beat": 1}))
        if found is None:
            try:
                await _answer(self._progress.insert_one({"_id": webhook, "holder": self._me, "beat": 1}))
            except DuplicateKeyError:
                return False
            self._claimed.add(webhook)
            return True
        holder, beat = found["holder"], int(found["beat"])
        if holder not in (None, self._me) and not self._is_stale(webhook, holder, beat):
            self._claimed.discard(webhook)
            return False
        taken = await _answer(self._progress.update_one({"_id": webhook, "holder": holder, "beat": beat}, {"$set": {"holder": self._me, "beat": beat + 1}}))
        if taken.matched_count:
            self._claimed.add(webhook)
        return bool(taken.matched_count)

    def _is_stale(self, webhook: str, holder: str, beat: int) -> bool:
        now, seen = self._clock(), self._seen.get(webhook)
        if seen is None or (seen.holder, seen.beat) != (holder, beat):
            self._seen[webhook] = _Seen(holder, beat, now)
            return False
        return now - seen.since >= self._lease

    async def release(self, webhook: str) -> None:
        self._claimed.discard(webhook)
        await _answer(self._progress.update_one({"_id": webhook, "holder": self._me}, {"$set": {"holder": None}}))

    async def load(self, webhook: str) -> tuple[Progress, dict[str, Waiting]] | None:
        found = await _answer(self._progress.find_one({"_id": webhook}, {"d": 1}))
        if found is None or "d" not in found:
            return None
        waiting = await _answer(self._waiting.find({"w": webhook}).to_list())
        return _PROGRESS.validate_json(found["d"]), {one["a"]: _WAITING.validate_json(one["d"]) for one in waiting}

    async def begin(self, webhook: str, progress: Progress) -> bool:
        if webhook not in self._claimed:
            return False
        await _answer(self._waiting.delete_many({"w": webhook}))
        return await self._advance(webhook, progress)

    async def save(self, webhook: str, progress: Progress, put: Mapping[str, Waiting], gone: Collection[str], attempts: Sequence[Attempt]) -> bool:
        # There is no transaction: in this order whatever is broken off is delivered twice at worst.
        if put:
            waiting = [ReplaceOne({"_id": f"{webhook} {a}"}, {"w": webhook, "a": a, "d": _text(one)}, upsert=True) for a, one in put.items()]
            await _answer(self._waiting.bulk_write(waiting, ordered=False))
        if not await self._advance(webhook, progress):
            return False
        if gone:
            await _answer(self._waiting.bulk_write([DeleteOne({"_id": f"{webhook} {a}"}) for a in gone], ordered=False))
        if attempts:
            made = [ReplaceOne({"_id": f"{webhook} {one.number}"}, {"w": webhook, "n": one.number, "d": _text(one)}, upsert=True) for one in attempts]
            await _answer(self._attempts.bulk_write(made, ordered=False))
            await _answer(self._attempts.delete_many({"w": webhook, "n": {"$lte": progress.attempts - KEPT}}))
        return True

    async def attempts(self, webhook: str, before: int | None, many: int) -> list[Attempt]:
        asked: dict[str, Any] = {"w": webhook} | ({"n": {"$lt": before}} if before is not None else {})
        found = await _answer(self._attempts.find(asked).sort("n", DESCENDING).limit(many).to_list())
        return [_ATTEMPT.validate_json(one["d"]) for one in found]

    async def forget(self, webhook: str) -> None:
        if webhook in self._claimed:
            await _answer(self._waiting.delete_many({"w": webhook}))
            await _answer(self._progress.update_one({"_id": webhook, "holder": self._me}, {"$unset": {"d": 1}}))

    async def _advance(self, webhook: str, progress: Progress) -> bool:
        done = await _answer(self._progress.update_one({"_id": webhook, "holder": self._me}, {"$set": {"d": _text(progress)}}))
        return bool(done.matched_count)


async def _answer(asked: Awaitable[T]) -> T:
    """What the server answers. Raises DeliveriesUnavailable, and DuplicateKeyError as it is."""
    try:
        return await asked
    except DuplicateKeyError:
        raise
    except PyMongoError as e:
        raise DeliveriesUnavailable(str(e).partition(", Timeout:")[0]) from e


def _text(document: Progress | Waiting | Attempt) -> str:
    return orjson.dumps(document).decode()
