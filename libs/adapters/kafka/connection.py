"""Connects to Kafka: parses URLs, creates clients, explains errors in words, and stops clients that hang."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from aiokafka import errors as kafka_errors
from aiokafka.admin import AIOKafkaAdminClient

from libs.events.ports.log import LogUnavailable

METADATA_AGE_MS = 5000
"""How soon a new topic, partition or leader is noticed; five minutes is the client's own."""
REQUEST_MS = 15_000
"""How long a request may hang, as on a machine that does, before it is sent anew on another connection."""
CONNECT = 5.0
"""Seconds that a client may take to connect before the broker counts as away."""
STOP = 2.5
"""Seconds that a client may take to stop before what is left of it is cancelled."""
REPEATED = 10.0
"""Seconds within which the client says the same thing once: a dead broker makes up to 180 lines a second."""

Client: TypeAlias = Any
"""A producer, consumer or admin client of aiokafka, which ships no types."""

_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
_ASKED = {"security", "mechanism", "ca"}


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """Where the brokers are and as whom they are asked. The password is in no text made of it."""

    servers: tuple[str, ...]
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    security: str = "PLAINTEXT"
    mechanism: str = "PLAIN"
    ca: str | None = None

    @staticmethod
    def parse(url: str) -> KafkaConnection:
        """Of `kafka://[user:password@]host:port[,host:port…][?security=…&mechanism=…&ca=FILE]`. Raises ValueError, in words without the password.

        With a user the default is SASL_PLAINTEXT (SASL_SSL where a `ca` is given) and PLAIN.
        """
        parts = urlsplit(url)
        signed, at, hosts = parts.netloc.rpartition("@")
        user, colon, password = signed.partition(":")
        asked = parse_qs(parts.query, keep_blank_values=True)
        if parts.scheme != "kafka" or parts.path.strip("/") or (at and not (user and colon)):
            raise ValueError("a Kafka URL is kafka://[user:password@]host:port[,host:port], with @ : / in the password written as %40 %3A %2F")
        if unknown := sorted(set(asked) - _ASKED):
            raise ValueError(f"a Kafka URL takes {', '.join(sorted(_ASKED))}, not {unknown[0]}")
        servers = tuple(_server(host) for host in hosts.split(",") if host)
        if not servers:
            raise ValueError("a Kafka URL names at least one host:port")
        ca = asked.get("ca", [""])[-1] or None
        if ca is not None and not Path(ca).is_file():
            raise ValueError(f"ca names a file that does not exist: {ca}")
        security = asked.get("security", [("SASL_SSL" if ca else "SASL_PLAINTEXT") if at else ("SSL" if ca else "PLAINTEXT")])[-1]
        mechanism = asked.get("mechanism", ["PLAIN"])[-1]
        if security not in _PROTOCOLS or mechanism not in _MECHANISMS:
            raise ValueError(f"security is one of {', '.join(_PROTOCOLS)}, and mechanism one of {', '.join(_MECHANISMS)}")
        if ("SASL" in security) != bool(at):
            raise ValueError(f"security={security} {'wants' if 'SASL' in security else 'takes no'} user and password")
        return KafkaConnection(servers, unquote(user) or None, unquote(password) if at else None, security, mechanism, ca)

    @property
    def options(self) -> dict[str, Any]:
        """What every client of aiokafka is made with."""
        found: dict[str, Any] = {
            "bootstrap_servers": list(self.servers),
            "metadata_max_age_ms": METADATA_AGE_MS,
            "security_protocol": self.security,
            "request_timeout_ms": REQUEST_MS,
            "client_id": "headway",
        }
        if "SSL" in self.security.split("_"):
            found["ssl_context"] = ssl.create_default_context(cafile=self.ca)
        if self.user is not None:
            found |= {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.user, "sasl_plain_password": self.password}
        return found

    async def started(self, client: Client) -> Any:
        """The client, connected. Raises LogUnavailable, and then nothing of the client is left."""
        try:
            async with asyncio.timeout(CONNECT):
                await client.start()
        except Exception as e:
            await stopped(client)
            raise LogUnavailable(await self._why(e)) from e
        except asyncio.CancelledError:
            await stopped(client)
            raise
        return client

    async def _why(self, error: Exception) -> str:
        """A wrong password looks like a broker that is away: whether something listens there tells the two apart."""
        where = ",".join(self.servers)
        if not isinstance(error, kafka_errors.KafkaConnectionError | TimeoutError):
            return in_words(error)
        if not await self._listens():
            return f"no Kafka broker answers at {where}"
        if isinstance(error, TimeoutError):
            return f"what listens at {where} does not answer in time"
        if self.user is None:
            return f"what answers at {where} takes nobody without a user, or no {self.security}: check user, password and security of HEADWAY_LOG_URL"
        return f"the Kafka broker at {where} does not take user {self.user}: check user, password, security={self.security} and mechanism={self.mechanism}"

    async def _listens(self) -> bool:
        for server in self.servers:
            host, _, port = server.rpartition(":")
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
                writer.close()
                return True
        return False


