"""Parts sum to wholes in GraphQL and on pages: what is not split, whose team is not known, targets in four counts, phases per lifecycle, amounts at scale."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.commands.testing import money
from libs.events.catalog.backlog.item import ITEM, ItemDelivered
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE, LifecycleDefined, LifecyclePhase
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductRegistered
from libs.events.catalog.portfolio.team import MemberLeft, TeamRole
from libs.events.catalog.roadmap.change import ChangeDecided, ChangeRaised
from libs.events.catalog.roadmap.metric import MetricRead, TargetSet
from tests.given import given, say
from tests.rules.way import Statement, day, graduating, joined, world_of
from tests.services.gateway.portfolio import small
from tests.services.gateway.small_world import Gateway

FIGURES = "committed forecast actual firstBaseline enhance support unsplit returned againstFirstBaseline againstCurrentBaseline".split()
ALL = " ".join(f"{name} {{ amount currency }}" for name in FIGURES)


def invested(gateway: Gateway, id: str, *, team: str | None = None, product: str | None = None, amount: str, currency: str = "CAD") -> None:
    """An approved investment that nobody has split, with a tenth of it spent."""
    gateway.tell(INVESTMENT, id, InvestmentProposed(team=team, product=product, amount=money(amount, currency)), "2025-01-15")
    gateway.tell(INVESTMENT, id, InvestmentDecided(approved=True, reason="yes"), "2025-01-20")
    spent = ActualRecorded(amount=money(str(Decimal(amount) / 10), currency), covers_from=date(2025, 2, 1), covers_until=date(2025, 2, 28))
    gateway.tell(INVESTMENT, id, spent, "2025-03-01")


def summed(*investments: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    """Figure and currency to the sum; nothing where that is nothing."""
    found: dict[tuple[str, str], Decimal] = {}
    for one in investments:
        for name in FIGURES:
            for amount in one[name]:
                key = name, amount["currency"]
                found[key] = found.get(key, Decimal(0)) + Decimal(amount["amount"])
    return {key: amount for key, amount in found.items() if amount}


@pytest.mark.requirement("S0-08")
async def test_money_that_nobody_has_split_is_the_third_part_of_what_is_committed(gateway: Gateway) -> None:
    invested(gateway, "inv", team="future", amount="680000")
    found = (await gateway.ask(f"{{ portfolio {{ investment {{ {ALL} }} }} }}"))["portfolio"]["investment"]
    assert (found["enhance"], found["support"]) == ([], [])
    assert found["unsplit"] == found["committed"] == [{"amount": "680000.00", "currency": "CAD"}]
    split = "amounts { currentBaseline { total { amount } enhance { amount } support { amount } unsplit { amount } } }"
    case = (await gateway.ask(f"{{ portfolio {{ investments {{ nodes {{ {split} }} }} }} }}"))["portfolio"]["investments"]["nodes"][0]
    assert case["amounts"]["currentBaseline"] == {"total": {"amount": "680000.00"}, "enhance": None, "support": None, "unsplit": {"amount": "680000.00"}}
    why = (await gateway.ask('{ portfolio { explain(field: "investment.unsplit") { value events { nodes { id } } } } }'))["portfolio"]["explain"]
    assert why["value"] == [{"amount": "680000.00", "currency": "CAD"}]
    assert [one["id"] for one in why["events"]["nodes"]] == ["investment:inv@1", "investment:inv@2"]


@pytest.mark.requirement("S4-09")
@pytest.mark.parametrize("as_of", ["2025-01-17", "2025-01-25", "2025-02-10", "2026-03-02"])
@pytest.mark.parametrize("by", ["TEAM", "PROGRAM", "PRODUCT", "ORGANISATION"])
async def test_the_parts_that_are_told_of_and_what_stands_beside_them_sum_to_everything(told_gateway: Gateway, by: str, as_of: str) -> None:
    for n, (team, product) in enumerate((("future", None), (None, "later"), (None, "dams"), ("wells-team", None))):
        invested(told_gateway, f"more-{n}", team=team, product=product, amount="700.00")
    invested(told_gateway, "yen", team="future", amount="1000", currency="JPY")
    parts = {
        "TEAM": "teams { nodes { investment { %s } } }",
        "PRODUCT": "products { nodes { investment { %s } } }",
        "PROGRAM": "programs { investment { %s } }",
        "ORGANISATION": "organisations { investment { %s } }",
    }[by] % ALL
    ask = f"query($d: Date) {{ portfolio(asOf: $d) {{ investment {{ {ALL} others(by: {by}) {{ why named known {ALL} }} }} {parts} }} }}"
    found = (await told_gateway.ask(ask, {"d": as_of}))["portfolio"]
    (listed,) = (value for name, value in found.items() if name != "investment")
    nodes = listed["nodes"] if isinstance(listed, dict) else listed
    assert summed(*(one["investment"] for one in nodes), *found["investment"]["others"]) == summed(found["investment"])
    if by == "TEAM":
        (unknown,) = (one for one in found["investment"]["others"] if one["named"])
        assert (unknown["why"], unknown["named"], unknown["known"]) == ("NOT_KNOWN", "team:future", False)


async def test_who_may_not_read_the_money_is_told_of_no_part_of_it(told_gateway: Gateway) -> None:
    invested(told_gateway, "inv", team="future", amount="700.00")
    body = (await told_gateway.post("{ portfolio { investment { others(by: TEAM) { named } } } }", persona="lab_ops")).json()
    assert body["data"]["portfolio"]["investment"] is None and body["extensions"]["withheld"] == ["portfolio.investment"]
    team = '{ team(id: "wells-team") { investment { others(by: TEAM) { named } } } }'
    assert (await told_gateway.ask(team))["team"]["investment"]["others"] is None, "null but for a portfolio or an organisation"


@pytest.mark.requirement("S4-09")
async def test_amounts_are_written_at_the_scale_of_their_currency(gateway: Gateway) -> None:
    for n, (amount, currency) in enumerate((("1000", "JPY"), ("1000.5", "KWD"), ("12.5", "EUR"))):
        invested(gateway, f"i{n}", team="future", amount=amount, currency=currency)
    gateway.tell(INVESTMENT, "old", InvestmentProposed(team="future", amount=money("666.66", "XAF")), "2025-01-15")
    gateway.tell(INVESTMENT, "old", InvestmentDecided(approved=True, reason="yes"), "2025-01-20")
    found = (await gateway.ask("{ portfolio { investment { committed { amount currency } actual { amount currency } } } }"))["portfolio"]["investment"]
    assert {one["currency"]: one["amount"] for one in found["committed"]} == {"EUR": "12.50", "JPY": "1000", "KWD": "1000.500", "XAF": "666.66"}
    assert {one["currency"]: one["amount"] for one in found["actual"]} == {"EUR": "1.25", "JPY": "100", "KWD": "100.050"}
    asked = (await gateway.ask("{ portfolio { investments { nodes { amounts { asked { total { amount } } } } } } }"))["portfolio"]["investments"]["nodes"]
    assert [one["amounts"]["asked"]["total"]["amount"] for one in asked] == ["1000", "1000.500", "12.50", "666.66"]


@pytest.mark.requirement("S0-23")
def test_targets_have_four_counts() -> None:
    told = given(
        small(),
        say("metric:speed", TargetSet(value=Decimal(1), due=date(2027, 1, 1)), at="2026-01-01"),
        say("metric:speed", MetricRead(value=Decimal(3)), at="2026-02-01"),
        say("metric:speed", TargetSet(value=Decimal(2), due=date(2027, 2, 1)), at="2026-02-02"),
    )
    for field, count in (("hit", 1), ("missed", 0), ("notMeasured", 1), ("open", 1)):
        told.shows("portfolio", f"targets.{field}", count).shows("portfolio", f'explain(field: "targets.{field}").value', count)
    told.shows("product:wells", "metrics.nodes.targets.state", [["HIT", "OPEN", "NOT_MEASURED"]])


@pytest.mark.requirement("S0-01")
async def test_phases_of_one_id_are_counted_and_chosen_per_lifecycle(told_gateway: Gateway) -> None:
    phases = (LifecyclePhase("beta", "Trial", active=True), LifecyclePhase("gone", "Gone", active=False))
    told_gateway.tell(LIFECYCLE, "own", LifecycleDefined(name="Own way", phases=phases), "2025-01-01")
    for id, phase in (("boats", "beta"), ("locks", "beta"), ("quays", "gone")):
        told_gateway.tell(PRODUCT, id, ProductRegistered(name=id, home="water", lifecycle="own"), "2025-01-02")
        told_gateway.tell(PRODUCT, id, PhaseEntered(phase=phase), "2025-02-01")
    found = (await told_gateway.ask("{ portfolio { products { totalCount } withoutPhase phases { id title products lifecycle lifecycleName } } }"))["portfolio"]
    counts = found["phases"]
    assert [(one["title"], one["products"], one["lifecycle"], one["lifecycleName"]) for one in counts if one["id"] == "beta"] == [
        ("Beta", 1, None, "From discovery to improvement"),
        ("Trial", 2, "lifecycle:own", "Own way"),
    ]
    assert sum(one["products"] for one in counts) == 4
    assert sum(one["products"] for one in counts) + found["withoutPhase"] == found["products"]["totalCount"]
    ask = 'query($of: [ID!]) { portfolio { products(filter: { phase: ["beta"], lifecycle: $of }) { nodes { id } } } }'
    for of, wanted in ((["own"], ["boats", "locks"]), (["default"], ["wells"]), (None, ["boats", "locks", "wells"])):
        nodes = (await told_gateway.ask(ask, {"of": of}))["portfolio"]["products"]["nodes"]
        assert [one["id"] for one in nodes] == [f"product:{id}" for id in wanted]


@pytest.mark.requirement("S4-18")
def test_a_ceremony_that_was_held_counts_although_a_core_member_left_that_day() -> None:
    told = given(world_of([*graduating(), Statement("team:parks", MemberLeft(person="p2"), 270), joined("p9", TeamRole.USER_RESEARCH, 274)]))
    for n, status in ((269, "READY"), (270, "AT_RISK"), (273, "AT_RISK"), (274, "GRADUATED"), (300, "GRADUATED")):
        told.on(str(day(n))).shows("team:parks", "graduation.status", status)
    later = told.on(str(day(300)))
    later.shows("team:parks", "graduation.since", str(day(274))).shows("team:parks", "graduation.ceremony.heldOn", str(day(270)))


@pytest.mark.requirement("S0-13")
def test_who_signed_off_is_told_by_role_and_person_in_graphql() -> None:
    raised = say("change:c", ChangeRaised(product="wells", title="Maps"), at="2025-05-01")
    told = given(small(), raised, say("change:c", ChangeDecided(approved=True, reason="Good"), at="2025-05-02", by="cab@water"))
    owner = {"assertedBy": "product_owner@wells", "on": "2025-05-02", "event": "release:first@2", "by": {"name": "product_owner"}}
    told.shows("release:first", "signOff { assertedBy on event by { name } }", owner).shows("release:first", "signedOffBy.name", "product_owner")
    told.shows("change:c", "decision { assertedBy by { name } }", {"assertedBy": "cab@water", "by": {"name": "cab"}})
    group = {"assertedBy": "steering_group@water", "on": "2025-01-20", "by": {"name": "steering_group"}}
    told.shows("investment:inv-wells", "decision { assertedBy on by { name } }", group)
    why = told.shown("team:wells-team", "graduation.criteria.why")[0]
    assert why.endswith("signed off by product owner of wells (product_owner)")


@pytest.mark.requirement("S0-25", "S4-09")
async def test_what_happens_at_midnight_on_the_first_belongs_to_the_month_and_the_year_that_begin(told_gateway: Gateway) -> None:
    told_gateway.tell(ORGANISATION, "water", OrganisationRegistered(name="Ministry of Water", fiscal_year_start="04-01"), "2025-01-02")
    told_gateway.tell(ITEM, "i4", ItemDelivered(), "2025-05-01")
    told_gateway.tell(INVESTMENT, "new", InvestmentProposed(team="wells-team", amount=money("5.00")), "2025-03-01")
    told_gateway.tell(INVESTMENT, "new", InvestmentDecided(approved=True, reason="yes"), "2025-04-01")
    years = "investment { fiscalYears { starts committed { amount currency } } }"
    found = await told_gateway.ask(f'{{ product(id: "wells") {{ backlog {{ overTime {{ on delivered }} }} }} organisation(id: "water") {{ {years} }} }}')
    delivered = {one["on"]: one["delivered"] for one in found["product"]["backlog"]["overTime"]}
    assert (delivered["2025-04-30"], delivered["2025-05-31"]) == (1, 2)
    committed = {one["starts"]: one["committed"] for one in found["organisation"]["investment"]["fiscalYears"]}
    assert committed["2025-04-01"] == [{"amount": "5.00", "currency": "CAD"}]
