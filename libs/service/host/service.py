"""A service within a process: its store, its relay, its command handling, and its routes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from libs.commands.decision import Decisions
from libs.commands.execution.handler import Handling
from libs.commands.routes import command_routes
from libs.delivery.relay import Relay
from libs.delivery.startup_recovery import recover
from libs.delivery.store_comparison import Comparison
from libs.delivery.store_owner import StoreOwner
from libs.runtime.backoff import rest
from libs.runtime.cancellation import ended
from libs.runtime.failure_reason import reason
from libs.service import problems
from libs.service.app import SignedInApp, create_base, principal
from libs.service.history_routes import owner_routes
from libs.service.host.context import ProcessContext
from libs.service.json_body import parse_json
from libs.service.read_routes import ReadableKind, read_routes, views_of

logger = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds at most between two attempts to hold the store against a log that is away."""
COMPARED = 2.0
"""Seconds between two looks whether the log has lost something."""
DRAIN = 5.0
"""Seconds that a stopping service gives its relay to publish what is stored."""


@dataclass(frozen=True)
class Extension:
    """What a service has beyond its commands and reads: routes, and coroutine functions (`reactions`) that run as long as it does."""

    routes: Sequence[APIRouter] = ()
    reactions: Sequence[Callable[[], object]] = ()


@dataclass(frozen=True)
class ServiceDeclaration:
    """The declaration of a service: its name, its decisions, the kinds of others that it listens to, and its extension."""

    name: str
    decisions: Decisions
    hears: frozenset[str]
    """The kinds of other services' aggregates that its rules and scopes need."""
    extension: Callable[[Service], Extension] = lambda service: Extension()
    """Made once for each service that runs."""

    @property
    def views(self) -> tuple[ReadableKind, ...]:
        """What can be read: all its kinds."""
        return views_of(self.name)


class Service:
    """A declared service in a process. `start` before the first request, `stop` after the last."""

    def __init__(self, declared: ServiceDeclaration, process: ProcessContext) -> None:
        self.declared, self.process = declared, process
        self.name = declared.name
        self.store = process.adapters.store(self.name)
        self.relay = Relay(self.store, process.adapters.log, process.settings.namespace, sent=process.tracing.sent if process.tracing is not None else None)
        self._recovered = False
        self.handling = Handling(
            self.name,
            self.store,
            process.world,
            declared.decisions,
            clock=process.adapters.clock,
            follows=lambda kind: process.hears_all or kind in declared.hears,
            stored=self.relay.nudge,
            answered=process.command_metrics,
            open=lambda: self._recovered,
            distrusted=process.clocks.distrusted,
        )
        self.comparison = Comparison(self.store, process.adapters.log, process.settings.namespace, self.name, self.handling.own, self.relay)
        self.owner = StoreOwner(self.store, process.settings.namespace)
        self.extension = declared.extension(self)
        self.app = self._app()
        self._tasks: list[asyncio.Task[object]] = []
        self.caught_up = False

    def _app(self) -> SignedInApp:
        p = self.process
        app = create_base(
            f"Headway {self.name}",
            verifier=p.verifier,
            ready=p.is_prepared,
            telemetry=p.telemetry,
            troubles=p.health.troubles,
            clock=p.adapters.clock,
            identity=lambda: p.identity([self.name]),
        )
        routers = [
            command_routes(self.handling, principal, problems.as_dict, parse_json),
            read_routes(self.handling, self.declared.views),
            owner_routes(self.owner, self.process.settings.namespace),
            *self.extension.routes,
        ]
        for router in routers:
            app.adopt(router)
        return app

    async def start(self) -> None:
        """Opens the store, takes back what it or the log has lost, and begins to relay and to react."""
        await self.store.open()
        await self._recover()
        loops = [self._relay, self._compare, *self.extension.reactions]
        self._tasks = [asyncio.create_task(loop(), name=f"{self.name}:{n}") for n, loop in enumerate(loops)]  # type: ignore[arg-type]

    async def _recover(self) -> bool:
        """Done before the first command is decided: one decided on a store that lacks events would be numbered as they are."""
        if not self._recovered:
            try:
                await self.comparison.begin()
                await recover(self.store, self.process.adapters.log, self.process.settings.namespace, self.name, self.handling.own)
                self._recovered = True
                self.process.health.well(f"recovery of {self.name}")
            except Exception as e:
                self.process.health.ill(f"recovery of {self.name}", f"it cannot be held against the log: {reason(e)}")
        return self._recovered

    async def _relay(self) -> None:
        attempt = 0
        while not (await self._recover() and await self.relay.catch_up()):  # the log may be away, and nobody could tell us when it is back
            attempt += 1
            await asyncio.sleep(min(rest(attempt), LOOK))
        self.caught_up = True
        await self.relay.run()

    async def _compare(self) -> None:
        """Looks whether the log has lost something as long as the service runs, and says it; a store or a log that does not answer is said by others."""
        part = f"log of {self.name}"
        while True:
            await asyncio.sleep(COMPARED)
            if not self._recovered:
                continue
            try:
                await self.comparison.look()
            except Exception as e:
                logger.info("comparison of %s: %s", self.name, reason(e), extra={"service": self.name, "error": type(e).__name__})
            if words := self.comparison.words:
                self.process.health.ill(part, words, logging.ERROR)
            else:
                self.process.health.well(part)

    async def stop(self) -> None:
        """Ends the loops, publishes what is stored, closes the store."""
        await ended(*self._tasks)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await self.relay.drain()
        await self.store.close()
