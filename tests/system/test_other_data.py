"""Whoever points Headway to empty engines or another namespace is told where the data lies, and what is told works."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from pathlib import Path

import pytest

from headway.doctor import examined
from libs.service.host.process import Process
from libs.service.settings import Settings
from tests.headway.test_doctor import on_engines
from tests.patience import GIVE_UP
from tests.system.conftest import Running, running

STORY = (
    ("portfolio.register_organisation", {"organisation": "env", "name": "Environment"}),
    ("portfolio.register_product", {"product": "trails", "name": "Trail maps"}),
    ("backlog.open_backlog", {"product": "trails"}),
)


async def filled(settings: Settings) -> str:
    """Says a few things; the digest of the world that they make."""
    async with running(settings) as stack:
        await stack.say(*STORY)
        return digest(stack)


def digest(stack: Running) -> str:
    process: Process = stack.app.process
    return str(process.world.digest)


def said(settings: Settings) -> dict[str, bool]:
    """What the doctor says of data that lies elsewhere, and whether that is good."""
    return {f.what: f.good for f in examined(settings) if f.what.startswith("data:")}


def test_data_on_this_machine_that_engines_lack_is_said_and_can_be_brought_along(
    request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = Settings(data=tmp_path / "data")
    engines = dataclasses.replace(on_engines(request, tmp_path, issuer=""), data=old.data)
    here = dataclasses.replace(old, namespace=engines.namespace)
    before = asyncio.run(filled(here))
    assert said(here) == {}

    (words,) = (what for what, good in said(engines).items() if not good)
    assert f"{old.data} holds 3 events in SQLite files, and MongoDB and Kafka none" in words and "headway serve --data" in words

    async def started(settings: Settings) -> str:
        async with running(settings) as stack:
            async with asyncio.timeout(GIVE_UP):
                while digest(stack) != before:  # noqa: ASYNC110 - it is told when all is heard
                    await asyncio.sleep(0.05)
            return digest(stack)

    async def first() -> None:
        with caplog.at_level(logging.WARNING, "headway.data"):
            async with running(engines), asyncio.timeout(GIVE_UP):
                while "holds 3 events" not in caplog.text:  # noqa: ASYNC110 - a log tells nobody
                    await asyncio.sleep(0.05)

    asyncio.run(first())
    # As the words say: the store of before with the new log, then both engines.
    assert asyncio.run(started(dataclasses.replace(engines, store_url=""))) == before
    assert asyncio.run(started(engines)) == before
    assert said(engines) == {}


def test_data_of_another_namespace_in_the_folder_is_said(tmp_path: Path) -> None:
    asyncio.run(filled(Settings(data=tmp_path)))
    (words,) = said(Settings(data=tmp_path, namespace="other"))
    assert "holds 3 events of namespace headway, and none of other" in words and "HEADWAY_NAMESPACE=headway" in words


def test_another_namespace_on_the_servers_is_said_and_no_fault(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    first, second = (on_engines(request, tmp_path, issuer="") for _ in range(2))
    asyncio.run(filled(first))
    (words,) = said(second)
    assert said(second)[words] and f"namespace {second.namespace} is empty, and there are others: " in words and "HEADWAY_NAMESPACE" in words
