"""In whose name a command is said, and what somebody who may not say it is told."""

from __future__ import annotations

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.authorization import Speaker, speaker
from libs.commands.command import Command
from libs.commands.errors import Invalid, NotAllowed, NotFound
from libs.commands.retraction import RetractInPortfolio
from libs.commands.testing import money
from libs.events.catalog.portfolio.investment import ActualRecorded, InvestmentProposed
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseStage
from libs.events.catalog.withdrawal import Withdrawn
from libs.events.event import Actor, Overridden, Retracted
from libs.events.world import World
from libs.rules.roles import Principal, Role
from tests.commands.asking import also, command
from tests.commands.examples import NOW, OWNER, SAID, world

PROPOSED_BY_ENV = InvestmentProposed(team="t", product="permits", amount=money("10.00"))
PROPOSED_BY_CITZ = InvestmentProposed(team="u", product="taxes", amount=money("10.00"))


def speaks(asked: Command, *roles: str, among: World | None = None, revise: bool = False, id: str = "ann") -> Speaker:
    """Who says a command, of somebody in these roles. Raises what it is refused by."""
    here, aggregate = among or world(), asked.aggregate or "item:new"
    history = here.events(aggregate)
    who = Principal(id, frozenset(map(Role.parse, roles)))
    return speaker(asked, who, revise, here.facts(NOW.date()), aggregate, exists=bool(history), history=history)


def refused(asked: Command, *roles: str, among: World | None = None, revise: bool = False) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        speaks(asked, *roles, among=among, revise=revise)
    return caught.value


@pytest.mark.parametrize(("name", "given"), [("known", {"known": "2026-04-01"}), ("by", {"by": "lab_ops"}), ("revise", {})])
def test_who_is_no_importer_is_told_what_to_leave_out(name: str, given: dict[str, str]) -> None:
    why = refused(command("backlog.add_item", **given), "team@t", revise=name == "revise")
    assert why.detail == f"only an importer may give `{name}`"
    assert why.remedy == f"Leave `{name}` out, or ask for the role importer."


def test_only_an_importer_dates_a_decision() -> None:
    deciding = command("portfolio.decide_investment", at="2026-05-01")
    why = refused(deciding, "steering_group@env")
    assert (why.detail, why.remedy) == ("only an importer may date decide_investment", "Leave `at` out: it holds from now on.")
    assert speaks(command("portfolio.decide_investment"), "steering_group@env").actor == Actor("ann", "steering_group@env")
    assert speaks(deciding, "importer").actor == Actor("ann", "importer")
    assert speaks(deciding.model_copy(update={"by": "steering_group@env"}), "importer").actor == Actor("ann", "steering_group@env")


def test_an_importer_with_another_role_that_suffices_speaks_by_that_one() -> None:
    proposing = command("portfolio.propose_investment")
    assert speaks(proposing, "importer", "portfolio_manager@env").actor.role == "portfolio_manager@env"
    for others in ((), ("cab@env",), ("portfolio_manager@citz",), ("executive@env", "team@t")):
        assert speaks(proposing, "importer", *others).actor == Actor("ann", "importer"), others


def test_of_several_roles_the_first_that_has_it_in_its_scope_speaks() -> None:
    proposing = command("portfolio.propose_investment")
    assert speaks(proposing, "portfolio_manager@citz", "portfolio_manager@env", "cab@env").actor.role == "portfolio_manager@env"
    assert speaks(proposing, "portfolio_manager@env", "portfolio_manager@*").actor.role == "portfolio_manager@*"


def test_a_refusal_says_which_roles_the_caller_has() -> None:
    adding = command("backlog.add_item")
    assert refused(adding).detail.endswith("; the caller has no role")
    assert refused(adding, "executive@env", "cab@env").detail.endswith("; the caller has cab@env, executive@env")


def test_a_refusal_names_what_is_not_known_yet_and_nothing_else() -> None:
    forecast = command("portfolio.record_forecast", investment="new")
    unknown = also("investment:new", InvestmentProposed(team="future", product="taxes", amount=money("10.00")))
    assert refused(forecast, "executive@env", among=unknown).detail == (
        "portfolio.record_forecast takes portfolio_manager@*; the caller has executive@env; it rests on team:future, which is not known here"
    )
    assert "not known" not in refused(command("portfolio.record_forecast"), "executive@env").detail


