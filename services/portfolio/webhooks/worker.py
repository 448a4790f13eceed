"""Delivers one webhook: reads the log, sends many aggregates in parallel and each in order, and records its progress."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Protocol, cast

import orjson

from libs.events.catalog.portfolio.webhook import Webhook
from libs.events.event import Event
from libs.events.ports.log import Delivery, Log, Record
from libs.rules.authority import reads_money
from libs.rules.roles import Role
from libs.runtime.backoff import rest
from libs.service.redaction import shown
from services.portfolio.endpoints import signature
from services.portfolio.endpoints.addresses import Address
from services.portfolio.webhooks.deliveries import Attempt, Deliveries, DeliveriesUnavailable, DeliveryOutcome, Progress, Waiting
from services.portfolio.webhooks.http_sender import ReceiverAnswer, Result
from services.portfolio.webhooks.queues import QueuedEvent, Queues
from services.portfolio.webhooks.retry_schedule import next_try

logger = logging.getLogger(__name__)

AT_ONCE: Final = 8
"""Attempts of one webhook at the same time."""
BATCH: Final = 200
SAVED: Final = 0.2
"""Seconds between two looks whether there is something to remember: what was delivered since is delivered again after a crash."""
GRACE: Final = 2.0
"""Seconds that attempts on their way have when the process stops."""
LOOK: Final = 60.0
"""Seconds after which the clock is looked at again while an attempt is waited for: it may be set."""


class WebhookEndpoint(Protocol):
    """Where one webhook's events go (`services.portfolio.webhooks.http_sender.WebhookConnections`)."""

    async def post(self, address: Address, headers: Mapping[str, str], body: bytes, now: datetime) -> ReceiverAnswer:
        """One attempt."""


@dataclass(frozen=True, slots=True)
class WebhookSubscription:
    """A webhook, the event that says where it begins, and what its events do not say: where to, and what signs, the present secret last."""

    webhook: Webhook
    begun: Event
    address: Address
    secrets: tuple[str, ...] = field(repr=False)

    def signing(self, now: datetime) -> tuple[str, ...]:
        """The secrets that sign at an instant: the present one, and the former one as long as it is valid."""
        until = self.webhook.former_until
        return self.secrets[-1:] if until is None or now >= until else self.secrets[:-3:-1]


@dataclass
class DeliveryContext:
    """What a worker needs to deliver.

    `may_send` says whether its claim is fresh enough for another attempt; `stands` gives the webhook as it stands now, so that a changed secret or address
    holds from the answer to its command on, or None where nothing more is to be sent. Without it the worker's own is taken.
    """

    log: Log
    topics: Sequence[str]
    deliveries: Deliveries
    receiver: WebhookEndpoint
    clock: Callable[[], datetime]
    may_send: Callable[[], bool] = lambda: True
    stands: Callable[[], Awaitable[WebhookSubscription | None]] | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    counts: Counter[str] = field(default_factory=Counter)


