"""Every command against every role of the design's table of authority: in scope, out of scope, everywhere, and in an importer's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
import services
from libs.commands.authorization import speaker
from libs.commands.command import COMMANDS, Command
from libs.commands.decision import Case
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed
from libs.commands.execution.admission import Ask, judge
from libs.commands.retraction import Retract, RetractInPortfolio, RetractInRoadmap
from libs.events.catalog.duties import DUTIES_OF
from libs.events.catalog.portfolio.investment import InvestmentDecided
from libs.events.event import PAYLOADS, Actor, Event, Overridden, Payload, kind_of
from libs.rules.authority import AUTHORITY, belonging
from libs.rules.roles import ROLES, Principal, Role
from tests.commands.asking import command as example
from tests.commands.examples import EXAMPLES, NOW, OWNER, SAID, aggregates, world

# Written by reading the design's table, never from AUTHORITY: the two must be able to disagree.
TABLE: Final[dict[str, dict[str, str]]] = {
    "product_owner": {
        "order of the backlog": "backlog.reorder_backlog",
        "reviews": "backlog.review_prioritisation",
        "sign-off of releases": "roadmap.sign_off_release",
        "publishing of releases": "roadmap.publish_release",
        "needs and their judgement": "backlog.record_need backlog.change_need backlog.judge_need",
        "recommendations answered": "roadmap.accept_recommendation roadmap.decline_recommendation",
        "metrics": "roadmap.define_metric roadmap.measure_baseline roadmap.list_data roadmap.set_redesign_threshold roadmap.change_metric",
        "targets": "roadmap.set_target",
        "visions of a product": "roadmap.set_vision",
        "feedback": "roadmap.open_channel roadmap.close_channel roadmap.record_theme roadmap.record_finding roadmap.recommend",
        "target conditions": "roadmap.set_target_condition roadmap.reach_target_condition",
        "roadmap": "roadmap.place_item roadmap.move_item roadmap.retitle_item roadmap.describe_item roadmap.redate_item roadmap.drop_item roadmap.finish_item",
        "items": "backlog.add_item backlog.refine_item backlog.estimate_item backlog.start_item backlog.deliver_item backlog.drop_item "
        "backlog.reopen_item backlog.link_item backlog.record_impact",
    },
    "team": {
        "items": "backlog.add_item backlog.refine_item backlog.estimate_item backlog.start_item backlog.deliver_item backlog.drop_item "
        "backlog.reopen_item backlog.link_item backlog.record_impact",
        "experiments": "backlog.plan_experiment backlog.start_experiment backlog.check_experiment backlog.conclude_experiment backlog.stop_experiment",
        "feedback": "roadmap.open_channel roadmap.close_channel roadmap.record_theme roadmap.record_finding roadmap.recommend",
        "target conditions": "roadmap.set_target_condition roadmap.reach_target_condition",
        "improvements": "backlog.raise_improvement backlog.start_improvement backlog.finish_improvement backlog.drop_improvement",
        "readings": "roadmap.read_metric",
        "releases proposed": "roadmap.propose_release roadmap.replan_release",
        "change requests raised": "roadmap.raise_change_request roadmap.attach_evidence roadmap.add_dependency roadmap.remove_dependency",
        "classes of changes": "roadmap.define_change_class",
        "sources of webhooks": "backlog.connect_source backlog.disconnect_source",
        "members": "portfolio.join_team portfolio.leave_team",
    },
    "portfolio_manager": {
        "linked products": "portfolio.link_product portfolio.unlink_product",
        "programs": "portfolio.open_program portfolio.redesign_program portfolio.submit_to_treasury_board portfolio.record_submission_outcome",
        "products": "portfolio.register_product portfolio.enter_phase portfolio.halt_product portfolio.resume_product portfolio.decommission_product",
        "teams": "portfolio.form_team portfolio.serve_product portfolio.stop_serving",
        "members": "portfolio.join_team portfolio.leave_team",
        "investments proposed": "portfolio.propose_investment",
        "bids and outcomes": "portfolio.submit_bid portfolio.record_bid_outcome",
        "forecasts": "portfolio.record_forecast portfolio.plan_years",
        "actuals": "portfolio.record_actual",
        "returns": "portfolio.record_return",
        "loans": "portfolio.lend_team portfolio.return_team portfolio.lend_seats portfolio.record_delivery",
        "corrections": "portfolio.rename portfolio.move portfolio.merge_organisations portfolio.dissolve_team portfolio.withdraw_investment "
        "portfolio.close_investment",
        "evaluations": "portfolio.start_evaluation portfolio.answer_question portfolio.record_shortfall portfolio.conclude_evaluation "
        "portfolio.publish_evaluation",
        "visions": "roadmap.set_vision",
        "roadmaps": "roadmap.place_item roadmap.move_item roadmap.retitle_item roadmap.describe_item roadmap.redate_item roadmap.drop_item roadmap.finish_item",
    },
    "steering_group": {
        "decisions on investments": "portfolio.decide_investment",
        "re-baselines": "portfolio.rebaseline_investment",
        "scope planned anew, accepted": "",
    },
    "cab": {"decisions on change requests": "roadmap.decide_change", "classes approved beforehand": "roadmap.decide_change_class"},
    "executive": {
        "attestations": "portfolio.attest",
        "stories": "portfolio.tell_story",
        "ceremonies": "portfolio.hold_ceremony",
        "hand-offs accepted": "portfolio.accept_handoff",
        "opportunities": "portfolio.accept_opportunity portfolio.decline_opportunity",
        "visions": "roadmap.set_vision",
    },
    "lab_ops": {
        "teams": "portfolio.form_team portfolio.serve_product portfolio.stop_serving",
        "health": "portfolio.record_health",
        "onboarding": "portfolio.onboard_candidate portfolio.decline_candidate",
        "sustain entered": "portfolio.enter_sustain",
        "hand-offs prepared": "portfolio.prepare_handoff",
        "pivoting away": "portfolio.pivot_away",
        "precedents": "portfolio.publish_precedent",
        "lifecycles": "portfolio.define_lifecycle",
    },
    "subscriber": {},
    "auditor": {},
}
"""Role -> the table's term -> the commands that it means; a term without commands is not built yet."""

