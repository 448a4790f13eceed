"""What is asked of brokers about topics, and what each version of the answer says of them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

pytest.importorskip("aiokafka", reason="HEADWAY_LOG_URL=kafka:// needs the extra 'kafka'")

from aiokafka import errors as kafka_errors

from libs.adapters.kafka.metadata import READ, WRITE, Metadata, PartitionMetadata, TopicSaid, rights, topics_of

NEVER_ASKED = -(1 << 31)
"""Instead of the operations, where nobody asked for them."""
BOTH = 1 << READ | 1 << WRITE
BROKERS = [(1, "one", 9092, None), (2, "two", 9092, "there")]
PARTS: list[tuple[Any, ...]] = [(0, 0, 1, [1, 2], [1], []), (0, 1, 2, [2, 1], [2, 1], [])]
"""Without the terms of their leaders: code, number, leader, replicas, those in step, those away."""


def with_terms(*terms: int, end: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    return [(*part[:3], term, *part[3:], *end) for part, term in zip(PARTS, terms, strict=True)]


def said(version: int, operations: int = NEVER_ASKED) -> tuple[Any, ...]:
    """The fields of an answer: one topic that is there, one that is not."""
    if version == 5:
        return 0, BROKERS, "cluster", 1, [(0, "events", False, PARTS), (3, "gone", False, [])]
    if version == 8:
        return 0, BROKERS, "cluster", 1, [(0, "events", False, with_terms(7, 8), operations), (3, "gone", False, [], NEVER_ASKED)], NEVER_ASKED
    topics: list[tuple[Any, ...]] = [(0, "events", 1, -1, False, with_terms(7, 8, end=({},)), operations, {}), (3, "gone", 0, 0, False, [], NEVER_ASKED, {})]
    return 0, [(*broker, {}) for broker in BROKERS], "cluster", 1, topics, {}


def asked(version: int, rights: bool = False) -> Any:
    """The request for a broker that knows this version and none later."""
    return Metadata(["events", "gone"], rights).prepare({Metadata.API_KEY: (0, version)})


def answered(version: int, operations: int = NEVER_ASKED) -> Any:
    """The answer, once it has travelled."""
    kind = asked(version).RESPONSE_TYPE
    return kind.decode(BytesIO(kind(*said(version, operations)).encode()))


@pytest.mark.parametrize(("broker", "version"), [(5, 5), (7, 5), (8, 8), (11, 8), (12, 12), (13, 12)])
def test_a_broker_is_asked_in_the_latest_version_that_it_knows(broker: int, version: int) -> None:
    assert version == asked(broker).API_VERSION


@pytest.mark.parametrize("version", [5, 8, 12])
def test_asking_makes_no_topic_and_asks_for_rights_only_where_they_are_wanted(version: int) -> None:
    for wanted in (False, True) if version > 5 else (False,):
        request = asked(version, wanted)
        found = type(request).decode(BytesIO(request.encode()))
        assert found.allow_auto_topic_creation is False
        assert [one if isinstance(one, str) else one[2] for one in found.topics] == ["events", "gone"]
        assert getattr(found, "include_topic_authorized_operations", False) is wanted
        assert getattr(found, "include_cluster_authorized_operations", False) is False


def test_of_a_broker_that_cannot_tell_rights_they_are_not_asked() -> None:
    with pytest.raises(kafka_errors.IncompatibleBrokerVersion, match=r"2\.3"):
        asked(5, rights=True)


@pytest.mark.parametrize(
    ("version", "id", "none", "terms"), [(5, "", "", (-1, -1)), (8, "", "", (7, 8)), (12, "0000000000000001" + "f" * 16, "0" * 32, (7, 8))]
)
def test_an_answer_says_of_each_topic_whatever_its_version_has(version: int, id: str, none: str, terms: tuple[int, int]) -> None:
    parts = [PartitionMetadata(0, 1, terms[0], 2), PartitionMetadata(1, 2, terms[1], 2)]
    assert list(topics_of(answered(version))) == [TopicSaid(0, "events", id, parts, 0), TopicSaid(3, "gone", none, [], 0)]


@pytest.mark.parametrize("version", [8, 12])
async def test_rights_are_those_of_the_topics_that_are_there(version: int) -> None:
    class Broker:
        async def _send_request(self, request: Any) -> Any:
            assert request.prepare({request.API_KEY: (0, version)}).include_topic_authorized_operations is True
            return answered(version, BOTH)

    assert await rights(Broker(), ["events", "gone"]) == {"events": frozenset({READ, WRITE})}
