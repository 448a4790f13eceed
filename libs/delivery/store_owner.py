"""Answers questions about a service's history from its own store, within the same process."""

from __future__ import annotations

from libs.events.envelope import to_record
from libs.events.ports.log import Record
from libs.events.ports.store import CommitStore, Mark, Tally


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
