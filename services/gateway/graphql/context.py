"""The context of an operation for resolvers: who asks, of which world, on which day, and what was withheld."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

import strawberry
from strawberry.fastapi import BaseContext

from libs.events.facts import Facts
from libs.events.ports.people import Particulars
from libs.events.world import World, WorldSnapshot
from libs.rules.authority import MONEY, money_of, reads_money
from libs.rules.people import sees_name
from libs.rules.roles import Principal, Role
from libs.service.host.process import Process
from services.gateway.capacity.kept_answers import QueryAnswer
from services.gateway.gateway import Gateway
from services.gateway.graphql.cost.budget import ASKED, Budget, Most
from services.gateway.proxy.command_client import CommandClient

T = TypeVar("T")


class OperationContext(BaseContext):
    """The context of an operation.

    `authorization` is the caller's own header and `traceparent` the request's, for what is forwarded in its name; `begun` reads the clock of `timing`. What a
    resolver takes of these, of the process or of the caller beyond the roles lies outside the world: `beyond` says that it was taken.
    """

    def __init__(
        self,
        gateway: Gateway,
        principal: Principal,
        *,
        authorization: str = "",
        day: date | None = None,
        traceparent: str | None = None,
        most: Most = ASKED,
    ) -> None:
        super().__init__()
        self.gateway, self._principal, self._authorization = gateway, principal, authorization
        self._process = gateway.process
        self.traceparent = traceparent
        self.roles, self.rights = principal.roles, principal.rights
        self._day = day
        self._all_money = _reads_all_money(self.roles)
        self.most = most
        self.budget = Budget(most)
        self._holding = ExitStack()
        self._world: WorldSnapshot | None = None
        self.digest = self._process.world.digest
        """Names the world that was told of last."""
        self._people = self._process.people.entries
        self.begun = 0.0
        self.begin()

    def begin(self) -> None:
        """Forgets what an earlier operation of the same connection, or an earlier answer of a stream, left; the day may have changed since."""
        self._today = self._day
        self._latest: date | None = None
        self.beyond = False
        """Whether anything was looked at but the world, people's names and what the caller's roles allow."""
        self.withheld: list[str] = []
        self.not_yet_seen: list[str] = []

    def hold(self) -> None:
        """Begins to tell of the world as it is now, whatever is heard until the answer is there: others may have their turn meanwhile."""
        self.release()
        self._world = self._holding.enter_context(self._process.world.held())
        self.digest = self._world.digest
        self._people = self._process.people.entries
        self.budget.pauses = True

    def release(self) -> None:
        """The answer is there."""
        self.budget.pauses = False
        self._holding.close()
        self._world = None

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Tells of the world as it is now, as long as the block lasts."""
        self.hold()
        try:
            yield
        finally:
            self.release()

    def again(self) -> None:
        """Another answer of the same operation follows: each has a budget and a world of its own."""
        self.begin()
        self.release()
        self.budget = Budget(self.most)

    def told_again(self, answer: QueryAnswer) -> None:
        """What was told before is told again: the world is as it was then, and so is what the query was reckoned to cost."""
        self.digest, self.budget.asked = answer.world, answer.asked

    @property
    def is_current(self) -> bool:
        """Whether what was told is so still: nothing was heard meanwhile, and nobody's name became another."""
        return self.tells_of(self._process.world.digest, self._process.people.entries)

    def tells_of(self, world: str, people: Mapping[str, Particulars]) -> bool:
        """Whether what was told is of the world of this name, and of these names of people."""
        return self.digest == world and self._people is people

    @property
    def process(self) -> Process:
        """The process, which knows more than the world."""
        return self._beyond(self._process)

    @property
    def forwarding(self) -> CommandClient:
        """The way to the services."""
        return self._beyond(self.gateway.forwarding)

    @property
    def principal(self) -> Principal:
        """Who asks. What their roles allow is told by `roles`, and is the same for all who have them."""
        return self._beyond(self._principal)

    @property
    def authorization(self) -> str:
        """The caller's own header."""
        return self._beyond(self._authorization)

    def _beyond(self, taken: T) -> T:
        self.beyond = True
        return taken

    @property
    def world(self) -> World | WorldSnapshot:
        """What the answer tells of."""
        return self._world or self._process.world

    @property
    def today(self) -> date:
        """The day on which this is asked, by the clock of what the caller has a role of; one for the whole answer."""
        if self._today is None:
            self._today = self._process.today(self.roles)
            self._latest = self._process.latest(self._today)  # of one look at the clock: later it may be another day
        return self._today

    @property
    def latest(self) -> date:
        """The latest day that it is at any place: what was said there a moment ago is part of the present."""
        if self._latest is None:
            self._latest = self._process.latest(self.today)
        return self._latest

    def facts(self, as_of: date | None, known_at: datetime | None) -> Facts:
        """The world as of the end of a day (None: now, whatever day it is at each place) and as known at an instant (None: all that was heard)."""
        return self.world.facts(self.today, known_at, self.latest) if as_of is None else self.world.facts(as_of, known_at)

    def reads_money(self, facts: Facts, kind: str | None, id: str | None) -> bool:
        """Whether the caller may see the money of this aggregate; without a kind, that of the whole portfolio."""
        if self._all_money or kind is None or id is None:
            return self._all_money
        return any(r.name in MONEY for r in self.roles) and reads_money(self.roles, money_of(facts, self.facts(None, None), kind, id))

    def particulars(self, person: str) -> Particulars | None:
        """The name and the address of somebody, of today, for a caller who may see them; None where there are none, or the caller may not."""
        kept = self._process.people.entries.get(person)
        return kept if kept is not None and sees_name(self.facts(None, None), self.roles, person) else None

    def names(self, fit: Callable[[str], bool]) -> dict[str, str]:
        """The names that fit, by the person's id, of those that the caller may see."""
        return {id: of.name for id, of in self._process.people.entries.items() if fit(of.name) and self.particulars(id) is not None}

    def withhold(self, path: Sequence[str | int]) -> None:
        """Notes that what stands at this path of the answer is null because of the caller's roles."""
        self.withheld.append(".".join(map(str, path)))

    def extensions(self) -> dict[str, Any]:
        """What the answer says of itself beside its data."""
        said = {"withheld": self.withheld, "notYetSeen": self.not_yet_seen}
        return {name: list(value) for name, value in said.items() if value} | {"cost": self.cost}

    @property
    def cost(self) -> dict[str, int]:
        """What was reckoned beforehand, and what it took so far."""
        return {"asked": self.budget.asked, "took": self.budget.took}


@lru_cache(maxsize=1_000)  # every answer asks
def _reads_all_money(roles: frozenset[Role]) -> bool:
    return reads_money(roles, frozenset())


Info = strawberry.Info[OperationContext, None]
