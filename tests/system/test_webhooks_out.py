"""Webhooks out, through the whole stack: subscribed by a command, delivered as Standard Webhooks to a receiver on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from libs.service.settings import Settings
from services.portfolio.webhooks import deliverer, retry_schedule
from tests.patience import GIVE_UP
from tests.services.portfolio.webhooks.webhook_receiver import Receiver, receiving
from tests.system.conftest import Running, dropped, running

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LOOK = 0.05
"""Seconds between two looks at the webhooks, of which `SEEN` holds several."""
SEEN = 10 * LOOK


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture
async def allowing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    monkeypatch.setattr(deliverer, "EVERY", LOOK)
    async with running(Settings(data=tmp_path, webhooks_to_private=True)) as stack:
        yield stack


async def subscribed(stack: Running, receiver: Receiver, persona: str = "subscriber", **more: Any) -> str:
    answer = await stack.command("portfolio.subscribe_webhook", {"webhook": "w", "url": receiver.url, "secret": SECRET, **more}, persona)
    assert answer.status_code in (200, 201), answer.text
    position: str = answer.json()["position"]
    return position


async def organisations(stack: Running, *ids: str) -> None:
    for id in ids:
        answer = await stack.command("portfolio.register_organisation", {"organisation": id, "name": id.upper(), "currency": "CAD"})
        assert answer.status_code == 201, answer.text


async def attempts(stack: Running, persona: str = "lab_ops", **query: Any) -> dict[str, Any]:
    answer = await stack.client.get("/portfolio/v1/webhooks/w/attempts", params=query, headers=stack.signed_in(persona))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def remembered(stack: Running, many: int) -> list[dict[str, Any]]:
    """The attempts, newest first, once there are so many."""
    found: list[dict[str, Any]]
    async with asyncio.timeout(GIVE_UP):
        while len(found := (await attempts(stack))["attempts"]) < many:  # noqa: ASYNC110 - as a client asks
            await asyncio.sleep(0.05)
    return found


async def webhook(stack: Running) -> dict[str, Any]:
    answer = await stack.client.get("/portfolio/v1/webhooks/w", headers=stack.signed_in("subscriber"))
    found: dict[str, Any] = answer.json()
    return found


async def until_it_is(stack: Running, status: str) -> dict[str, Any]:
    async with asyncio.timeout(GIVE_UP):
        while (found := await webhook(stack))["status"] != status:  # noqa: ASYNC110 - as a client asks
            await asyncio.sleep(0.05)
    return found


async def test_what_is_said_after_the_subscription_comes_signed(allowing: Running, receiver: Receiver) -> None:
    await organisations(allowing, "before")
    await subscribed(allowing, receiver, kinds=["organisation"])
    await organisations(allowing, "env")
    await receiver.until(lambda: len(receiver.taken) == 1)
    (request,) = receiver.taken
    event = Webhook(SECRET).verify(request.body, dict(request.headers))
    assert request.path == "/hooks?key=hidden"
    assert request.headers["content-type"].startswith("application/cloudevents+json")
    assert (event["specversion"], event["id"], event["type"]) == ("1.0", "organisation:env@1", "headway.portfolio.organisation.registered.v1")
    assert event["data"] == {"name": "ENV", "currency": "CAD"}
    assert "stored" not in event


async def test_neither_the_secret_nor_the_path_of_the_address_is_ever_shown(allowing: Running, receiver: Receiver) -> None:
    await subscribed(allowing, receiver)
    events = await allowing.client.get("/events", params={"follow": "0"}, headers=allowing.signed_in("auditor"))
    page = await allowing.client.get("/portfolio/v1/webhooks", headers=allowing.signed_in("auditor"))
    assert f"http://127.0.0.1:{receiver.port}" in page.text
    for shown in (events.text, page.text, str(await attempts(allowing))):
        assert "whsec_" not in shown and "hidden" not in shown


async def test_a_secret_of_our_making_is_shown_once_and_nothing_is_sent_before(allowing: Running, receiver: Receiver) -> None:
    answer = await allowing.command("portfolio.subscribe_webhook", {"webhook": "w", "url": receiver.url, "kinds": ["organisation"]}, "subscriber")
    assert answer.status_code == 201, answer.text
    await organisations(allowing, "env")
    await asyncio.sleep(SEEN)
    assert not receiver.requests
    made = await allowing.client.post("/portfolio/v1/webhooks/w/secret", headers=allowing.signed_in("subscriber"))
    assert made.status_code == 201, made.text
    await receiver.until(lambda: len(receiver.taken) == 1)
    assert Webhook(made.json()["secret"]).verify(receiver.taken[0].body, dict(receiver.taken[0].headers))["id"] == "organisation:env@1"


async def test_a_changed_secret_and_the_former_one_both_sign_for_a_time(allowing: Running, receiver: Receiver) -> None:
    await subscribed(allowing, receiver, kinds=["organisation"])
    made = await allowing.client.post("/portfolio/v1/webhooks/w/secret", headers=allowing.signed_in("subscriber"))
    await organisations(allowing, "env")
    await receiver.until(lambda: len(receiver.taken) == 1)
    for secret in (SECRET, made.json()["secret"]):
        Webhook(secret).verify(receiver.taken[0].body, dict(receiver.taken[0].headers))


async def test_a_secret_an_address_and_a_pause_hold_from_the_answer_on(allowing: Running, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    await subscribed(allowing, receiver, kinds=["organisation"])
    await organisations(allowing, "before")
    await receiver.until(lambda: len(receiver.taken) == 1)
    monkeypatch.setattr(deliverer, "EVERY", 3600.0)
    await asyncio.sleep(SEEN)  # from now on nobody looks for changes
    signed_in = allowing.signed_in("subscriber")
    made = await allowing.client.post("/portfolio/v1/webhooks/w/secret", params={"overlap_hours": 0}, headers=signed_in)
    await organisations(allowing, "env")
    await receiver.until(lambda: len(receiver.taken) == 2)
    Webhook(made.json()["secret"]).verify(receiver.taken[1].body, dict(receiver.taken[1].headers))
    answer = await allowing.command("portfolio.change_webhook", {"webhook": "w", "url": f"{receiver.url}/elsewhere"}, "subscriber")
    assert answer.status_code == 200, answer.text
    await organisations(allowing, "citz")
    await receiver.until(lambda: len(receiver.taken) == 3)
    assert receiver.taken[2].path.endswith("/elsewhere")
    await allowing.command("portfolio.pause_webhook", {"webhook": "w", "reason": "mending"}, "subscriber")
    await organisations(allowing, "late")
    await asyncio.sleep(SEEN)
    assert len(receiver.taken) == 3


@pytest.mark.parametrize(("persona", "money"), [("subscriber", None), ("auditor", {"amount": "12.50", "currency": "CAD"})])
async def test_money_is_shown_to_those_alone_who_may_read_it(allowing: Running, receiver: Receiver, persona: str, money: Any) -> None:
    await subscribed(allowing, receiver, persona, kinds=["investment"])
    await organisations(allowing, "env")
    for name, data in (
        ("portfolio.form_team", {"team": "t", "name": "T", "home": "env"}),
        ("portfolio.propose_investment", {"investment": "i", "team": "t", "amount": {"amount": "12.50", "currency": "CAD"}}),
    ):
        assert (await allowing.command(name, data)).status_code == 201
    await receiver.until(lambda: len(receiver.taken) == 1)
    assert receiver.taken[0].event["data"]["amount"] == money
    assert ("stored" in receiver.taken[0].event) is (persona == "auditor")


async def test_a_receiver_that_is_gone_pauses_the_webhook_and_resuming_sends_the_rest(allowing: Running, receiver: Receiver) -> None:
    receiver.answering = lambda request: 410
    await subscribed(allowing, receiver, kinds=["organisation"])
    await organisations(allowing, "env")
    paused = await until_it_is(allowing, "paused")
    assert "410" in paused["reason"]
    await organisations(allowing, "citz")
    receiver.answering = lambda request: 204
    assert (await allowing.command("portfolio.resume_webhook", {"webhook": "w"}, "subscriber")).status_code == 200
    await receiver.until(lambda: set(receiver.ids) == {"organisation:env@1", "organisation:citz@1"})
    made = await remembered(allowing, 3)
    assert [a["outcome"] for a in made].count("delivered") == 2 and made[-1]["outcome"] == "gone"


async def test_replaying_from_an_event_sends_it_and_what_came_later_under_the_same_ids(allowing: Running, receiver: Receiver) -> None:
    await subscribed(allowing, receiver, kinds=["organisation"])
    await organisations(allowing, "a", "b", "c")
    await receiver.until(lambda: len(receiver.taken) == 3)
    first = {r.event["id"]: r.headers["webhook-id"] for r in receiver.taken}
    assert (await allowing.command("portfolio.replay_webhook", {"webhook": "w", "event": "organisation:b@1"}, "subscriber")).status_code == 200
    await receiver.until(lambda: len(receiver.taken) == 5)
    assert set(receiver.ids[3:]) == {"organisation:b@1", "organisation:c@1"}
    assert all(first[r.event["id"]] == r.headers["webhook-id"] for r in receiver.taken)


async def test_replaying_all_sends_what_was_said_before_the_subscription(allowing: Running, receiver: Receiver) -> None:
    await organisations(allowing, "a", "b")
    await subscribed(allowing, receiver, kinds=["organisation"])
    assert (await allowing.command("portfolio.replay_webhook", {"webhook": "w"}, "subscriber")).status_code == 200
    await receiver.until(lambda: set(receiver.ids) == {"organisation:a@1", "organisation:b@1"})


async def test_an_event_that_is_not_in_the_log_pauses_the_webhook(allowing: Running, receiver: Receiver) -> None:
    await subscribed(allowing, receiver, event="organisation:nowhere@1")
    assert "organisation:nowhere@1 is not in the log" in (await until_it_is(allowing, "paused"))["reason"]


async def test_what_waits_is_sent_after_a_restart_and_nothing_twice(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_schedule, "FIRST", 1.0)
    settings = Settings(data=tmp_path, webhooks_to_private=True)
    receiver.answering = lambda request: 204 if "c@1" in request.event["id"] else 500
    async with running(settings) as stack:
        await subscribed(stack, receiver, kinds=["organisation"])
        await organisations(stack, "a", "c")
        await receiver.until(lambda: receiver.ids == ["organisation:c@1"] and len(receiver.requests) == 2)
    receiver.answering = lambda request: 204
    async with running(settings) as stack:
        assert (await webhook(stack))["status"] == "active"
        await receiver.until(lambda: "organisation:a@1" in receiver.ids)
        made = await remembered(stack, 3)
    assert receiver.ids == ["organisation:c@1", "organisation:a@1"]
    assert (made[0]["event"], made[0]["tries"], made[0]["outcome"]) == ("organisation:a@1", 2, "delivered")


async def test_attempts_are_read_in_pages_by_those_who_may_have_webhooks(allowing: Running, receiver: Receiver) -> None:
    await subscribed(allowing, receiver, kinds=["organisation"])
    await organisations(allowing, "a", "b", "c")
    await receiver.until(lambda: len(receiver.taken) == 3)
    await remembered(allowing, 3)
    page = await attempts(allowing, first=2)
    rest = await attempts(allowing, first=2, after=page["next"])
    assert [a["number"] for a in page["attempts"] + rest["attempts"]] == [3, 2, 1]
    assert rest["next"] is None
    refused = await allowing.client.get("/portfolio/v1/webhooks/w/attempts", headers=allowing.signed_in("executive"))
    missing = await allowing.client.get("/portfolio/v1/webhooks/none/attempts", headers=allowing.signed_in("lab_ops"))
    assert (refused.status_code, missing.status_code) == (403, 404)


async def test_taking_back_a_change_takes_its_address_back_too(allowing: Running, receiver: Receiver) -> None:
    async with receiving() as elsewhere:
        await subscribed(allowing, receiver, "auditor", kinds=["organisation"])
        changed = await allowing.command("portfolio.change_webhook", {"webhook": "w", "url": elsewhere.url}, "lab_ops")
        assert (await webhook(allowing))["role"] == "lab_ops"
        await organisations(allowing, "a")
        await elsewhere.until(lambda: elsewhere.ids == ["organisation:a@1"])
        assert "stored" not in elsewhere.taken[0].event
        answer = await allowing.command("portfolio.retract", {"event": changed.json()["position"], "reason": "A slip"}, "lab_ops")
        assert answer.status_code == 200, answer.text
        assert (await webhook(allowing))["role"] == "auditor"
        await asyncio.sleep(SEEN)
        await organisations(allowing, "b")
        await receiver.until(lambda: receiver.ids == ["organisation:b@1"])
        assert "stored" in receiver.taken[0].event and len(elsewhere.requests) == 1


async def test_without_the_setting_no_private_address_is_taken(stack: Running, receiver: Receiver) -> None:
    answer = await stack.command("portfolio.subscribe_webhook", {"webhook": "w", "url": receiver.url, "secret": SECRET}, "subscriber")
    assert answer.status_code == 422 and answer.json()["field"] == "url", answer.text


async def test_an_ended_webhook_gets_nothing_more_and_can_be_subscribed_anew(allowing: Running, receiver: Receiver) -> None:
    await subscribed(allowing, receiver, kinds=["organisation"])
    await organisations(allowing, "a")
    await receiver.until(lambda: len(receiver.taken) == 1)
    assert (await allowing.command("portfolio.end_webhook", {"webhook": "w"}, "subscriber")).status_code == 200
    await asyncio.sleep(SEEN)
    await organisations(allowing, "b")
    await subscribed(allowing, receiver, kinds=["organisation"])
    await organisations(allowing, "c")
    await receiver.until(lambda: "organisation:c@1" in receiver.ids)
    assert receiver.ids == ["organisation:a@1", "organisation:c@1"]


async def test_on_kafka_and_mongodb_two_processes_share_the_work_and_take_over_from_each_other(
    kafka: str, mongo: str, receiver: Receiver, tmp_path: Path
) -> None:
    namespace = f"hooks{uuid4().hex[:10]}"
    settings = Settings(namespace=namespace, store_url=mongo, log_url=f"kafka://{kafka}", partitions=2, data=tmp_path, webhooks_to_private=True)
    contexts = [running(settings), running(settings)]
    stacks = [await context.__aenter__() for context in contexts]
    try:
        await subscribed(stacks[0], receiver, kinds=["organisation"])
        for n in range(20):
            await organisations(stacks[n % 2], f"o{n}")
        await receiver.until(lambda: len(set(receiver.ids)) == 20, seconds=30)
        assert len(receiver.ids) == 20, "each was sent by one of them"
        measured = [(await stack.client.get("/metrics")).text for stack in stacks]
        (holder,) = (n for n, text in enumerate(measured) if 'headway_webhook_attempts_total{outcome="delivered"}' in text)
        await contexts.pop(holder).__aexit__(None, None, None)
        (left,) = stacks[:holder] + stacks[holder + 1 :]
        await organisations(left, "later")
        await receiver.until(lambda: "organisation:later@1" in receiver.ids, seconds=30)
        made = await remembered(left, 21)
    finally:
        for context in contexts:
            await context.__aexit__(None, None, None)
    assert {a["outcome"] for a in made} == {"delivered"}
    dropped(mongo, namespace)