def in_words(error: BaseException) -> str:
    """What an error of the client means, and what to do about it."""
    match error:
        case kafka_errors.TopicAuthorizationFailedError():
            return f"not allowed on the topic ({error}): see the ACLs of this user"
        case kafka_errors.GroupAuthorizationFailedError():
            return f"not allowed on the group ({error}): see the ACLs of this user"
        case kafka_errors.UnknownTopicOrPartitionError():
            return "the topic does not exist: 'headway topics' creates it"
        case kafka_errors.MessageSizeTooLargeError():
            return "the record is larger than the topic takes (max.message.bytes)"
        case kafka_errors.InvalidTimestampError():
            return "the broker takes no record of this time (message.timestamp.after.max.ms): the clock of this machine or of the broker's is wrong"
        case kafka_errors.NodeNotReadyError() | kafka_errors.KafkaConnectionError():
            return "the broker is away"
        case TimeoutError() | kafka_errors.KafkaTimeoutError():
            return "the broker did not answer in time"
        case _:
            return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


async def stopped(client: Client) -> None:
    """Stops a client within `STOP` seconds, whether or not the broker is there. Never raises but for the caller's own cancellation.

    `stop` hangs while the broker is away, or raises a CancelledError that nobody asked for: it runs in a task of its own, and what it leaves is cancelled.
    """
    await _bounded(client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop())
    left = []
    coordinator, fetcher = getattr(client, "_coordinator", None), getattr(client, "_fetcher", None)
    for part, names in ((coordinator, ("_coordination_task", "_heartbeat_task", "_commit_refresh_task")), (fetcher, ("_fetch_task",))):
        left += [task for name in names if (task := getattr(part, name, None)) is not None]
    left += [task for task in (getattr(getattr(client, "_sender", None), "sender_task", None),) if task is not None]
    left += list(getattr(fetcher, "_pending_tasks", ()))
    tasks = [task for task in left if isinstance(task, asyncio.Task) and not task.done()]
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=0.5)
    if (accumulator := getattr(client, "_message_accumulator", None)) is not None:
        _abandon(accumulator)
    inner = getattr(client, "_client", None) or getattr(client, "client", None)
    if inner is not None:
        await _bounded(inner.close(), 0.5)


def _abandon(accumulator: Any) -> None:
    """Tells whoever waits for records that were never acknowledged, `stop` itself among them, that nothing will come."""
    # A batch that was to be sent again is missing from the pending ones, which its future expects to leave when it ends.
    accumulator._pending_batches.update(batch for waiting in accumulator._batches.values() for batch in waiting)
    for batch in list(accumulator._pending_batches):
        batch.future.cancel()
        for future, _ in batch._msg_futures:
            future.cancel()


async def _bounded(work: Coroutine[Any, Any, object], seconds: float = STOP) -> None:
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task], timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
        task.add_done_callback(lambda t: t.cancelled() or t.exception())


class _OnceInAWhile(logging.Filter):
    """Lets the same message through once in `REPEATED` seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is said."""
        what, now = (record.name, str(record.msg)), time.monotonic()
        if now - self._said.get(what, -REPEATED) < REPEATED:
            return False
        self._said[what] = now
        return True


_once_in_a_while = _OnceInAWhile()


def quieten() -> None:
    """Limits how often the client's loggers say the same; a filter of a parent would not see what its children say."""
    for name in [n for n in logging.root.manager.loggerDict if n.partition(".")[0] == "aiokafka"]:
        found = logging.getLogger(name)
        if _once_in_a_while not in found.filters:
            found.addFilter(_once_in_a_while)


def _server(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit():
        return f"{text}:9092"
    return text