INITIATIVES: Final = (
    "roadmap.open_initiative roadmap.enter_step roadmap.skip_step roadmap.assess roadmap.set_objective roadmap.plan_initiative "
    "roadmap.add_action roadmap.report_progress roadmap.judge_initiative roadmap.tell_success roadmap.analyse_failure roadmap.close_initiative"
)

OUR_OWN: Final[dict[str, frozenset[str]]] = {
    # The table names nobody for these.
    **dict.fromkeys(("roadmap.open_monitoring", "roadmap.close_monitoring"), frozenset({"product_owner", "team"})),
    **dict.fromkeys(("portfolio.keep_record", "portfolio.close_record"), frozenset({"team", "product_owner", "portfolio_manager"})),
    "portfolio.rate_confidence": frozenset({"product_owner", "portfolio_manager", "executive"}),
    "portfolio.tick": frozenset({"product_owner", "portfolio_manager"}),
    **dict.fromkeys(INITIATIVES.split(), frozenset({"product_owner", "portfolio_manager", "executive"})),
    "portfolio.register_organisation": frozenset({"portfolio_manager", "lab_ops"}),
    "portfolio.set_policy": frozenset({"portfolio_manager", "lab_ops"}),
    **dict.fromkeys(("portfolio.accept_loan", "portfolio.decline_loan"), frozenset({"portfolio_manager"})),
    "portfolio.record_agreement": frozenset({"portfolio_manager", "lab_ops"}),
    "portfolio.name_accountable": frozenset({"portfolio_manager", "executive"}),
    "portfolio.register_person": frozenset({"portfolio_manager", "lab_ops"}),
    "portfolio.forget_person": frozenset({"lab_ops"}),
    "backlog.open_backlog": frozenset({"portfolio_manager", "lab_ops"}),
    "portfolio.apply_for_onboarding": frozenset({"portfolio_manager"}),
    "portfolio.record_opportunity": frozenset({"portfolio_manager", "lab_ops"}),
    # An executive may start a redesign (S4-13), as well as whoever opens programs.
    **dict.fromkeys(
        ("portfolio.redesign_program", "portfolio.submit_to_treasury_board", "portfolio.record_submission_outcome"),
        frozenset({"executive"}),
    ),
    "portfolio.record_failed_handoff": frozenset({"lab_ops"}),
    # Whoever may lift a rule may approve that another does.
    "portfolio.approve_override": frozenset({"steering_group", "executive"}),
    # The team and whoever runs the portfolio know of it as well as the lab does.
    "portfolio.record_exposure": frozenset({"team", "portfolio_manager", "lab_ops"}),
    # A change goes out with a release by the word of either who asks for the change or who publishes the release.
    "roadmap.link_change": frozenset({"product_owner", "team"}),
    # Said by webhooks; by hand it is for whoever may connect the source.
    "backlog.note_delivery": frozenset({"team"}),
    "backlog.state_item": frozenset({"team"}),
    "backlog.record_pipeline_run": frozenset({"team"}),
    # Where the stream is sent, for whoever the stream is, and for who keeps the installation going. A webhook lies in no scope.
    **dict.fromkeys(
        [
            f"portfolio.{verb}_webhook{what}"
            for verb, what in (("subscribe", ""), ("change", ""), ("change", "_secret"), ("pause", ""), ("resume", ""), ("replay", ""), ("end", ""))
        ],
        frozenset({"subscriber", "auditor", "lab_ops"}),
    ),
    # Whoever defines a metric may also read it.
    "roadmap.read_metric": frozenset({"product_owner"}),
}
"""Where the table is silent or can be read in two ways: who may as well."""

