"""A process: its services, the one log, the one world that it has heard, and the app that they are mounted in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable
from functools import partial
from typing import cast

import httpx
from fastapi import FastAPI

from libs.delivery.consumer import Consumer
from libs.delivery.snapshot.event_pickle import code
from libs.delivery.snapshot.snapshot_file import SnapshotFile
from libs.events.envelope import all_topics
from libs.events.ports.dead_letters import DecisionsUnavailable
from libs.events.ports.history_source import Owner
from libs.events.ports.log import LogUnavailable
from libs.events.ports.people import PeopleUnavailable
from libs.events.ports.revocations import RevocationsUnavailable
from libs.events.ports.store import StoreUnavailable
from libs.runtime.cancellation import ended
from libs.service.adapters import Adapters
from libs.service.app import SignedInApp, create_base
from libs.service.dead_letter_routes import parked_routes
from libs.service.history_routes import HttpOwner
from libs.service.host.context import ProcessContext
from libs.service.host.metrics import measure
from libs.service.host.self_monitoring import Watch
from libs.service.host.service import Service, ServiceDeclaration
from libs.service.identity.issuer import Issuer
from libs.service.other_data import elsewhere
from libs.service.peers.address import client_of
from libs.service.peers.monitor import PeerWatch
from libs.service.peers.secret import peer_token
from libs.service.settings import Settings, SettingsError

logger = logging.getLogger("headway.data")


class ProcessApp(SignedInApp):
    """The outermost app of a process."""

    process: Process


class Process(ProcessContext):
    """Made once, in a composition root: services are added, then `app` is served. `name` is what its traces call it: the service that it runs, or `all`."""

    def __init__(self, settings: Settings, adapters: Adapters | None = None, *, hears_all: bool = False, name: str = "all") -> None:
        super().__init__(settings, adapters, hears_all=hears_all, name=name)
        self.services: dict[str, Service] = {}
        self.peers = PeerWatch(settings, self.services, self.health)
        self.consumer: Consumer | None = None
        self._clients: list[httpx.AsyncClient] = []
        self.stopping = asyncio.Event()
        """Set by whoever serves the app as soon as it is told to stop: long answers end then, so that nobody waits for them."""
        self.not_opened = ""
        """Why a start failed that waiting would not mend."""
        app = create_base(
            "Headway",
            made_as=ProcessApp,
            lifespan=self._lifespan,
            verifier=self.verifier,
            ready=self.is_prepared,
            telemetry=self.telemetry,
            troubles=self.health.troubles,
            clock=self.adapters.clock,
            identity=lambda: self.identity([*self.services, *(["gateway"] if self.hears_all else [])]),
        )
        self.app = cast("ProcessApp", app)
        self.app.process = self
        self.app.adopt(parked_routes(lambda: self.consumer))

    def add(self, declared: ServiceDeclaration) -> Service:
        """Runs a service in this process, mounted under its name."""
        service = self.services[declared.name] = Service(declared, self)
        self.clocks.hold_against("store", service.store)
        self.app.embed(f"/{declared.name}", service.app)
        return service

    def composed(self) -> ProcessApp:
        """The app, once every service was added. Raises SettingsError where this process would have to ask another and cannot sign in there."""
        elsewhere = list(self.peers.peers)
        if elsewhere and not self.settings.peer_secret and not self._can_sign():
            what = f"HEADWAY_{elsewhere[0].upper()}_URL takes tokens that this process can sign"
            raise SettingsError(f"{what}: set HEADWAY_PEER_SECRET, the same for all, or run {elsewhere[0]} here as well")
        return self.app

    def _can_sign(self) -> bool:
        """Whether the issuer is one of ours, whose private key is here."""
        if self.settings.issuer.startswith("https://"):
            return False
        try:
            own_issuer(self.settings)
        except SettingsError:
            return False
        return True

    async def is_ready(self) -> bool:
        """Whether what store and log held at the start is in the world, and it is known which sessions were ended."""
        return self.revocations.read and self.consumer is not None and self.consumer.ready.is_set() and all(s.caught_up for s in self.services.values())

    def owners(self) -> dict[str, Owner]:
        """The owner of each service's facts: in this process, else where the settings say it is."""
        found: dict[str, Owner] = {name: s.owner for name, s in self.services.items()}
        for name, peer in self.peers.peers.items():
            client = client_of(peer.url, 10)
            self._clients.append(client)
            self.clocks.hold_against_peer(name, client)
            found[name] = HttpOwner(client, name, self.settings.namespace, self._own_token, partial(self.peers.must_be_right, name))
        return found

    def _own_token(self) -> str:
        if self.settings.peer_secret:
            return peer_token(self.settings.peer_secret, self.settings.audience)
        return own_issuer(self.settings).token("auditor")

    async def _opened(self, part: str, opening: Awaitable[None]) -> None:
        """Notes for whoever reads the log why a start fails that waiting would not mend."""
        try:
            await opening
        except (LogUnavailable, StoreUnavailable, DecisionsUnavailable, RevocationsUnavailable, PeopleUnavailable) as e:
            self.not_opened = f"{part}: {e}"
            raise

    async def _say_what_lies_elsewhere(self) -> None:
        """Says in the log that there is data which the settings do not point to, where they point to nothing. Whoever cannot be asked is left alone."""
        with contextlib.suppress(LogUnavailable, StoreUnavailable, OSError):
            if any((await self.adapters.log.end(all_topics(self.settings.namespace))).offsets.values()):
                return
            for service in self.services.values():
                if any([await service.store.heads(kind, "", 1) for kind in service.handling.own]):
                    return
            for one in await elsewhere(self.settings, self.adapters.log, [service.store for service in self.services.values()]):
                logger.warning("data: %s", one.words)

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        adapters = self.adapters
        topics = all_topics(self.settings.namespace)
        kinds = None if self.hears_all else frozenset().union(*(s.declared.hears for s in self.services.values()))
        await self._opened("log", adapters.log.open())
        await self._opened("decisions on parked events", adapters.decisions.open())
        await self._opened(self.revocations.PART, adapters.revocations.open())
        await self.revocations.refresh()
        await self._opened(self.people.PART, adapters.people.open())
        await self.people.refresh()
        owners = self.owners()
        await asyncio.gather(*(self._opened(f"store of {service.name}", service.start()) for service in self.services.values()))
        await self.clocks.look()
        self.consumer = Consumer(
            adapters.log,
            topics,
            self.world,
            owners=owners,
            decisions=adapters.decisions,
            kinds=kinds,
            heard=self.tracing.heard if self.tracing is not None else None,
            snapshot=snapshot_of(self.settings) if self.hears_all else None,
        )
        stores = {name: (service.store, min(service.handling.own)) for name, service in self.services.items()}
        watch = Watch(self.health, adapters.log, topics, stores, lambda: self.consumer, self.clocks)
        measure(self, self.services, lambda: self.consumer, watch)
        hearing = asyncio.create_task(self.consumer.run(), name="hearing")
        watching = asyncio.create_task(watch.run(), name="watching")
        saying = asyncio.create_task(self._say_what_lies_elsewhere(), name="data elsewhere")
        seeing = asyncio.create_task(self.peers.run(), name="addresses of peers")
        refreshing = asyncio.create_task(self.revocations.run(), name=self.revocations.PART)
        naming = asyncio.create_task(self.people.run(), name=self.people.PART)
        try:
            yield
        finally:
            await asyncio.gather(*(service.stop() for service in self.services.values()))
            await ended(watching, hearing, refreshing, naming, seeing, saying)
            await self.consumer.close()
            for client in self._clients:
                await client.aclose()
            await self.peers.close()
            await adapters.decisions.close()
            await adapters.revocations.close()
            await adapters.people.close()
            await adapters.log.close()
            if self.tracing is not None:
                await asyncio.to_thread(self.tracing.close)


def snapshot_of(settings: Settings) -> SnapshotFile:
    """Where a process that hears all keeps what it has heard; whoever deletes the file waits longer for the next start, and that is all."""
    return SnapshotFile(settings.data / f"{settings.namespace}.world.snapshot", f"headway {settings.namespace} {code()}")


def own_issuer(settings: Settings) -> Issuer:
    """The issuer by which this installation's own services sign: the embedded one, or that of a key file."""
    if settings.issuer.startswith("file:"):
        return Issuer.from_key_file(settings.issuer_file, audience=settings.audience)
    return Issuer.embedded(settings)
