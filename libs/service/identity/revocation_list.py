"""Revoked tokens in memory, checked at each request and kept up to date with what other instances write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from libs.events.ports.revocations import MOST, Revocations
from libs.service.identity.store_mirror import StoreMirror
from libs.service.observability.health import ProcessHealth


def digest_of(token: str) -> str:
    """Names a token by what was signed of it: the text of a signature may be written in several ways."""
    return hashlib.sha256(token.rpartition(".")[0].encode("ascii", "replace")).hexdigest()


class RevocationList(StoreMirror):
    """What the verifier asks. `read` says whether what was written before the start is known."""

    PART = "sessions that were ended"

    def __init__(self, store: Revocations, clock: Callable[[], datetime], health: ProcessHealth) -> None:
        super().__init__(clock, health)
        self._store = store
        self._until: dict[str, datetime] = {}
        self.read = False

    def __contains__(self, digest: object) -> bool:
        return digest in self._until

    async def add(self, digest: str, until: datetime) -> None:
        """Has a token refused from now on by this instance, and soon by the others. Raises RevocationsUnavailable: then it is not."""
        await self._store.revoke(digest, until, self._clock())
        self._until[digest] = until

    async def _take_in(self) -> None:
        found = await self._store.standing(self._clock())
        now = self._clock()
        # What was added meanwhile may not have been in what was read.
        known = {digest: until for digest, until in self._until.items() if until > now} if len(self._until) <= 2 * MOST else {}
        self._until = known | dict(found)
        self.read = True
