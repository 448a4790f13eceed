"""A small collection of MongoDB with few documents and no indexes of its own, which an installation shares."""

from __future__ import annotations

from typing import ClassVar

from libs.adapters.mongo.client import Keeping
from libs.adapters.mongo.rights import Lacking


class MongoCollection:
    """What keeps such a collection. A subclass gives its name, `COLLECTION`, and the error `UNAVAILABLE` that it raises where it cannot be used.

    `reads_only`: makes nothing and changes nothing, for whoever only looks.
    """

    COLLECTION: ClassVar[str]
    UNAVAILABLE: ClassVar[type[Exception]]

    def __init__(self, url: str, database: str, *, driver: str = "pymongo", reads_only: bool = False) -> None:
        self._keeping = Keeping(url, database, self.COLLECTION, (), driver, self.UNAVAILABLE, reads_only=reads_only)

    async def open(self) -> None:
        """Connects; where the server is away, the first use does. Raises the `UNAVAILABLE` error where waiting does not help."""
        await self._keeping.open()

    async def lacking(self) -> Lacking:
        """What a start would make. Raises the `UNAVAILABLE` error."""
        return await self._keeping.lacking()

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._keeping.close()
