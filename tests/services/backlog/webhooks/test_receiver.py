"""Deliveries over HTTP, stored: once each, under the sender's id of them, with the secret out of sight."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from headway.importers.jira_csv import lines
from headway.importers.line import ImportLine
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.backlog import OpenBacklog
from libs.commands.catalog.backlog.item import AddItem, StateItem
from libs.commands.catalog.backlog.source import ConnectSource, DisconnectSource
from libs.commands.command import Command
from libs.commands.errors import AlreadyExists, WrongClock
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.events.catalog.backlog.item import ITEM, Item, ItemState, ItemStated
from libs.events.catalog.backlog.item_ids import issue_id, item_id
from libs.events.catalog.backlog.item_source import ItemSource
from libs.events.catalog.backlog.pipeline_run import PIPELINE_RUN
from libs.events.catalog.backlog.source import SOURCE, Source
from libs.events.event import visible
from libs.events.values import ID_PATTERN, UNSEEN_IN_NAMES
from libs.events.world import World
from libs.rules.roles import Principal, Role
from libs.service.app import SignedInApp
from libs.service.problems import install
from services.backlog.domain import decisions
from services.backlog.webhooks.routes import webhook_routes
from tests.services.backlog.webhooks.bodies import SECRET, github, gitlab, jira, raw, signed, standard, standard_headers, workflow_run

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
IMPORTER = Principal("importer", frozenset({Role.parse("importer")}))


class Backlog:
    """A backlog service with one source of each system, and a clock that goes on a second with each look."""

    def __init__(self, store: SqliteCommitStore) -> None:
        self.store, self.now = store, NOW
        self.handling = Handling("backlog", store, World(), decisions, clock=self.clock)
        app = SignedInApp()
        install(app)
        app.include_router(webhook_routes(self.handling, store))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://backlog")

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    async def say(self, command: Command) -> None:
        await self.handling.answer(Ask(command, IMPORTER))

    async def send(self, source: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return await self.client.post(f"/v1/webhooks/{source}", content=body, headers={"content-type": "application/json", **headers})

    async def github(self, body: Any, delivery: str = "d1") -> httpx.Response:
        return await self.send("github", raw(body), {"x-github-event": "issues", "x-github-delivery": delivery, **signed(raw(body))})

    async def deliver(self, source: str, body: Any) -> httpx.Response:
        sent = raw(body)
        headers = {"gitlab": {"x-gitlab-token": SECRET}, "standard": standard_headers(sent, self.now)}.get(source)
        return await self.send(source, sent, headers or signed(sent, "x-hub-signature" if source == "jira" else "x-hub-signature-256"))

    async def item(self, source: str, reference: str) -> Item | None:
        return await self.item_of(issue_id("permits", reference) if source == "jira" else item_id(source, reference))

    async def item_of(self, id: str) -> Item | None:
        return ITEM.fold(id, visible((await self.store.load([ITEM.key(id)]))[ITEM.key(id)]))

    async def source(self, id: str) -> Source | None:
        return SOURCE.fold(id, visible((await self.store.load([SOURCE.key(id)]))[SOURCE.key(id)]))

    async def events(self) -> int:
        return sum(tally.events for tally in (await self.store.tallies()).values())


@pytest.fixture
async def backlog(tmp_path: Path) -> AsyncIterator[Backlog]:
    store = SqliteCommitStore(tmp_path / "backlog.sqlite3")
    await store.open()
    service = Backlog(store)
    await service.say(OpenBacklog(product="permits"))
    for system in ("github", "gitlab", "jira", "standard"):
        await service.say(ConnectSource.model_validate({"source": system, "system": system, "product": "permits", "secret": SECRET}))
    yield service
    await service.client.aclose()
    await store.close()


async def test_a_delivery_becomes_one_event_at_the_senders_time(backlog: Backlog) -> None:
    before = await backlog.events()
    answer = await backlog.github(github())
    assert (answer.status_code, answer.json()) == (202, {"delivery": "d1", "known": False, "item": item_id("github", "town/permits#7")})
    item = await backlog.item("github", "town/permits#7")
    assert item is not None and item.added is not None and isinstance(item.added.data, ItemStated)
    assert item.added.time == datetime(2024, 3, 1, 10, tzinfo=UTC) and item.added.actor.id == "source:github"
    assert (item.title, item.product, item.stated_by, item.added.data.delivery) == ("Pay online", "permits", "github", "d1")
    assert item.source == ItemSource(system="github", reference="town/permits#7", url="https://git.example/town/permits/issues/7")
    assert await backlog.events() == before + 1


async def test_what_a_delivery_says_belongs_to_the_trace_of_its_request(backlog: Backlog) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    await backlog.send("github", raw(github()), {"x-github-event": "issues", "x-github-delivery": "d1", "traceparent": trace, **signed(raw(github()))})
    item = await backlog.item("github", "town/permits#7")
    assert item is not None and item.added is not None and item.added.traceparent == trace


async def test_a_delivery_that_comes_again_is_stored_once_whatever_it_says_by_now(backlog: Backlog) -> None:
    await backlog.github(github())
    before = await backlog.events()
    assert (await backlog.github(github())).json()["known"]
    assert (await backlog.github(github(title="Other"))).status_code == 202
    assert await backlog.events() == before
    assert (await backlog.github(github(), "d2")).json()["known"], "what says the same is the same, whatever it is sent under"
    assert await backlog.events() == before
    assert not (await backlog.github(github(at="2024-03-01T10:00:01Z"), "d3")).json()["known"]
    assert await backlog.events() == before + 1


async def test_deliveries_of_one_issue_at_once_are_all_stored(backlog: Backlog) -> None:
    before = await backlog.events()
    bodies = [github(at=f"2024-03-01T10:{n:02}:00Z", state="closed" if n == 29 else "open") for n in range(30)]
    answers = await asyncio.gather(*(backlog.github(body, f"d{n % 30}") for n, body in enumerate(bodies * 2)))
    assert {answer.status_code for answer in answers} == {202} and sum(not answer.json()["known"] for answer in answers) == 30
    item = await backlog.item("github", "town/permits#7")
    assert item is not None and item.state is ItemState.DELIVERED
    assert await backlog.events() == before + 30


async def test_what_says_nothing_stands_in_the_sources_list(backlog: Backlog) -> None:
    body = raw({"webhookEvent": "comment_created", "timestamp": 1, "comment": {"body": "thanks"}})
    for _ in range(2):
        answer = await backlog.send("jira", body, {"x-atlassian-webhook-identifier": "w1", **signed(body, "x-hub-signature")})
        assert answer.status_code == 202 and "comment_created" in answer.json()["reason"]
    source = await backlog.source("jira")
    assert source is not None and [(one.delivery, one.reason) for one in source.received] == [("w1", answer.json()["reason"])]


async def test_a_wrong_or_missing_signature_is_401_and_stores_nothing(backlog: Backlog) -> None:
    before, body = await backlog.events(), raw(github())
    for headers in ({}, signed(body, secret="pepper-and-salt-and-more"), signed(b"{}"), {"x-gitlab-token": SECRET}):
        assert (await backlog.send("github", body, headers)).status_code == 401
    assert await backlog.events() == before


async def test_while_the_clock_here_is_wrong_a_delivery_is_to_come_again_and_no_signature_is_judged_by_it(backlog: Backlog) -> None:
    before = await backlog.events()
    backlog.handling.distrusted = lambda: WrongClock("it is off")
    for answer in (await backlog.github(github()), await backlog.send("github", raw(github()), {})):
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:headway:problem:wrong-clock")
    assert await backlog.events() == before
    backlog.handling.distrusted = lambda: None
    assert (await backlog.github(github())).json()["known"] is False


async def test_an_unknown_or_disconnected_source_is_404(backlog: Backlog) -> None:
    await backlog.say(DisconnectSource(source="github"))
    for source in ("github", "nowhere", "NO WHERE", "a" * 200):
        assert (await backlog.send(quote(source), raw(github()), signed(raw(github())))).status_code == 404


async def test_a_new_secret_replaces_the_old_one(backlog: Backlog) -> None:
    await backlog.say(DisconnectSource(source="github"))
    await backlog.say(ConnectSource.model_validate({"source": "github", "system": "github", "product": "permits", "secret": "pepper-and-salt-and-more"}))
    body = raw(github())
    assert (await backlog.send("github", body, signed(body))).status_code == 401
    assert (await backlog.send("github", body, signed(body, secret="pepper-and-salt-and-more"))).status_code == 202


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"action": "opened", "issue": {}}', raw(github(title="x", number=1, at="2026-07-01T00:00:00Z"))],
)
async def test_what_cannot_be_read_is_422_and_stores_nothing(backlog: Backlog, body: bytes) -> None:
    before = await backlog.events()
    answer = await backlog.send("github", body, {"x-github-event": "issues", "x-github-delivery": "d1", **signed(body)})
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    assert await backlog.events() == before


async def test_a_senders_clock_a_little_ahead_loses_nothing(backlog: Backlog) -> None:
    ahead = (NOW + timedelta(minutes=5)).isoformat()
    assert (await backlog.github(github(at=ahead))).status_code == 202
    assert (await backlog.github(github(at=(NOW + timedelta(minutes=4)).isoformat(), state="closed"), "d2")).status_code == 202
    item = await backlog.item("github", "town/permits#7")
    assert item is not None and item.state is ItemState.OPEN and item.added is not None and item.added.time <= backlog.now


async def test_gitlab_deliveries_are_told_apart_by_their_bodies(backlog: Backlog) -> None:
    before = await backlog.events()
    headers = {"x-gitlab-token": SECRET, "x-gitlab-event-uuid": "shared by hooks that set each other off"}
    for body in (gitlab(), gitlab("closed", "2024-03-02 10:00:00 UTC"), gitlab()):
        assert (await backlog.send("gitlab", raw(body), headers)).status_code == 202
    item = await backlog.item_of("permits.gitlab.900")
    assert item is not None and item.state is ItemState.DELIVERED
    assert await backlog.events() == before + 2
    for body in (gitlab(at="2024-03-03 10:00:00 UTC"), gitlab(at="2024-03-04 10:00:00 UTC")):
        await backlog.send("gitlab", raw(body), {**headers, "idempotency-key": "k1"})
    assert await backlog.events() == before + 3


async def test_standard_webhooks_are_taken(backlog: Backlog) -> None:
    body = raw(standard("delivered"))
    answer = await backlog.send("standard", body, standard_headers(body, backlog.now))
    assert answer.json() == {"delivery": "msg_1", "known": False, "item": item_id("standard", "card/9")}


async def test_an_issue_that_was_moved_leaves_its_former_key(backlog: Backlog) -> None:
    moved = jira("new", 1_709_287_300_000, changelog={"items": [{"field": "Key", "fromString": "OLD-1", "toString": "PERM-4"}]})
    for n, body in enumerate((raw(moved), raw(jira("new", key="OLD-1")), raw(moved))):
        answer = await backlog.send("jira", body, {"x-atlassian-webhook-identifier": f"w{n % 2}", **signed(body, "x-hub-signature")})
        assert answer.status_code == 202
    old, new = await backlog.item("jira", "OLD-1"), await backlog.item("jira", "PERM-4")
    assert old is not None and new is not None and (old.state, new.state) == (ItemState.DROPPED, ItemState.OPEN)


async def test_an_item_that_was_imported_by_its_reference_is_the_one_that_is_stated(backlog: Backlog) -> None:
    source = ItemSource(system="jira", reference="PERM-4")
    await backlog.say(AddItem(item="perm-4", product="permits", title="Pay", source=source, at=datetime(2024, 1, 1, tzinfo=UTC)))
    body = raw(jira("done"))
    answer = await backlog.send("jira", body, signed(body, "x-hub-signature"))
    assert answer.json()["item"] == "perm-4"
    item = await backlog.item_of("perm-4")
    assert item is not None and (item.state, item.title, item.stated_by) == (ItemState.DELIVERED, "Pay online", "jira")


async def test_an_issue_that_is_imported_after_it_was_stated_is_one_item(backlog: Backlog) -> None:
    body = raw(jira("done"))
    stated = (await backlog.send("jira", body, signed(body, "x-hub-signature"))).json()["item"]
    (added, _) = lines("permits", [("jira.csv", "Issue key,Summary,Status,Created\nPERM-4,Pay,Done,2024-01-01\n")], known=True)
    assert isinstance(added, ImportLine) and added.data["item"] == stated
    await backlog.say(AddItem.model_validate({**added.data, "at": added.at}))
    item = await backlog.item("jira", "PERM-4")
    assert item is not None and item.source is not None
    assert (item.state, item.title, item.source.reference) == (ItemState.DELIVERED, "Pay online", "PERM-4")
    with pytest.raises(AlreadyExists):
        await backlog.say(AddItem.model_validate(added.data))


async def test_what_one_site_stated_is_neither_anothers_nor_whoever_names_no_source(backlog: Backlog) -> None:
    await backlog.say(ConnectSource.model_validate({"source": "site", "system": "jira", "product": "permits", "secret": SECRET}))
    body = raw(jira("done"))
    items = {source: (await backlog.send(source, body, signed(body, "x-hub-signature"))).json()["item"] for source in ("jira", "site")}
    assert items == {"jira": issue_id("permits", "PERM-4"), "site": item_id("site", "PERM-4")}
    with pytest.raises(AlreadyExists):
        await backlog.say(AddItem(item=items["jira"], product="permits", title="Mine"))


def renamed(body: dict[str, Any], to: str = "town/permits-new") -> dict[str, Any]:
    return body | {"repository": {"full_name": to}}


MOMENTS = ("2024-03-01T10:00:00Z", "2024-03-02T10:00:00Z", "2024-03-03T10:00:00Z")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_an_issue_stays_one_item_when_its_repository_is_renamed_whatever_the_order(backlog: Backlog, order: tuple[int, ...]) -> None:
    bodies = [github(id=5, at=MOMENTS[0]), renamed(github(id=5, at=MOMENTS[1])), renamed(github(id=5, at=MOMENTS[2], state="closed"))]
    items = {(await backlog.github(bodies[n], f"d{n}")).json()["item"] for n in order}
    assert items == {"permits.github.5"}
    item = await backlog.item_of("permits.github.5")
    assert item is not None and item.source is not None
    assert (item.state, item.source.reference, item.source.number) == (ItemState.DELIVERED, "town/permits-new#7", "5")


async def test_another_issue_of_the_same_name_is_another_item(backlog: Backlog) -> None:
    await backlog.github(github(id=5), "d1")
    assert (await backlog.github(github(id=6, at=MOMENTS[1]), "d2")).json()["item"] == "permits.github.6"


@pytest.mark.parametrize("source", ["gitlab", "jira", "standard"])
async def test_every_sender_names_an_item_by_its_number(backlog: Backlog, source: str) -> None:
    def delivery(name: str, hour: int) -> Any:
        at = f"2024-03-01T{hour}:00:00Z"
        if source == "gitlab":
            return gitlab(at=at) | {"project": {"path_with_namespace": name.lower()}}
        body = jira(at=1_709_287_200_000 + hour, key=f"{name}-4") if source == "jira" else standard(at=at, reference=name, id=10004)
        if source == "jira":
            body["issue"]["id"] = "10004"
        return body

    items = set()
    for hour, name in ((11, "NEW"), (10, "OLD")):
        body = raw(delivery(name, hour))
        headers = {"gitlab": {"x-gitlab-token": SECRET}, "jira": signed(body, "x-hub-signature")}.get(source) or standard_headers(body, backlog.now, f"m{hour}")
        items.add((await backlog.send(source, body, headers)).json()["item"])
    (id,) = items
    item = await backlog.item_of(id)
    assert item is not None and item.source is not None and item.source.reference.startswith(("NEW", "new"))


@pytest.mark.parametrize("source", ["github", "gitlab", "jira"])
async def test_an_item_that_an_earlier_version_named_by_its_label_goes_on_as_the_same(backlog: Backlog, source: str) -> None:
    label = {"github": "town/permits#7", "gitlab": "town/permits#3", "jira": "OLD-4"}[source]
    id = issue_id("permits", label) if source == "jira" else item_id(source, label)
    earlier = StateItem(item=id, product="permits", source=source, reference=label, instant=datetime(2024, 1, 1, tzinfo=UTC), title="Pay", state=ItemState.OPEN)
    await backlog.say(earlier)
    moved = jira("done", changelog={"items": [{"field": "Key", "fromString": "OLD-4", "toString": "PERM-4"}]})
    moved["issue"]["id"] = "10004"
    first: Any = {"github": github(id=5), "gitlab": gitlab(), "jira": moved}[source]
    then: Any = {
        "github": renamed(github(id=5, at=MOMENTS[1], state="closed")),
        "gitlab": gitlab("closed", MOMENTS[1]) | {"project": {"path_with_namespace": "city/permits"}},
        "jira": moved,
    }[source]
    for body in (raw(first), raw(then)):
        headers = {"x-gitlab-token": SECRET, **(signed(body, "x-hub-signature") if source == "jira" else signed(body))}
        assert (await backlog.send(source, body, headers)).json()["item"] == id
    item = await backlog.item_of(id)
    assert item is not None and item.state is ItemState.DELIVERED


async def test_two_sources_of_one_site_speak_of_one_item_and_of_two_sites_of_two(backlog: Backlog) -> None:
    for other in ("same", "other"):
        await backlog.say(ConnectSource.model_validate({"source": other, "system": "github", "product": "permits", "secret": SECRET}))
    items = []
    for source, host in (("github", "git.example"), ("same", "git.example"), ("other", "git.elsewhere")):
        body = raw(github(id=5, html_url=f"https://{host}/town/permits/issues/7"))
        items.append((await backlog.send(source, body, signed(body))).json()["item"])
    assert items[:2] == ["permits.github.5", "permits.github.5"] and items[2] == item_id("other", "5")


@pytest.mark.parametrize("first", ["webhook", "import"])
async def test_an_issue_is_one_item_by_its_id_whichever_door_it_came_by_first(backlog: Backlog, first: str) -> None:
    body = jira("done", key="NEW-1")
    body["issue"]["id"] = "10004"
    (added, _) = lines("permits", [("jira.csv", "Issue key,Issue id,Summary,Status,Created\nPERM-4,10004,Pay,Done,2024-01-01\n")], known=True)
    assert isinstance(added, ImportLine)

    async def imported() -> str:
        await backlog.say(AddItem.model_validate({**added.data, "at": added.at}))
        return str(added.data["item"])

    async def stated() -> str:
        return str((await backlog.send("jira", raw(body), signed(raw(body), "x-hub-signature"))).json()["item"])

    doors = (stated, imported) if first == "webhook" else (imported, stated)
    assert [await door() for door in doors] == ["permits.jira.10004"] * 2
    item = await backlog.item_of("permits.jira.10004")
    assert item is not None and item.source is not None and (item.source.reference, item.state) == ("NEW-1", ItemState.DELIVERED)


async def test_what_is_an_item_already_is_not_added_as_another(backlog: Backlog) -> None:
    stated = (await backlog.github(github(id=5))).json()["item"]
    for source in (ItemSource(system="github", reference="town/permits#7"), ItemSource(system="github", reference="other", number="5")):
        with pytest.raises(AlreadyExists) as refused:
            await backlog.say(AddItem(item="mine", product="permits", title="Pay", source=source))
        assert stated in refused.value.detail
    await backlog.say(AddItem(item="by-hand", product="permits", title="Fees", source=ItemSource(system="github", reference="town/permits#8")))
    assert (await backlog.github(github(id=6, number=8), "d2")).json()["item"] == "by-hand"


@pytest.mark.parametrize("mode", [None, "withhold", "publish"])
async def test_confidential_words_are_published_only_where_the_source_is_connected_so(backlog: Backlog, mode: str | None) -> None:
    command = {"source": "lab", "system": "gitlab", "product": "permits", "secret": SECRET, **({"confidential": mode} if mode else {})}
    await backlog.say(ConnectSource.model_validate(command))
    body = raw(gitlab(confidential=True, title="The minister resigns", description="Soon"))
    id = (await backlog.send("lab", body, {"x-gitlab-token": SECRET})).json()["item"]
    item = await backlog.item_of(id)
    assert item is not None and item.source is not None and item.source.reference == "town/permits#3"
    assert item.title == ("The minister resigns" if mode == "publish" else "confidential")
    assert ("minister" in repr(await backlog.store.load([ITEM.key(id)]))) == (mode == "publish")


async def test_noise_is_counted_and_few_events_say_how_much(backlog: Backlog) -> None:
    before = await backlog.events()
    for n in range(300):
        answer = await backlog.send("gitlab", raw({"object_kind": "push", "after": n}), {"x-gitlab-token": SECRET})
        assert answer.status_code == 202 and not answer.json()["known"]
    assert await backlog.events() - before <= 10
    source = await backlog.source("gitlab")
    assert source is not None and 150 < source.ignored <= 300 and len(source.received) == 1


async def test_what_nobody_can_tell_stands_in_the_sources_list_and_changes_nothing(backlog: Backlog) -> None:
    body = jira(None)
    body["issue"]["fields"]["status"]["name"] = "Blocked"
    answer = await backlog.send("jira", raw(body), signed(raw(body), "x-hub-signature"))
    assert answer.status_code == 202 and "item" not in answer.json()
    source = await backlog.source("jira")
    assert source is not None and "Blocked" in source.received[0].reason
    assert (await backlog.store.heads("item")) == []


def test_the_id_of_an_issue_is_its_products_and_keys_and_fits() -> None:
    assert issue_id("permits", "PER-2") == "permits.per-2"
    ids = {issue_id(product, reference) for product in ("a", "a.b", "p" * 64) for reference in ("B-1", "b.B-1", "ñ-1", "x" * 300)}
    assert len(ids) == 12 and all(re.fullmatch(ID_PATTERN, id) for id in ids)


async def test_github_may_send_a_form(backlog: Backlog) -> None:
    body = b"payload=" + quote(json.dumps(github())).encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "x-github-event": "issues", **signed(body)}
    assert (await backlog.client.post("/v1/webhooks/github", content=body, headers=headers)).status_code == 202


UNSEEN = "\0\x1b\u200e\u202e\ufeff\x85\u2066"


@pytest.mark.parametrize("source", ["github", "gitlab", "jira", "standard"])
async def test_what_nobody_can_see_in_a_title_is_left_out_and_keeps_no_item_from_being_told_of(backlog: Backlog, source: str) -> None:
    title = f"Pay\n{UNSEEN}on\u202eline\u2028now"
    bodies = {
        "github": github(id=77, title=title),
        "gitlab": gitlab(id=77, title=title),
        "jira": jira(issue={"key": "PERM\u200e-4", "id": "77", "fields": {"summary": title}}),
        "standard": standard(id="77\u202e", title=title, reference="A\u200e-1"),
    }
    answer = await backlog.deliver(source, bodies[source])
    assert answer.status_code == 202, answer.text
    item = await backlog.item_of(answer.json()["item"])
    assert item is not None and item.id == f"permits.{source}.77" and " ".join(item.title.split()) == "Pay online now"
    assert item.source is not None and not UNSEEN_IN_NAMES.search(item.source.reference + item.title)


async def test_the_secret_is_in_no_event_and_no_reply(backlog: Backlog) -> None:
    histories = await backlog.store.load([SOURCE.key(system) for system in ("github", "gitlab", "jira", "standard")])
    assert SECRET not in repr(histories)
    assert all(SECRET not in repr(commit.events) + repr(commit.reply) for commit in await backlog.store.unpublished())


def test_the_id_of_an_item_is_readable_fits_and_is_never_anothers() -> None:
    assert item_id("gh", "Town/Permits#7").startswith("town-permits-7.")
    ids = {item_id(source, reference) for source in ("gh", "lab") for reference in ("a/b#1", "A/B#1", "a-b-1", "ñ", "x" * 300)}
    assert len(ids) == 10 and all(len(id) <= 64 for id in ids)


@pytest.mark.requirement("S3-10")
async def test_a_run_for_a_change_is_stored_once_at_the_senders_time_and_again_when_it_was_started_again(backlog: Backlog) -> None:
    async def send(body: Any, delivery: str) -> Any:
        answer = await backlog.send("github", raw(body), {"x-github-event": "workflow_run", "x-github-delivery": delivery, **signed(raw(body))})
        assert answer.status_code == 202
        return answer.json()

    again = workflow_run(updated_at="2026-03-02T15:00:00Z")
    assert await send(again, "w2") == {"delivery": "w2", "known": False, "change": "c"}
    for known, delivery in ((False, "w1"), (True, "w1"), (True, "w3")):
        assert await send(workflow_run(), delivery) == {"delivery": delivery, "known": known, "change": "c"}
    assert "'failure'" in (await send(workflow_run("failure"), "w4"))["reason"]
    (key,) = [name for name, _ in await backlog.store.heads(PIPELINE_RUN.name, "")]
    run = PIPELINE_RUN.fold(key, visible((await backlog.store.load([key]))[key]))
    assert run is not None and (run.product, run.change, run.name, run.source) == ("permits", "c", "All tests passed", "github")
    assert [success.time.hour for success in run.successes] == [10, 15] and run.successes[0].actor.id == "source:github"
