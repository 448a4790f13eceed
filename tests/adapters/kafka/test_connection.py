"""A Kafka URL says where, as whom and how; what cannot be meant is refused in words, and a password is in none of them."""

from __future__ import annotations

import logging
import ssl

import pytest

pytest.importorskip("aiokafka", reason="aiokafka is not installed: the log in Kafka is not tried")

from libs.adapters.kafka.connection import KafkaConnection, quieten
from libs.events.ports.log import Cursor


def test_a_plain_url_names_its_brokers() -> None:
    found = KafkaConnection.parse("kafka://one:9092,two:9093,three")
    assert found == KafkaConnection(("one:9092", "two:9093", "three:9092"))
    assert found.options["security_protocol"] == "PLAINTEXT"


def test_a_user_means_sasl_and_the_password_is_decoded_and_never_shown() -> None:
    found = KafkaConnection.parse("kafka://ada:a%2Fb%40c%3Ad@one:9092?mechanism=SCRAM-SHA-512")
    assert (found.user, found.password, found.security, found.mechanism) == ("ada", "a/b@c:d", "SASL_PLAINTEXT", "SCRAM-SHA-512")
    assert "a/b" not in repr(found)


def test_tls_is_checked_against_the_system_or_a_given_authority() -> None:
    options = KafkaConnection.parse("kafka://ada:x@one?security=SASL_SSL").options
    assert options["security_protocol"] == "SASL_SSL"
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(ValueError, match="does not exist"):
        KafkaConnection.parse("kafka://one?ca=/nowhere/ca.pem")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("kafka://", "at least one host"),
        ("kafka://ada@one", "user:password"),
        ("kafka://one/topic", "kafka://"),
        ("kafka://one?sasl=PLAIN", "takes ca, mechanism, security"),
        ("kafka://one?security=TLS", "security is one of"),
        ("kafka://ada:hush@one?security=PLAINTEXT", "takes no user"),
        ("kafka://one?security=SASL_SSL", "wants user and password"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        KafkaConnection.parse(url)
    assert "hush" not in str(caught.value)


def test_the_client_says_the_same_thing_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("aiokafka.tried")
    quieten()
    for n in range(5):
        logger.error("Unable connect to node with id %s", n)
    logger.error("another")
    assert [r.message for r in caplog.records] == ["Unable connect to node with id 0", "another"]


def test_a_cursor_over_many_partitions_is_short_enough_for_a_header() -> None:
    cursor = Cursor({f"{service}.{n}~a1b2c3": 10**9 for service in ("backlog", "roadmap", "portfolio") for n in range(12)})
    assert len(str(cursor)) < 2000
