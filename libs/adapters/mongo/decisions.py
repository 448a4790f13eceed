"""Operators' decisions on parked events, in MongoDB."""

from __future__ import annotations

import contextlib
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from libs.adapters.mongo.client import listed
from libs.adapters.mongo.collection import MongoCollection
from libs.events.ports.dead_letters import DecisionsUnavailable, Discard


class MongoDecisions(MongoCollection):
    """See `libs.events.ports.dead_letters.OperatorDecisions`. A document per position, written once: the first decision stands."""

    COLLECTION = "discards"
    UNAVAILABLE = DecisionsUnavailable

    async def discards(self) -> dict[str, Discard]:
        """All decisions by position. Raises DecisionsUnavailable."""
        async with self._keeping.using() as discards:
            found = await listed(discards.find({}))
        return {d["_id"]: Discard(d["_id"], d["reason"], d["by"], datetime.fromisoformat(d["at"])) for d in found}

    async def discard(self, decision: Discard) -> None:
        """Remembers a decision durably. Raises DecisionsUnavailable; decided again, it is remembered once."""
        async with self._keeping.changing() as discards:
            with contextlib.suppress(DuplicateKeyError):
                await discards.insert_one({"_id": decision.position, "reason": decision.reason, "by": decision.by, "at": decision.at.isoformat()})
