"""Tokens that are refused before they expire, over MongoDB."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from libs.events.mongo_client import Keeping, listed
from libs.events.mongo_rights import Lacking
from libs.events.revocations import MOST, RevocationsUnavailable


class MongoRevocations:
    """See `libs.events.revocations.Revocations`. A document per digest; `u` is until when, in seconds since 1970."""

    def __init__(self, url: str, database: str, *, driver: str = "pymongo", reads_only: bool = False) -> None:
        self._keeping = Keeping(url, database, "revoked", (), driver, RevocationsUnavailable, reads_only=reads_only)

    async def open(self) -> None:
        """Connects; where the server is away, the first use does. Raises RevocationsUnavailable where waiting does not help."""
        await self._keeping.open()

    async def lacking(self) -> Lacking:
        """What a start would make. Raises RevocationsUnavailable."""
        return await self._keeping.lacking()

    async def close(self) -> None:
        await self._keeping.close()

    async def revoke(self, digest: str, until: datetime, now: datetime) -> None:
        async with self._keeping.changing() as revoked:
            await revoked.replace_one({"_id": digest}, {"u": until.timestamp()}, upsert=True)
            await revoked.delete_many({"u": {"$lte": now.timestamp()}})
            if (surplus := await revoked.count_documents({}) - MOST) > 0:
                first = await listed(revoked.find({}, {"_id": 1}).sort([("u", 1)]).limit(surplus))
                await revoked.delete_many({"_id": {"$in": [one["_id"] for one in first]}})

    async def standing(self, now: datetime) -> Mapping[str, datetime]:
        async with self._keeping.using() as revoked:
            found = await listed(revoked.find({"u": {"$gt": now.timestamp()}}))
        return {one["_id"]: datetime.fromtimestamp(one["u"], UTC) for one in found}
