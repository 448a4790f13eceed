"""Reads topic ids, leader epochs and the caller's permissions, which aiokafka's own metadata request leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from aiokafka.errors import IncompatibleBrokerVersion
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.metadata import MetadataResponse_v5
from aiokafka.protocol.types import Array, Boolean, CompactArray, CompactString, Int16, Int32, Int64, Schema, String, TaggedFields

from libs.adapters.kafka.connection import Client

READ: Final = 3
WRITE: Final = 4
_GOOD: Final = 0
_LOW: Final = (1 << 64) - 1
_TEXT, _COMPACT_TEXT = String("utf-8"), CompactString("utf-8")
_TAGS: Final = ("tags", TaggedFields)


class PartitionMetadata(NamedTuple):
    """One partition. `epoch` counts its leaders: another may lack what the one before had; -1 where the broker does not say."""

    number: int
    leader: int
    epoch: int
    replicas: int


class TopicSaid(NamedTuple):
    """What is said of one topic. `id` is what it alone ever has, "" where the broker does not say; `operations` are bits, none where it was not asked."""

    code: int
    name: str
    id: str
    partitions: list[PartitionMetadata]
    operations: int = 0


def topics_of(answer: Any) -> Iterator[TopicSaid]:
    """Each topic of an answer to `Metadata`."""
    for topic in answer.topics:
        if answer.API_VERSION == _Request_v5.API_VERSION:
            code, name, _, parts = topic
            yield TopicSaid(code, name, "", [PartitionMetadata(n, leader, -1, len(replicas)) for _, n, leader, replicas, *_ in parts])
            continue
        if answer.API_VERSION == _Request_v12.API_VERSION:
            code, name, high, low, _, parts, operations, _ = topic
            id = f"{high & _LOW:016x}{low & _LOW:016x}"
        else:
            code, name, _, parts, operations = topic
            id = ""
        yield TopicSaid(code, name, id, [PartitionMetadata(n, leader, epoch, len(replicas)) for _, n, leader, epoch, replicas, *_ in parts], max(operations, 0))


async def rights(admin: Client, names: Sequence[str]) -> dict[str, frozenset[int]]:
    """The operations (`READ`, `WRITE`) that this user may do with those of the topics that are there. Raises what the client raises."""
    answer = await admin._send_request(Metadata(names, rights=True))
    return {topic.name: frozenset(n for n in range(32) if topic.operations >> n & 1) for topic in topics_of(answer) if topic.code == _GOOD}


def _answer(array: Any, text: Any, id: tuple[Any, ...] = (), cluster: tuple[Any, ...] = (), end: tuple[Any, ...] = ()) -> Schema:
    """The answer of a version since 2.3: `id` is what it says of topics besides, `cluster` of the cluster, and `end` ends each part of it."""
    partition = (
        ("error_code", Int16),
        ("partition", Int32),
        ("leader", Int32),
        ("leader_epoch", Int32),
        ("replicas", array(Int32)),
        ("isr", array(Int32)),
        ("offline_replicas", array(Int32)),
    )
    topic = (
        ("error_code", Int16),
        ("name", text),
        *id,
        ("is_internal", Boolean),
        ("partitions", array(*partition, *end)),
        ("authorized_operations", Int32),
    )
    return Schema(
        ("throttle_time_ms", Int32),
        ("brokers", array(("node_id", Int32), ("host", text), ("port", Int32), ("rack", text), *end)),
        ("cluster_id", text),
        ("controller_id", Int32),
        ("topics", array(*topic, *end)),
        *cluster,
        *end,
    )


_ID: Final = (("topic_id_high", Int64), ("topic_id_low", Int64))


class _Response_v8(Response):  # type: ignore[misc]  # aiokafka ships no types
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = _answer(Array, _TEXT, cluster=(("cluster_authorized_operations", Int32),))


class _Response_v12(Response):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 12
    SCHEMA = _answer(CompactArray, _COMPACT_TEXT, id=_ID, end=(_TAGS,))


class _Request_v5(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 5
    RESPONSE_TYPE = MetadataResponse_v5
    SCHEMA = Schema(("topics", Array(_TEXT)), ("allow_auto_topic_creation", Boolean))


class _Request_v8(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _Response_v8
    SCHEMA = Schema(
        ("topics", Array(_TEXT)),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class _Request_v12(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 12
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _Response_v12
    SCHEMA = Schema(
        ("topics", CompactArray(*_ID, ("name", _COMPACT_TEXT), _TAGS)),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        _TAGS,
    )


class Metadata(Request[_Request_v5 | _Request_v8 | _Request_v12]):  # type: ignore[misc]
    """Asks for topics by their names, without making them, and with `rights` for what this user may do with them.

    Brokers before 3.0 are asked without their ids, before 2.3 without the terms of their leaders; rights are not to be had of these.
    """

    API_KEY = 3

    def __init__(self, names: Sequence[str], rights: bool = False) -> None:
        self._names, self._rights = names, rights

    def build(self, request_struct_class: Any) -> Any:
        """The request as it travels. Raises IncompatibleBrokerVersion where rights are asked of a broker that does not tell them."""
        if request_struct_class is _Request_v12:
            return request_struct_class([(0, 0, name, {}) for name in self._names], False, self._rights, {})
        if request_struct_class is _Request_v8:
            return request_struct_class(list(self._names), False, False, self._rights)
        if self._rights:
            raise IncompatibleBrokerVersion("brokers before 2.3 do not say what a user may do with a topic")
        return request_struct_class(list(self._names), False)
