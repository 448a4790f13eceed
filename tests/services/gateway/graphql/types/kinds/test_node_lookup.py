"""Global ids: whatever has one is found again by it, in one schema that Relay and caches can rely on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLList, GraphQLNonNull, GraphQLObjectType, get_named_type

from headway.contracts.samples import id_of, sample
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE, LifecycleDefined
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeRaised
from libs.events.event import KINDS
from services.gateway.graphql.schema import schema
from services.gateway.graphql.types.kinds.types import BY_KIND
from tests.given import given
from tests.services.gateway.portfolio import small
from tests.services.gateway.small_world import Gateway

IDS = {
    "organisation:water": "Organisation",
    "program:rivers": "Program",
    "product:wells": "Product",
    "team:wells-team": "Team",
    "loan:loan-1": "Loan",
    "investment:inv-wells": "InvestmentCase",
    "bid:bid-wells": "Bid",
    "roadmap_item:pump": "RoadmapItem",
    "release:first": "Release",
    "change:deeper": "ChangeRequest",
    "metric:speed": "Metric",
    "need:clean": "Need",
    "item:i1": "Item",
    "lifecycle:short": "Lifecycle",
    "person:ana": "Person",
}
SAMPLED = [KINDS[kind] for kind in sorted(BY_KIND) if kind not in {id.partition(":")[0] for id in IDS}]
"""The kinds that the small portfolio lacks: of these the sample of what defines one is told."""
IDS |= {kind.key(id_of(kind.name)): BY_KIND[kind.name].__strawberry_definition__.name for kind in SAMPLED}  # type: ignore[attr-defined]


@pytest.fixture
def all_kinds(told_gateway: Gateway) -> Gateway:
    """The small portfolio, with one of each kind that it lacks."""
    told_gateway.tell(LIFECYCLE, "short", LifecycleDefined(name="Short", phases=()), "2025-05-01")
    told_gateway.tell(CHANGE, "deeper", ChangeRaised(product="wells", title="Deeper", release="first", description="By ten metres"), "2025-05-01")
    told_gateway.tell(CHANGE, "deeper", ChangeDecided(approved=True, reason="Yes"), "2025-05-02", by="cab@water")
    for kind in SAMPLED:
        told_gateway.tell(kind, id_of(kind.name), sample(kind.defined_by[0].TYPE).data, "2025-05-01")
    return told_gateway


async def test_whatever_has_a_global_id_is_found_by_it(all_kinds: Gateway) -> None:
    for id, name in IDS.items():
        found = await all_kinds.ask("query($id: ID!) { node(id: $id) { __typename id } }", {"id": id})
        assert found["node"] == {"__typename": name, "id": id}
    assert BY_KIND.keys() | {"person"} == {id.partition(":")[0] for id in IDS}


def test_several_are_found_at_once_in_the_order_of_their_ids_at_any_moment() -> None:
    ask = "query($ids: [ID!]!, $d: Date) { nodes(ids: $ids, asOf: $d) { id ... on Product { phase { id } } } }"
    ids = ["product:wells", "team:never", "team:wells-team"]
    told = given(small())
    assert told.answers(ask, ids=ids)["nodes"] == [{"id": ids[0], "phase": {"id": "beta"}}, None, {"id": ids[2]}]
    assert told.on("2025-01-05").answers(ask, ids=ids)["nodes"] == [{"id": ids[0], "phase": None}, None, None]


@pytest.mark.parametrize(
    "id",
    ["team:never", "wells-team", "", "team:", ":x", "graduation:wells-team", "nothing:x", "person:", "team:wells-team@1", "Team:wells-team", "person:../x"],
)
async def test_what_is_no_id_of_anything_is_null(all_kinds: Gateway, id: str) -> None:
    assert (await all_kinds.ask("query($id: ID!) { node(id: $id) { id } }", {"id": id}))["node"] is None


async def test_a_hundred_ids_are_taken_and_no_more_and_each_counts(all_kinds: Gateway) -> None:
    ask = (
        "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Organisation { teams(first: 100) { nodes { roadmap { items(first: 100) { nodes { id } } } } } } } }"
    )
    body = (await all_kinds.post("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["team:x"] * 101})).json()
    assert body["errors"][0]["extensions"]["code"] == "FIRST"
    assert (await all_kinds.post(ask, {"ids": ["organisation:water"]})).json()["data"]["nodes"][0]["teams"]["nodes"]
    assert (await all_kinds.post(ask, {"ids": ["organisation:water"] * 100})).json()["errors"][0]["extensions"]["code"] == "COST"


@pytest.mark.parametrize(
    ("subject", "fields", "values"),
    [
        ("change:deeper", "title description approved reason raisedOn decidedOn", ("Deeper", "By ten metres", True, "Yes", "2025-05-01", "2025-05-02")),
        ("metric:speed", "name kind unit baseline latest latestOn", ("Speed", "QUANTITATIVE", None, "10", "4", "2025-05-01")),
        ("need:clean", "user text prioritised verdict evidence", ("people", "water", True, "MET", "survey")),
        ("release:first", "title", ("First",)),
        ("item:i1", "title", ("Item 1",)),
    ],
)
def test_what_governs_a_product_tells_of_itself(all_kinds: Gateway, subject: str, fields: str, values: tuple[Any, ...]) -> None:
    told = given(all_kinds.process.world).shows(subject, "product.id", "product:wells")
    told.shows(subject, f"{{ {fields} }}", dict(zip(fields.split(), values, strict=True)))


@pytest.mark.parametrize(
    ("subject", "field", "other"),
    [
        ("change:deeper", "release", "release:first"),
        ("metric:speed", "responsible", "person:ana"),
        ("item:i1", "roadmapItem", "roadmap_item:pump"),
        ("item:i1", "roadmapItem.product", "product:wells"),
        ("loan:loan-1", "borrower", "organisation:roads"),
    ],
)
def test_what_refers_to_something_leads_there(all_kinds: Gateway, subject: str, field: str, other: str) -> None:
    given(all_kinds.process.world).shows(subject, f"{field}.id", other)


@pytest.mark.requirement("S0-14", "S0-15")
async def test_an_investment_tells_of_its_decision_and_its_money_only_to_whoever_may_read_it(all_kinds: Gateway) -> None:
    ask = """{ node(id: "investment:inv-wells") { ... on InvestmentCase { state value proposedOn decidedOn reason team { id } product { id }
        amounts { asked { total { amount } enhance { amount } support { amount } } firstBaseline { total { amount } } forecast { amount } }
        bids { id state submittedOn decidedOn amount { amount currency } investment { id } } } } }"""
    found = (await all_kinds.ask(ask, persona="executive@water"))["node"]
    split = {"total": {"amount": "1000.00"}, "enhance": {"amount": "1000.00"}, "support": {"amount": "0.00"}}
    assert (found["state"], found["reason"], found["decidedOn"], found["team"]["id"]) == ("APPROVED", "yes", "2025-01-20", "team:wells-team")
    assert found["amounts"] == {"asked": split, "firstBaseline": {"total": {"amount": "1000.00"}}, "forecast": None}
    assert found["bids"] == [
        {
            "id": "bid:bid-wells", "state": "WAITING", "submittedOn": "2025-02-01", "decidedOn": None, "amount": {"amount": "1000.00", "currency": "CAD"},
            "investment": {"id": "investment:inv-wells"},
        }
    ]  # fmt: skip
    for persona in ("executive@roads", "team@wells-team", "subscriber"):
        body = (await all_kinds.post(ask, persona=persona)).json()
        assert body["data"]["node"]["amounts"] is None and body["data"]["node"]["bids"][0]["amount"] is None
        assert body["extensions"]["withheld"] == ["node.amounts", "node.bids.0.amount"]


def _objects() -> Iterator[GraphQLObjectType]:
    yield from (kind for name, kind in schema()._schema.type_map.items() if isinstance(kind, GraphQLObjectType) and not name.startswith("__"))


def test_every_type_with_a_global_id_is_a_node_and_node_takes_the_id_alone() -> None:
    node = schema()._schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    of_nodes = {kind.name for kind in _objects() if node in kind.interfaces}
    with_ids = {kind.name for kind in _objects() if "id" in kind.fields and get_named_type(kind.fields["id"].type).name == "ID"}
    assert of_nodes == set(IDS.values())
    assert with_ids - of_nodes == {"Subject", "CommandAnswer", "SearchHit"}, "these point at a thing and are none"
    query = schema()._schema.query_type
    assert query is not None and list(query.fields["node"].args) == ["id"], "Relay looks for exactly this"


def test_every_connection_is_one_by_the_specification_of_relay() -> None:
    connections = [kind for kind in _objects() if kind.name.endswith("Connection")]
    assert len(connections) >= 8
    for kind in connections:
        edges, info = kind.fields["edges"].type, kind.fields["pageInfo"].type
        assert isinstance(info, GraphQLNonNull) and get_named_type(info).name == "PageInfo"
        assert isinstance(edges, GraphQLNonNull) and isinstance(edges.of_type, GraphQLList)
        edge: Any = get_named_type(edges)
        assert edge.name == kind.name.removesuffix("Connection") + "Edge" and str(edge.fields["cursor"].type) == "String!" and "node" in edge.fields
    info_type: Any = schema()._schema.type_map["PageInfo"]
    assert {name: str(field.type) for name, field in info_type.fields.items()} == {
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "String",
        "endCursor": "String",
    }
    fields = [(kind.name, name, field) for kind in _objects() for name, field in kind.fields.items()]
    for owner, name, field in fields:
        if get_named_type(field.type) in connections:
            assert {"first", "after"} <= field.args.keys(), f"{owner}.{name}"
