"""Bodies of deliveries: as large as GitHub sends them, at this door alone, and read after what can be checked beforehand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.service.app import SignedInApp, create_base
from libs.service.body_limits import BODY_LIMIT
from services.backlog.webhooks.receiver import Receiver
from services.backlog.webhooks.routes import LARGEST, webhook_routes
from tests.services.backlog.webhooks.bodies import SECRET, github, raw, signed
from tests.services.backlog.webhooks.test_receiver import Backlog, backlog

__all__ = ["backlog"]


async def _ready() -> bool:
    return True


def _app() -> SignedInApp:
    return create_base("x", verifier=cast(Any, None), ready=_ready)


@pytest.fixture
async def door(backlog: Backlog) -> AsyncIterator[httpx.AsyncClient]:
    """The door of a service that is mounted in a process, as `headway serve` mounts it."""
    outer, service = _app(), _app()
    service.adopt(webhook_routes(backlog.handling, backlog.store))
    outer.embed("/backlog", service)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(outer), base_url="http://headway") as client:
        yield client


def large(size: int) -> bytes:
    body = raw(github(id=5, body=""))
    return body.replace(b'"body": ""', b'"body": "' + b"x" * (size - len(body)) + b'"')


@pytest.mark.parametrize("size", [BODY_LIMIT + 1, LARGEST])
@pytest.mark.parametrize("declared", [True, False])
async def test_a_delivery_may_have_25_mib_declared_or_not(door: httpx.AsyncClient, size: int, declared: bool) -> None:
    body = large(size)
    assert len(body) == size

    async def parts() -> AsyncIterator[bytes]:
        for at in range(0, size, 1 << 20):
            yield body[at : at + (1 << 20)]

    headers = {"x-github-event": "issues", "content-type": "application/json", **signed(body)}
    answer = await door.post("/backlog/v1/webhooks/github", content=body if declared else parts(), headers=headers)
    assert (answer.status_code, answer.json()["item"]) == (202, "permits.github.5")


@pytest.mark.parametrize("declared", [True, False])
async def test_a_larger_one_is_413(door: httpx.AsyncClient, declared: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(26):
            yield b"x" * (1 << 20)

    headers = {"x-hub-signature-256": "sha256=x", **({"content-length": str(26 << 20)} if declared else {})}
    assert (await door.post("/backlog/v1/webhooks/github", content=parts(), headers=headers)).status_code == 413


async def test_other_doors_keep_their_limit(door: httpx.AsyncClient) -> None:
    assert (await door.post("/backlog/v1/commands", content=b"x" * (BODY_LIMIT + 1))).status_code == 413
    assert (await door.put("/backlog/v1/webhooks/github", content=b"x" * (BODY_LIMIT + 1))).status_code == 413


@pytest.mark.parametrize(
    ("source", "headers", "status"),
    [
        ("github", {}, 401),
        ("gitlab", {"x-gitlab-token": "pepper"}, 401),
        ("standard", {"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,x"}, 401),
        ("nowhere", {"x-hub-signature-256": "sha256=x"}, 404),
    ],
)
async def test_what_the_headers_tell_is_answered_before_the_body_is_taken_in(
    door: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, source: str, headers: dict[str, str], status: int
) -> None:
    async def read(*_: Any) -> Any:
        raise AssertionError("the body was read")

    monkeypatch.setattr(Receiver, "receive", read)
    answer = await door.post(f"/backlog/v1/webhooks/{source}", content=b"x" * (2 * BODY_LIMIT), headers=headers)
    assert answer.status_code == status


class Counting(SqliteCommitStore):
    """Counts what is read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.events = self.secrets = 0

    async def load(self, *asked: Any) -> Any:
        found = await super().load(*asked)
        self.events += sum(map(len, found.values()))
        return found

    async def private(self, aggregate: str) -> Any:
        self.secrets += 1
        return await super().private(aggregate)


async def test_a_delivery_reads_no_event_of_its_source_and_no_secret_again(backlog: Backlog) -> None:
    counting = Counting(backlog.store.path)
    await counting.open()
    service = Backlog(counting)
    body = raw({"object_kind": "push"})
    await service.send("gitlab", body, {"x-gitlab-token": SECRET})
    await service.send("gitlab", raw({"object_kind": "push", "n": 0}), {"x-gitlab-token": SECRET})
    await service.send("gitlab", body, {"x-gitlab-token": "wrong"})
    counting.events = counting.secrets = 0
    for n in range(50):
        assert (await service.send("gitlab", body, {"x-gitlab-token": "wrong" if n % 2 else SECRET})).status_code == (401 if n % 2 else 202)
    assert (counting.events, counting.secrets) == (0, 0)
    await service.client.aclose()
    await counting.close()
