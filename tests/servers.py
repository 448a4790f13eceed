"""The real servers of a test session: the ones that the environment names, else those of `make servers`, else ones that start and end with the session."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import pytest

from tools.servers import KafkaServer, MongoServer, NotHere, Server
from tools.servers.__main__ import kept_in

REQUIRED = os.environ.get("HEADWAY_TEST_REQUIRE_SERVERS") == "1"


S = TypeVar("S", bound=Server)


def absent(why: str) -> NoReturn:
    """Skips the test for this reason, or fails it where the servers are required (`.ci/run`)."""
    if REQUIRED:
        pytest.fail(f"HEADWAY_TEST_REQUIRE_SERVERS=1, and {why}", pytrace=False)
    pytest.skip(why)


def without(server: Server, why: NotHere) -> str:
    """The reason why what needs this server is not tried."""
    return f"there is no {server.name} here, so what runs on it is not tried: {why}"


def of_session(variable: str, kept: Server, own: type[KafkaServer] | type[MongoServer]) -> Iterator[str]:
    """The address of one server for the session; a private one is stopped and deleted at its end, even if pytest is killed."""
    named = os.environ.get(variable, "").strip()
    if named:
        if not _listens(named):
            pytest.fail(f"{variable} is {named}, and nothing listens there", pytrace=False)
        yield named
        return
    if kept.pid is not None:
        yield kept.address
        return
    server = own(Path(tempfile.mkdtemp(prefix=f"headway-{own.name}-")))
    try:
        try:
            address = server.start()
        except NotHere as e:
            absent(without(server, e))
        yield address
    finally:
        server.remove()


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address `host:port` of a Kafka without users; tests make topics of their own."""
    yield from of_session("HEADWAY_TEST_KAFKA", kept_in()[0], KafkaServer)


@pytest.fixture(scope="session")
def mongo() -> Iterator[str]:
    """The URL of a standalone MongoDB without users; tests make databases of their own."""
    yield from of_session("HEADWAY_TEST_MONGO", kept_in()[1], MongoServer)


@pytest.fixture
def kafka_server(tmp_path: Path) -> Iterator[KafkaServer]:
    """A Kafka of the test's own that it may kill, started."""
    yield from killable(KafkaServer(tmp_path / "kafka"))


@pytest.fixture
def mongo_server(tmp_path: Path) -> Iterator[MongoServer]:
    """A MongoDB of the test's own that it may kill, started."""
    yield from killable(MongoServer(tmp_path / "mongo"))


def killable(server: S) -> Iterator[S]:
    """The server, started, and gone at the end; the test is skipped, or fails, where there can be none."""
    try:
        try:
            server.start()
        except NotHere as e:
            absent(without(server, e))
        yield server
    finally:
        server.remove()


def _listens(address: str) -> bool:
    parts = urlsplit(address if "://" in address else f"kafka://{address}")
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 27017), timeout=3):
            return True
    except OSError:
        return False
