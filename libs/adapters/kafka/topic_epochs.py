"""Marks topics, so that a cursor tells whether it belongs to the log that is being read.

A mark is kept where Kafka itself forgets it together with the topic: in what a group has committed for the topic's first partition.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from aiokafka import TopicPartition as Partition
from aiokafka import errors as kafka_errors
from aiokafka.protocol.commit import OffsetCommitRequest

from libs.adapters.kafka.connection import Client

_NO_MEMBER = -1


class Marks:
    """The marks of one namespace's topics. A topic without one has the empty mark."""

    def __init__(self, namespace: str) -> None:
        self.group = f"{namespace}.marks"

    async def read(self, admin: Client, topics: Sequence[str]) -> dict[str, str]:
        """The mark of each topic. Kafka forgets what no group member renews for a week, so a mark is said again every day that it is read."""
        node = await admin.find_coordinator(self.group)
        said = await admin.list_consumer_group_offsets(self.group, node, [Partition(t, 0) for t in topics])
        found, old = dict.fromkeys(topics, ""), {}
        for partition, kept in said.items():
            mark, _, day = kept.metadata.partition(" ") if kept.offset >= 0 else ("", "", "")
            found[partition.topic] = mark
            if mark and day != _today():
                old[partition.topic] = mark
        if old:
            await self._write(admin, node, old)
        return found

    async def renew(self, admin: Client, topics: Iterable[str]) -> dict[str, str]:
        """Gives topics new marks: cursors made before lead to the beginning."""
        fresh = {t: secrets.token_hex(3) for t in topics}
        if fresh:
            await self._write(admin, await admin.find_coordinator(self.group), fresh)
        return fresh

    async def _write(self, admin: Client, node: int, marks: dict[str, str]) -> None:
        said = [(t, [(0, 0, f"{mark} {_today()}")]) for t, mark in marks.items()]
        answer = await admin._send_request(OffsetCommitRequest(self.group, _NO_MEMBER, "", -1, said), node)
        for topic, partitions in answer.topics:
            for _, code in partitions:
                if code:
                    raise kafka_errors.for_code(code)(f"mark of {topic}")


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