OVERRIDING: Final = frozenset({"steering_group", "executive"})

RETRACTIONS: Final = frozenset(name for name, of in COMMANDS.items() if issubclass(of, Retract))

HERE: Final = {"product": "permits", "team": "t", "organisation": "env"}
ELSEWHERE: Final = {"product": "taxes", "team": "u", "organisation": "citz"}

WORLD: Final = world()


def may(command: str) -> frozenset[str]:
    """The roles that may say a command, by the table and our own reading of it."""
    return frozenset(role for role, terms in TABLE.items() for names in terms.values() if command in names.split()) | OUR_OWN.get(command, frozenset())


def roles(name: str) -> Iterator[tuple[Role, bool]]:
    """A role with every kind of scope, and whether what lies in the organisation `env` is in it."""
    kind = ROLES[name]
    if kind is None:
        yield Role(name), True
        return
    yield Role(name, "*"), True
    yield Role(name), True
    yield Role(name, HERE[kind]), True
    yield Role(name, ELSEWHERE[kind]), False
    # The name of a scope of another kind gives nothing.
    yield Role(name, {"product": "t", "team": "permits", "organisation": "permits"}[kind]), False


def silent(command: Command, case: Case[Any]) -> Iterable[Payload]:
    """Decides nothing, and lifts the rule that is to be overridden."""
    if command.override is not None:
        case.demand(command.override.rule, False, "as the test says")
    return ()


class Silently(dict[type[Command], Any]):
    """Every command is decided so."""

    def __missing__(self, command: type[Command]) -> Any:
        return silent


def allowed(command: Command, *speaking: Role, id: str = OWNER) -> bool:
    """Whether somebody in these roles may say a command; everything else about it must be good."""
    principal = Principal(id, frozenset(speaking))
    try:
        judge(WORLD, Silently(), Ask(command, principal), command.aggregate or "", NOW)
    except NotAllowed:
        return False
    return True


ORDINARY: Final = sorted(name for name, command in COMMANDS.items() if name not in RETRACTIONS and command.__module__.startswith("libs."))


