"""The stream in GraphQL: pages of it with what the reader may see, and the digest by which a reader proves that it missed nothing."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentProposed
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.events.digest import digests
from libs.events.ports.log import Cursor
from libs.events.values import Money
from services.gateway.graphql.types.history import stream as streams
from tests.services.gateway.stream.streaming import Streaming, ids, item, organisation, said, streaming

PAGE = """
query Page($after: String, $types: [String!], $subjects: [String!], $from: DateTime, $to: DateTime, $first: Int! = 50) {
  events(after: $after, types: $types, subjects: $subjects, from: $from, to: $to, first: $first) {
    nodes { id }
    edges { cursor node { id type source subject sequence time recorded actor actorRole data } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
DIGEST = "query Digest($upTo: String) { streamDigest(upTo: $upTo) { cursor count kinds { kind count digest } } }"


@pytest.fixture
async def stream(tmp_path: Path) -> AsyncIterator[Streaming]:
    """A gateway that hears an empty log of three partitions."""
    async with streaming(tmp_path).hearing() as made:
        yield made


async def caught_up(stream: Streaming) -> None:
    """Waits until the gateway has read all."""
    assert stream.process.consumer is not None and stream.process.consumer.published is not None
    await stream.process.consumer.published.reach((await stream.log.end([])).offsets)


async def page(stream: Streaming, persona: str = "subscriber", **variables: Any) -> Any:
    return (await stream.ask(PAGE, variables, persona=persona))["events"]


async def pages(stream: Streaming, **variables: Any) -> list[Any]:
    """All pages, one behind the other."""
    found = [await page(stream, **variables)]
    while found[-1]["pageInfo"]["hasNextPage"]:
        found.append(await page(stream, **variables, after=found[-1]["pageInfo"]["endCursor"]))
    return found


def named(found: Any) -> list[str]:
    return [node["id"] for node in found["nodes"]]


def computed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a reader of `/events` computes from its lines."""
    return [{"kind": d.kind, "count": d.count, "digest": d.sha256} for d in digests(f"{e['subject']} {e['sequence']} {e['id']}" for e in lines)]


async def test_pages_hold_what_events_gives_under_the_same_cursors(stream: Streaming) -> None:
    records = [organisation(f"o{n}", s) for s in (1, 2) for n in range(9)]
    await stream.publish(*records, *records[3:8])
    lines = await stream.lines()
    found = await pages(stream, first=4)
    assert [len(p["edges"]) for p in found] == [4, 4, 4, 4, 2]
    assert [n for p in found for n in named(p)] == ids(lines)
    assert [e["cursor"] for p in found for e in p["edges"]] == [line["cursor"] for line in lines]
    assert [p["pageInfo"]["hasPreviousPage"] for p in found] == [False, True, True, True, True]
    assert ids(await stream.lines(after=found[1]["pageInfo"]["endCursor"])) == ids(lines)[8:]


async def test_an_event_says_what_its_cloud_event_says(stream: Streaming) -> None:
    await stream.publish(organisation("o", 1, "2025-03-01"))
    edge = (await page(stream))["edges"][0]
    assert edge["node"] == {
        "id": "organisation:o@1",
        "type": "headway.portfolio.organisation.registered.v1",
        "source": "/headway/portfolio",
        "subject": "organisation:o",
        "sequence": 1,
        "time": "2025-03-01T00:00:00Z",
        "recorded": "2025-03-01T00:00:00Z",
        "actor": "importer",
        "actorRole": "importer",
        "data": {"name": "o 1"},
    }


async def test_events_are_chosen_by_type_subject_and_time(stream: Streaming) -> None:
    await stream.publish(organisation("o", 1, "2025-01-01"), organisation("o", 2, "2025-01-03"), item("i", 1, "2025-01-02"), item("j", 1, "2025-01-03"))
    assert named(await page(stream, types=["headway.portfolio.organisation.registered.v1"])) == ["organisation:o@1", "organisation:o@2"]
    assert named(await page(stream, subjects=["item:i"])) == ["item:i@1"]
    span = {"from": "2025-01-02T00:00:00Z", "to": "2025-01-03T00:00:00Z"}
    assert named(await page(stream, **span)) == ["item:i@1"]


async def test_a_page_of_a_rare_type_may_be_empty_and_says_that_the_log_goes_on(stream: Streaming, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_SCANNED", 10)
    await stream.publish(*(organisation(f"o{n}") for n in range(35)), item("i"))
    found = await pages(stream, types=["headway.backlog.item.added.v1"])
    assert len(found) == 4 and [n for p in found for n in named(p)] == ["item:i@1"]
    assert all(p["pageInfo"]["endCursor"] for p in found) and not found[-1]["pageInfo"]["hasNextPage"]


async def test_an_empty_log_has_an_empty_page_and_its_end_stays_where_the_reader_was(stream: Streaming) -> None:
    assert (await page(stream))["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    await stream.publish(organisation("o"))
    end = (await page(stream))["pageInfo"]["endCursor"]
    assert (await page(stream, after=end))["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True, "startCursor": None, "endCursor": end}
    assert (await page(stream, first=0))["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize(("persona", "shown"), [("executive", True), ("executive@o0", True), ("executive@o1", False), ("subscriber", False)])
async def test_money_is_null_for_whoever_may_not_read_it(stream: Streaming, persona: str, shown: bool) -> None:
    proposed = InvestmentProposed(team="t", amount=Money(amount=Decimal("5.00"), currency="CAD"), value="v")
    await stream.publish(organisation("o0"), said(TEAM, "t", 1, TeamFormed(name="T", home="o0")), said(INVESTMENT, "i", 1, proposed))
    data = next(e["node"]["data"] for e in (await page(stream, persona))["edges"] if e["node"]["id"] == "investment:i@1")
    assert data["amount"] == ({"amount": "5.00", "currency": "CAD"} if shown else None) and data["value"] == "v"


async def test_a_damaged_record_is_a_node_that_says_what_it_can(stream: Streaming) -> None:
    good = organisation("o")
    await stream.publish(dataclasses.replace(good, headers={"ce_id": "?", "ce_sequence": "many", "ce_time": "soon"}, value=b"\xff"))
    node = (await page(stream))["edges"][0]["node"]
    assert node == dict.fromkeys(node) | {"id": "?"}


@pytest.mark.parametrize(
    "variables", [{"after": "nonsense!"}, {"types": ["no type"]}, {"subjects": ["biohub"]}, {"subjects": [f"team:t{n}" for n in range(201)]}, {"first": 101}]
)
async def test_what_cannot_be_asked_is_refused(stream: Streaming, variables: dict[str, Any]) -> None:
    body = (await stream.post(PAGE, variables)).json()
    assert body["errors"] and not body.get("data")


async def test_the_digest_of_all_is_what_a_reader_computes_though_records_stand_twice(stream: Streaming) -> None:
    records = [r for n in range(12) for r in (organisation(f"o{n}"), item(f"i{n}"), item(f"i{n}", 2))]
    await stream.publish(*records[:20], *records[5:15], *records[20:], *records[30:])
    lines = await stream.lines()
    found = (await stream.ask(DIGEST, persona="subscriber"))["streamDigest"]
    assert found["kinds"] == computed(lines) and found["count"] == len(lines) == 36
    assert [k["kind"] for k in found["kinds"]] == ["item", "organisation"]
    assert await stream.ask(DIGEST, {"upTo": found["cursor"]}, persona="auditor") == {"streamDigest": found}


async def test_the_digest_up_to_any_cursor_is_what_its_reader_has(stream: Streaming) -> None:
    records = [r for n in range(6) for r in (organisation(f"o{n}"), item(f"i{n}"))]
    await stream.publish(*records[:8], *records[2:6], *records[8:], records[0])
    lines = await stream.lines()
    for n, line in enumerate(lines, 1):
        found = (await stream.ask(DIGEST, {"upTo": line["cursor"]}))["streamDigest"]
        assert found["kinds"] == computed(lines[:n])


async def test_a_digest_that_lacks_one_event_is_another(stream: Streaming) -> None:
    await stream.publish(item("i"), item("i", 2), item("j"))
    lines = await stream.lines()
    whole = (await stream.ask(DIGEST))["streamDigest"]["kinds"]
    assert all(computed(lines[:n] + lines[n + 1 :]) != whole for n in range(len(lines)))


async def test_a_parked_event_counts_and_one_that_only_its_owner_knows_counts_without_a_cursor(stream: Streaming) -> None:
    await stream.publish(dataclasses.replace(organisation("a"), value=b"{}"))
    await caught_up(stream)
    parked = (await stream.ask(DIGEST))["streamDigest"]
    assert [(k["kind"], k["count"]) for k in parked["kinds"]] == [("organisation", 1)]
    stream.tell(TEAM, "t", TeamFormed(name="T", home="a"), "2025-01-01")
    both = (await stream.ask(DIGEST))["streamDigest"]
    assert [(k["kind"], k["count"]) for k in both["kinds"]] == [("organisation", 1), ("team", 1)]
    assert (await stream.ask(DIGEST, {"upTo": both["cursor"]}))["streamDigest"] == parked


async def test_a_reader_of_kafka_names_partitions_and_its_own_offsets(stream: Streaming) -> None:
    await stream.publish(*(item(f"i{n}") for n in range(9)))
    lines = await stream.lines()
    offsets = {f"backlog.{n}": len(records) for n, records in enumerate(stream.log.partitions)}
    assert (await stream.ask(DIGEST, {"upTo": json.dumps(offsets)}))["streamDigest"]["kinds"] == computed(lines)


async def test_a_cursor_that_the_gateway_has_not_read_up_to_is_waited_for_and_then_refused(stream: Streaming, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SECONDS", 0.02)
    body = (await stream.post(DIGEST, {"upTo": str(Cursor({"backlog.0~0": 5}))})).json()
    assert "not read the log as far" in body["errors"][0]["message"]
    for nonsense in ("nonsense!", "{", '{"backlog.0": -1}', '{"backlog.0": "1"}'):
        assert "cursor" in (await stream.post(DIGEST, {"upTo": nonsense})).json()["errors"][0]["message"]


async def test_a_gateway_that_does_not_hear_yet_says_so(gateway: Any) -> None:
    assert "not read the log yet" in (await gateway.post(DIGEST)).json()["errors"][0]["message"]


def test_the_names_in_a_line_are_those_of_the_envelope() -> None:
    headers = organisation("o", 3).headers
    assert (headers["ce_subject"], headers["ce_sequence"], headers["ce_id"]) == ("organisation:o", "3", "organisation:o@3")
    assert headers["ce_type"] == OrganisationRegistered.TYPE
