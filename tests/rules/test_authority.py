"""What lies in whose scope: by the first thing that it names, and by nothing that nobody has said yet."""

from __future__ import annotations

from typing import Any

import pytest

import libs.events.catalog  # noqa: F401 - declares every kind
from libs.commands.testing import NOW, money
from libs.events.catalog.portfolio.bid import BidSubmitted
from libs.events.catalog.portfolio.graduation import SustainEntered
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemPlaced
from libs.events.event import KINDS, Actor, Event, Payload, Retracted
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.authority import UNKNOWN, belonging, has_scope, itself, money_of, reads_money, who_may
from libs.rules.money.spending import home_of
from libs.rules.roles import Role

T_OF_ENV = ("team:t", TeamFormed(name="T", home="env", products=("permits",)))
TAXES_OF_CITZ = ("product:taxes", ProductRegistered(name="Taxes", home="citz"))


def said(*facts: tuple[str, Payload]) -> Facts:
    """What is seen of these, each said now."""
    world = World()
    for aggregate, data in facts:
        world.apply(Event(aggregate, world.last(aggregate) + 1, NOW, NOW, NOW, Actor("someone", "importer"), data))
    return world.facts(NOW.date())


def invests(**named: Any) -> tuple[str, Payload]:
    return ("investment:i", InvestmentProposed(amount=money("10.00"), **named))


def reads(facts: Facts, role: str, kind: str = "investment", id: str = "i") -> bool:
    return reads_money([Role.parse(role)], belonging(facts, kind, id))


@pytest.mark.requirement("S4-20")
def test_an_investment_in_a_team_for_another_organisations_product_is_the_teams_homes_alone() -> None:
    facts = said(T_OF_ENV, TAXES_OF_CITZ, invests(team="t", product="taxes"), ("bid:b", BidSubmitted(investment="i", amount=money("10.00"), body="Board")))
    assert belonging(facts, "investment", "i") == {("team", "t"), ("organisation", "env")} == belonging(facts, "bid", "b")
    assert reads(facts, "executive@env") and not reads(facts, "executive@citz")


@pytest.mark.requirement("S4-20")
def test_one_role_of_several_is_enough_to_read_money() -> None:
    facts = said(T_OF_ENV, invests(team="t"))
    for roles in (["executive@env", "executive@citz"], ["team@t", "executive@env"]):
        assert reads_money(map(Role.parse, roles), belonging(facts, "investment", "i"))
    assert not reads_money([Role.parse("executive@citz")], belonging(facts, "investment", "i")) and not reads_money([], belonging(facts, "investment", "i"))


@pytest.mark.parametrize(
    ("facts", "kind", "id"),
    [
        ([invests(team="future")], "investment", "i"),
        ([TAXES_OF_CITZ, invests(team="future", product="taxes")], "investment", "i"),
        ([invests(product="future")], "investment", "i"),
        ([invests(team="future"), ("bid:b", BidSubmitted(investment="i", amount=money("10.00"), body="Board"))], "bid", "b"),
        ([("bid:b", BidSubmitted(investment="i", amount=money("10.00"), body="Board"))], "bid", "b"),
        ([("product:p", ProductRegistered(name="P", program="future"))], "product", "p"),
        ([("roadmap_item:r", RoadmapItemPlaced(product="future", title="R", horizon=Horizon.NOW))], "roadmap_item", "r"),
        ([("graduation:future", SustainEntered())], "graduation", "future"),
    ],
)
def test_what_rests_on_something_that_nobody_has_said_is_nobodys_but_theirs_who_may_all(facts: list[tuple[str, Payload]], kind: str, id: str) -> None:
    found = belonging(said(*facts), kind, id)
    assert not {of for of, _ in found} & {"organisation"} and any(of == UNKNOWN for of, _ in found)
    assert reads(said(*facts), "executive@*", kind, id) and not reads(said(*facts), "executive@citz", kind, id)


def test_it_is_somebodys_once_that_is_said() -> None:
    before = [TAXES_OF_CITZ, invests(team="future", product="taxes")]
    assert not reads(said(*before), "executive@citz") and not reads(said(*before), "executive@env")
    facts = said(*before, ("team:future", TeamFormed(name="F", home="env")))
    assert reads(facts, "executive@env") and not reads(facts, "executive@citz")
    taken_back = said(*before, ("team:future", TeamFormed(name="F", home="env")), ("team:future", Retracted(event="team:future@1", reason="Wrong")))
    assert not reads(taken_back, "executive@env") and not reads(taken_back, "executive@citz")


