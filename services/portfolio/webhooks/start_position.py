"""The place in the log at which a webhook begins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from libs.events.catalog.portfolio.webhook import Webhook, WebhookReplayed
from libs.events.event import Event, position
from libs.events.ports.log import Cursor, Log
from services.portfolio.webhooks.deliveries import Progress
from services.portfolio.webhooks.queues import stored_at


async def beginning(webhook: Webhook, begun: Event, log: Log, topics: Sequence[str], *, attempts: int, end: Cursor | None) -> Progress | None:
    """How far a webhook is at first; None where the event from which it was to begin is not in the log.

    `attempts` were made before. `end` is one that the log had before it was subscribed: where none is known, all of the log is looked through for what was
    stored since. Raises LogUnavailable.
    """
    if webhook.after is not None:
        return Progress(begun.sequence, webhook.after, attempts=attempts)
    everything = str(Cursor())
    if webhook.event is not None:
        since = await _stored(webhook.event, log, topics)
        return Progress(begun.sequence, everything, since, attempts) if since is not None else None
    if isinstance(begun.data, WebhookReplayed):
        return Progress(begun.sequence, everything, attempts=attempts)
    return Progress(begun.sequence, str(end or Cursor()), begun.stored, attempts)


async def _stored(event: str, log: Log, topics: Sequence[str]) -> datetime | None:
    """When an event came to us, by the log; None where it is not there."""
    aggregate, sequence = position(event)
    async for batch in log.read(topics, follow=False):
        for delivery in batch:
            if delivery.record.key == aggregate and delivery.record.headers.get("ce_sequence") == str(sequence):
                return stored_at(delivery.record)
        await asyncio.sleep(0)
    return None
