"""What operators decided on parked events, over MongoDB."""

from __future__ import annotations

import contextlib
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from libs.events.mongo_client import Keeping, listed
from libs.events.mongo_rights import Lacking
from libs.events.parking import DecisionsUnavailable, Discard


class MongoDecisions:
    """See `libs.events.parking.OperatorDecisions`. A document per position, written once: the first decision stands."""

    def __init__(self, url: str, database: str, *, driver: str = "pymongo", reads_only: bool = False) -> None:
        self._keeping = Keeping(url, database, "discards", (), driver, DecisionsUnavailable, reads_only=reads_only)

    async def open(self) -> None:
        """Connects; where the server is away, the first use does. Raises DecisionsUnavailable where waiting does not help."""
        await self._keeping.open()

    async def lacking(self) -> Lacking:
        """What a start would make. Raises DecisionsUnavailable."""
        return await self._keeping.lacking()

    async def close(self) -> None:
        await self._keeping.close()

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
