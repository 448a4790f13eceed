"""What the tests of the stream share: a gateway that hears a log in which records may stand twice, and its readers."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from libs.calendar.local_time import start_of
from libs.delivery.consumer import Consumer
from libs.events.catalog.backlog.item import ITEM, ItemAdded
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.envelope import all_topics, to_record
from libs.events.event import Actor, Event, Kind, Payload
from libs.events.ports.log import Record
from tests.services.gateway.small_world import Gateway
from tests.services.gateway.stream.partitioned_log import PartitionedLog


class Streaming(Gateway):
    """A gateway with a consumer of its own, over a log as Kafka's is."""

    log: PartitionedLog

    @contextlib.asynccontextmanager
    async def hearing(self, partitions: int = 3) -> AsyncIterator[Streaming]:
        """As long as this lasts, the gateway hears the log."""
        self.log = PartitionedLog(partitions)
        self.process.adapters = dataclasses.replace(self.process.adapters, log=self.log)
        await self.process.adapters.decisions.open()
        self.process.consumer = Consumer(self.log, all_topics("headway"), self.process.world, owners={}, decisions=self.process.adapters.decisions)
        running = asyncio.create_task(self.process.consumer.run())
        try:
            yield self
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            await self.log.close()
            await self.process.adapters.decisions.close()
            await self.client.aclose()

    async def publish(self, *records: Record) -> None:
        """Appends records to the log; one given twice stands in it twice."""
        assert await self.log.publish(records) == [None] * len(records)

    async def lines(self, persona: str = "subscriber", headers: Mapping[str, str] | None = None, **params: Any) -> list[dict[str, Any]]:
        """The lines of `/events`."""
        asked = {name.rstrip("_"): value for name, value in params.items()}
        answer = await self.client.get("/events", params=asked, headers={**self.signed_in(persona), **(headers or {})})
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]


def streaming(folder: Path) -> Streaming:
    """A gateway that does not hear yet."""
    return Streaming(folder)


def said(kind: Kind[Any], id: str, sequence: int, data: Payload, at: str = "2025-01-01", namespace: str = "headway") -> Record:
    """An event as it is published."""
    time = start_of(date.fromisoformat(at))
    return to_record(namespace, Event(kind.key(id), sequence, time, time, time, Actor("importer", "importer"), data))


def organisation(id: str, sequence: int = 1, at: str = "2025-01-01", namespace: str = "headway") -> Record:
    """One of an organisation's events."""
    return said(ORGANISATION, id, sequence, OrganisationRegistered(name=f"{id} {sequence}"), at, namespace)


def item(id: str, sequence: int = 1, at: str = "2025-01-01", namespace: str = "headway") -> Record:
    """One of a backlog item's events."""
    return said(ITEM, id, sequence, ItemAdded(product="p", title=f"{id} {sequence}"), at, namespace)


def ids(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Their ids."""
    return [line["id"] for line in lines]
