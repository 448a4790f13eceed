"""A service whose clock is two hours, or a day, ahead: it refuses commands and leaves no trace, the others go on, and it is well again by itself."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from headway.stack import create_stack
from libs.adapters.sqlite.log import SqliteLog
from libs.events.envelope import all_topics
from libs.service.adapters import adapters_of
from libs.service.host.process import Process
from libs.service.settings import Settings
from tests.patience import GIVE_UP
from tests.system.conftest import Running, dropped, running

AHEAD = (timedelta(hours=2), timedelta(days=1), timedelta(hours=-2))
SAID: Mapping[str, Mapping[str, Any]] = {
    "portfolio.register_product": {"name": "P"},
    "backlog.open_backlog": {},
    "roadmap.define_metric": {
        "product": "p",
        "name": "Time to answer",
        "kind": "quantitative",
        **dict.fromkeys(("goal", "method", "tool", "source", "responsible"), "agreed"),
    },
}
READ = {
    "portfolio.register_product": "/portfolio/v1/products/{id}",
    "backlog.open_backlog": "/backlog/v1/backlogs/{id}",
    "roadmap.define_metric": "/roadmap/v1/metrics/{id}",
}


class Clock:
    """The true time, and so much more."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class LogWithClock(SqliteLog):
    """A log in a file that says what time it is, as a server would."""

    async def server_time(self) -> datetime:
        return datetime.now(UTC)


@contextlib.asynccontextmanager
async def with_clock(settings: Settings, clock: Clock, names: Sequence[str] = ()) -> AsyncIterator[Running]:
    """A process with a clock of its own; over files, its log says what time it is."""
    adapters = dataclasses.replace(adapters_of(settings), clock=clock)
    if not settings.on_kafka:
        adapters = dataclasses.replace(adapters, log=LogWithClock(settings.log_folder / f"{settings.namespace}.log.sqlite3"))
    async with running(settings, lambda given: create_stack(given, names, adapters)) as stack:
        yield stack


def process_of(stack: Running) -> Process:
    found: Process = stack.app.process
    return found


async def traces(stack: Running) -> tuple[Any, ...]:
    """All that a command leaves: what the stores hold, and how far the log goes."""
    process = process_of(stack)
    stores = [(service.name, await service.store.tallies()) for service in process.services.values()]
    return stores, await process.adapters.log.end(all_topics(process.settings.namespace))


async def say(stack: Running, name: str, id: str, **headers: str) -> Any:
    field = name.partition("_")[2] if name != "backlog.open_backlog" else "product"
    data = {**SAID[name], field: id}
    return await stack.command(name, data, **headers)


async def troubles(stack: Running, part: str, *, there: bool) -> str:
    """Why a part is not well, once it is said; or nothing, once nothing is."""
    async with asyncio.timeout(GIVE_UP):
        while True:
            found = {t["part"]: t["why"] for t in (await stack.client.get("/health/ready")).json()["troubles"]}
            if (part in found) is there:
                return str(found.get(part, ""))
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("ahead", AHEAD)
async def test_a_clock_that_is_off_refuses_commands_of_every_service_without_a_trace_until_it_is_right(settings: Settings, ahead: timedelta) -> None:
    clock = Clock()
    async with with_clock(settings, clock) as stack:
        for name in SAID:
            answer = await say(stack, name, "before")
            assert answer.status_code == 201, answer.text
            await stack.ask("{ __typename }", after=answer.json()["position"])
        before = await traces(stack)
        clock.ahead = ahead
        for name in SAID:
            answer = await say(stack, name, "meanwhile", **{"Idempotency-Key": name})
            assert (answer.status_code, answer.json()["type"]) == (503, "urn:headway:problem:wrong-clock"), answer.text
            assert "(NTP)" in answer.json()["remedy"]
        line = json.dumps({"command": "backlog.open_backlog", "key": "row", "data": {"product": "meanwhile"}})
        many = await stack.client.post("/backlog/v1/commands", content=line, headers=stack.signed_in("importer"))
        assert (many.status_code, many.json()["type"]) == (503, "urn:headway:problem:wrong-clock"), "no line of a bulk is told that it is refused for good"
        refused = await stack.client.post(
            "/graphql", json={"query": 'mutation { openBacklog(input: {product: "meanwhile"}) { position } }'}, headers=stack.signed_in("importer")
        )
        assert "the clock here is" in refused.json()["errors"][0]["message"], refused.text
        assert await traces(stack) == before
        assert "commands are refused until it is set right (NTP)" in await troubles(stack, "clock", there=True)
        metrics = (await stack.client.get("/metrics")).text
        assert 'headway_ill{part="clock"} 1.0' in metrics
        (offset,) = re.findall(r'^headway_clock_offset_seconds{of="log"} (\S+)$', metrics, re.M)
        assert float(offset) == pytest.approx(ahead.total_seconds(), abs=5)
        clock.ahead = timedelta()
        for name in SAID:
            answer = await say(stack, name, "meanwhile", **{"Idempotency-Key": name})
            assert answer.status_code == 201, answer.text
            read = await stack.client.get(READ[name].format(id="meanwhile"), headers=stack.signed_in("executive"))
            assert read.status_code == 200, read.text
            await stack.ask("{ __typename }", after=answer.json()["position"])
        assert await stack.ask('{ product(id: "meanwhile") { name } }') == {"product": {"name": "P"}}
        await troubles(stack, "clock", there=False)


