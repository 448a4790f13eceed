"""What docs/operations.md says of backup and restore, done: copies put into empty servers give the same world, and so does MongoDB's copy alone."""

from __future__ import annotations

import shutil
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from tests.patience import GIVE_UP
from tests.system.test_serving import post, served
from tools.servers import KafkaServer, MongoServer, Server

PRODUCTS = 30


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[tuple[KafkaServer, MongoServer]]:
    """Empty servers of their own, not started."""
    servers = KafkaServer(tmp_path / "other-kafka"), MongoServer(tmp_path / "other-mongo")
    yield servers
    for server in servers:
        server.remove()


def settings(kafka: KafkaServer, mongo: MongoServer) -> dict[str, str]:
    return {"HEADWAY_STORE_URL": mongo.address, "HEADWAY_LOG_URL": f"kafka://{kafka.address}", "HEADWAY_PARTITIONS": "2"}


def world(url: str, data: Path) -> str:
    """What the gateway says of the world that it answers from."""
    token = Issuer.embedded(Settings(data=data)).token("executive")
    request = urllib.request.Request(f"{url}/graphql", b'{"query": "{ __typename }"}', {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=GIVE_UP) as answer:
        return str(answer.headers["X-Headway-World"])


def told(kafka: KafkaServer, mongo: MongoServer, data: Path) -> str:
    """Tells something, ends Headway, and then both servers; returns the world as it was at the end."""
    with served(data, environment=settings(kafka, mongo)) as (process, url):
        empty = world(url, data)
        for n in range(PRODUCTS):
            post(url, "/portfolio/v1/commands/register_product", {"product": f"p{n}", "name": f"Product {n}"}, data)
        post(url, "/backlog/v1/commands/open_backlog", {"product": "p0"}, data)
        final, limit = "", time.monotonic() + GIVE_UP
        while (seen := world(url, data)) != final or seen == empty:
            if time.monotonic() > limit:
                pytest.fail("the world does not come to rest")
            final = seen
            time.sleep(0.3)
        process.terminate()
        assert process.wait(30) == 0
    kafka.stop()
    mongo.stop()
    return final


def copied(server: Server, to: Server) -> None:
    """The data folder alone, as it lies while the server is stopped."""
    shutil.copytree(server.folder / "data", to.folder / "data", ignore=shutil.ignore_patterns("mongod.lock", ".lock"))


def test_copies_of_both_data_folders_in_empty_servers_give_the_same_world(
    kafka_server: KafkaServer, mongo_server: MongoServer, restored: tuple[KafkaServer, MongoServer], tmp_path: Path
) -> None:
    before = told(kafka_server, mongo_server, tmp_path / "data")
    for old, new in zip((kafka_server, mongo_server), restored, strict=True):
        copied(old, new)
        assert new.start() != old.address
    with served(tmp_path / "data", environment=settings(*restored)) as (_, url):
        assert world(url, tmp_path / "data") == before


def test_the_copy_of_mongodb_alone_gives_the_same_world_and_fills_an_empty_kafka(
    kafka_server: KafkaServer, mongo_server: MongoServer, restored: tuple[KafkaServer, MongoServer], tmp_path: Path
) -> None:
    before = told(kafka_server, mongo_server, tmp_path / "data")
    copied(mongo_server, restored[1])
    for server in restored:
        server.start()
    with served(tmp_path / "data", environment=settings(*restored)) as (_, url):
        assert world(url, tmp_path / "data") == before
        again = post(url, "/portfolio/v1/commands/register_product", {"product": "later", "name": "Later"}, tmp_path / "data")
    assert again["position"] == "product:later@1"
