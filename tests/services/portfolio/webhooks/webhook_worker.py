"""A worker of one webhook over a log and a store of deliveries of its own, for tests; run as a program it delivers until it is killed."""

from __future__ import annotations

import asyncio
import random
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import libs.commands.catalog  # noqa: F401 - declares every kind
from libs.adapters.sqlite.log import SqliteLog
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.webhook import Webhook, WebhookStatus, WebhookSubscribed
from libs.events.envelope import all_topics, to_record
from libs.events.event import Actor, Event, changed
from libs.events.ports.log import Cursor, Record
from services.portfolio.endpoints.addresses import address_of
from services.portfolio.webhooks import retry_schedule
from services.portfolio.webhooks.deliveries import Deliveries, Progress
from services.portfolio.webhooks.http_sender import WebhookConnections
from services.portfolio.webhooks.sqlite_deliveries import SqliteDeliveries
from services.portfolio.webhooks.worker import DeliveryContext, WebhookSubscription, Worker
from tests.patience import GIVE_UP

SAID = datetime(2026, 6, 1, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NAMESPACE = "trial"


def record(id: str, sequence: int, stored: datetime = SAID) -> Record:
    """An event of an organisation as it is published."""
    said = Event(f"organisation:{id}", sequence, stored, stored, stored, Actor("ann", "importer"), OrganisationRegistered(name=f"{id} {sequence}"))
    return to_record(NAMESPACE, said)


def subscription(url: str, **filters: tuple[str, ...]) -> WebhookSubscription:
    begun = Event("webhook:w", 1, SAID, SAID, SAID, Actor("ann", "subscriber"), WebhookSubscribed(origin="https://x", secret=True))
    active = Webhook(id="w", status=WebhookStatus.ACTIVE, role="subscriber", subscriber="ann", begun=begun, standing=begun, placed=begun, signed=(begun,))
    return WebhookSubscription(changed(active, **filters), begun, address_of(url), (SECRET,))


@dataclass
class Bench:
    """Where workers work: a log, a store, and what they share with a test."""

    log: SqliteLog
    deliveries: Deliveries
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    may_send: Callable[[], bool] = lambda: True
    workers: list[Worker] = field(default_factory=list)

    async def publish(self, records: Sequence[Record]) -> None:
        assert await self.log.publish(records) == [None] * len(records)

    async def run(self, of: WebhookSubscription, *, begin: bool = True, seconds: float = GIVE_UP) -> str:
        """One worker from the store's state on, or from the beginning."""
        id = of.webhook.id
        assert await self.deliveries.claim(id)
        found = await self.deliveries.load(id)
        if found is None or begin:
            found = Progress(1, str(Cursor())), {}
            await self.deliveries.begin(id, found[0])
        receiver = WebhookConnections(to_private=True, many=8, context=ssl.create_default_context(), seconds=seconds)
        work = DeliveryContext(
            self.log, all_topics(NAMESPACE), self.deliveries, receiver, self.clock, lambda: self.may_send(), sleep=self.sleep, chance=random.Random(7).random
        )
        self.workers.append(Worker(of, *found, work))
        try:
            return await self.workers[-1].run()
        finally:
            await receiver.close()

    @asynccontextmanager
    async def running(self, of: WebhookSubscription, *, begin: bool = True, seconds: float = GIVE_UP) -> AsyncIterator[asyncio.Task[str]]:
        """A worker that is stopped at the end."""
        task = asyncio.create_task(self.run(of, begin=begin, seconds=seconds))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task])


@asynccontextmanager
async def bench(folder: Path) -> AsyncIterator[Bench]:
    log, deliveries = SqliteLog(folder / "log.sqlite3"), SqliteDeliveries(folder / "webhooks.sqlite3")
    await log.open()
    await deliveries.open()
    try:
        yield Bench(log, deliveries)
    finally:
        await deliveries.close()
        await log.close()


@dataclass
class FakeTime:
    """A clock that goes on when somebody sleeps."""

    now: datetime = SAID

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


async def main(folder: Path, url: str) -> None:
    retry_schedule.FIRST = 0.05  # type: ignore[misc]
    async with bench(folder) as own:
        await own.run(subscription(url), begin=False)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
