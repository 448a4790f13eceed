"""The tokens that were signed out of, in memory where each request looks, and brought up to date by what other instances have written."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

from libs.events.reason import reason
from libs.events.revocations import MOST, Revocations
from libs.service.health import Health

REFRESH: Final = 2.0
"""Seconds between two looks at what others have written: with the second after which a stream is looked at again, less than the five within which it ends."""
PATIENCE: Final = 5.0
PART: Final = "sessions that were ended"


def digest_of(token: str) -> str:
    """Names a token by what was signed of it: the text of a signature may be written in several ways."""
    return hashlib.sha256(token.rpartition(".")[0].encode("ascii", "replace")).hexdigest()


class RevocationList:
    """What the verifier asks. `read` says whether what was written before the start is known."""

    def __init__(self, store: Revocations, clock: Callable[[], datetime], health: Health) -> None:
        self._store, self._clock, self._health = store, clock, health
        self._until: dict[str, datetime] = {}
        self.read = False

    def __contains__(self, digest: object) -> bool:
        return digest in self._until

    async def add(self, digest: str, until: datetime) -> None:
        """Has a token refused from now on by this instance, and soon by the others. Raises RevocationsUnavailable: then it is not."""
        await self._store.revoke(digest, until, self._clock())
        self._until[digest] = until

    async def refresh(self) -> None:
        """Takes in what is written; where that cannot be read, what is known stands."""
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._store.standing(self._clock())
        except TimeoutError:
            self._health.ill(PART, f"no answer within {PATIENCE:g} s")
            return
        except Exception as e:
            self._health.ill(PART, reason(e))
            return
        now = self._clock()
        # What was added meanwhile may not have been in what was read.
        known = {digest: until for digest, until in self._until.items() if until > now} if len(self._until) <= 2 * MOST else {}
        self._until = known | dict(found)
        self.read = True
        self._health.well(PART)

    async def run(self) -> None:
        """Goes on refreshing until it is cancelled."""
        while True:
            await asyncio.sleep(REFRESH)
            await self.refresh()
