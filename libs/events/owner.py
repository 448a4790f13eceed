"""The port to the owner of facts: what a listener asks when the log left a gap, or may have."""

from __future__ import annotations

from typing import Protocol

from libs.events.envelope import to_record
from libs.events.log import Record
from libs.events.store import CommitStore, Mark, Tally


class Owner(Protocol):
    """A service as the owner of its kinds. Its methods may raise anything; the asker tries again later."""

    async def events(self, aggregate: str, after: int) -> list[Record]:
        """What it published, or will, of an aggregate behind a sequence, in order; as it stands in the log."""

    async def tallies(self) -> dict[str, Tally]:
        """Per kind, what a listener must have heard."""

    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        """The aggregates of a kind with their last sequence, in order of their names, beginning behind `after`."""


class StoreOwner:
    """The owner within the same process: its store."""

    def __init__(self, store: CommitStore, namespace: str) -> None:
        self.store, self.namespace = store, namespace

    async def events(self, aggregate: str, after: int) -> list[Record]:
        """Raises StoreUnavailable, and Undecodable where the store holds what this code does not know."""
        return [to_record(self.namespace, e) for e in (await self.store.load([aggregate]))[aggregate] if e.sequence > after]

    async def tallies(self) -> dict[str, Tally]:
        return await self.store.tallies()

    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        return await self.store.heads(kind, after, limit)