def test_who_may_not_say_such_a_thing_at_all_is_told_so_although_it_rests_on_something_unknown() -> None:
    assert "takes portfolio_manager" in refused(command("portfolio.propose_investment", team="future"), "executive@env").detail


def test_what_an_importer_says_in_a_roles_name_may_rest_on_something_unknown() -> None:
    proposing = command("portfolio.propose_investment", team="future", by="portfolio_manager@env")
    assert speaks(proposing, "importer").actor.role == "portfolio_manager@env"
    assert speaks(command("portfolio.propose_investment", team="future"), "importer", "portfolio_manager@env").actor.role == "importer"
    with pytest.raises(Invalid):
        speaks(command("portfolio.propose_investment", team="future"), "portfolio_manager@env")
    refused(command("portfolio.propose_investment", by="portfolio_manager@citz"), "importer")


def test_who_lifts_a_rule_may_do_so_by_another_role() -> None:
    bidding = command("portfolio.submit_bid", override={"rule": "S0-14", "reason": "Flood"})
    found = speaks(bidding, "portfolio_manager@env", "executive@env")
    assert found == Speaker(Actor("ann", "portfolio_manager@env"), Actor("ann", "executive@env"))
    plain = speaks(command("portfolio.submit_bid"), "portfolio_manager@env", "executive@env")
    assert plain == Speaker(Actor("ann", "portfolio_manager@env"), Actor("ann", "portfolio_manager@env"))
    why = refused(bidding, "portfolio_manager@env")
    assert why.detail == "an override takes steering_group@env or executive@env; the caller has portfolio_manager@env"
    assert why.remedy == "Leave the override out, or have steering_group@env or executive@env approve it (`portfolio.approve_override`) and cite that."


def test_what_belongs_to_somebody_is_theirs_and_whoever_keeps_the_installation_going() -> None:
    pausing = command("portfolio.pause_webhook")
    assert speaks(pausing, "subscriber", id=OWNER).actor == Actor(OWNER, "subscriber")
    why = refused(pausing, "subscriber", "auditor")
    assert why.detail == "w belongs to somebody else, its subscriber; the caller has auditor, subscriber"
    assert why.remedy == "Ask them or lab_ops, or have a webhook of your own."
    assert speaks(pausing, "subscriber", "lab_ops").actor.role == "lab_ops"
    assert speaks(pausing, "auditor", "importer").actor.role == "importer"
    assert speaks(command("portfolio.subscribe_webhook"), "subscriber").actor.role == "subscriber", "what nobody has is anybody's"


@pytest.mark.parametrize("sequence", [2, 9])
def test_what_is_no_event_is_not_taken_back(sequence: int) -> None:
    with pytest.raises(NotFound, match=rf"there is no event investment:inv@{sequence}") as caught:
        speaks(RetractInPortfolio(event=f"investment:inv@{sequence}", reason="Wrong"), "portfolio_manager@env")
    assert caught.value.field == "event"


def test_what_a_rule_was_lifted_by_is_taken_back_by_whoever_may_lift_it() -> None:
    lifted = also("investment:inv", Overridden(rule="S0-14", reason="Flood", command="portfolio.submit_bid"))
    left = RetractInPortfolio(event="investment:inv@2", reason="Wrong")
    assert speaks(left, "executive@env", among=lifted).actor.role == "executive@env"
    assert "steering_group@env or executive@env" in refused(left, "portfolio_manager@env", among=lifted).detail


def test_what_binds_something_unknown_is_not_taken_back_by_an_organisations_role() -> None:
    formed = also("team:z", TeamFormed(name="Z", home="env", products=("future",)))
    left = RetractInPortfolio(event="team:z@1", reason="Wrong")
    assert "as well" in refused(left, "portfolio_manager@env", among=formed).detail
    assert speaks(left, "portfolio_manager@*", among=formed).actor.role == "portfolio_manager@*"


SPENT = ActualRecorded(amount=money("5.00"), covers_from=SAID.date(), covers_until=SAID.date())


def test_what_is_left_of_something_is_its_last_homes() -> None:
    gone = Retracted(event="investment:z@1", reason="Wrong"), Retracted(event="investment:z@3", reason="Wrong")
    among = also("investment:z", PROPOSED_BY_ENV, gone[0], PROPOSED_BY_CITZ, gone[1], SPENT)
    left = RetractInPortfolio(event="investment:z@5", reason="Wrong")
    assert speaks(left, "portfolio_manager@citz", among=among).actor.role == "portfolio_manager@citz"
    refused(left, "portfolio_manager@env", among=among)


