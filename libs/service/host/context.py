"""What the services of one process share: settings, adapters, the world, people's names, verification of tokens, health and metrics."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta

from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.roles import Role
from libs.service.adapters import Adapters, adapters_of
from libs.service.host.days import Days
from libs.service.identity.revocation_list import RevocationList
from libs.service.identity.tokens import Verifier
from libs.service.observability.command_metrics import CommandMetrics
from libs.service.observability.health import ProcessHealth
from libs.service.observability.telemetry import Telemetry
from libs.service.observability.tracing import tracing_of
from libs.service.peers.clock_check import Clocks
from libs.service.people_directory import PeopleDirectory
from libs.service.settings import Settings
from libs.service.version import version


class ProcessContext(ABC):
    """Made by its process, given to each service. `name` is what its traces call it: the service that it runs, or `all`."""

    def __init__(self, settings: Settings, adapters: Adapters | None, *, hears_all: bool, name: str) -> None:
        self.settings = settings
        self.adapters = adapters or adapters_of(settings)
        self.tracing = tracing_of(settings, name)
        self.telemetry = Telemetry(self.tracing)
        self.health = ProcessHealth(self.adapters.clock)
        self.command_metrics = CommandMetrics(self.telemetry)
        self.verifier = Verifier.from_settings(settings)
        self.verifier.revoked = self.revocations = RevocationList(self.adapters.revocations, self.adapters.clock, self.health)
        self.people = PeopleDirectory(self.adapters.people, self.adapters.clock, self.health)
        self.world = World()
        self._days = Days()
        self.clocks = Clocks(self.adapters.clock, self.world, self.health)
        self.clocks.hold_against("log", self.adapters.log)
        self.hears_all = hears_all
        self._prepared: list[Callable[[], bool]] = []

    def identity(self, services: Sequence[str]) -> dict[str, object]:
        """What this process says of itself to whoever wonders whether an address is the right one."""
        return {"services": list(services), "namespace": self.settings.namespace, "version": version()}

    @abstractmethod
    async def is_ready(self) -> bool:
        """Whether what store and log held at the start is in the world, and it is known which sessions were ended."""

    def today(self, roles: Collection[Role] = (), ahead: timedelta = timedelta(0)) -> date:
        """The day that it is, or will be soon, for somebody with these roles (`libs.rules.time_zones`)."""
        return self._days.today(self.world, self.adapters.clock() + ahead, frozenset(roles))

    def latest(self, day: date) -> date:
        """The latest day that it is by now at any place, and not before this one: by the end of it all was so that is part of the present."""
        return max(day, self._days.latest(self.world, self.adapters.clock()))

    def present(self, roles: Collection[Role] = ()) -> Facts:
        """All that was said by now, on the day that it is for somebody with these roles."""
        day = self.today(roles)
        return self.world.facts(day, until=self.latest(day))

    def prepares(self, done: Callable[[], bool]) -> None:
        """Has readiness wait for something more than the world, until that says that it is done; whoever asks meanwhile is answered."""
        self._prepared.append(done)

    async def is_prepared(self) -> bool:
        """Whether the process is ready, and what it prepares for those who ask first is there: what probes are told."""
        return await self.is_ready() and all(done() for done in self._prepared)
