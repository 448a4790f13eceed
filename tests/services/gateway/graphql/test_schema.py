"""The schema answers from facts at any moment: the executive's document, the product's, and what each field means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLNonNull, GraphQLObjectType

from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.product import PRODUCT, ProductRegistered
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from services.gateway.documents import EXECUTIVE
from services.gateway.documents import PRODUCT as PRODUCT_DOCUMENT
from services.gateway.graphql.schema import schema
from tests.services.gateway.small_world import Gateway


async def test_the_executive_document_is_answered_whole(told_gateway: Gateway) -> None:
    p = (await told_gateway.ask(EXECUTIVE))["portfolio"]
    assert p["asOf"] == "2026-03-02" and p["knownAt"] is None
    assert p["investment"]["committed"] == [{"amount": "1000.00", "currency": "CAD"}, {"amount": "700.00", "currency": "EUR"}]
    assert p["needs"] == {"prioritised": 2, "met": 1, "share": 0.5}
    assert p["targets"] == {"hit": 1, "missed": 0, "notMeasured": 0}
    assert [o["name"] for o in p["organisations"]] == ["Ministry of Roads", "Ministry of Water"]
    assert [(g["name"], [x["id"] for x in g["products"]]) for g in p["programs"]] == [("Rivers", ["product:wells"])]
    assert {f["id"]: f["products"] for f in p["phases"]}["beta"] == 1
    assert p["teams"]["totalCount"] == 2 and not p["teams"]["pageInfo"]["hasNextPage"]
    team = p["teams"]["nodes"][1]
    assert (team["id"], team["name"], team["home"]["id"]) == ("team:wells-team", "Wells team", "organisation:water")
    assert [c["role"] for c in team["core"] if c["covered"]] == ["PRODUCT_OWNER", "DEVELOPER"]
    assert team["health"] == {"team": "GOOD", "product": None, "recordedOn": "2025-09-01"}
    assert team["loans"] == [
        {"lender": {"name": "Ministry of Water"}, "borrower": {"name": "Ministry of Roads"}, "from": "2025-09-01", "until": "2025-09-30", "staffing": "STAFF"}
    ]
    assert team["graduation"]["status"] == "IN_RESIDENCY"
    assert [c["id"] for c in team["graduation"]["criteria"]] == [f"R-0{n}" for n in range(1, 7)]
    assert {h["function"] for h in team["graduation"]["handoff"]} >= {"IT_AGENCY", "STRATEGIC_HR"}
    assert [(i["id"], i["title"]) for i in team["roadmap"]["now"]] == [("roadmap_item:pump", "Pump")]
    assert team["roadmap"]["now"][0]["progress"] == pytest.approx(0.3333)
    assert [w["rule"] for w in team["investment"]["warnings"]] == ["S0-08"]


async def test_an_undecided_bid_is_overdue_after_ninety_days(told_gateway: Gateway) -> None:
    ask = "query($d: Date, $o: Boolean) { portfolio(asOf: $d) { duties(overdue: $o) { kind dueOn rule overdue subject { id name } } } }"
    subject = {"id": "bid:bid-wells", "name": "Bid for inv-wells at Treasury"}
    duty = {"kind": "BID_UNDECIDED", "dueOn": "2025-05-02", "rule": "S0-15", "overdue": True, "subject": subject}
    assert (await told_gateway.ask(ask, {"d": "2025-05-02", "o": True}))["portfolio"]["duties"] == []
    assert (await told_gateway.ask(ask, {"d": "2025-05-03", "o": True}))["portfolio"]["duties"] == [duty]
    both = (await told_gateway.ask(ask, {"d": "2025-05-02"}))["portfolio"]["duties"]
    assert [d["overdue"] for d in both if d["kind"] == "BID_UNDECIDED"] == [False]


async def test_a_duty_names_the_command_that_ends_it_and_the_roles_that_may_say_it(told_gateway: Gateway) -> None:
    ask = '{ portfolio(asOf: "2025-05-02") { duties { kind command roles subject { id } } } }'
    found = (await told_gateway.ask(ask))["portfolio"]["duties"]
    assert {"kind": "BID_UNDECIDED", "command": "portfolio.record_bid_outcome", "roles": ["portfolio_manager"], "subject": {"id": "bid:bid-wells"}} in found
    assert {"kind": "HEALTH_CHECK", "command": "portfolio.record_health", "roles": ["lab_ops"], "subject": {"id": "team:wells-team"}} in found


async def test_continuity_is_the_share_of_core_members_who_have_served_a_year(told_gateway: Gateway) -> None:
    ask = 'query($d: Date) { team(id: "wells-team", asOf: $d) { continuity { share since } } }'
    since = "2025-01-10"
    for day, share in (("2026-01-09", 0.0), ("2026-01-10", 0.5), ("2026-06-10", 1.0)):
        assert (await told_gateway.ask(ask, {"d": day}))["team"]["continuity"] == {"share": share, "since": since}
    nobody = await told_gateway.ask('{ team(id: "signs-team") { continuity { share } } }')
    assert nobody["team"]["continuity"] is None


async def test_the_product_document_is_answered_whole(told_gateway: Gateway) -> None:
    p = (await told_gateway.ask(PRODUCT_DOCUMENT, {"id": "product:wells"}))["product"]
    assert p["phase"] == {"id": "beta", "title": "Beta", "since": "2025-06-01"}
    assert p["teams"] == [{"id": "team:wells-team", "name": "Wells team"}]
    assert p["investment"]["actual"] == [{"amount": "250.50", "currency": "CAD"}]
    r = p["roadmap"]
    assert [[i["id"] for i in r[h]] for h in ("now", "next", "later", "done")] == [[f"roadmap_item:{i}"] for i in ("pump", "pipe", "tap", "map")]
    assert r["items"]["totalCount"] == 4
    assert r["items"]["nodes"][0] == {
        "id": "roadmap_item:pump", "title": "Pump", "horizon": "NOW", "state": "PLANNED", "starts": None, "ends": "2025-12-11", "slipDays": 10
    }  # fmt: skip
    b = p["backlog"]
    assert (b["open"], b["delivered"], b["owner"]) == (2, 1, {"id": "person:ana", "name": "ana"})
    assert [(i["id"], i["position"], i["state"]) for i in b["items"]["nodes"]] == [("item:i4", 1, "OPEN"), ("item:i1", 2, "OPEN"), ("item:i2", 3, "DELIVERED")]
    assert b["items"]["nodes"][1]["source"] == {"system": "jira", "reference": "WELL-1", "url": "https://example.org/WELL-1"}
    assert p["releases"] == [
        {"id": "release:first", "releasedOn": "2025-05-03", "stage": "BETA", "state": "PUBLISHED", "signedOffBy": {"name": "product_owner"}}
    ]


async def test_dropped_items_come_last_and_only_when_asked_for(told_gateway: Gateway) -> None:
    found = await told_gateway.ask('{ product(id: "wells") { backlog { items(first: 9, dropped: true) { totalCount nodes { id position state } } } } }')
    assert found["product"]["backlog"]["items"]["totalCount"] == 4
    assert found["product"]["backlog"]["items"]["nodes"][-1] == {"id": "item:i3", "position": None, "state": "DROPPED"}


async def test_an_item_is_asked_for_by_itself_with_its_long_text(told_gateway: Gateway) -> None:
    assert await told_gateway.ask('{ item(id: "i1") { title description position } }') == {"item": {"title": "Item 1", "description": "long 1", "position": 2}}


async def test_a_product_without_a_backlog_has_none(told_gateway: Gateway) -> None:
    assert await told_gateway.ask('{ product(id: "dams") { backlog { open } phase { id } } }') == {"product": {"backlog": None, "phase": None}}


@pytest.mark.parametrize("kind", ["team", "product", "organisation"])
async def test_what_had_no_event_yet_is_null_on_that_day(told_gateway: Gateway, kind: str) -> None:
    id = {"team": "wells-team", "product": "wells", "organisation": "water"}[kind]
    ask = f"query($id: ID!, $d: Date) {{ {kind}(id: $id, asOf: $d) {{ id name }} }}"
    assert (await told_gateway.ask(ask, {"id": id, "d": "2024-12-31"}))[kind] is None
    assert (await told_gateway.ask(ask, {"id": f"{kind}:{id}", "d": "2025-02-01"}))[kind]["id"] == f"{kind}:{id}"
    assert (await told_gateway.ask(ask, {"id": "nobody"}))[kind] is None
    assert (await told_gateway.ask(ask, {"id": f"other:{id}"}))[kind] is None


async def test_what_was_learned_later_is_not_known_before(gateway: Gateway) -> None:
    gateway.tell(ORGANISATION, "late", OrganisationRegistered(name="Late"), "2025-01-01", known="2025-06-01")
    ask = 'query($k: DateTime) { organisation(id: "late", asOf: "2025-02-01", knownAt: $k) { name } }'
    assert (await gateway.ask(ask, {"k": "2025-05-31T23:59:59Z"}))["organisation"] is None
    assert (await gateway.ask(ask, {"k": "2025-06-01T02:00:00+02:00"}))["organisation"] == {"name": "Late"}


async def test_the_portfolio_of_an_organisation_has_only_what_is_at_home_there(told_gateway: Gateway) -> None:
    ask = "query($o: ID) { portfolio(organisation: $o) { teams { nodes { id } } products { nodes { id } } programs { id } organisations { id } } }"
    roads = (await told_gateway.ask(ask, {"o": "organisation:roads"}))["portfolio"]
    assert roads == {
        "teams": {"nodes": [{"id": "team:signs-team"}]},
        "products": {"nodes": [{"id": "product:signs"}]},
        "programs": [],
        "organisations": [{"id": "organisation:roads"}],
    }
    unknown = (await told_gateway.post(ask, {"o": "watr"})).json()["errors"][0]
    assert unknown["message"] == "there is no organisation 'watr'; did you mean water?" and unknown["extensions"]["code"] == "NOT_FOUND"
    assert (await told_gateway.post(ask, {"o": "team:x"})).json()["errors"][0]["extensions"]["field"] == "organisation"


async def test_products_are_narrowed_by_their_phase(told_gateway: Gateway) -> None:
    found = await told_gateway.ask('{ portfolio { products(phase: "beta") { totalCount nodes { id } } } }')
    assert found["portfolio"]["products"] == {"totalCount": 1, "nodes": [{"id": "product:wells"}]}


async def test_a_reference_to_what_was_not_heard_of_dangles_and_says_so(told_gateway: Gateway) -> None:
    found = await told_gateway.ask('{ team(id: "signs-team") { products { id name known } } }')
    assert found["team"]["products"] == [
        {"id": "product:signs", "name": "Signs", "known": True},
        {"id": "product:unheard", "name": "unheard", "known": False},
    ]


async def test_pages_follow_each_other_without_a_gap_though_something_is_added_between(gateway: Gateway) -> None:
    for n in range(5):
        gateway.tell(PRODUCT, f"p{n}", ProductRegistered(name=f"P{n}"), "2025-01-01")
    page_info = "pageInfo { hasNextPage hasPreviousPage endCursor startCursor }"
    ask = f"query($a: String) {{ portfolio {{ products(first: 2, after: $a) {{ totalCount edges {{ cursor node {{ id }} }} {page_info} }} }} }}"
    seen, after = [], None
    for turn in range(3):
        page = (await gateway.ask(ask, {"a": after}))["portfolio"]["products"]
        seen += [e["node"]["id"] for e in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasPreviousPage"] is (turn > 0) and page["edges"][-1]["cursor"] == after
        if turn == 0:
            gateway.tell(PRODUCT, "a", ProductRegistered(name="A"), "2025-01-01")
    assert seen == [f"product:p{n}" for n in range(5)] and not page["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize("cursor", ["nonsense", "é", "!!!!", "OTk5"])
async def test_what_is_no_cursor_is_an_error_that_names_it(told_gateway: Gateway, cursor: str) -> None:
    answer = await told_gateway.post("query($a: String) { portfolio { teams(after: $a) { totalCount } } }", {"a": cursor})
    assert answer.status_code == 200 and answer.json()["errors"][0]["extensions"]["field"] == "after"


async def test_a_page_of_none_is_empty(told_gateway: Gateway) -> None:
    page = (await told_gateway.ask("{ portfolio { teams(first: 0) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }"))["portfolio"]["teams"]
    assert page == {"totalCount": 2, "nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}


@pytest.mark.parametrize(
    ("persona", "seen"),
    [
        ("executive", {"all", "water", "roads"}),
        ("auditor", {"all", "water", "roads"}),
        ("portfolio_manager@water", {"water"}),
        ("steering_group@roads", {"roads"}),
        ("product_owner@wells", set()),
        ("lab_ops", set()),
        ("subscriber", set()),
        ("importer", set()),
    ],
)
async def test_money_is_for_those_who_answer_for_it_where_they_do(told_gateway: Gateway, persona: str, seen: set[str]) -> None:
    ask = "{ portfolio { investment { actual { amount } } teams { nodes { home { id } investment { actual { amount } } } } } }"
    body = (await told_gateway.post(ask, persona=persona)).json()
    p = body["data"]["portfolio"]
    shown = {t["home"]["id"].partition(":")[2] for t in p["teams"]["nodes"] if t["investment"]} | ({"all"} if p["investment"] else set())
    assert shown == seen
    withheld = ["portfolio.investment"] if "all" not in seen else []
    withheld += [f"portfolio.teams.nodes.{n}.investment" for n, o in enumerate(("roads", "water")) if o not in seen]
    assert body.get("extensions", {}).get("withheld", []) == withheld


async def test_an_organisations_portfolio_shows_its_money_to_its_executive(told_gateway: Gateway) -> None:
    ask = "query($o: ID) { portfolio(organisation: $o) { investment { committed { amount } } } }"
    own = await told_gateway.ask(ask, {"o": "water"}, persona="executive@water")
    assert own["portfolio"]["investment"]["committed"] == [{"amount": "1000.00"}]
    other = await told_gateway.ask(ask, {"o": "roads"}, persona="executive@water")
    assert other["portfolio"]["investment"] is None


@pytest.mark.parametrize(
    ("variables", "wrong"),
    [
        ({"d": "2025-02-30"}, "Date"),
        ({"d": "20250201"}, "Date"),
        ({"d": 5}, "Date"),
        ({"d": "2025-02-01T00:00:00Z"}, "Date"),
        ({"k": "2025-02-01T00:00:00"}, "DateTime"),
        ({"k": 1738368000}, "DateTime"),
        ({"k": "soon"}, "DateTime"),
    ],
)
async def test_what_is_no_day_or_instant_is_refused_in_words(told_gateway: Gateway, variables: dict[str, Any], wrong: str) -> None:
    answer = await told_gateway.post("query($d: Date, $k: DateTime) { portfolio(asOf: $d, knownAt: $k) { world } }", variables)
    assert f"{wrong} cannot be read" in answer.json()["errors"][0]["message"]


async def test_a_day_far_away_is_a_day(told_gateway: Gateway) -> None:
    ask = "query($d: Date) { portfolio(asOf: $d) { teams { totalCount } } }"
    assert (await told_gateway.ask(ask, {"d": "0001-01-01"}))["portfolio"]["teams"]["totalCount"] == 0
    for day in ("9000-12-31", "9999-12-31"):
        assert (await told_gateway.ask(ask, {"d": day}))["portfolio"]["teams"]["totalCount"] == 2


def _described() -> Iterator[tuple[str, Any]]:
    for name, kind in schema()._schema.type_map.items():
        if name.startswith("__"):
            continue
        yield name, kind
        if isinstance(kind, GraphQLEnumType):
            for member, value in kind.values.items():
                yield f"{name}.{member}", value
        for field, about in getattr(kind, "fields", {}).items():
            yield f"{name}.{field}", about
            for argument, more in getattr(about, "args", {}).items():
                yield f"{name}.{field}({argument})", more


def test_every_type_field_argument_and_value_is_described_in_more_than_a_word_or_two() -> None:
    assert [name for name, about in _described() if len((about.description or "").split()) < 3] == []


def test_what_is_deprecated_says_what_to_use_instead() -> None:
    for name, about in _described():
        reason = getattr(about, "deprecation_reason", None)
        assert reason is None or len(reason) > 20, name


def test_choices_are_in_capitals() -> None:
    for name, kind in schema()._schema.type_map.items():
        if isinstance(kind, GraphQLEnumType) and not name.startswith("__"):
            assert all(value.isupper() for value in kind.values), name


def test_an_amount_of_money_is_an_exact_number_of_one_currency() -> None:
    money = schema()._schema.type_map["Money"]
    assert isinstance(money, GraphQLObjectType)
    assert {name: str(field.type) for name, field in money.fields.items()} == {"amount": "Decimal!", "currency": "String!"}
    assert all(isinstance(field.type, GraphQLNonNull) for field in money.fields.values())


async def test_a_clock_that_moves_moves_the_day(told_gateway: Gateway) -> None:
    told_gateway.clock.now = datetime(2024, 12, 31, 23, 59, tzinfo=UTC)
    assert (await told_gateway.ask("{ portfolio { asOf teams { totalCount } } }"))["portfolio"] == {"asOf": "2024-12-31", "teams": {"totalCount": 0}}
    assert told_gateway.process.world.facts(date(2025, 2, 1)).get(TEAM, "wells-team") is not None
    told_gateway.tell(TEAM, "new", TeamFormed(name="New", home="water"), "2024-12-31")
    assert (await told_gateway.ask("{ portfolio { teams { nodes { name } } } }"))["portfolio"]["teams"]["nodes"] == [{"name": "New"}]