def test_what_stands_is_nobodys_who_had_a_word_in_what_was_taken_back() -> None:
    bound = also("investment:z", PROPOSED_BY_CITZ, PROPOSED_BY_ENV, Retracted(event="investment:z@2", reason="Wrong"))
    forecast = command("portfolio.record_forecast", investment="z")
    assert speaks(forecast, "portfolio_manager@citz", among=bound).actor.role == "portfolio_manager@citz"
    refused(forecast, "portfolio_manager@env", among=bound)
    beta = [ReleaseProposed(product=product, stage=ReleaseStage.BETA, title="Beta") for product in ("taxes", "permits")]
    released = also("release:z", *beta, Retracted(event="release:z@2", reason="Wrong"))
    publishing = command("roadmap.sign_off_release", release="z")
    assert speaks(publishing, "product_owner@taxes", among=released).actor.role == "product_owner@taxes"
    refused(publishing, "product_owner@permits", among=released)


def test_what_is_there_lies_where_it_stands_whatever_the_command_names() -> None:
    stating = command("backlog.state_item", item="i", product="taxes")
    assert speaks(stating, "team@t").actor.role == "team@t"
    assert "the caller has team@u" in refused(stating, "team@u").detail


def test_what_the_system_announced_is_nobodys_to_take_back_but_an_importers() -> None:
    announced = also("graduation:t", Withdrawn(event="graduation:t@1", reason="Wrong"))
    left = RetractInPortfolio(event="graduation:t@2", reason="Wrong")
    assert "takes importer;" in refused(left, "lab_ops", "portfolio_manager@*", among=announced).detail
    assert speaks(left, "importer", among=announced).actor.role == "importer"


def test_a_thing_is_made_by_whoever_has_it_by_name_in_its_scope() -> None:
    registering = command("portfolio.register_organisation", organisation="new")
    assert speaks(registering, "portfolio_manager@new").actor.role == "portfolio_manager@new"
    refused(registering, "portfolio_manager@env")


def test_an_organisation_is_a_scope_by_itself_known_or_not() -> None:
    opening = command("portfolio.open_program", program="new", home="nowhere")
    assert speaks(opening, "portfolio_manager@nowhere").actor.role == "portfolio_manager@nowhere"
    assert refused(opening, "portfolio_manager@env").detail.startswith("portfolio.open_program takes portfolio_manager@nowhere;")


def test_without_money_a_role_for_all_there_is_may_speak_of_what_is_not_known_yet() -> None:
    assert speaks(command("backlog.open_backlog", product="future"), "portfolio_manager@*").actor.role == "portfolio_manager@*"
    placing = command("roadmap.place_item", product="future")
    refused(placing, "product_owner@permits")
    with pytest.raises(Invalid, match="the product 'future' is not known here, and whose this is rests on it"):
        speaks(placing, "product_owner@permits", "portfolio_manager@env")


def test_an_importer_names_a_role_that_there_is_or_somebody() -> None:
    adding = command("backlog.add_item")
    with pytest.raises(Invalid, match="'nobody' is no role") as caught:
        speaks(adding.model_copy(update={"by": "nobody@permits"}), "importer")
    assert caught.value.field == "by"
    assert speaks(adding.model_copy(update={"by": "nobody"}), "importer").actor == Actor("nobody", "importer")
    assert speaks(adding.model_copy(update={"by": "team@t"}), "importer").actor == Actor("ann", "team@t")


def test_what_is_there_does_not_rest_on_what_a_command_names() -> None:
    leaving = command("portfolio.stop_serving", product="future")
    assert speaks(leaving, "portfolio_manager@env").actor.role == "portfolio_manager@env"


def test_what_is_known_and_has_no_home_is_not_its_former_homes() -> None:
    taken_back = Retracted(event="product:free@1", reason="Wrong")
    among = also("product:free", ProductRegistered(name="Free", home="env"), taken_back, ProductRegistered(name="Free"))
    refused(command("portfolio.halt_product", product="free"), "portfolio_manager@env", among=among)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("backlog.reorder_backlog", "S0-12"),
        ("roadmap.sign_off_release", "S0-13"),
        ("portfolio.decide_investment", "S0-14"),
        ("roadmap.decide_change", "S0-16"),
        ("backlog.add_item", None),
    ],
)
def test_where_a_requirement_gives_the_authority_the_refusal_cites_it(name: str, rule: str | None) -> None:
    assert refused(command(name), "auditor").rule == rule
