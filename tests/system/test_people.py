"""Names are shown where people are, by every instance, and when somebody is forgotten they are gone: from answers, files, collections and topics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from libs.events.envelope import all_topics
from libs.service.identity import store_mirror
from libs.service.settings import Settings
from tests.patience import GIVE_UP
from tests.services.gateway.pages.answers import HTML
from tests.system.conftest import Running, running

NAME, ADDRESS = "Ada Zuse-Lovelace", "ada@zuse-lovelace.example"
TEAM = '{ team(id: "t") { members { person { id name address } } } }'
WORLD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("portfolio.register_organisation", {"organisation": "env", "name": "Environment"}),
    ("portfolio.form_team", {"team": "t", "name": "Parks", "home": "env", "products": []}),
    ("portfolio.join_team", {"team": "t", "person": "p1", "role": "developer", "staffing": "staff"}),
    ("portfolio.join_team", {"team": "t", "person": "p2", "role": "user_research", "staffing": "staff"}),
)


async def shown(stack: Running, role: str) -> Any:
    answer = await stack.client.get("/graphql", params={"query": TEAM}, headers=stack.signed_in(role))
    assert "errors" not in answer.json(), answer.text
    members = (answer.json()["data"]["team"] or {"members": ()})["members"]
    return members[0]["person"] if members else None, answer.headers["etag"]


async def becomes(asked: Callable[[], Awaitable[Any]], what: Any) -> None:
    async with asyncio.timeout(GIVE_UP):
        while (found := await asked()) != what:  # noqa: ASYNC110 - as a reader sees it
            await asyncio.sleep(0.02)
    assert found == what


async def page(stack: Running, path: str, etag: str = "") -> httpx.Response:
    return await stack.client.get(path, headers={**stack.signed_in("executive"), **HTML, **({"If-None-Match": etag} if etag else {})})


@pytest.mark.requirement("S4-20")
async def test_a_name_is_shown_everywhere_and_once_forgotten_it_is_nowhere(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store_mirror, "REFRESH", 0.05)
    known, unknown = {"id": "person:p1", "name": NAME, "address": ADDRESS}, {"id": "person:p1", "name": "p1", "address": None}
    async with AsyncExitStack() as both:
        one, other = [await both.enter_async_context(running(settings)) for _ in range(2)]
        registration = {"person": "p1", "name": NAME, "address": ADDRESS}
        sent = await one.command("portfolio.register_person", registration, "lab_ops", **{"Idempotency-Key": "k1"})
        assert sent.status_code == 201 and "Lovelace" not in sent.text
        await one.say(*WORLD)
        for stack in (one, other):
            await becomes(partial(named, stack, "executive@env"), known)
            assert await named(stack, "executive@citz") == unknown, "who has no role within the organisation reads the id"
        _, tag = await shown(other, "executive@env")
        looked = await page(other, "/teams/t")
        assert NAME in looked.text and NAME in (await page(other, "/teams/t?format=csv&table=people")).text
        assert (await page(other, "/teams/t", looked.headers["etag"])).status_code == 304
        assert ADDRESS in (await page(other, "/people/p1")).text
        await holds(settings, one, NAME, there=True)

        forgotten = await one.command("portfolio.forget_person", {"person": "p1", "reason": "Left the service"}, "lab_ops")
        assert forgotten.status_code == 200, forgotten.text
        assert await named(one, "executive@env") == unknown, "where it is said it is gone at once"
        await becomes(lambda: named(other, "executive@env"), unknown)
        assert (await shown(other, "executive@env"))[1] != tag
        again = await page(other, "/teams/t", looked.headers["etag"])
        assert again.status_code == 200 and "Lovelace" not in again.text and "p1" in again.text, "who was on the team stays"
        repeated = await one.command("portfolio.register_person", registration, "lab_ops", **{"Idempotency-Key": "k1"})
        assert repeated.status_code == 409 and "was forgotten on" in repeated.text, repeated.text
        await other.ask("{ __typename }", after=forgotten.json()["position"])
        stream = await other.client.get("/events?follow=false&subject=person:p1", headers={**other.signed_in("auditor"), "Accept": "application/x-ndjson"})
        assert "person.forgotten" in stream.text and "p1" in stream.text and "Lovelace" not in stream.text
        for text in (NAME, ADDRESS):
            await holds(settings, one, text, there=False)
    for text in (NAME, ADDRESS):
        assert not in_files(settings, text) and text not in caplog.text


async def named(stack: Running, role: str) -> Any:
    return (await shown(stack, role))[0]


async def holds(settings: Settings, stack: Running, text: str, *, there: bool) -> None:
    """Whether anything that is kept has this text: every file, every document of every collection; and that no record of any topic ever has."""
    found = in_files(settings, text)
    if settings.on_mongodb:
        with MongoClient[dict[str, Any]](settings.store_url) as client:
            for database in [name for name in client.list_database_names() if name.startswith(settings.namespace)]:
                for collection in client[database].list_collection_names():
                    found += [f"{database}.{collection}" for one in client[database][collection].find() if text in repr(one)]
    assert bool(found) is there, found
    async for batch in stack.app.process.adapters.log.read(all_topics(settings.namespace), follow=False):
        assert not [one for one in batch if text in repr(one)]


def in_files(settings: Settings, text: str) -> list[str]:
    return [str(path) for path in settings.data.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