def test_every_command_stands_in_the_table_and_has_an_example() -> None:
    named = {command for terms in TABLE.values() for names in terms.values() for command in names.split()}
    assert named | set(OUR_OWN) == set(ORDINARY), "say in TABLE who may, by the design's table of authority; where it is silent, in OUR_OWN"
    assert set(EXAMPLES) == set(ORDINARY), "give every command one example"


def test_every_role_but_the_importers_stands_in_the_table() -> None:
    assert set(TABLE) == set(ROLES) - {"importer"}
    assert set(AUTHORITY) <= set(TABLE)


def test_what_is_our_own_is_not_in_the_table_already() -> None:
    named = {(role, command) for role, terms in TABLE.items() for names in terms.values() for command in names.split()}
    assert not named & {(role, command) for command, granted in OUR_OWN.items() for role in granted}


def test_the_small_world_lies_in_one_organisation() -> None:
    facts = WORLD.facts(NOW.date())
    for kind, id in aggregates():
        if kind not in ("lifecycle", "webhook", "precedent", *(of.name for of in DUTIES_OF.values())):
            assert ("organisation", "env") in belonging(facts, kind, id), f"{kind}:{id}"
            assert ("organisation", "citz") not in belonging(facts, kind, id), f"{kind}:{id}"


@pytest.mark.requirement("S4-20")
@pytest.mark.parametrize("name", ORDINARY)
def test_a_command_is_for_the_roles_of_the_table_within_their_scope(name: str) -> None:
    command = example(name)
    scoped_elsewhere = {"portfolio.register_organisation": "new"}.get(name)
    wrong = []
    for role_name in TABLE:
        for role, here in roles(role_name):
            covers = here if scoped_elsewhere is None or role.everywhere else role.scope == scoped_elsewhere
            expected = role_name in may(name) and covers
            if allowed(command, role) != expected:
                wrong.append(f"{role} {'may' if expected else 'may not'}")
            if allowed(example(name, by=str(role)), Role("importer")) != expected:
                wrong.append(f"an importer by {role} {'may' if expected else 'may not'}")
    assert wrong == []
    assert allowed(command, Role("importer")), "an importer may say anything"
    assert not allowed(command), "nobody without a role may"


def test_a_portfolio_manager_registers_its_own_organisation() -> None:
    command = example("portfolio.register_organisation")
    assert allowed(command, Role("portfolio_manager", "new"))
    assert not allowed(command, Role("portfolio_manager", "env"))


def test_a_product_of_a_program_belongs_to_the_programs_home() -> None:
    command = COMMANDS["portfolio.register_product"].model_validate({"product": "new", "name": "Dams", "program": "water"})
    assert allowed(command, Role("portfolio_manager", "env"))
    assert not allowed(command, Role("portfolio_manager", "citz"))


def test_an_importer_without_a_role_in_by_speaks_with_its_own_rights() -> None:
    assert allowed(example("roadmap.sign_off_release", by="lab-import"), Role("importer"))
    assert not allowed(example("roadmap.sign_off_release", by="product_owner@taxes"), Role("importer"), Role("product_owner", "permits"))


@pytest.mark.parametrize("given", [{"by": "cab@env"}, {"known": "2026-05-01T00:00:00Z"}])
def test_nobody_else_speaks_for_others_or_says_when_it_was_learned(given: dict[str, str]) -> None:
    assert allowed(example("roadmap.decide_change"), Role("cab", "env"))
    assert not allowed(example("roadmap.decide_change", **given), Role("cab", "env"))


@pytest.mark.requirement("S0-14")
def test_decisions_sign_offs_and_attestations_are_dated_by_importers_alone() -> None:
    dated = {name for name in ORDINARY if COMMANDS[name].SPEC.dated_by_importers_only}
    assert dated >= {"portfolio.decide_investment", "roadmap.decide_change", "roadmap.sign_off_release", "portfolio.attest"}
    answers = {f"portfolio.{answer}_{asked}" for answer in ("accept", "decline") for asked in ("loan", "opportunity")}
    assert dated >= answers | {"portfolio.approve_override", "portfolio.onboard_candidate", "portfolio.decline_candidate"}
    for name in dated:
        role = Role(min(may(name)))
        assert allowed(example(name), role)
        assert not allowed(example(name, at="2026-05-01"), role), name
        assert allowed(example(name, at="2026-05-01"), Role("importer")), name