class Worker:
    """Delivers from where `progress` says, until `run` returns why it must stop, or is cancelled."""

    def __init__(self, subscription: WebhookSubscription, progress: Progress, waiting: dict[str, Waiting], work: DeliveryContext) -> None:
        self.subscription = subscription
        self.progress = progress
        self._work = work
        self._queues = Queues(progress, waiting)
        self._saved: dict[str, Waiting | None] = dict(waiting)
        self._attempts: list[Attempt] = []
        self._number = progress.attempts
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._changed = asyncio.Event()
        self._saving = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flying: set[asyncio.Task[None]] = set()
        self._ending = False

    @property
    def in_hand(self) -> int:
        """Events that were read and are not delivered."""
        return len(self._queues)

    async def run(self) -> str:
        """Delivers until the receiver is gone, an event was not taken for 24 hours, or the claim is another's; says why. What was done is remembered."""
        self._over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._begin(self._read(), "reading")
        self._begin(self._remember(), "remembering")
        try:
            return await self._over
        finally:
            await self._end()
            with contextlib.suppress(DeliveriesUnavailable):
                await self._save()

    async def _end(self) -> None:
        """Attempts on their way have a moment to come back: broken off, they would be made again."""
        self._ending = True
        for task in self._tasks - self._flying:
            task.cancel()
        if self._flying:
            await asyncio.wait(self._flying, timeout=GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=f"webhook {self.subscription.webhook.id}: {name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not self._over.done():
            self._over.set_exception(error)

    def _stop(self, reason: str) -> None:
        if not self._over.done():
            self._over.set_result(reason)

    # Reading

    async def _read(self) -> None:
        attempt = 0
        while True:
            try:
                reading = cast("AsyncGenerator[Sequence[Delivery], None]", self._work.log.read(self._work.topics, self._queues.at, limit=BATCH))
                async with contextlib.aclosing(reading) as batches:
                    async for batch in batches:
                        attempt = 0
                        await self._take(batch)
                why = "it ended"
            except Exception as e:
                why = f"{type(e).__name__}: {e}"
            attempt += 1
            logger.warning("webhooks: the log cannot be read: %s", why, extra={"webhook": self.subscription.webhook.id, "attempt": attempt})
            await self._work.sleep(rest(attempt))

    async def _take(self, batch: Sequence[Delivery]) -> None:
        for delivery in batch:
            await self._queues.room()
            aggregate = self._queues.take(delivery, self.subscription.webhook)
            if aggregate is not None:
                self._begin(self._deliver(aggregate), aggregate)
        self._changed.set()
        await asyncio.sleep(0)

    # Sending

    async def _deliver(self, aggregate: str) -> None:
        """Everything in hand of an aggregate, one after the other."""
        while (item := self._queues.next(aggregate)) is not None:
            await self._until(item.due)
            async with self._slots:
                await self._allowed()
                attempt = await self._fly(item)
            self._attempts.append(attempt)
            self._work.counts[attempt.outcome] += 1
            if attempt.outcome is DeliveryOutcome.DELIVERED:
                self._queues.delivered(aggregate)
            elif attempt.outcome is DeliveryOutcome.FAILED:
                item.due = attempt.again
            elif attempt.outcome is DeliveryOutcome.GIVEN_UP:
                self._stop(f"{item.event} was not taken for 24 hours: {attempt.reason}")
            else:
                self._stop(attempt.reason or "the receiver is gone")
            self._changed.set()
            if self._ending or self._over.done():
                return

    async def _allowed(self) -> None:
        """Waits until another attempt may begin, and takes in how the webhook stands then."""
        while True:
            found = self.subscription if self._work.stands is None else await self._work.stands()
            if found is not None and self._work.may_send():
                self.subscription = found
                return
            await self._work.sleep(0.5)

    async def _fly(self, item: QueuedEvent) -> Attempt:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._flying.add(task)
        try:
            return await self._try(item)
        finally:
            self._flying.discard(task)

    async def _try(self, item: QueuedEvent) -> Attempt:
        now, began = self._work.clock(), time.monotonic()
        subscription = self.subscription
        item.tries += 1
        item.first = item.first or now
        id = signature.id_of(subscription.webhook.id, item.event)
        body = body_of(item.record, subscription.webhook.role)
        headers = {**HEADERS, **signature.headers(subscription.signing(now), id, now, body)}
        answer = await self._work.receiver.post(subscription.address, headers, body, now)
        self._number += 1
        made = Attempt(
            self._number,
            item.event,
            item.record.headers.get("ce_type", ""),
            now,
            item.tries,
            round((time.monotonic() - began) * 1000),
            DeliveryOutcome(answer.result.value),
            answer.status,
            answer.reason,
        )
        if answer.result is not Result.FAILED:
            return made
        again = next_try(item.tries, item.first, self._work.clock(), asked=answer.asked, chance=self._work.chance())
        return replace(made, again=again) if again is not None else replace(made, outcome=DeliveryOutcome.GIVEN_UP)

    async def _until(self, due: datetime | None) -> None:
        while due is not None and (left := (due - self._work.clock()).total_seconds()) > 0:
            await self._work.sleep(min(left, LOOK))

    # Remembering

    async def _remember(self) -> None:
        attempt = 0
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                if not await self._save():
                    self._stop(CLAIM_LOST)
                    return
                attempt = 0
                await asyncio.sleep(SAVED)
            except DeliveriesUnavailable as e:
                attempt += 1
                self._changed.set()
                logger.warning("webhooks: deliveries cannot be remembered: %s", e, extra={"webhook": self.subscription.webhook.id, "attempt": attempt})
                await asyncio.sleep(rest(attempt))

    async def _save(self) -> bool:
        """Stores what has come of deliveries since the last time; whether the claim still holds. Raises DeliveriesUnavailable."""
        async with self._saving:
            waiting, attempts = self._queues.waiting, list(self._attempts)
            progress = replace(self.progress, cursor=str(self._queues.cursor), attempts=self._number)
            put = {aggregate: one for aggregate, one in waiting.items() if self._saved.get(aggregate) != one}
            gone = self._saved.keys() - waiting.keys()
            if not put and not gone and not attempts and progress == self.progress:
                return True
            self._saved.update(dict.fromkeys(put))  # whether it was stored is not known until it is said
            if not await self._work.deliveries.save(self.subscription.webhook.id, progress, put, gone, attempts):
                return False
            self._saved, self.progress = dict(waiting), progress
            del self._attempts[: len(attempts)]
            return True


CLAIM_LOST: Final = "another process delivers it"
HEADERS: Final = {"Content-Type": "application/cloudevents+json; charset=utf-8", "User-Agent": "Headway-Webhooks/1", "Accept": "*/*"}


def body_of(record: Record, role: str) -> bytes:
    """A record as one JSON CloudEvent, as this role may see it: money is an auditor's, since a webhook has no scope."""
    try:
        roles = [Role.parse(role)]
    except ValueError:
        roles = []
    return orjson.dumps(shown(record, money=reads_money(roles, frozenset()), audits=any(r.name == "auditor" for r in roles)))
