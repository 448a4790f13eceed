"""Estimates the time on the brokers. No request asks for it, but the quorum's leader stamps its own description with its clock.

The times of records would not do: unless a topic has `message.timestamp.type=LogAppendTime`, they are the sender's own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from aiokafka import errors as kafka_errors
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import CompactArray, CompactString, Int16, Int32, Int64, Schema, TaggedFields

from libs.adapters.kafka.connection import Client
from libs.events.ports.server_clock import ClockUntold

METADATA: Final = "__cluster_metadata"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


async def quorum_time(admin: Client) -> datetime:
    """What time it is where the active controller runs, to the millisecond. Raises ClockUntold, and what the client raises.

    The user needs `describe` on the cluster, and the brokers are 3.3 or later, without ZooKeeper.
    """
    try:
        answer = await admin._send_request(_DescribeQuorum())
    except (kafka_errors.IncompatibleBrokerVersion, NotImplementedError) as e:
        raise ClockUntold("brokers before 3.3, or with ZooKeeper, do not say what time it is") from e
    _refused(answer.error_code)
    for _, partitions, _ in answer.topics:
        for _, code, leader, _, _, voters, _, _ in partitions:
            _refused(code)
            for replica, _, fetched, _, _ in voters:
                if replica == leader and fetched > 0:
                    return EPOCH + timedelta(milliseconds=fetched)
    raise ClockUntold("the quorum has no leader that says what time it is")


def _refused(code: int) -> None:
    """Raises ClockUntold where the broker refuses, and the client's own error for what passes."""
    if code == kafka_errors.ClusterAuthorizationFailedError.errno:
        raise ClockUntold("this user may not describe the cluster")
    if code:
        raise kafka_errors.for_code(code)(METADATA)


_TAGS: Final = ("tags", TaggedFields)
_REPLICA: Final = (("replica_id", Int32), ("log_end_offset", Int64), ("last_fetch_timestamp", Int64), ("last_caught_up_timestamp", Int64), _TAGS)


class _DescribeQuorumResponse(Response):  # type: ignore[misc]  # aiokafka ships no types
    API_KEY = 55
    API_VERSION = 1
    _PARTITION = (
        ("partition_index", Int32),
        ("error_code", Int16),
        ("leader_id", Int32),
        ("leader_epoch", Int32),
        ("high_watermark", Int64),
        ("current_voters", CompactArray(*_REPLICA)),
        ("observers", CompactArray(*_REPLICA)),
        _TAGS,
    )
    SCHEMA = Schema(
        ("error_code", Int16), ("topics", CompactArray(("topic_name", CompactString("utf-8")), ("partitions", CompactArray(*_PARTITION)), _TAGS)), _TAGS
    )


class _DescribeQuorumRequest(RequestStruct):  # type: ignore[misc]
    API_KEY = 55
    API_VERSION = 1
    RESPONSE_TYPE = _DescribeQuorumResponse
    FLEXIBLE_VERSION = True
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_name", CompactString("utf-8")), ("partitions", CompactArray(("partition_index", Int32), _TAGS)), _TAGS)), _TAGS
    )


class _DescribeQuorum(Request[_DescribeQuorumRequest]):  # type: ignore[misc]
    API_KEY = 55

    def build(self, request_struct_class: type[_DescribeQuorumRequest]) -> _DescribeQuorumRequest:
        """The request as it travels."""
        return request_struct_class([(METADATA, [(0, {})], {})], {})
