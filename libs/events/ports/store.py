"""The port of the commit store: the events of one command as one document, inserted once."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from libs.events.event import Event


@dataclass(frozen=True, slots=True)
class CommandKey:
    """The idempotency key of the command that made a commit: unique together with its revision."""

    key: str
    revision: int
    hash: str


@dataclass(frozen=True, slots=True)
class Commit:
    """The events of one command, of one aggregate, numbered on from `first`; the optimistic lock is (aggregate, first).

    `first` is one more than the number of the aggregate's last event when the command was decided.
    `reply` is what the caller was answered, replayed when the command comes again. `private` is stored, never relayed, and can be erased.
    """

    aggregate: str
    first: int
    events: tuple[Event, ...]
    command: CommandKey | None
    reply: Mapping[str, Any]
    private: Mapping[str, Any] | None = None

    @property
    def last(self) -> int:
        return self.first + len(self.events) - 1


class AppendOutcome(enum.Enum):
    """The outcome of one commit of an `append`."""

    STORED = "stored"
    VERSION_TAKEN = "version_taken"
    """Another writer was faster: load again, decide again."""
    KEY_TAKEN = "key_taken"
    """The command's key and revision are there: the same command again, or another body under its key."""
    SKIPPED = "skipped"
    """An earlier commit of the same aggregate in the same call was not stored."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The stored answer to a command under its key, of its latest revision."""

    key: str
    revision: int
    hash: str
    aggregate: str
    reply: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many events of a kind there are, and the sum of their positions' hashes: equal where the same events are."""

    events: int
    digest: int


NOTHING: Mapping[str, int] = MappingProxyType({})

Mark = tuple[str, int]
"""A commit by its aggregate and first sequence."""


class CommitStore(Protocol):
    """What a service keeps its facts in. Every adapter passes `libs.adapters.contracts.suites.CommitStoreContract`.

    Every method raises `libs.events.ports.store.StoreUnavailable` when the store cannot be reached; after `append` raises it the outcome is unknown.
    """

    async def open(self) -> None:
        """Connects, and creates what is missing."""

    async def close(self) -> None:
        """Finishes what was accepted, then lets go."""

    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        """The events of each aggregate, in order of sequence; an empty list for one that does not exist.

        Where `behind` names the last sequence of a commit of an aggregate, only what follows is given.
        """

    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        """Stores each commit whose version and key are free, durably before it returns; in the given order per aggregate.

        One commit's failure leaves the others alone, but skips later ones of its aggregate in this call. Two commits whose key and revision are equal:
        one is stored. Where both the key and the version are taken, the answer is KEY_TAKEN.
        """

    async def answered(self, keys: Sequence[str]) -> dict[str, StoredAnswer]:
        """The latest revision stored under each key that is known."""

    async def referring(self, kind: str, field: str, id: str) -> list[str]:
        """The aggregates of a kind of which some event names this id in this field (also when a later event no longer does), in order of their names."""

    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        """The aggregates of a kind with their last sequence, in order of their names, beginning behind `after`."""

    async def tallies(self) -> dict[str, Tally]:
        """Per kind, what a listener must have heard."""

    async def unpublished(self, after: Mark | None = None, limit: int = 500) -> list[Commit]:
        """Commits not yet marked as published, in (aggregate, first) order, beginning behind `after`. Not necessarily one snapshot.

        One whose events this code does not know (a later version wrote it) is left out and said: its aggregate waits for that version, the others do not.
        """

    async def first_unpublished(self, aggregates: Sequence[str]) -> dict[str, int]:
        """For each aggregate that has unpublished commits, the `first` of the lowest."""

    async def published(self, marks: Sequence[Mark]) -> None:
        """Marks commits as published; again is harmless."""

    async def republish(self, behind: Mapping[str, int]) -> None:
        """Marks as unpublished again every commit that holds an event behind this sequence of its aggregate: the log has lost it."""

    async def private(self, aggregate: str) -> list[Mapping[str, Any]]:
        """The private parts of an aggregate's commits, oldest first."""

    async def erase(self, aggregate: str) -> None:
        """Removes the private parts of an aggregate's commits, for ever, and the digests of its commands, by which what is private could be guessed.

        Its events stay; a command that comes again under its key is then judged again.
        """


class StoreUnavailable(Exception):
    """The store did not answer, or not in time."""
