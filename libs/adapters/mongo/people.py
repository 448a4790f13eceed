"""People's names and addresses, in a collection of MongoDB of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pymongo import DeleteOne, ReplaceOne, UpdateOne

from libs.adapters.mongo.client import listed
from libs.adapters.mongo.collection import MongoCollection
from libs.events.ports.people import Particulars, PeopleUnavailable

_REVISION: Final = "@revision"
"""No person's id: ids begin with a letter or a digit."""


class MongoPeople(MongoCollection):
    """See `libs.events.ports.people.PeopleStore`. A document per person, and one that counts the changes.

    Nothing that is asked of MongoDB gives what was erased. In its files, its journal and, in a replica set, its oplog it is overwritten as they are used again.
    """

    COLLECTION = "people"
    UNAVAILABLE = PeopleUnavailable

    async def keep(self, people: Mapping[str, Particulars]) -> None:
        documents = [{"_id": person, "name": of.name, "address": of.address, "kept": of.kept.timestamp()} for person, of in people.items()]
        await self._change([ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in documents])

    async def erase(self, people: Iterable[str]) -> None:
        await self._change([DeleteOne({"_id": person}) for person in people])

    async def _change(self, changes: list[Any]) -> None:
        """In order, the count last: whoever reads a count has read what it counts, or reads again."""
        async with self._keeping.changing() as people:
            await people.bulk_write([*changes, UpdateOne({"_id": _REVISION}, {"$inc": {"n": 1}}, upsert=True)])

    async def revision(self) -> int:
        async with self._keeping.using() as people:
            found = await people.find_one({"_id": _REVISION})
        return int(found["n"]) if found else 0

    async def kept(self) -> Mapping[str, Particulars]:
        async with self._keeping.using() as people:
            found = await listed(people.find({"_id": {"$ne": _REVISION}}))
        return {one["_id"]: Particulars(one["name"], one["address"], datetime.fromtimestamp(one["kept"], UTC)) for one in found}
