"""What the tests on MongoDB share: databases of their own, stores opened on them, and a look past the adapter."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from typing import Any

from pymongo import AsyncMongoClient

from libs.adapters.mongo.store import MongoCommitStore

DRIVERS = ("pymongo", "motor")


@contextlib.asynccontextmanager
async def dropped_after(url: str) -> AsyncIterator[str]:
    """The name of a database that nobody else uses, and that is gone at the end."""
    name = f"headway_test_{uuid.uuid4().hex[:12]}"
    try:
        yield name
    finally:
        async with AsyncMongoClient[dict[str, Any]](url) as client:
            await client.drop_database(name)


@contextlib.asynccontextmanager
async def opened(url: str, database: str, driver: str = "pymongo") -> AsyncIterator[MongoCommitStore]:
    """A store that is closed at the end."""
    store = MongoCommitStore(url, database, driver=driver)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def documents(url: str, database: str) -> list[dict[str, Any]]:
    """Everything in `commits`, in order of `_id`."""
    async with AsyncMongoClient[dict[str, Any]](url) as client:
        return await client[database]["commits"].find({}).sort("_id").to_list()
