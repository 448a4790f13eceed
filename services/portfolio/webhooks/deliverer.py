"""Finds active webhooks, delivers those that no other process has claimed, and pauses those that cannot be delivered."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import ssl
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from libs.commands.catalog.portfolio.webhook import ChangeWebhook, PauseWebhook, SubscribeWebhook
from libs.commands.errors import HeadwayError, Unreachable
from libs.commands.execution.admission import Ask
from libs.events.catalog.portfolio.webhook import WEBHOOK, Webhook, WebhookChanged, WebhookSecretChanged, WebhookStatus, WebhookSubscribed
from libs.events.envelope import all_topics
from libs.events.event import Event, Payload, split, visible
from libs.events.ports.log import Cursor, LogUnavailable
from libs.events.ports.store import StoreUnavailable
from libs.rules.roles import Principal, Role
from libs.runtime.backoff import rest
from libs.runtime.failure_reason import reason
from libs.service.host.service import Service
from libs.service.settings import Settings
from services.portfolio.domain.webhook import change_webhook, subscribe_webhook
from services.portfolio.endpoints.addresses import address_of
from services.portfolio.webhooks.claim import ClaimedWebhook, Surroundings
from services.portfolio.webhooks.deliveries import Deliveries, DeliveriesUnavailable
from services.portfolio.webhooks.worker import CLAIM_LOST, WebhookSubscription

logger = logging.getLogger(__name__)

EVERY: Final = 1.0
"""Seconds between two looks for webhooks that were subscribed, changed or ended."""
SPEAKER: Final = Principal("portfolio", frozenset({Role("importer")}))
"""In whose name the service itself pauses a webhook."""
_BY_ADDRESS: Final[dict[Any, Callable[..., Any]]] = {SubscribeWebhook: subscribe_webhook, ChangeWebhook: change_webhook}


@dataclass(frozen=True, slots=True)
class _Known:
    """A webhook as it was read from the store, at this version of its history; `end` as `ClaimedWebhook` takes it."""

    version: int
    webhook: Webhook | None
    subscription: WebhookSubscription | None
    end: Cursor | None


class Deliverer:
    """One to a service; `run` is among its reactions. `counts` are attempts by their outcome since the start."""

    def __init__(self, service: Service) -> None:
        self._service = service
        settings = service.process.settings
        self.to_private = settings.webhooks_to_private
        self.deliveries = deliveries_of(settings)
        self.counts: Counter[str] = Counter()
        telemetry = service.process.telemetry
        telemetry.counts("headway_webhook_attempts", "Attempts to deliver an event to a webhook.", "outcome", lambda: self.counts)
        telemetry.gauge("headway_webhook_events_in_hand", "Events read for webhooks and not delivered yet.", lambda: self.in_hand)
        self._topics = all_topics(settings.namespace)
        self._running: dict[str, ClaimedWebhook] = {}
        self._known: dict[str, _Known] = {}
        self._failed: dict[str, tuple[int, float]] = {}
        self._end: Cursor | None = None
        self._context: ssl.SSLContext | None = None
        self._opened = False
        self._opening = asyncio.Lock()
        if self.to_private:
            # What may be subscribed depends on this process's settings, which pure decisions do not see.
            allowing = {cls: functools.partial(decide, to_private=True) for cls, decide in _BY_ADDRESS.items()}
            service.handling.decisions = {**service.handling.decisions, **allowing}

    @property
    def in_hand(self) -> int:
        """Events that were read for webhooks delivered here, and are not delivered."""
        return sum(running.in_hand for running in self._running.values())

    async def run(self) -> None:
        """Delivers until it is cancelled; no error ends it."""
        fruitless = 0
        try:
            while True:
                try:
                    await self.look()
                    fruitless = 0
                except Exception as e:
                    fruitless += 1
                    logger.warning("webhooks: %s", reason(e), extra={"attempt": fruitless, "error": type(e).__name__})
                await asyncio.sleep(max(EVERY, rest(fruitless)) if fruitless else EVERY)
        finally:
            await asyncio.gather(*(self._stop(id) for id in list(self._running)), return_exceptions=True)
            if self._opened:
                await self.deliveries.close()
                self._opened = False

    async def opened(self) -> Deliveries:
        """What is remembered of deliveries: opened when the first webhook needs it. Raises DeliveriesUnavailable."""
        async with self._opening:
            if not self._opened:
                await self.deliveries.open()
                self._opened = True
        return self.deliveries

    async def look(self) -> None:
        """Begins, changes and stops deliveries as webhooks now stand. Raises Unreachable, StoreUnavailable."""
        end: Cursor | None = None
        with contextlib.suppress(LogUnavailable):  # what waits is tried again nevertheless
            end = await self._service.process.adapters.log.end(self._topics)
        news = await self._list()
        # What is listed next and was not listed now has been subscribed after this end of the log.
        self._end = end or self._end
        for id, known in self._known.items():
            try:
                await self._attend(id, known, news=id in news)
            except Exception as e:
                many = self._failed.get(id, (0, 0.0))[0] + 1
                self._failed[id] = many, time.monotonic() + rest(many)
                logger.warning("webhooks: %s: %s", id, reason(e), extra={"webhook": id, "attempt": many, "error": type(e).__name__})

    async def _list(self) -> set[str]:
        """Reads the webhooks that have changed; their ids."""
        store, after, news = self._service.store, "", set()
        while page := await store.heads(WEBHOOK.name, after):
            for aggregate, version in page:
                id = split(aggregate)[1]
                before = self._known.get(id)
                if before is None or before.version != version:
                    self._known[id] = await self._read(id, version, before)
                    news.add(id)
            after = page[-1][0]
        return news

    async def _read(self, id: str, version: int, before: _Known | None) -> _Known:
        aggregate = WEBHOOK.key(id)
        history = (await self._service.store.load([aggregate]))[aggregate]
        webhook = WEBHOOK.fold(id, visible(history))
        if webhook is None or webhook.begun is None or webhook.placed is None:
            return _Known(version, webhook, None, None)
        same = before is not None and before.webhook is not None and before.webhook.begun == webhook.begun
        end = before.end if before is not None and same else self._end
        if webhook.status is not WebhookStatus.ACTIVE or not webhook.signed:
            return _Known(version, webhook, None, end)
        private = await self._service.store.private(aggregate)
        urls, secrets = apart(history, private, "url"), apart(history, private, "secret")
        if webhook.placed.sequence not in urls or any(e.sequence not in secrets for e in webhook.signed):
            logger.warning("webhooks: what %s was subscribed with has been erased", id, extra={"webhook": id})
            return _Known(version, webhook, None, end)
        address = address_of(urls[webhook.placed.sequence])
        return _Known(version, webhook, WebhookSubscription(webhook, webhook.begun, address, tuple(secrets[e.sequence] for e in webhook.signed)), end)

    async def _stands(self, id: str) -> WebhookSubscription | None:
        """How a webhook stands by its store at this moment; as it was last read where the store does not answer."""
        known = self._known[id]
        with contextlib.suppress(StoreUnavailable):
            version = await self._service.handling.version(WEBHOOK.key(id))
            if version != known.version:
                known = await self._read(id, version, known)
        return known.subscription

    async def _attend(self, id: str, known: _Known, *, news: bool) -> None:
        """Has one webhook delivered, or not, as it stands."""
        running, subscription = self._running.get(id), known.subscription
        if running is not None:
            if subscription is None or not running.goes_on(subscription) or not await running.renew(subscription):
                await self._stop(id)
        elif subscription is not None:
            if self._failed.get(id, (0, 0.0))[1] <= time.monotonic():
                await self._begin(id, subscription, known.end)
        elif news and known.webhook is not None and known.webhook.status is WebhookStatus.ENDED:
            await self._forget(id)

    async def _begin(self, id: str, subscription: WebhookSubscription, end: Cursor | None) -> None:
        deliveries = await self.opened()
        asked = time.monotonic()
        if not await deliveries.claim(id):
            return
        self._context = self._context or httpx.create_ssl_context()
        adapters = self._service.process.adapters
        around = Surroundings(adapters.log, self._topics, deliveries, adapters.clock, self._context, self.to_private, self.counts)
        self._running[id] = ClaimedWebhook(subscription, around, asked, end, functools.partial(self._stands, id))

    async def _stop(self, id: str) -> None:
        """Ends the delivery of a webhook, and pauses it where that is why it ended. Raises what broke it off."""
        running = self._running.pop(id)
        reason = await running.stop()
        if reason is not None:
            self._failed.pop(id, None)
            if reason != CLAIM_LOST:
                await self._pause(id, reason)

    async def _pause(self, id: str, reason: str) -> None:
        """Says that a webhook is paused; where that cannot be said now, its next attempt leads here again. Raises Unreachable."""
        logger.warning("webhooks: %s is paused: %s", id, reason, extra={"webhook": id})
        try:
            await self._service.handling.answer(Ask(PauseWebhook(webhook=id, reason=reason), SPEAKER))
        except Unreachable:
            raise
        except HeadwayError as e:
            logger.warning("webhooks: %s cannot be paused: %s", id, e, extra={"webhook": id})

    async def _forget(self, id: str) -> None:
        with contextlib.suppress(DeliveriesUnavailable):
            deliveries = await self.opened()
            if await deliveries.claim(id):
                await deliveries.forget(id)
                await deliveries.release(id)


def apart(history: Sequence[Event], private: Sequence[Mapping[str, Any]], name: str) -> dict[int, str]:
    """What lies apart of the events that came with it (`url` or `secret`), by their sequence; nothing where some of it is no longer there.

    An event that was retracted takes what came with it along, so that a former address never gets what a later one may see, nor the other way round.
    """
    found = [part[name] for part in private if part.get(name)]
    bearing = [e.sequence for e in history if _came_with(e.data, name)]
    return dict(zip(bearing, found, strict=True)) if len(bearing) == len(found) else {}


def _came_with(data: Payload, name: str) -> bool:
    match data:
        case WebhookSubscribed():
            return name == "url" or data.secret
        case WebhookChanged():
            return name == "url" and data.origin is not None
        case WebhookSecretChanged():
            return name == "secret"
    return False


def deliveries_of(settings: Settings) -> Deliveries:
    """Where deliveries are remembered: beside the portfolio service's commit store."""
    if settings.on_mongodb:
        from services.portfolio.webhooks.mongo_deliveries import MongoDeliveries

        return MongoDeliveries(settings.store_url, f"{settings.namespace}_portfolio", driver=settings.mongo_driver)
    from services.portfolio.webhooks.sqlite_deliveries import SqliteDeliveries

    return SqliteDeliveries(settings.store_folder / f"{settings.namespace}.webhooks.sqlite3")
