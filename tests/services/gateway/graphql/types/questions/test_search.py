"""Searching by GraphQL: hits with the things themselves, page by page, for every role alike."""

from __future__ import annotations

from types import MappingProxyType

from libs.events.ports.people import Particulars
from tests.services.gateway.small_world import TODAY, Gateway

ASK = """query($t: String!, $k: [Findable!], $n: Int, $a: String) { search(text: $t, kinds: $k, first: $n, after: $a) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id kind name within node { __typename ... on Team { products { id } } ... on Item { state } } } } }"""


async def test_a_search_finds_things_and_gives_them_whole(told_gateway: Gateway) -> None:
    found = (await told_gateway.ask(ASK, {"t": "wells", "n": 3}, persona="subscriber"))["search"]
    assert [(one["id"], one["kind"], one["name"], one["within"]) for one in found["nodes"]] == [
        ("product:wells", "PRODUCT", "Wells", "water"),
        ("team:wells-team", "TEAM", "Wells team", "water"),
        ("investment:inv-wells", "INVESTMENT", "inv-wells", "wells"),
    ]
    assert found["nodes"][1]["node"] == {"__typename": "Team", "products": [{"id": "product:wells"}]} and found["totalCount"] == 4
    item = (await told_gateway.ask(ASK, {"t": "WELL-1"}))["search"]["nodes"][0]
    assert (item["id"], item["node"]) == ("item:i1", {"__typename": "Item", "state": "OPEN"}), "by what its source calls it"


async def test_people_are_found_by_their_ids(told_gateway: Gateway) -> None:
    found = (await told_gateway.ask(ASK, {"t": "ana", "k": ["PERSON"]}))["search"]["nodes"]
    assert [(one["id"], one["within"], one["node"]["__typename"]) for one in found] == [("person:ana", "wells-team", "Person")]


async def test_people_are_found_by_their_names_by_whoever_may_see_these_and_shown_by_them(told_gateway: Gateway) -> None:
    told_gateway.process.people.entries = MappingProxyType({"ana": Particulars("Ada Lovelace", None, TODAY)})
    for typed in ("lovelace", "ana"):
        found = (await told_gateway.ask(ASK, {"t": typed}, persona="auditor"))["search"]["nodes"]
        assert [(one["id"], one["name"]) for one in found] == [("person:ana", "Ada Lovelace")]
    assert (await told_gateway.ask(ASK, {"t": "lovelace"}, persona="subscriber"))["search"]["nodes"] == []
    assert [one["name"] for one in (await told_gateway.ask(ASK, {"t": "ana"}, persona="subscriber"))["search"]["nodes"]] == ["ana"]


async def test_what_is_found_comes_page_by_page(told_gateway: Gateway) -> None:
    first = (await told_gateway.ask(ASK, {"t": "item", "n": 3}))["search"]
    second = (await told_gateway.ask(ASK, {"t": "item", "n": 3, "a": first["pageInfo"]["endCursor"]}))["search"]
    assert first["totalCount"] == 4 and first["pageInfo"]["hasNextPage"] and not second["pageInfo"]["hasNextPage"]
    assert {one["id"] for one in (*first["nodes"], *second["nodes"])} == {f"item:i{n}" for n in range(1, 5)}


async def test_nothing_is_found_by_nothing_and_a_long_text_is_no_harm(told_gateway: Gateway) -> None:
    for text in ("", "  ", "…", "x" * 50_000):
        assert (await told_gateway.ask(ASK, {"t": text}))["search"]["nodes"] == []