def lifted(name: str, *speaking: Role, by: str | None = None) -> bool:
    return allowed(example(name, by=by, override={"rule": "S0-14", "reason": "Flood warning"}), *speaking)


@pytest.mark.parametrize("role_name", sorted(TABLE))
def test_a_rule_is_lifted_by_an_executive_or_a_steering_group_of_the_scope(role_name: str) -> None:
    manager = Role("portfolio_manager", "env")
    for role, here in roles(role_name):
        expected = role_name in OVERRIDING and here
        assert lifted("portfolio.submit_bid", manager, role) is expected, str(role)
        assert not lifted("portfolio.submit_bid", role), f"{role}: an override lifts no authority"
        own = role_name == "steering_group" and here
        assert lifted("portfolio.decide_investment", Role("importer"), by=str(role)) is own, f"an importer is judged as {role}"
    assert lifted("portfolio.submit_bid", Role("importer"))


def test_an_override_bears_the_role_that_lifts_and_the_rest_the_role_that_may() -> None:
    command = example("portfolio.submit_bid", override={"rule": "S0-14", "reason": "Flood warning"})
    who = Principal("ann", frozenset({Role("portfolio_manager", "env"), Role("executive", "env")}))
    found = speaker(command, who, False, WORLD.facts(NOW.date()), "bid:new", exists=False, history=())
    assert (found.actor, found.overriding) == (Actor("ann", "portfolio_manager@env"), Actor("ann", "executive@env"))


def sayers() -> dict[type[Payload], frozenset[str]]:
    """Who may say each event of the catalogue, by the commands that lead to it."""
    found: defaultdict[type[Payload], frozenset[str]] = defaultdict(frozenset)
    for name in ORDINARY:
        for payload in COMMANDS[name].SPEC.says:
            found[payload] |= may(name)
    return found


CATALOGUE: Final = sorted(name for name, payload in PAYLOADS.items() if payload.__module__.startswith("libs.events.catalog"))


@pytest.mark.parametrize("type_name", CATALOGUE)
def test_a_thing_is_taken_back_by_whoever_may_say_it(type_name: str) -> None:
    payload, kind = PAYLOADS[type_name], kind_of(type_name).name
    ids = [id for other, id in aggregates() if other == kind]
    assert ids, f"put a {kind} into the small world"
    aggregate, by = f"{kind}:{ids[0]}", sayers()[payload]
    wrong = []
    for role_name in TABLE:
        for role, here in roles(role_name):
            expected = role_name in by and here
            if takes_back(payload, aggregate, role) != expected:
                wrong.append(f"{role} {'may' if expected else 'may not'}")
    assert wrong == []
    assert takes_back(payload, aggregate, Role("importer"))


def takes_back(payload: type[Payload], aggregate: str, *speaking: Role, id: str = OWNER) -> bool:
    """Whether somebody in these roles may retract an event of this class of this aggregate; only its class counts."""
    history = [Event(aggregate, 1, SAID, SAID, SAID, Actor("someone", "importer"), object.__new__(payload))]
    command = RetractInPortfolio(event=f"{aggregate}@1", reason="Wrong")
    try:
        speaker(command, Principal(id, frozenset(speaking)), False, WORLD.facts(NOW.date()), aggregate, exists=True, history=history)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("type_name", CATALOGUE)
