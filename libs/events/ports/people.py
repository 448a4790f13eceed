"""The port of people's names and addresses: kept apart from events, by the ids that events carry, and taken away for good when somebody is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol


class Particulars(NamedTuple):
    """What is known of somebody beyond the id: the name, an address where one was given, and when that was kept (aware UTC)."""

    name: str
    address: str | None
    kept: datetime


class PeopleStore(Protocol):
    """Where they lie, for all instances of an installation. Every adapter passes `libs.adapters.contracts.people.PeopleContract`.

    Every method raises `PeopleUnavailable` when the store cannot be reached; what was to be changed may then have been.
    """

    async def open(self) -> None:
        """Connects, and creates what is missing. Raises PeopleUnavailable where waiting does not help."""

    async def close(self) -> None:
        """Lets go."""

    async def keep(self, people: Mapping[str, Particulars]) -> None:
        """Keeps these durably before it returns, in place of what was kept of the same ids."""

    async def erase(self, people: Iterable[str]) -> None:
        """Takes away all that is kept of these ids, for ever: also from where the engine itself would keep it for a while."""

    async def revision(self) -> int:
        """A number that is greater after every change; equal numbers say that the same is kept."""

    async def kept(self) -> Mapping[str, Particulars]:
        """All that is kept, by the id."""


class PeopleUnavailable(Exception):
    """Names and addresses cannot be read or written."""


class PeopleInMemory:
    """For one process and as long as it runs."""

    def __init__(self) -> None:
        self._kept: dict[str, Particulars] = {}
        self._revision = 0

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def keep(self, people: Mapping[str, Particulars]) -> None:
        self._kept |= people
        self._revision += 1

    async def erase(self, people: Iterable[str]) -> None:
        gone = set(people)
        self._kept = {person: of for person, of in self._kept.items() if person not in gone}
        self._revision += 1

    async def revision(self) -> int:
        return self._revision

    async def kept(self) -> Mapping[str, Particulars]:
        return dict(self._kept)
