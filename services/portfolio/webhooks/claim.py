"""Delivers one webhook that this process has claimed, and learns why it ends."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from libs.events.ports.log import Cursor, Log
from services.portfolio.webhooks.deliveries import LEASE, Deliveries, Progress, Waiting
from services.portfolio.webhooks.http_sender import TIMEOUT, WebhookConnections
from services.portfolio.webhooks.start_position import beginning
from services.portfolio.webhooks.worker import AT_ONCE, CLAIM_LOST, DeliveryContext, WebhookSubscription, Worker

logger = logging.getLogger(__name__)

RENEWED: Final = 4.0
"""Seconds after which a claim is asked for again."""
FRESH: Final = LEASE - TIMEOUT - 3.0
"""Seconds after a claim in which an attempt may still begin: it is over before another may claim."""


@dataclass(frozen=True)
class Surroundings:
    """What all webhooks of a process share. `counts` are attempts by their outcome."""

    log: Log
    topics: Sequence[str]
    deliveries: Deliveries
    clock: Callable[[], datetime]
    context: ssl.SSLContext
    to_private: bool = False
    counts: Counter[str] = field(default_factory=Counter)


class ClaimedWebhook:
    """Delivers a webhook that was claimed at `claimed` (monotonic seconds).

    `end` is an end that the log had before it was subscribed, where one is known; `now` asks how the webhook stands (None: it is not active).
    """

    def __init__(
        self,
        subscription: WebhookSubscription,
        around: Surroundings,
        claimed: float,
        end: Cursor | None,
        now: Callable[[], Awaitable[WebhookSubscription | None]],
    ) -> None:
        self.subscription, self._around, self._claimed, self._end, self._now = subscription, around, claimed, end, now
        self._id = subscription.webhook.id
        self._worker: Worker | None = None
        self._task = asyncio.create_task(self._run(), name=f"webhook {self._id}")

    @property
    def in_hand(self) -> int:
        """Events that were read and are not delivered."""
        return self._worker.in_hand if self._worker is not None else 0

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._task.done()

    def goes_on(self, subscription: WebhookSubscription | None) -> bool:
        """Whether the webhook, as it stands now, is still delivered from where this one began."""
        return not self.ended and subscription is not None and subscription.begun.sequence == self.subscription.begun.sequence

    async def renew(self, subscription: WebhookSubscription) -> bool:
        """Takes in how the webhook stands now, and renews the claim from time to time; whether it holds. Raises DeliveriesUnavailable."""
        self.subscription = subscription
        if self._worker is not None:
            self._worker.subscription = subscription
        asked = time.monotonic()
        if asked - self._claimed < RENEWED:
            return True
        if not await self._around.deliveries.claim(self._id):
            return False
        self._claimed = asked
        return True

    async def stop(self) -> str | None:
        """Ends it, remembering what was done, and gives up the claim; why it had ended by itself, None where it had not. Raises DeliveriesUnavailable."""
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._around.deliveries.release(self._id)
        if self._task.cancelled():
            return None
        if (error := self._task.exception()) is not None:
            raise error
        return self._task.result()

    async def _run(self) -> str:
        found = await self._found()
        if found is None:
            return f"{self.subscription.webhook.event} is not in the log: it cannot be sent from there on"
        progress, waiting = found
        around = self._around
        receiver = WebhookConnections(to_private=around.to_private, many=AT_ONCE, context=around.context)
        work = DeliveryContext(around.log, around.topics, around.deliveries, receiver, around.clock, self._may_send, self._stands, counts=around.counts)
        self._worker = Worker(self.subscription, progress, waiting, work)
        logger.info("webhooks: %s is delivered here", self._id, extra={"webhook": self._id})
        try:
            return await self._worker.run()
        finally:
            await receiver.close()

    async def _found(self) -> tuple[Progress, dict[str, Waiting]] | None:
        """How far the webhook is; it begins where it must begin anew."""
        deliveries, subscription = self._around.deliveries, self.subscription
        found = await deliveries.load(self._id)
        if found is not None and found[0].generation == subscription.begun.sequence:
            return found[0], {aggregate: self._renewed(one) for aggregate, one in found[1].items()}
        last = await deliveries.attempts(self._id, None, 1)
        made = last[0].number if last else 0
        progress = await beginning(subscription.webhook, subscription.begun, self._around.log, self._around.topics, attempts=made, end=self._end)
        if progress is not None and not await deliveries.begin(self._id, progress):
            raise ClaimLost(CLAIM_LOST)
        return (progress, {}) if progress is not None else None

    def _renewed(self, waiting: Waiting) -> Waiting:
        """Who resumes a webhook gives what was not taken another 24 hours, from now on."""
        standing = self.subscription.webhook.standing
        resumed = standing is not None and waiting.first is not None and waiting.first < standing.stored
        return replace(waiting, tries=0, first=None, due=None) if resumed else waiting

    async def _stands(self) -> WebhookSubscription | None:
        found = await self._now()
        return found if found is not None and found.begun.sequence == self.subscription.begun.sequence else None

    def _may_send(self) -> bool:
        return time.monotonic() - self._claimed < FRESH


class ClaimLost(Exception):
    """Another process delivers this webhook."""
