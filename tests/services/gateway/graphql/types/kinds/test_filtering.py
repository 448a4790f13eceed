"""Typed filters and orders of the connections: what is wanted, in the order that was asked for, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from libs.commands.testing import money
from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.product import PRODUCT, ProductHalted
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from tests.services.gateway.small_world import Gateway


async def listed(g: Gateway, field: str, filter: str = "", order: str = "", within: str = "portfolio") -> list[str]:
    arguments = ", ".join(filter for filter in (f"filter: {{{filter}}}" if filter else "", f"orderBy: {{{order}}}" if order else "") if filter)
    found: Any = await g.ask(f"{{ {within} {{ {field}{f'({arguments})' if arguments else ''} {{ nodes {{ id }} totalCount }} }} }}")
    page = found[within.partition("(")[0]][field]
    assert page["totalCount"] == len(page["nodes"])
    return [node["id"].partition(":")[2] for node in page["nodes"]]


@pytest.mark.parametrize(
    ("filter", "wanted"),
    [
        ("", ["signs-team", "wells-team"]),
        ("status: [IN_RESIDENCY]", ["signs-team", "wells-team"]),
        ("status: [GRADUATED, ALUMNI]", []),
        ("status: []", []),
        ('organisation: ["organisation:water"]', ["wells-team"]),
        ('organisation: ["water", "roads"]', ["signs-team", "wells-team"]),
        ('product: ["product:signs"]', ["signs-team"]),
        ("health: [GOOD]", ["wells-team"]),
        ("health: [POOR]", []),
        ('name: "WÉLLS"', ["wells-team"]),
        ('name: "team", organisation: ["roads"]', ["signs-team"]),
    ],
)
async def test_teams_are_filtered(told_gateway: Gateway, filter: str, wanted: list[str]) -> None:
    assert await listed(told_gateway, "teams", filter) == wanted


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        ("by: ID, direction: DESC", ["wells-team", "signs-team", "early-team"]),
        ("by: NAME", ["early-team", "signs-team", "wells-team"]),
        ("by: FORMED", ["wells-team", "signs-team", "early-team"]),
        ("by: FORMED, direction: DESC", ["early-team", "signs-team", "wells-team"]),
        ("by: STATUS", ["early-team", "signs-team", "wells-team"]),
        ("by: CRITERIA_MET, direction: DESC", ["wells-team", "early-team", "signs-team"]),
    ],
)
async def test_teams_are_ordered_and_equals_stay_in_the_order_of_their_ids(told_gateway: Gateway, order: str, wanted: list[str]) -> None:
    told_gateway.tell(TEAM, "early-team", TeamFormed(name="Éarly", home="roads"), "2025-02-01")
    assert await listed(told_gateway, "teams", "", order) == wanted


@pytest.mark.parametrize(
    ("filter", "wanted"),
    [
        ('phase: ["beta"]', ["wells"]),
        ('phase: ["alpha"]', []),
        ('program: ["program:rivers"]', ["wells"]),
        ("halted: true", ["dams"]),
        ("halted: false", ["signs", "wells"]),
        ('name: "S"', ["dams", "signs", "wells"]),
        ('organisation: ["roads"]', ["signs"]),
    ],
)
async def test_products_are_filtered(told_gateway: Gateway, filter: str, wanted: list[str]) -> None:
    told_gateway.tell(PRODUCT, "dams", ProductHalted(reason="resource_constraint", lacking="people"), "2025-06-01")
    assert await listed(told_gateway, "products", filter) == wanted


async def test_what_has_no_value_comes_last_either_way(told_gateway: Gateway) -> None:
    assert await listed(told_gateway, "products", "", "by: PHASE_SINCE") == ["wells", "dams", "signs"]
    assert await listed(told_gateway, "products", "", "by: PHASE_SINCE, direction: DESC") == ["wells", "dams", "signs"]
    assert await listed(told_gateway, "products", "", "by: NAME, direction: DESC") == ["wells", "signs", "dams"]


async def test_the_lists_of_an_organisation_are_filtered_and_ordered_alike(told_gateway: Gateway) -> None:
    within = 'organisation(id: "water")'
    assert await listed(told_gateway, "products", 'phase: ["beta"]', "", within) == ["wells"]
    assert await listed(told_gateway, "products", "", "by: NAME, direction: DESC", within) == ["wells", "dams"]
    assert await listed(told_gateway, "teams", "health: [GOOD]", "by: NAME", within) == ["wells-team"]


async def product(g: Gateway, selected: str) -> Any:
    return (await g.ask(f'{{ product(id: "wells") {{ {selected} }} }}'))["product"]


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ("filter: {horizon: [NEXT, LATER]}", ["pipe", "tap"]),
        ('filter: {endsFrom: "2025-12-02"}', ["pump"]),
        ('filter: {endsUntil: "2025-12-01"}', ["pipe", "tap", "map"]),
        ("filter: {slipped: true}", ["pump"]),
        ("filter: {slipped: false}", ["pipe", "tap", "map"]),
        ("orderBy: {by: TITLE}", ["map", "pipe", "pump", "tap"]),
        ("orderBy: {by: PLACED, direction: DESC}", ["map", "tap", "pipe", "pump"]),
        ("orderBy: {by: SLIP, direction: DESC}", ["pump", "pipe", "tap", "map"]),
        ("orderBy: {by: ENDS, direction: DESC}, filter: {horizon: [NOW, NEXT]}", ["pump", "pipe"]),
        ("orderBy: {by: STARTS}", ["pump", "pipe", "tap", "map"]),
    ],
)
@pytest.mark.requirement("S0-20")
async def test_items_of_a_roadmap_are_filtered_and_ordered(told_gateway: Gateway, arguments: str, wanted: list[str]) -> None:
    found = await product(told_gateway, f"roadmap {{ items({arguments}) {{ nodes {{ id }} }} }}")
    assert [node["id"].partition(":")[2] for node in found["roadmap"]["items"]["nodes"]] == wanted


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ("filter: {state: [OPEN]}", ["i4", "i1"]),
        ("filter: {state: [DROPPED]}", []),
        ("dropped: true, filter: {state: [DROPPED]}", ["i3"]),
        ('filter: {system: ["jira"]}', ["i1"]),
        ('filter: {roadmapItem: ["roadmap_item:pump"]}', ["i4", "i1", "i2"]),
        ('filter: {roadmapItem: ["pipe"]}', []),
        ("orderBy: {by: POSITION, direction: DESC}", ["i2", "i1", "i4"]),
        ("orderBy: {by: ADDED}", ["i1", "i2", "i4"]),
        ("orderBy: {by: TITLE, direction: DESC}", ["i4", "i2", "i1"]),
    ],
)
async def test_backlog_items_are_filtered_and_ordered(told_gateway: Gateway, arguments: str, wanted: list[str]) -> None:
    found = await product(told_gateway, f"backlog {{ items({arguments}) {{ nodes {{ id }} }} }}")
    assert [node["id"].partition(":")[2] for node in found["backlog"]["items"]["nodes"]] == wanted


@pytest.mark.parametrize(
    ("filter", "order", "wanted"),
    [
        ("", "", ["inv-new", "inv-no", "inv-signs", "inv-wells"]),
        ("state: [PROPOSED]", "", ["inv-new"]),
        ("state: [DECLINED, PROPOSED]", "by: PROPOSED, direction: DESC", ["inv-no", "inv-new"]),
        ('team: ["wells-team"]', "", ["inv-wells"]),
        ('product: ["product:dams"]', "by: DECIDED", ["inv-no", "inv-new"]),
        ("funding: [ONGOING_PRODUCT]", "", []),
    ],
)
@pytest.mark.requirement("S0-14")
async def test_investments_are_filtered_and_ordered(told_gateway: Gateway, filter: str, order: str, wanted: list[str]) -> None:
    told_gateway.tell(INVESTMENT, "inv-new", InvestmentProposed(product="dams", amount=money("5.00")), "2025-03-01")
    told_gateway.tell(INVESTMENT, "inv-no", InvestmentProposed(product="dams", amount=money("5.00")), "2025-03-02")
    told_gateway.tell(INVESTMENT, "inv-no", InvestmentDecided(approved=False, reason="no"), "2025-03-03")
    assert await listed(told_gateway, "investments", filter, order) == wanted
    assert await listed(told_gateway, "investments", "", "", 'portfolio(organisation: "roads")') == ["inv-signs"]


@pytest.mark.parametrize("filter", ['organisation: ["team:x"]', 'product: ["team:x"]', 'product: ["product:"]'])
async def test_an_id_of_something_else_is_refused_and_says_which_field(told_gateway: Gateway, filter: str) -> None:
    body = (await told_gateway.post(f"{{ portfolio {{ teams(filter: {{{filter}}}) {{ totalCount }} }} }}")).json()
    assert body["errors"][0]["extensions"]["field"] == f"filter.{filter.partition(':')[0]}"


@pytest.mark.parametrize(
    "list",
    [
        'teams(filter: {organisation: ["sea"]})',
        'products(filter: {program: ["sea"]})',
        'investments(filter: {team: ["sea"]})',
        'roadmap { items(filter: {team: ["sea"]})',
        'roadmap { items(filter: {product: ["sea"]})',
    ],
)
async def test_what_was_never_heard_of_is_refused_as_a_filter(told_gateway: Gateway, list: str) -> None:
    body = (await told_gateway.post(f"{{ portfolio {{ {list} {{ totalCount }} {'}' if '{ items' in list else ''} }} }}")).json()
    assert body["errors"][0]["extensions"]["code"] == "NOT_FOUND" and "'sea'" in body["errors"][0]["message"], body


async def test_a_mere_reference_is_known_as_a_filter(told_gateway: Gateway) -> None:
    assert await listed(told_gateway, "teams", 'product: ["unheard"]') == ["signs-team"]


async def test_pages_go_on_in_the_order_that_was_asked_for(told_gateway: Gateway) -> None:
    order = "orderBy: {by: NAME, direction: DESC}"
    ask = f"query($a: String) {{ portfolio {{ products(first: 2, after: $a, {order}) {{ nodes {{ name }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
    first = (await told_gateway.ask(ask))["portfolio"]["products"]
    second = (await told_gateway.ask(ask, {"a": first["pageInfo"]["endCursor"]}))["portfolio"]["products"]
    assert [n["name"] for n in (*first["nodes"], *second["nodes"])] == ["Wells", "Signs", "Dams"]
    assert first["pageInfo"]["hasNextPage"] and not second["pageInfo"]["hasNextPage"]
