"""What the fault tests share: how much of each (a short form in `make test`, the whole in `make faults`), where they run, and the line of figures."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from libs.service.adapters import log_of
from tests.faults.places import BOTH, SQLITE, Place, cleared, on_servers
from tests.servers import killable
from tools.servers import KafkaServer, MongoServer


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of each is done. Seconds where nothing else is said."""

    commands: int
    """Sent by eight clients while processes are killed."""
    kills: int
    point_kills: int
    """Of the relay, at each of its fault points."""
    outages: int
    """Of Kafka, and of MongoDB: killed and started again after `away`, and once more after `long_away`."""
    away: float
    long_away: float
    together: int
    """Commands over two instances."""
    delivered: int
    """Events that are shuffled and repeated."""
    poisoned: int
    """Messages of which one in a hundred is poison."""
    stops: int


WHOLE = os.environ.get("HEADWAY_TEST_FAULTS") == "whole"
SIZES = {
    "short": Sizes(commands=400, kills=1, point_kills=1, outages=0, away=1, long_away=5, together=400, delivered=2_000, poisoned=4_000, stops=1),
    "whole": Sizes(commands=10_000, kills=20, point_kills=20, outages=5, away=3, long_away=60, together=2_000, delivered=10_000, poisoned=10_000, stops=20),
}


class Figures(Protocol):
    """Prints a line of the fault table, then fails where it did not hold."""

    def __call__(self, row: str, on: str, words: str, wrong: object = ()) -> None: ...


@pytest.fixture(scope="session")
def sizes() -> Sizes:
    return SIZES["whole" if WHOLE else "short"]


@pytest.fixture
def figures(capsys: pytest.CaptureFixture[str]) -> Figures:
    def said(row: str, on: str, words: str, wrong: object = ()) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{row} | {on} | {words} | {'NO' if wrong else 'held'}\n")
            sys.stdout.flush()
        assert not wrong, wrong

    return said


@pytest.fixture
def namespace() -> str:
    return f"f{uuid.uuid4().hex[:10]}"


IN_FILES = pytest.param(SQLITE, id="sqlite")
ON_SERVERS = pytest.param(BOTH, id="servers", marks=pytest.mark.servers)


@pytest.fixture(params=[IN_FILES, ON_SERVERS])
async def place(request: pytest.FixtureRequest, tmp_path: Path, namespace: str) -> AsyncIterator[Place]:
    """An installation of the test's own: in files, and on the session's servers."""
    if request.param == SQLITE:
        yield Place(SQLITE, tmp_path / "data", {"HEADWAY_NAMESPACE": namespace})
        return
    async for found in _on_servers(tmp_path, namespace, request.getfixturevalue("kafka"), request.getfixturevalue("mongo")):
        yield found


@pytest.fixture
def sqlite(tmp_path: Path, namespace: str) -> Place:
    """An installation of the test's own in files."""
    return Place(SQLITE, tmp_path / "data", {"HEADWAY_NAMESPACE": namespace})


@pytest.fixture
async def servers(tmp_path: Path, namespace: str, kafka: str, mongo: str) -> AsyncIterator[Place]:
    """An installation of the test's own on the session's servers."""
    async for found in _on_servers(tmp_path, namespace, kafka, mongo):
        yield found


async def _on_servers(folder: Path, namespace: str, kafka: str, mongo: str) -> AsyncIterator[Place]:
    found = Place(BOTH, folder / "data", on_servers(kafka, mongo, namespace))
    log = log_of(found.settings)  # its topics are made before anybody needs them, as `headway topics` does
    await log.open()
    await log.close()
    yield found
    await cleared(found)


@pytest.fixture(scope="package")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A Kafka that these tests may kill; its folder goes with it."""
    yield from killable(KafkaServer(tmp_path_factory.mktemp("kafka")))


@pytest.fixture(scope="package")
def own_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """A MongoDB that these tests may kill; its folder goes with it."""
    yield from killable(MongoServer(tmp_path_factory.mktemp("mongo")))
