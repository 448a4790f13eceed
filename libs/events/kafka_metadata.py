"""What a broker says of topics, with their ids and the terms of their leaders, which aiokafka's own question leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.metadata import MetadataResponse_v5
from aiokafka.protocol.types import Array, Boolean, CompactArray, CompactString, Int16, Int32, Int64, Schema, String, TaggedFields

_NO_ID: Final = (0, 0)
_TAGS: Final = ("tags", TaggedFields)


class Part(NamedTuple):
    """One partition. `epoch` counts its leaders: another may lack what the one before had; -1 where the broker does not say."""

    number: int
    leader: int
    epoch: int
    replicas: int


def topics_of(answer: Any) -> Iterator[tuple[int, str, str, list[Part]]]:
    """Of each topic the error code, the name, the id that it alone ever has ("" where the broker does not say), and the partitions."""
    for topic in answer.topics:
        if answer.API_VERSION == _MetadataRequest_v12.API_VERSION:
            code, name, high, low, _, parts, _, _ = topic
            yield code, name, f"{high & _LOW:016x}{low & _LOW:016x}", [Part(n, leader, epoch, len(replicas)) for _, n, leader, epoch, replicas, *_ in parts]
        else:
            code, name, _, parts = topic
            yield code, name, "", [Part(n, leader, -1, len(replicas)) for _, n, leader, replicas, *_ in parts]


_LOW: Final = (1 << 64) - 1


class _MetadataResponse_v12(Response):  # type: ignore[misc]  # aiokafka ships no types
    API_KEY = 3
    API_VERSION = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", CompactArray(("node_id", Int32), ("host", CompactString("utf-8")), ("port", Int32), ("rack", CompactString("utf-8")), _TAGS)),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString("utf-8")),
                ("topic_id_high", Int64),
                ("topic_id_low", Int64),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        _TAGS,
                    ),
                ),
                ("authorized_operations", Int32),
                _TAGS,
            ),
        ),
        _TAGS,
    )


class _MetadataRequest_v5(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 5
    RESPONSE_TYPE = MetadataResponse_v5
    SCHEMA = Schema(("topics", Array(String("utf-8"))), ("allow_auto_topic_creation", Boolean))


class _MetadataRequest_v12(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 12
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _MetadataResponse_v12
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id_high", Int64), ("topic_id_low", Int64), ("name", CompactString("utf-8")), _TAGS)),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        _TAGS,
    )


class Metadata(Request[_MetadataRequest_v5 | _MetadataRequest_v12]):  # type: ignore[misc]
    """Asks for topics by their names, without making them. Brokers before 3.0 are asked without their ids."""

    API_KEY = 3

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def build(self, request_struct_class: Any) -> Any:
        """The request as it travels."""
        if request_struct_class is _MetadataRequest_v12:
            return request_struct_class([(*_NO_ID, name, {}) for name in self._names], False, False, {})
        return request_struct_class(list(self._names), False)
