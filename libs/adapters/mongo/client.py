"""A collection in MongoDB by the API that pymongo's async client and motor share; writes are durable whatever the URL says, and the server may come later."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import warnings
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pymongo
from pymongo import IndexModel, ReadPreference, WriteConcern
from pymongo.errors import ConnectionFailure, ExecutionTimeout, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.uri_parser import parse_uri

from libs.adapters.mongo.rights import Lacking, actions
from libs.runtime.cancellation import heeding

logger = logging.getLogger(__name__)

ANSWER = 3.0
"""Seconds for one question in all, finding the server and asking again included, after which a write has an unknown outcome."""
OPENING = 1.5
"""Seconds to find a server that has not been there since the start."""
GOODBYE = 1.0
"""Seconds that a server has to take leave of a client."""
BUILDING = 600.0
"""Seconds for creating the indexes of a store that holds much already."""


def client_class(driver: str) -> type[Any]:
    """The client of a driver, `pymongo` or `motor`. Raises ImportError where it is not installed."""
    if driver == "motor":
        from motor.motor_asyncio import AsyncIOMotorClient

        motor: type[Any] = AsyncIOMotorClient
        return motor
    from pymongo import AsyncMongoClient

    return AsyncMongoClient


def check_url(url: str) -> None:
    """Raises ValueError for a URL that no server could make right: what is in `mongodb+srv://` is only known once it is looked up.

    The driver's words may quote a part of a password that is not escaped, so they are only given where there is none.
    """
    if url.startswith("mongodb+srv://"):
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # of an option that it does not know, the driver only warns
            parse_uri(url)
    except (PyMongoError, ValueError, UserWarning) as e:
        words = "name and password are percent-encoded (@ as %40), a port is a number, an option one that MongoDB knows" if "@" in url else str(e)
        raise ValueError(words) from e


class Keeping:
    """Where a store keeps its documents. What is written is acknowledged only once a majority has it in its journal; what is read is a majority's.

    `unavailable` is what the callers of `using` get where MongoDB fails or is away. `reads_only`: makes nothing and changes nothing, for whoever only looks.
    """

    def __init__(
        self, url: str, database: str, collection: str, indexes: Sequence[IndexModel], driver: str, unavailable: type[Exception], *, reads_only: bool = False
    ) -> None:
        self.name = f"{database}.{collection}"
        self._url, self._database, self._collection_name, self._indexes, self._driver = url, database, collection, indexes, driver
        self._unavailable, self.reads_only = unavailable, reads_only
        self._client: Any = None
        self._collection: Any = None
        self._preparing: asyncio.Task[None] | None = None
        self._prepared = False

    async def open(self) -> None:
        """Creates what is missing, or leaves that to the first use where the server is away: a service starts before its store is there.

        Raises the `unavailable` error where waiting does not help: a wrong URL or password, an index of the same name that is another.
        """
        try:
            self._client = client_class(self._driver)(
                self._url,
                appname="headway",
                timeoutMS=int(ANSWER * 1000),
                connectTimeoutMS=int(ANSWER * 1000),
            )
            self._collection = self._client.get_database(
                self._database, write_concern=WriteConcern("majority", j=True), read_concern=ReadConcern("majority"), read_preference=ReadPreference.PRIMARY
            ).get_collection(self._collection_name)
            await self._prepare()
        except (ConnectionFailure, ExecutionTimeout) as e:
            logger.warning("store: %s is not there yet; it is looked for each time it is used: %s", self.name, said(e), extra={"store": self.name})
        except (PyMongoError, ValueError, OSError) as e:
            await self.close()
            raise self._unavailable(f"{self.name} cannot be used: {said(e)}") from e

    async def close(self) -> None:
        """Lets go of the connections; again is harmless."""
        client, self._client, self._collection, self._prepared = self._client, None, None, False
        if self._preparing is not None:
            self._preparing.cancel()
            self._preparing = None
        if client is None:
            return
        # A driver says goodbye to the server first, and motor does so on the caller's thread. One that hangs is not waited for: a second call says nothing.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await _closed(client)
            return
        await _closed(client)

    @contextlib.asynccontextmanager
    async def using(self) -> AsyncIterator[Any]:
        """The collection, with everything that was missing created. Raises the `unavailable` error for whatever MongoDB says within."""
        with heeding():
            try:
                yield await self.ready()
            except PyMongoError as e:
                raise self._unavailable(trouble(e)) from e

    @contextlib.asynccontextmanager
    async def changing(self) -> AsyncIterator[Any]:
        """As `using`, for what changes something. Raises the `unavailable` error where this only reads."""
        self.must_not_only_read()
        async with self.using() as collection:
            yield collection

    def must_not_only_read(self) -> None:
        """Raises the `unavailable` error where this only reads."""
        if self.reads_only:
            raise self._unavailable(f"{self.name} was opened to read only")

    async def databases(self) -> list[str]:
        """The databases that this user may see. Raises the `unavailable` error."""
        if self._client is None:
            raise self._unavailable(f"{self.name} is not open")
        try:
            return list(await self._client.list_database_names())
        except PyMongoError as e:
            raise self._unavailable(trouble(e)) from e

    async def lacking(self) -> Lacking:
        """What a start would make here, and what stands in its way. Raises the `unavailable` error."""
        async with self.using() as collection:
            there = await collection.index_information()
            wanted = {str(index.document["name"]): list(index.document["key"].items()) for index in self._indexes}
            different = [name for name, key in wanted.items() if name in there and list(there[name]["key"]) != key]
            return Lacking(
                not there, [name for name in wanted if name not in there], different, await actions(self._client, self._database, self._collection_name)
            )

    async def ready(self) -> Any:
        """The collection, for who tells MongoDB's errors apart. Raises PyMongoError, and the `unavailable` error where this is not open."""
        if self._client is None:
            raise self._unavailable(f"{self.name} is not open")
        if not self._prepared:
            await self._prepare()
        return self._collection

    async def server_time(self) -> datetime:
        """What time it is where the primary runs, to the millisecond; nothing is made for that. Raises the `unavailable` error."""
        if self._client is None:
            raise self._unavailable(f"{self.name} is not open")
        try:
            found: datetime = (await self._client.get_database(self._database).command("hello"))["localTime"]
        except PyMongoError as e:
            raise self._unavailable(trouble(e)) from e
        return found.replace(tzinfo=UTC)

    async def _prepare(self) -> None:
        """One attempt for all who wait: each on its own would wait in turn while the server is away."""
        if self._preparing is None or self._preparing.done():
            self._preparing = asyncio.create_task(self._create(self._collection))
            self._preparing.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(self._preparing)

    async def _create(self, collection: Any) -> None:
        with pymongo.timeout(OPENING):
            await collection.find_one({}, {"_id": 1})
        if self._indexes and not self.reads_only:
            with pymongo.timeout(BUILDING):
                await collection.create_indexes(list(self._indexes))
        self._prepared = True


async def _closed(client: Any) -> None:
    if inspect.iscoroutinefunction(client.close):
        await client.close()
    else:
        await asyncio.to_thread(client.close)


async def listed(cursor: Any) -> list[dict[str, Any]]:
    """All documents of a cursor; pymongo's `aggregate` must be awaited for it, motor's must not."""
    if inspect.isawaitable(cursor):
        cursor = await cursor
    found: list[dict[str, Any]] = await cursor.to_list()
    return found


def said(error: Exception) -> str:
    """What went wrong, for the operator: with the server's address, without the driver's description of the whole deployment."""
    return str(error).partition(", Timeout:")[0].partition(" (configured timeouts")[0].partition(", full error:")[0][:300] or type(error).__name__


def trouble(error: PyMongoError) -> str:
    """What went wrong, for whoever sent a command: without addresses."""
    return f"MongoDB {'refuses' if isinstance(error, OperationFailure) else 'does not answer'} ({type(error).__name__})"
