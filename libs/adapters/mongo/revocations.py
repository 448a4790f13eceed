"""Revoked tokens, in MongoDB."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from libs.adapters.mongo.client import listed
from libs.adapters.mongo.collection import MongoCollection
from libs.events.ports.revocations import MOST, RevocationsUnavailable


class MongoRevocations(MongoCollection):
    """See `libs.events.ports.revocations.Revocations`. A document per digest; `u` is until when, in seconds since 1970."""

    COLLECTION = "revoked"
    UNAVAILABLE = RevocationsUnavailable

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
