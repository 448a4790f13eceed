"""A peer's address that is wrong is said by the health of whoever uses it, by the doctor and by the 503 of a command, and nobody wrong is asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from headway.doctor import examined
from headway.server import listening, server
from headway.stack import create_stack
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from tests.patience import GIVE_UP
from tools.servers.processes import free_port

SECRET = "s" * 32


def settings(data: Path, **changed: Any) -> Settings:
    return Settings(data=data, peer_secret=SECRET, **changed)


@contextlib.asynccontextmanager
async def served(app: FastAPI, port: int | None = None) -> AsyncIterator[str]:
    """The address of an app."""
    with listening("127.0.0.1", port or 0, at_once=True) as bound:
        running = server(app)
        task = asyncio.create_task(running.serve(sockets=[bound]))
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            running.should_exit = True
            await task


async def troubles(url: str) -> str:
    """What a process says is not well, once it says something of an address."""
    async with httpx.AsyncClient() as client:
        async with asyncio.timeout(GIVE_UP):
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if "address of" in (said := (await client.get(f"{url}/health/ready")).text):
                        return said
                await asyncio.sleep(0.05)


async def commanded(url: str, data: Path, verb: str = "backlog/v1/commands/open_backlog") -> dict[str, Any]:
    """The problem that a command gets which a gateway passes on."""
    token = Issuer.embedded(Settings(data=data)).token("importer")
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/{verb}", json={"product": "p"}, headers={"Authorization": f"Bearer {token}"}, timeout=GIVE_UP)
    assert answer.status_code == 503, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def mutated(url: str, data: Path) -> str:
    """The error that a mutation gets which a gateway forwards."""
    token = Issuer.embedded(Settings(data=data)).token("importer")
    async with httpx.AsyncClient() as client:
        body = {"query": 'mutation { openBacklog(input: {product: "p"}) { id } }'}
        answer = await client.post(f"{url}/graphql", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=GIVE_UP)
    return answer.text


CASES = ("nothing", "another service", "another installation", "something else", "an unknown name", "itself")


@pytest.mark.parametrize("case", CASES)
async def test_what_answers_at_a_wrong_address_is_named_wherever_it_matters(tmp_path: Path, case: str) -> None:
    other = settings(tmp_path / "other", namespace="other" if case == "another installation" else "headway")
    name = "backlog" if case == "another installation" else "roadmap"
    app = FastAPI() if case == "something else" else create_stack(other, [name])
    port = free_port()
    async with served(app) as there:
        url, said = {
            "nothing": (f"http://user:secret@127.0.0.1:{free_port()}", "nothing listens there (connection refused)"),
            "another service": (there, "roadmap answers there, not backlog"),
            "another installation": (there, "its namespace is other, ours headway"),
            "something else": (there, "what answers there is not backlog (it answered 404)"),
            "an unknown name": ("http://headway.invalid:8000", "nobody knows that name (DNS)"),
            "itself": (f"http://127.0.0.1:{port}", "gateway answers there, not backlog"),
        }[case]
        plain = url.replace("user:secret@", "")
        expected = f"HEADWAY_BACKLOG_URL is {plain}, and "
        data = tmp_path / "gateway"
        async with served(create_stack(settings(data, backlog_url=url), ["gateway"]), port) as gateway:
            health = await troubles(gateway)
            problem = await commanded(gateway, data)
            error = await mutated(gateway, data)
            found = await asyncio.to_thread(examined, settings(data, backlog_url=url), ["gateway"])
        lines = [f.what for f in found if not f.good and f.what.startswith("backlog")]
        for words in (health, problem["detail"], error, *lines):
            assert expected in words and said in words and "secret" not in words, (case, words)
        assert lines and "set HEADWAY_BACKLOG_URL to where backlog runs" in problem["remedy"]
        # Where nobody answers the setting may well be right: it is not all that there is to look at.
        unanswered = "see that backlog runs and can be reached there, or set"
        assert all((unanswered in words) is (case in ("nothing", "an unknown name")) for words in (health, problem["remedy"], *lines)), case


async def test_what_is_not_there_at_the_right_address_is_a_404_as_before(tmp_path: Path) -> None:
    data = tmp_path / "one"
    async with (
        served(create_stack(settings(data), ["backlog"])) as backlog,
        served(create_stack(settings(data, backlog_url=backlog), ["gateway"])) as gateway,
        httpx.AsyncClient(headers={"Authorization": f"Bearer {Issuer.embedded(Settings(data=data)).token('importer')}"}) as client,
    ):
        answer = await client.get(f"{gateway}/backlog/v1/items/nowhere", timeout=GIVE_UP)
        assert answer.status_code == 404 and "item" in answer.json()["detail"]
        seen = (await client.get(f"{gateway}/backlog/health/live")).json()
        assert seen["services"] == ["backlog"] and seen["namespace"] == "headway"
        async with asyncio.timeout(GIVE_UP):
            while (await client.get(f"{gateway}/health/ready")).json().get("troubles") != []:  # noqa: ASYNC110 - a process tells nobody
                await asyncio.sleep(0.05)
        found = await asyncio.to_thread(examined, settings(data, backlog_url=backlog), ["gateway"], gateway, told=True)
    assert [f.what for f in found if not f.good] == []
    assert [f.what for f in found if f.what.startswith("backlog at")] == [f"backlog at {backlog}: ready, version {seen['version']}"]


async def test_a_peer_that_does_not_take_the_secret_is_named(tmp_path: Path) -> None:
    async with served(create_stack(settings(tmp_path), ["backlog"])) as backlog:
        ours = Settings(data=tmp_path, peer_secret="t" * 32, backlog_url=backlog)
        found = await asyncio.to_thread(examined, ours, ["gateway"])
    assert [f.code for f in found if "does not take our HEADWAY_PEER_SECRET" in f.what] == [6]


async def test_an_address_that_is_mended_is_used_at_once(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "one"
    async with served(create_stack(settings(data, backlog_url=f"http://127.0.0.1:{port}"), ["gateway"])) as gateway:
        assert "nothing listens there" in await troubles(gateway)
        async with served(create_stack(settings(data), ["backlog"]), port), httpx.AsyncClient() as client:
            async with asyncio.timeout(GIVE_UP):
                while "address of" in (await client.get(f"{gateway}/health/ready")).text:  # noqa: ASYNC110 - a process tells nobody
                    await asyncio.sleep(0.05)
            token = Issuer.embedded(Settings(data=data)).token("importer")
            answer = await client.post(f"{gateway}/backlog/v1/commands/open_backlog", json={"product": "p"}, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code != 503, answer.text


async def test_who_else_answers_at_the_address_of_the_gateway_is_not_taken_for_it(tmp_path: Path) -> None:
    data = tmp_path / "one"
    other = settings(data, namespace="other")
    async with served(create_stack(settings(data), ["backlog"])) as backlog, served(create_stack(other, ["gateway"])) as gateway:
        for url, words in ((backlog, "backlog answers there, not the gateway"), (gateway, "its namespace is other, ours headway")):
            for told in (True, False):
                found = await asyncio.to_thread(examined, settings(data), (), url, told=told)
                (line,) = [f for f in found if f.what.startswith("running")]
                assert words in line.what and line.code == (2 if told else 0), line
