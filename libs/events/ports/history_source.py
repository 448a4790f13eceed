"""The port to the owner of facts, whom a listener asks when the log has a gap or may have one."""

from __future__ import annotations

from typing import Protocol

from libs.events.ports.log import Record
from libs.events.ports.store import Mark, Tally


class Owner(Protocol):
    """A service as the owner of its kinds. Its methods may raise anything; the asker tries again later."""

    async def events(self, aggregate: str, after: int) -> list[Record]:
        """What it published, or will, of an aggregate behind a sequence, in order; as it stands in the log."""

    async def tallies(self) -> dict[str, Tally]:
        """Per kind, what a listener must have heard."""

    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        """The aggregates of a kind with their last sequence, in order of their names, beginning behind `after`."""
