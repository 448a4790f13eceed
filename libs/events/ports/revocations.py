"""The port of revoked tokens: a digest of each token of somebody who has signed out, and until when it matters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

MOST: Final = 10_000
"""How many are kept; beyond that those that would expire first are given up."""


class Revocations(Protocol):
    """Where they are remembered over restarts, for all instances. Every adapter passes `libs.adapters.contracts.revocations.RevocationsContract`."""

    async def open(self) -> None:
        """Connects, and creates what is missing. Raises RevocationsUnavailable where waiting does not help."""

    async def close(self) -> None:
        """Lets go."""

    async def revoke(self, digest: str, until: datetime, now: datetime) -> None:
        """Remembers a digest durably before it returns, and forgets those whose end (aware) is past `now`. Raises RevocationsUnavailable."""

    async def standing(self, now: datetime) -> Mapping[str, datetime]:
        """The digests that matter at `now`, and until when (aware UTC). Raises RevocationsUnavailable."""


class RevocationsUnavailable(Exception):
    """What was revoked cannot be read or written."""


class InMemory:
    """For one process and as long as it runs."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def revoke(self, digest: str, until: datetime, now: datetime) -> None:
        self._until[digest] = until
        self._until = dict(sorted((await self.standing(now)).items(), key=lambda one: one[1])[-MOST:])

    async def standing(self, now: datetime) -> Mapping[str, datetime]:
        return {digest: until for digest, until in self._until.items() if until > now}