def test_who_may_take_an_event_back_is_who_may_say_it_now_of_the_same_thing(type_name: str) -> None:
    """Of each event, role and scope, of the owner and of somebody else: by the commands themselves, not by a table."""
    payload, kind = PAYLOADS[type_name], kind_of(type_name).name
    id = next(id for other, id in aggregates() if other == kind)
    says = [name for name in ORDINARY if payload in COMMANDS[name].SPEC.says]
    wrong = []
    for role_name in TABLE:
        for role, _ in roles(role_name):
            for who in (OWNER, "somebody else"):
                may = any(allowed_of(name, id if COMMANDS[name].SPEC.kind else f"{kind}:{id}", role, id=who) for name in says)
                if takes_back(payload, f"{kind}:{id}", role, id=who) != may:
                    wrong.append(f"{who} as {role} {'may' if may else 'may not'}")
    assert wrong == []


def allowed_of(name: str, of: str, *speaking: Role, id: str) -> bool:
    """Whether somebody may say a command of what there is, though it be there already."""
    try:
        return allowed(example(name, **{COMMANDS[name].SPEC.id_field: of}), *speaking, id=id)
    except AlreadyExists:
        return True


def test_what_has_an_owner_is_said_and_taken_back_by_nobody_else_but_who_keeps_the_installation_going() -> None:
    owned = [name for name in ORDINARY if COMMANDS[name].SPEC.owner and COMMANDS[name].SPEC.creates is False]
    assert owned
    for name in owned:
        for role in map(Role, ("subscriber", "auditor")):
            assert allowed(example(name), role) and not allowed(example(name), role, id="somebody else"), f"{name} as {role}"
        assert allowed(example(name), Role("lab_ops"), id="somebody else"), name
        assert allowed(example(name), Role("auditor"), Role("lab_ops"), id="somebody else"), f"{name}: any role that suffices"


@pytest.mark.requirement("S0-14")
def test_what_importers_alone_may_date_is_taken_back_by_its_role_but_dated_by_importers_alone() -> None:
    world = WORLD.facts(NOW.date())
    history = [Event("investment:inv", 1, SAID, SAID, SAID, Actor("someone", "importer"), InvestmentDecided(approved=True, reason="Worth it"))]
    for at, role, may in ((None, "steering_group@env", True), ("2026-05-01", "steering_group@env", False), ("2026-05-01", "importer", True)):
        command = RetractInPortfolio.model_validate({"event": "investment:inv@1", "reason": "Wrong", "at": at})
        try:
            speaker(command, Principal("ann", frozenset({Role.parse(role)})), False, world, "investment:inv", exists=True, history=history)
        except NotAllowed:
            assert not may, (at, role)
        else:
            assert may, (at, role)


def test_no_decision_judges_who_may_since_a_retraction_does_not_pass_it() -> None:
    domains = Path(services.__file__).parent.glob("*/domain/*.py")
    assert [path.name for path in domains if "NotAllowed" in path.read_text(encoding="utf-8")] == []


def test_a_state_has_whom_it_belongs_to() -> None:
    for name in ORDINARY:
        spec = COMMANDS[name].SPEC
        assert spec.owner is None or (spec.kind is not None and hasattr(spec.kind.initial(id="x"), spec.owner)), name


def test_an_override_is_taken_back_by_whoever_may_override() -> None:
    for role_name in TABLE:
        for role, here in roles(role_name):
            assert takes_back(Overridden, "release:beta", role) is (role_name in OVERRIDING and here), str(role)
    assert takes_back(Overridden, "release:beta", Role("importer"))


def test_a_proposal_is_taken_back_by_the_team_that_may_propose() -> None:
    command = RetractInRoadmap(event="release:beta@1", reason="Wrong")
    assert allowed(command, Role("team", "t"))
    assert not allowed(command, Role("team", "u"))
    assert not allowed(command, Role("product_owner", "permits"))


@pytest.mark.parametrize("by", ["boss@env", "lab_ops@env"])
def test_a_name_with_a_scope_that_is_no_role_is_invalid(by: str) -> None:
    with pytest.raises(Invalid) as refused:
        allowed(example("roadmap.decide_change", by=by), Role("importer"))
    assert refused.value.field == "by"