@pytest.mark.requirement("S4-15")
@pytest.mark.parametrize("team", [None, "t", "future"])
@pytest.mark.parametrize("product", [None, "taxes", "wells", "free", "lost", "future"])
def test_money_counts_with_the_organisation_in_whose_scope_it_lies(team: str | None, product: str | None) -> None:
    facts = said(
        T_OF_ENV,
        TAXES_OF_CITZ,
        ("program:water", ProgramOpened(name="Water", home="env")),
        ("product:wells", ProductRegistered(name="Wells", program="water")),
        ("product:free", ProductRegistered(name="Free")),
        ("product:lost", ProductRegistered(name="Lost", program="future")),
        invests(team=team, product=product),
    )
    scopes = [id for kind, id in belonging(facts, "investment", "i") if kind == "organisation"]
    assert scopes == [home] if (home := home_of(facts, "i")) else scopes == []


def test_of_a_day_before_it_was_said_the_readers_of_today_see_the_money() -> None:
    before, today = said(invests(team="t")), said(invests(team="t"), T_OF_ENV)
    assert reads_money([Role.parse("executive@env")], money_of(before, today, "investment", "i"))
    assert not reads_money([Role.parse("executive@citz")], money_of(before, today, "investment", "i"))


def test_who_reads_money_of_a_day_is_by_the_home_as_it_was_known_then_where_it_was() -> None:
    before, today = said(invests(team="t"), T_OF_ENV), said(invests(team="t"), ("team:t", TeamFormed(name="T", home="citz")))
    assert reads_money([Role.parse("executive@env")], money_of(before, today, "investment", "i"))
    assert not reads_money([Role.parse("executive@citz")], money_of(before, today, "investment", "i"))


def test_what_bears_the_id_of_a_product_and_is_none_lies_in_no_teams_scope_and_what_nobody_declares_in_none() -> None:
    facts = said(T_OF_ENV, ("product:permits", ProductRegistered(name="Permits", home="env")))
    assert itself(facts, "product", "permits") == {("product", "permits"), ("team", "t")}
    assert itself(facts, "roadmap_item", "permits") == belonging(facts, "unheard-of", "permits") == frozenset()
    assert belonging(facts, "organisation", "env") == {("organisation", "env")}


def test_a_scope_that_names_the_thing_itself_holds_before_it_is_known() -> None:
    facts = said(T_OF_ENV, ("roadmap_item:r", RoadmapItemPlaced(product="permits", title="R", horizon=Horizon.NOW)))
    assert belonging(facts, "roadmap_item", "r") == {("product", "permits"), ("team", "t"), (UNKNOWN, "product:permits")}


def test_an_organisation_is_a_scope_whether_it_is_registered_or_not() -> None:
    assert belonging(said(("program:p", ProgramOpened(name="P", home="env"))), "program", "p") == {("organisation", "env")}


def test_who_may_is_said_of_any_thing_and_of_this_one() -> None:
    assert who_may("items") == "product_owner (of its product) or team (of its team)"
    lies_in = frozenset({("product", "permits"), ("team", "t"), ("team", "u"), ("organisation", "env")})
    assert who_may("items", lies_in) == "product_owner@permits or team@t or team@u"
    assert who_may("teams", lies_in) == "portfolio_manager@env or lab_ops"
    assert who_may("what nobody may") == who_may("what nobody may", lies_in) == "importer"
    assert who_may("teams", frozenset()) == "lab_ops or portfolio_manager@*"
    assert who_may("roadmap", frozenset({("organisation", "citz")})) == "portfolio_manager@citz"


def test_what_a_scope_rests_on_is_named_by_one_field_or_by_the_global_id_of_a_subject() -> None:
    scoped = {name for name, kind in KINDS.items() if has_scope(kind.state)}
    assert {"product", "team", "item", "release", "loan", "vision", "channel", "theme"} <= scoped
    assert {"organisation", "lifecycle", "webhook"}.isdisjoint(scoped)
    assert all(type(has_scope(kind.state)) is bool for kind in KINDS.values())
