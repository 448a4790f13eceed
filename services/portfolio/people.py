"""Keeps people's names and addresses apart from what is stored of commands, and takes them away where a person was forgotten."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from libs.commands.catalog.portfolio.person import ForgetPerson, RegisterPerson
from libs.commands.command import Command
from libs.commands.decision import Decision
from libs.events.catalog.portfolio.people.person import PERSON, Person, PersonForgotten
from libs.events.event import split, visible
from libs.events.ports.people import Particulars, PeopleUnavailable
from libs.events.ports.store import Commit, StoreUnavailable
from libs.runtime.failure_reason import reason
from libs.service.host.service import Service
from services.portfolio.domain.person import forget_person, register_person

logger = logging.getLogger(__name__)

EVERY: Final = 5.0
"""Seconds between two looks for names that are kept and should not be."""
GRACE: Final = timedelta(seconds=20)
"""For which a name may be kept before its registration is: it is kept first, so that no registration is without its name."""


class PeopleRegister:
    """What the portfolio service does with names. A name is kept before the registration is stored, and taken away before a forgetting is answered.

    A process that ends in between leaves a name without its registration, or one too long: `run` finds both.
    """

    def __init__(self, service: Service) -> None:
        self._service, self._people, self._directory = service, service.process.adapters.people, service.process.people
        # What is kept of somebody is no fact, so that pure decisions are told of it.
        deciding: dict[type[Command], Decision] = {
            RegisterPerson: functools.partial(register_person, named=self._named),
            ForgetPerson: functools.partial(forget_person, named=self._named),
        }
        service.handling.decisions = {**service.handling.decisions, **deciding}
        service.handling.apart = self
        self._known: dict[str, tuple[int, Person | None]] = {}

    def _named(self, id: str) -> Particulars | None:
        return self._directory.entries.get(id)

    async def before(self, commits: Sequence[Commit]) -> Sequence[Commit]:
        """Keeps the names of registrations that are to be stored, and gives the commits without them. Raises StoreUnavailable."""
        named = {split(one.aggregate)[1]: one for one in commits if split(one.aggregate)[0] == PERSON.name and one.private}
        if not named:
            return commits
        try:
            await self._people.keep({id: Particulars(**{"address": None, **(one.private or {})}, kept=one.events[-1].stored) for id, one in named.items()})
        except PeopleUnavailable as e:
            raise StoreUnavailable(str(e)) from e
        await self._directory.refresh()
        return [replace(one, private=None) if split(one.aggregate)[0] == PERSON.name else one for one in commits]

    async def after(self, commits: Sequence[Commit]) -> None:
        """Takes away what is kept of those who are forgotten by what was stored; where that fails now, `run` does it."""
        if gone := [split(one.aggregate)[1] for one in commits if any(isinstance(event.data, PersonForgotten) for event in one.events)]:
            try:
                await self._erase(gone)
            except (PeopleUnavailable, StoreUnavailable) as e:
                logger.warning("people: what is kept of whoever was forgotten could not be taken away yet: %s", reason(e))

    async def run(self) -> None:
        """Looks again and again until it is cancelled; no error ends it."""
        while True:
            try:
                await self.look()
            except Exception as e:
                logger.warning("people: %s", reason(e), extra={"error": type(e).__name__})
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Takes away every name that is kept of nobody who stands registered. Raises PeopleUnavailable and StoreUnavailable."""
        kept = await self._people.kept()
        if not kept:
            return
        await self._learn()
        before = self._service.process.adapters.clock() - GRACE
        gone = []
        for id, of in kept.items():
            person = self._known.get(id, (0, None))[1]
            if person is not None and person.forgotten is not None:
                if of.kept <= max(person.forgotten.stored, before):
                    gone.append(id)
            elif (person is None or person.registered is None) and of.kept <= before:
                gone.append(id)
        if gone:
            await self._erase(gone)

    async def _learn(self) -> None:
        """Takes in how everybody stands by the store, of whom something was said since the last look."""
        store, after = self._service.store, ""
        while page := await store.heads(PERSON.name, after):
            changed = [aggregate for aggregate, version in page if self._known.get(split(aggregate)[1], (0, None))[0] != version]
            for aggregate, history in (await store.load(changed)).items():
                id = split(aggregate)[1]
                self._known[id] = len(history), PERSON.fold(id, visible(history))
            after = page[-1][0]

    async def _erase(self, gone: Sequence[str]) -> None:
        """From where names are kept, and of their commands the digests, by which a name could be guessed."""
        await self._people.erase(gone)
        await self._directory.refresh()
        for id in gone:
            await self._service.store.erase(PERSON.key(id))