@pytest.mark.servers
async def test_where_one_service_is_ahead_the_others_go_on_and_nobody_stamps_tomorrow(kafka: str, mongo: str, tmp_path: Path) -> None:
    namespace = f"clocks{uuid4().hex[:10]}"
    settings = Settings(namespace=namespace, store_url=mongo, log_url=f"kafka://{kafka}", partitions=1, data=tmp_path)
    clock = Clock()
    async with with_clock(settings, clock, ["backlog"]) as wrong, with_clock(settings, Clock(), ["roadmap", "portfolio", "gateway"]) as right:
        clock.ahead = timedelta(days=1)
        assert (await say(wrong, "backlog.open_backlog", "p")).status_code == 503
        assert (await say(right, "portfolio.register_product", "p")).status_code == 201
        assert "1 day ahead of that of log and store" in await troubles(wrong, "clock", there=True)
        await troubles(right, "clock", there=False)
        clock.ahead = timedelta()
        opened = await say(wrong, "backlog.open_backlog", "p")
        assert opened.status_code == 201, opened.text
        measured = await say(right, "roadmap.define_metric", "m", **{"X-Headway-After": opened.json()["position"]})
        assert measured.status_code == 201, measured.text
        found = await right.ask('{ product(id: "p") { name backlog { open } } }', after=opened.json()["position"])
        assert found == {"product": {"name": "P", "backlog": {"open": 0}}}
        for owner in (*process_of(wrong).services.values(), *process_of(right).services.values()):
            for kind in sorted(owner.handling.own):
                for aggregate, _ in await owner.store.heads(kind):
                    assert all(e.stored <= datetime.now(UTC) for e in (await owner.store.load([aggregate]))[aggregate])
    dropped(mongo, namespace)


async def test_what_was_said_by_a_clock_that_was_ahead_is_named_and_what_rests_on_it_refused_instead_of_not_found(tmp_path: Path) -> None:
    """Over files nothing tells the time: a laptop's clock was a day ahead, and is right again."""
    settings = Settings(data=tmp_path)
    clock = Clock()
    adapters = dataclasses.replace(adapters_of(settings), clock=clock)
    clock.ahead = timedelta(days=1)
    async with running(settings, lambda given: create_stack(given, (), adapters)) as stack:
        assert (await say(stack, "portfolio.register_product", "early")).status_code == 201
        assert (await say(stack, "backlog.open_backlog", "early")).status_code == 201
        await stack.ask("{ __typename }", after="backlog:early@1")
        clock.ahead = timedelta()
        why = await troubles(stack, "stamps", there=True)
        assert "backlog:early@1 was stored by backlog" in why and "ahead of the clock here" in why and "not shown" in why
        assert "headway_stamped_ahead_seconds 86" in (await stack.client.get("/metrics")).text
        answer = await stack.command("backlog.add_item", {"item": "i", "product": "early", "title": "T"})
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:headway:problem:wrong-clock"), answer.text
        assert "backlog:early@1 was stored" in answer.json()["detail"] and "is taken once the clock of backlog shows" in answer.json()["remedy"]
        lines = [{"command": "backlog.open_backlog", "key": id, "data": {"product": id}} for id in ("one", "two")]
        lines.insert(1, {"command": "backlog.add_item", "key": "ahead", "data": {"item": "i", "product": "early", "title": "T"}})
        many = await stack.client.post("/backlog/v1/commands", content="\n".join(map(json.dumps, lines)), headers=stack.signed_in("importer"))
        assert many.status_code == 200, "the lines beside one that rests on what is dated ahead are answered for themselves"
        told = [json.loads(line) for line in many.text.splitlines()]
        assert [line["status"] for line in told] == ["created", "refused", "created"]
        assert (told[1]["problem"]["type"], told[1]["problem"]["status"]) == ("urn:headway:problem:wrong-clock", 503), "it is taken later, with the same key"
        absent = await stack.client.get("/backlog/v1/backlogs/early", headers=stack.signed_in("executive"))
        assert (absent.status_code, "there is no backlog 'early' yet: what was said of it is dated" in absent.json()["detail"]) == (404, True)
        for name in SAID:
            said = await say(stack, name, "now")
            assert said.status_code == 201, said.text
            assert (await stack.client.get(READ[name].format(id="now"), headers=stack.signed_in("executive"))).status_code == 200
