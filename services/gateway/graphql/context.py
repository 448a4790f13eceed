"""The context of an operation for resolvers: who asks, of which world, on which day, and what was withheld."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from typing import Any

import strawberry
from strawberry.fastapi import BaseContext

from libs.events.facts import Facts
from libs.events.ports.people import Particulars
from libs.events.world import World, WorldSnapshot
from libs.rules.authority import MONEY, money_of, reads_money
from libs.rules.people import sees_name
from libs.rules.roles import Principal
from services.gateway.gateway import Gateway
from services.gateway.graphql.cost.budget import ASKED, Budget, Most


class OperationContext(BaseContext):
    """The context of an operation.

    `authorization` is the caller's own header and `traceparent` the request's, for what is forwarded in its name; `begun` reads the clock of `timing`.
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
        self.gateway, self.principal, self.authorization = gateway, principal, authorization
        self.process, self.forwarding = gateway.process, gateway.forwarding
        self.traceparent = traceparent
        self._day = day
        self._all_money = False
        self._most = most
        self.budget = Budget(most)
        self._holding = ExitStack()
        self._world: WorldSnapshot | None = None
        self.digest = self.process.world.digest
        """Names the world that was told of last."""
        self.begun = 0.0
        self.begin()

    def begin(self) -> None:
        """Forgets what an earlier operation of the same connection, or an earlier answer of a stream, left; the day may have changed since."""
        self._today = self._day
        self.withheld: list[str] = []
        self.not_yet_seen: list[str] = []
        self._all_money = reads_money(self.principal.roles, frozenset())

    def hold(self) -> None:
        """Begins to tell of the world as it is now, whatever is heard until the answer is there: others may have their turn meanwhile."""
        self.release()
        self._world = self._holding.enter_context(self.process.world.held())
        self.digest = self._world.digest
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
        self.budget = Budget(self._most)

    @property
    def world(self) -> World | WorldSnapshot:
        """What the answer tells of."""
        return self._world or self.process.world

    @property
    def today(self) -> date:
        """The day (UTC) on which this is asked, one for the whole answer."""
        if self._today is None:
            self._today = self.process.adapters.clock().date()
        return self._today

    def facts(self, as_of: date | None, known_at: datetime | None) -> Facts:
        """The world as of the end of a day (None: today) and as known at an instant (None: all that was heard)."""
        return self.world.facts(as_of or self.today, known_at)

    def reads_money(self, facts: Facts, kind: str | None, id: str | None) -> bool:
        """Whether the caller may see the money of this aggregate; without a kind, that of the whole portfolio."""
        if self._all_money or kind is None or id is None:
            return self._all_money
        roles = self.principal.roles
        return any(r.name in MONEY for r in roles) and reads_money(roles, money_of(facts, self.facts(None, None), kind, id))

    def particulars(self, person: str) -> Particulars | None:
        """The name and the address of somebody, of today, for a caller who may see them; None where there are none, or the caller may not."""
        kept = self.process.people.entries.get(person)
        return kept if kept is not None and sees_name(self.facts(None, None), self.principal.roles, person) else None

    def withhold(self, path: Sequence[str | int]) -> None:
        """Notes that what stands at this path of the answer is null because of the caller's roles."""
        self.withheld.append(".".join(map(str, path)))

    def extensions(self) -> dict[str, Any]:
        """What the answer says of itself beside its data."""
        said = {"withheld": self.withheld, "notYetSeen": self.not_yet_seen}
        return {name: list(value) for name, value in said.items() if value} | {"cost": {"asked": self.budget.asked, "took": self.budget.took}}


Info = strawberry.Info[OperationContext, None]
