"""`headway topics` on a real Kafka: what it advises can be done as it stands, and it deletes a topic that was named twice and none other."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("aiokafka", reason="aiokafka is not installed: the log in Kafka is not tried")

from aiokafka.admin import NewTopic
from typer.testing import CliRunner, Result

from headway.cli import app
from libs.adapters.kafka.topics import described
from libs.events.envelope import all_topics, topic
from libs.events.ports.log import Record
from libs.service.adapters import adapters_of
from libs.service.settings import Settings
from tests.adapters.kafka.kafka_logs import admin_of, deleted, some_namespace
from tests.services.gateway.stream.streaming import organisation
from tools.servers.jars import jars, java


class Place:
    """An installation: stores in files, the log in Kafka."""

    def __init__(self, kafka: str, folder: Path) -> None:
        self.kafka, self.folder, self.namespace = kafka, folder, some_namespace()
        self.environment = {"HEADWAY_LOG_URL": f"kafka://{kafka}", "HEADWAY_NAMESPACE": self.namespace, "HEADWAY_PARTITIONS": "2"}

    @property
    def portfolio(self) -> str:
        return topic(self.namespace, "portfolio")

    def topics(self, *arguments: str, **environment: str) -> Result:
        none: dict[str, str | None] = {name: None for name in os.environ if name.startswith("HEADWAY_")}  # those of the tests are no settings
        return CliRunner().invoke(app, ["topics", "--data", str(self.folder), *arguments], env={**none, **self.environment, **environment})

    def there(self) -> set[str]:
        async def found() -> set[str]:
            async with admin_of(self.kafka) as admin:
                return set(await described(admin, all_topics(self.namespace)))

        return asyncio.run(found())

    def make(self, *topics: NewTopic) -> None:
        async def made() -> None:
            async with admin_of(self.kafka) as admin:
                await admin.create_topics(list(topics))

        asyncio.run(made())

    def publish(self, *records: Record) -> None:
        async def published() -> None:
            adapters = adapters_of(Settings.from_environment(self.environment, data=self.folder))
            store = adapters.store("portfolio")
            await store.open()
            await store.close()
            assert await adapters.log.publish(records) == [None] * len(records)
            await adapters.log.close()

        asyncio.run(published())


@pytest.fixture
def place(kafka: str, tmp_path: Path) -> Iterator[Place]:
    found = Place(kafka, tmp_path)
    yield found
    asyncio.run(deleted(kafka, all_topics(found.namespace)))


def test_a_topic_is_deleted_once_its_name_was_given_twice_and_what_is_at_stake_is_said_before(place: Place) -> None:
    assert place.topics().exit_code == 0
    place.publish(organisation("a", namespace=place.namespace), organisation("a", 2, namespace=place.namespace))
    everything = place.there()
    for wrong in ([], ["--yes", topic(place.namespace, "backlog")], ["--yes", ""]):
        refused = place.topics("--delete", place.portfolio, *wrong)
        assert refused.exit_code == 2 and place.there() == everything
        assert "2 records" in refused.stderr and "2 events are in the topic alone, not in the store: they are lost for ever" in refused.stderr
        assert f"Nothing was deleted. To delete it, give its name twice: headway topics --delete {place.portfolio} --yes {place.portfolio}" in refused.stderr
    assert place.topics("--delete", place.portfolio, "--yes", place.portfolio).exit_code == 0
    assert place.there() == everything - {place.portfolio}
    again = place.topics("--delete", place.portfolio, "--yes", place.portfolio)
    assert again.exit_code == 6 and "does not exist" in again.stderr
    assert place.topics().exit_code == 0 and place.there() == everything


@pytest.mark.parametrize("arguments", [("--delete", "elsewhere.portfolio", "--yes", "elsewhere.portfolio"), ("--yes", "x"), ("--delete", "")])
def test_only_topics_of_the_namespace_are_deleted(place: Place, arguments: tuple[str, ...]) -> None:
    refused = place.topics(*arguments)
    assert refused.exit_code == 2
    assert f"--delete takes a topic of the namespace {place.namespace}: {place.namespace}.backlog" in refused.stderr


def advised(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("kafka-configs.sh ")]


def test_each_advice_on_a_topic_that_differs_can_be_followed_as_it_stands(place: Place) -> None:
    place.make(*(NewTopic(name, 3, 1, topic_configs={"max.message.bytes": "2000"}) for name in all_topics(place.namespace)))
    said = place.topics()
    assert said.exit_code == 4
    assert len(advised(said.stderr)) == 3
    for command in advised(said.stderr):
        main = ["-cp", f"{jars()}/*", "kafka.admin.ConfigCommand"]
        subprocess.run([java(), *main, *shlex.split(command)[1:]], check=True, capture_output=True, timeout=120)
    said = place.topics()
    assert said.exit_code == 4 and advised(said.stderr) == []
    assert f"{place.portfolio}: set HEADWAY_PARTITIONS=3, or have it made anew: headway topics --delete {place.portfolio}" in said.stderr
    assert place.topics(HEADWAY_PARTITIONS="3").exit_code == 0
    assert place.topics("--delete", place.portfolio, "--yes", place.portfolio).exit_code == 0
    said = place.topics()
    assert "set HEADWAY_PARTITIONS" not in said.stderr, "they differ among themselves"
    for name in all_topics(place.namespace)[:2]:
        assert f"{name}: have it made anew: headway topics --delete {name}" in said.stderr
        assert place.topics("--delete", name, "--yes", name).exit_code == 0
    assert place.topics().exit_code == 0
