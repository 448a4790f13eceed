"""Whose word is needed: nothing rests on what nobody has said, and what binds another organisation needs that one too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.authorization import has_money, speaker
from libs.commands.command import COMMANDS, Command
from libs.commands.errors import Invalid, NotAllowed
from libs.commands.execution.admission import Ask, judge
from libs.commands.retraction import Retract, RetractInPortfolio, RetractInRoadmap
from libs.commands.testing import Scenario, money
from libs.events.catalog.backlog.item import ItemStarted
from libs.events.catalog.backlog.source import SourceConnected, SourceReceived, System
from libs.events.catalog.portfolio.investment import ActualRecorded, InvestmentProposed
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.event import Event, Payload, Retracted
from libs.events.values import Money, references
from libs.rules.authority import AUTHORITY
from libs.rules.roles import ROLES, Principal, Role
from services.backlog.domain import decisions as backlog
from services.portfolio.domain import decisions as portfolio
from services.roadmap.domain import decisions as roadmap
from tests.commands.asking import command
from tests.commands.examples import EXAMPLES, NOW, SAID, world

DECISIONS: Final = portfolio.by_command | roadmap.by_command
CITZ: Final = {"product": "taxes", "team": "u", "organisation": "citz", "program": "revenue"}
"""What is at home in the other organisation, of each kind that can be named."""
ORDINARY: Final = sorted(name for name, of in COMMANDS.items() if of.__module__.startswith("libs.") and not issubclass(of, Retract))


def said(asked: Command, *roles: str) -> tuple[Event, ...]:
    """What a command of somebody in these roles leads to. Raises what it is refused by."""
    return judge(world(), DECISIONS, Ask(asked, Principal("ann", frozenset(map(Role.parse, roles)))), asked.aggregate or "", NOW)


def refused(asked: Command, *roles: str) -> NotAllowed | Invalid | None:
    try:
        said(asked, *roles)
    except (NotAllowed, Invalid) as e:
        return e
    return None


BINDINGS: Final = [(name, field) for name in ORDINARY for field in COMMANDS[name].SPEC.binds if field in COMMANDS[name].model_fields]
"""Each command that binds something besides, with the field."""


def of_another(name: str, field: str) -> Command:
    """A command of a portfolio manager of `env` that names in this field something of `citz`."""
    kind = dict(references(COMMANDS[name]))[field]
    many = "list" in str(COMMANDS[name].model_fields[field].annotation)
    return command(name, **{field: [CITZ[kind]] if many else CITZ[kind]} | ({"borrower": "env", "at": "2026-01-01"} if field == "lender" else {}))


def test_what_is_known_to_bind_another_organisation() -> None:
    assert set(BINDINGS) == {
        ("portfolio.form_team", "products"),
        ("portfolio.serve_product", "product"),
        ("portfolio.register_product", "program"),
        ("portfolio.propose_investment", "product"),
        ("portfolio.lend_team", "lender"),
        ("portfolio.move", "to"),
        ("portfolio.merge_organisations", "from"),
        ("roadmap.place_item", "co_owners"),
    }


@pytest.mark.requirement("S4-20")
@pytest.mark.parametrize(("name", "field"), BINDINGS)
def test_what_binds_another_organisation_needs_both(name: str, field: str) -> None:
    asked, ours, theirs = of_another(name, field), "portfolio_manager@env", "portfolio_manager@citz"
    alone = refused(asked, ours)
    assert isinstance(alone, NotAllowed) and f"takes {theirs}" in alone.detail and "as well" in alone.detail
    assert isinstance(refused(asked, theirs), NotAllowed)
    assert refused(asked, ours, theirs) is None
    assert refused(asked, "portfolio_manager@*") is None
    assert refused(asked, "importer") is None
    assert isinstance(refused(asked.model_copy(update={"by": ours}), "importer"), NotAllowed), "an importer in a role's name is judged as that role"


@pytest.mark.parametrize(("name", "field"), BINDINGS)
def test_and_so_does_taking_it_back(name: str, field: str) -> None:
    after, events = world(), said(of_another(name, field), "importer")
    for event in events:
        after.apply(event)
    last = events[0]
    take = (RetractInPortfolio if name.startswith("portfolio") else RetractInRoadmap)(event=last.id, reason="Wrong")
    for roles, may in (
        (["portfolio_manager@env"], False),
        (["portfolio_manager@citz"], False),
        (["portfolio_manager@env", "portfolio_manager@citz"], True),
        (["portfolio_manager@*"], True),
        (["importer"], True),
    ):
        ask = Ask(take, Principal("ann", frozenset(map(Role.parse, roles))))
        if may:
            assert judge(after, DECISIONS, ask, last.aggregate, NOW)
        else:
            with pytest.raises(NotAllowed):
                judge(after, DECISIONS, ask, last.aggregate, NOW)


def test_the_laboratory_forms_teams_over_organisations() -> None:
    assert refused(of_another("portfolio.serve_product", "product"), "lab_ops") is None
    assert refused(of_another("portfolio.form_team", "products"), "lab_ops") is None


SCOPED_BY: Final = {"investment", "team", "product", "program"}
"""What gives a home to what names it."""


def rested_on() -> Iterator[tuple[str, str]]:
    """Each command with each field by which it would have a home, or bind one, that is not the id of what it makes or changes."""
    for name in ORDINARY:
        spec = COMMANDS[name].SPEC
        for field, kind in references(COMMANDS[name]):
            there_already = spec.creates is False and field not in spec.binds
            own = field == spec.id_field and spec.kind is not None and kind == spec.kind.name
            bound_or_first = field in spec.binds or field in ("investment", "team") or (field == "product" and "team" not in EXAMPLES[name])
            if kind in SCOPED_BY and not there_already and not own and bound_or_first:
                yield name, field


def with_unknown(name: str, field: str) -> Command:
    many = "list" in str(COMMANDS[name].model_fields[field].annotation)
    return command(name, **{field: ["future"] if many else "future"})


def test_the_references_that_give_a_home_are_found() -> None:
    assert set(rested_on()) >= {
        ("portfolio.propose_investment", "team"),
        ("portfolio.propose_investment", "product"),
        ("portfolio.submit_bid", "investment"),
        ("portfolio.register_product", "program"),
        ("portfolio.lend_team", "team"),
        ("portfolio.attest", "team"),
        ("backlog.open_backlog", "product"),
        ("backlog.add_item", "product"),
        ("roadmap.place_item", "product"),
    }


@pytest.mark.requirement("S4-20")
@pytest.mark.parametrize(("name", "field"), list(rested_on()))
def test_no_organisations_role_speaks_of_what_would_rest_on_something_unknown(name: str, field: str) -> None:
    asked, topic = with_unknown(name, field), COMMANDS[name].SPEC.topic
    for role in (role for role, topics in AUTHORITY.items() if topic in topics and ROLES[role] == "organisation"):
        for scope in ("env", "citz"):
            found = refused(asked, f"{role}@{scope}")
            assert isinstance(found, Invalid) and found.field == field and "'future'" in found.detail and "after" in (found.remedy or ""), (role, found)
        if has_money(asked):
            assert isinstance(refused(asked, f"{role}@*"), Invalid), "who reads it would rest on that"
    for role in (role for role, topics in AUTHORITY.items() if topic in topics and ROLES[role] in ("product", "team")):
        scope = {"product": "taxes", "team": "u"}[ROLES[role] or ""]
        assert refused(asked, f"{role}@{scope}") is not None


def test_money_for_a_team_that_nobody_has_formed_takes_an_importer_and_is_then_nobodys() -> None:
    proposing = command("portfolio.propose_investment", team="future", product="taxes")
    scenario = Scenario(portfolio, world()).when(proposing, by="portfolio_manager@citz")
    assert scenario.refused(Invalid).field == "team"
    assert scenario.when(proposing, by="portfolio_manager@env").refused(Invalid).field == "team"
    scenario.when(proposing, by="importer").then(InvestmentProposed(team="future", product="taxes", amount=money("10.00")))
    forecast = command("portfolio.record_forecast", investment="new")
    for role in ("portfolio_manager@citz", "portfolio_manager@env"):
        why = scenario.when(forecast, by=role).refused(NotAllowed)
        assert "takes portfolio_manager@*" in why.detail and "team:future, which is not known here" in why.detail
    assert scenario.when(forecast, by="portfolio_manager@*").error is None
    scenario.given("team:future", TeamFormed(name="Future", home="env"))
    assert scenario.when(forecast, by="portfolio_manager@env").error is None
    scenario.when(forecast, by="portfolio_manager@citz").refused(NotAllowed)


def test_an_importers_word_is_taken_for_a_role_while_no_scope_is_known() -> None:
    deciding = command("portfolio.decide_investment", investment="new", by="steering_group@env")
    scenario = Scenario(portfolio, world()).given("investment:new", InvestmentProposed(team="future", product="permits", amount=money("10.00")))
    assert scenario.when(deciding).error is None
    for name, by in (("roadmap.place_item", "product_owner@permits"), ("backlog.add_item", "team@t")):
        scoped = command(name, product="future", by=by)
        with pytest.raises(NotAllowed):
            speaker(scoped, Principal("ann", frozenset({Role("importer")})), False, world().facts(NOW.date()), "item:new", exists=False, history=())
    both = Principal("ann", frozenset({Role("importer"), Role("portfolio_manager", "env")}))
    proposing = command("portfolio.propose_investment", team="future")
    found = speaker(proposing, both, False, world().facts(NOW.date()), "investment:new", exists=False, history=())
    assert found.actor.role == "importer", "who is one speaks so where no other role suffices"
    scenario.when(command("portfolio.record_forecast", investment="new", by="steering_group@env")).refused(NotAllowed)


def test_what_was_taken_back_is_said_anew_by_whoever_may_speak_of_what_it_was() -> None:
    spent = ActualRecorded(amount=money("5.00"), covers_from=SAID.date(), covers_until=SAID.date())
    scenario = Scenario(portfolio, world()).given("investment:inv", spent, Retracted(event="investment:inv@1", reason="Wrong"))
    anew = command("portfolio.propose_investment", investment="inv", team="u", product="taxes")
    scenario.when(anew, by="portfolio_manager@citz").refused(NotAllowed)
    left = RetractInPortfolio(event="investment:inv@2", reason="Wrong")
    scenario.when(left, by="portfolio_manager@citz").refused(NotAllowed)
    scenario.when(left, by="portfolio_manager@env").then(Retracted(event="investment:inv@2", reason="Wrong"))


@pytest.mark.parametrize("left", [(), (SourceReceived(delivery="1", reason="A comment"),)])
def test_a_source_that_was_taken_back_is_connected_anew_by_whoever_may_speak_of_both_products(left: tuple[Payload, ...]) -> None:
    scenario = Scenario(backlog, world()).given("source:gh", *left, Retracted(event="source:gh@1", reason="Wrong"))
    connecting = command("backlog.connect_source", source="gh", product="taxes")
    for role in ("team@t", "team@u"):
        scenario.when(connecting, by=role).refused(NotAllowed)
    assert scenario.when(command("backlog.connect_source", source="gh"), by="team@t").error is None


def test_what_only_leftovers_tell_of_is_stated_by_whoever_may_speak_of_both_products() -> None:
    scenario = Scenario(backlog, world()).given("item:i", ItemStarted(), Retracted(event="item:i@1", reason="Wrong"))
    scenario.given("source:other", SourceConnected(system=System.GITHUB, product="taxes"))
    stating = command("backlog.state_item", item="i", product="taxes", source="other")
    for role in ("team@t", "team@u"):
        scenario.when(stating, by=role).refused(NotAllowed)
    assert scenario.when(stating, by="team@*").error is None


def test_a_product_without_a_home_is_nobodys_to_bind() -> None:
    scenario = Scenario(portfolio, world()).given("product:free", ProductRegistered(name="Free"))
    scenario.when(command("portfolio.serve_product", product="free"), by="portfolio_manager@env").refused(NotAllowed)
    assert scenario.when(command("portfolio.serve_product", product="free"), by="lab_ops").error is None


def test_a_refusal_names_the_scope_that_is_lacking() -> None:
    for asked, role, lacking in (
        (command("portfolio.set_policy"), "portfolio_manager@citz", "portfolio_manager@env or lab_ops"),
        (command("portfolio.record_forecast"), "portfolio_manager@citz", "portfolio_manager@env"),
        (command("roadmap.sign_off_release"), "team@t", "product_owner@permits"),
        (RetractInPortfolio(event="investment:inv@1", reason="Wrong"), "executive@env", "portfolio_manager@env"),
        (RetractInRoadmap(event="release:beta@1", reason="Wrong"), "cab@env", "team@t"),
    ):
        found = refused(asked, role)
        assert isinstance(found, NotAllowed) and f"takes {lacking}; the caller has {role}" in found.detail, found
        assert lacking in (found.remedy or "")
    overriding = command("portfolio.submit_bid", override={"rule": "S0-14", "reason": "Flood"})
    found = refused(overriding, "portfolio_manager@env", "executive@citz")
    assert isinstance(found, NotAllowed) and "takes steering_group@env or executive@env" in found.detail


def test_every_field_that_binds_is_a_reference_of_the_command_or_of_what_it_says() -> None:
    for name in ORDINARY:
        spec = COMMANDS[name].SPEC
        there = {field for of in (COMMANDS[name], *spec.says) for field, _ in references(of)}
        assert set(spec.binds) <= there, name
        if spec.binds:
            assert any(field in dict(references(spec.says[0])) for field in spec.binds), f"{name}: its retraction could not be judged"


def test_money_is_found_in_a_command_by_its_amounts() -> None:
    assert (
        {name for name in ORDINARY if has_money(command(name))}
        == {name for name in ORDINARY if any(isinstance(getattr(command(name), field), Money) for field in COMMANDS[name].model_fields)}
        >= {"portfolio.propose_investment", "portfolio.submit_bid", "portfolio.record_actual"}
    )
