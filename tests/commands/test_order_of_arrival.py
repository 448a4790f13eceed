"""What is said in whatever order leaves the same: every dated command of the catalogue, in all orders of three, with and without a retraction, on all days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import permutations, product
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.calendar.local_time import end_of
from libs.commands.command import COMMANDS, Command
from libs.commands.errors import HeadwayError
from libs.commands.execution.admission import Ask, judge
from libs.commands.retraction import RetractInBacklog, RetractInPortfolio, RetractInRoadmap
from libs.commands.testing import money
from libs.events.catalog.backlog.experiment import ExperimentChecked, ExperimentStarted
from libs.events.catalog.backlog.improvement import ImprovementStarted
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered
from libs.events.catalog.portfolio.graduation import HandoffAccepted, HandoffPrepared, HomeFunction, StoryTold, SustainEntered
from libs.events.catalog.portfolio.investment import InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.lifecycle import LifecycleDefined, LifecyclePhase
from libs.events.catalog.portfolio.product import ProductHalted, ProductRegistered
from libs.events.catalog.portfolio.team import MemberJoined, Staffing, TeamRole
from libs.events.catalog.portfolio.webhook import WEBHOOK
from libs.events.catalog.roadmap.initiative_choices import InitiativeStep
from libs.events.catalog.roadmap.initiative_events import StepEntered, StepSkipped
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseSignedOff, ReleaseStage
from libs.events.catalog.roadmap.vision import VisionSet
from libs.events.event import KINDS, Actor, Event, Overridden, Payload, position, split, visible
from libs.events.world import World
from services.backlog.domain import decisions as of_backlog
from services.portfolio.domain import decisions as of_portfolio
from services.roadmap.domain import decisions as of_roadmap
from tests.commands.conftest import IMPORTER
from tests.commands.examples import EXAMPLES, NOW, OPENED, RAISED, TRIAL, world

DECISIONS: Final = of_portfolio.by_command | of_roadmap.by_command | of_backlog.by_command
RETRACT: Final = {"portfolio": RetractInPortfolio, "roadmap": RetractInRoadmap, "backlog": RetractInBacklog}
DAYS: Final = [datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5)]
SEEN_ON: Final = [date(2026, 2, 1), *(day.date() for day in DAYS), NOW.date()]

# What the examples need that the small world lacks, so that each is accepted.
_BEFORE: Final[tuple[tuple[str, Payload], ...]] = (
    ("lifecycle:short", LifecycleDefined(name="Short", phases=(LifecyclePhase("live", "Live", True), LifecyclePhase("ended", "Ended", False)))),
    ("product:idle", ProductRegistered(name="Idle", home="env")),
    ("product:idle", ProductHalted(reason="resource_constraint")),
    ("team:t", MemberJoined(person="ed", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF)),
    ("investment:approved", InvestmentProposed(team="t", product="permits", amount=money("10.00"))),
    ("investment:approved", InvestmentDecided(approved=True, reason="Worth it")),
    ("graduation:t", HandoffPrepared(function=HomeFunction.IT_AGENCY, evidence="First plan")),
    ("graduation:t", StoryTold(achieved="Much", failed="Some")),
    ("graduation:u", SustainEntered()),
    ("graduation:u", StoryTold(achieved="Much", failed="Some")),
    *(("graduation:u", HandoffPrepared(function=function, evidence="Plan")) for function in HomeFunction),
    *(("graduation:u", HandoffAccepted(function=function, accepted_by="env")) for function in HomeFunction),
    ("release:ready", ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Colours", functional=False)),
    ("release:ready", ReleaseSignedOff()),
    ("vision:env", VisionSet(subject="organisation:env", text="No queues")),
    *(
        (f"initiative:{id}", said)
        for id, last in (("acts", "act"), ("there", "there"))
        for said in (
            OPENED,
            *(StepSkipped(step=step, reason="It is clear") for step in InitiativeStep if step not in ("act", "there", "momentum")),
            *((StepSkipped(step=InitiativeStep.ACT, reason="Others act"),) if last == "there" else ()),
            StepEntered(step=InitiativeStep(last)),
        )
    ),
    ("item:j", ItemAdded(product="permits", title="Pay by phone")),
    ("item:done", ItemAdded(product="permits", title="Log in")),
    ("item:done", ItemDelivered()),
    *((f"experiment:{id}", said) for id in ("runs", "checked") for said in (TRIAL, ExperimentStarted())),
    ("improvement:runs", RAISED),
    ("improvement:runs", ImprovementStarted()),
    ("experiment:checked", ExperimentChecked(finding="Fewer questions", worked=True)),
)

# What of the same aggregate may also be said: another value, or of another thing that stands in the state that it needs.
VARIANTS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("portfolio.set_policy", {"bid_days": 30, "alumni_days": 100}),
    ("portfolio.define_lifecycle", {"name": "Shorter"}),
    ("portfolio.enter_phase", {"phase": "alpha"}),
    ("portfolio.halt_product", {"lacking": "A developer"}),
    ("portfolio.resume_product", {"product": "idle"}),
    ("portfolio.halt_product", {"product": "idle", "lacking": "A developer"}),
    ("portfolio.serve_product", {"product": "wells"}),
    ("portfolio.serve_product", {"product": "permits"}),
    ("portfolio.join_team", {"staffing": "contracted"}),
    ("portfolio.join_team", {"role": "user_research", "core": False}),
    ("portfolio.record_health", {"reading": "poor"}),
    ("portfolio.rebaseline_investment", {"investment": "approved", "amount": {"amount": "20.00", "currency": "CAD"}}),
    ("portfolio.rebaseline_investment", {"investment": "approved"}),
    ("portfolio.record_forecast", {"investment": "approved"}),
    ("portfolio.record_actual", {"investment": "approved"}),
    ("portfolio.prepare_handoff", {"evidence": "A better plan"}),
    ("portfolio.record_failed_handoff", {"team": "u"}),
    ("portfolio.accept_handoff", {"team": "u"}),
    ("portfolio.prepare_handoff", {"team": "u"}),
    ("portfolio.enter_sustain", {"override": {"rule": "S4-02", "reason": "Agreed"}}),
    ("portfolio.hold_ceremony", {"team": "u"}),
    ("portfolio.attest", {"team": "u"}),
    ("portfolio.tell_story", {"team": "u"}),
    ("portfolio.hold_ceremony", {"team": "t", "override": {"rule": "S4-18", "reason": "Agreed"}}),
    ("portfolio.submit_bid", {"investment": "approved"}),
    ("roadmap.move_item", {"horizon": "done"}),
    ("roadmap.move_item", {"horizon": "now"}),
    ("roadmap.retitle_item", {"title": "Payments"}),
    ("roadmap.redate_item", {"starts": date(2026, 6, 1)}),
    ("roadmap.redate_item", {"ends": date(2026, 9, 30)}),
    ("roadmap.publish_release", {"release": "ready"}),
    ("roadmap.link_change", {"release": "other"}),
    ("roadmap.read_metric", {"value": EXAMPLES["roadmap.set_target"]["value"]}),
    ("roadmap.skip_step", {"step": "now"}),
    ("roadmap.add_action", {"action": "all", "scope": "roll_out"}),
    ("roadmap.add_action", {"text": "Two counters"}),
    ("roadmap.plan_initiative", {"text": "Try first", "reason": "Nobody knows the way"}),
    ("roadmap.assess", {"initiative": "acts", "text": "Four know how"}),
    ("roadmap.set_objective", {"initiative": "acts"}),
    ("roadmap.set_objective", {"initiative": "acts", "text": "All renew online"}),
    ("roadmap.report_progress", {"initiative": "acts"}),
    ("roadmap.judge_initiative", {"initiative": "there"}),
    ("roadmap.judge_initiative", {"initiative": "there", "progress": "not_achieved"}),
    ("roadmap.analyse_failure", {"initiative": "there"}),
    ("roadmap.tell_success", {"initiative": "there"}),
    ("roadmap.close_initiative", {"initiative": "there"}),
    ("roadmap.enter_step", {"initiative": "there", "step": "momentum"}),
    ("backlog.reorder_backlog", {"item": "j"}),
    ("backlog.refine_item", {"title": "Pay by card", "goal": "pay"}),
    ("backlog.estimate_item", {"points": 5}),
    ("backlog.link_item", {"roadmap_item": "other"}),
    ("backlog.record_impact", {"item": "done"}),
    ("backlog.record_impact", {"item": "done", "text": "No queues"}),
    ("backlog.reopen_item", {"item": "done"}),
    ("backlog.deliver_item", {"item": "done"}),
    ("backlog.change_need", {"text": "fish", "prioritised": None}),
    ("backlog.judge_need", {"verdict": "unmet"}),
    ("backlog.check_experiment", {"experiment": "runs"}),
    ("backlog.stop_experiment", {"experiment": "runs"}),
    ("backlog.conclude_experiment", {"experiment": "checked"}),
    ("backlog.conclude_experiment", {"experiment": "checked", "roadmap_items": []}),
    ("backlog.conclude_experiment", {"experiment": "checked", "next": "x"}),
    ("backlog.finish_improvement", {"improvement": "runs"}),
    ("backlog.drop_improvement", {"improvement": "runs"}),
)

# Refused in one order and accepted in order of dates: the rule is judged on what was so at the time that the command says, by what is known.
RESTS_ON_BEFORE: Final = {
    "portfolio.leave_team": "nobody leaves who is not there",
    "portfolio.resume_product": "what is not halted cannot go on",
    "portfolio.stop_serving": "what is not served cannot be left",
    "portfolio.link_product": "S4-08: what is linked is not linked again",
    "portfolio.unlink_product": "what is not linked cannot be unlinked",
    "portfolio.accept_handoff": "S4-17: nobody accepts before preparing, and nobody twice unless it failed in between",
    "portfolio.rebaseline_investment": "S0-14: a baseline is made by an approval first",
    "portfolio.close_investment": "what is over was approved, and is over once",
    "roadmap.decide_change": "S0-16: once on what is asked, and again once that is another",
    **dict.fromkeys(("portfolio.onboard_candidate", "portfolio.decline_candidate"), "S4-10: answered once, after it applied"),
    **dict.fromkeys(("portfolio.accept_opportunity", "portfolio.decline_opportunity"), "S4-14: answered once, after it was recorded"),
    **dict.fromkeys(("portfolio.answer_question", "portfolio.record_shortfall"), "S1-15, S1-05: said of an evaluation while it is open"),
    "portfolio.publish_evaluation": "S1-14: nothing is published before it is concluded",
    "portfolio.submit_to_treasury_board": "S4-13: nothing is submitted before the redesign has begun",
    "portfolio.record_submission_outcome": "S4-13: decided once, after it was submitted",
    "backlog.start_item": "from open alone: what was dropped or delivered is reopened first",
    "backlog.deliver_item": "what was dropped is reopened first",
    "backlog.drop_item": "what is delivered is reopened first",
    "backlog.record_impact": "S0-05: only what was delivered has had an impact",
    **dict.fromkeys(
        (f"backlog.{verb}_experiment" for verb in ("start", "check", "conclude", "stop")), "S3-04: each step once, after the one before and before the next"
    ),
    **dict.fromkeys((f"backlog.{verb}_improvement" for verb in ("start", "finish", "drop")), "S3-01: raised, started and finished, each once"),
    **dict.fromkeys(
        (
            f"roadmap.{verb}"
            for verb in ("enter_step", "skip_step", "report_progress", "judge_initiative", "tell_success", "analyse_failure", "close_initiative")
        ),
        "S2-05: the steps in their order, each with what it brings, and the end last",
    ),
    "roadmap.set_objective": "S2-07: nothing is aimed at before it is assessed",
    "roadmap.plan_initiative": "S2-11: another plan than the first needs a reason",
    "roadmap.add_action": "S2-12: a roll-out comes after a pilot",
    "roadmap.list_data": "S1-08: nothing is collected before it is listed, and then the list may change",
    "roadmap.publish_release": "S0-13: nothing goes out before it is signed off",
    "backlog.connect_source": "a source has one secret at a time",
    "backlog.add_item": "who adds what a source has stated already names that source",
    "portfolio.hold_ceremony": "S4-18: nothing is celebrated before all five functions have accepted and the story is told",
}


class Statement(NamedTuple):
    """A command without its day: its name and its fields."""

    command: str
    fields: tuple[tuple[str, Any], ...]

    def on(self, day: datetime) -> Command:
        return COMMANDS[self.command].model_validate({**dict(self.fields), "at": day})


def _statements() -> Iterator[Statement]:
    """All but those of webhooks: they tell this installation what to do from when they are said, whatever their `at`, so that their order is their meaning."""
    for name, example in EXAMPLES.items():
        if COMMANDS[name].SPEC.kind is not WEBHOOK:
            yield Statement(name, tuple(example.items()))
    for name, others in VARIANTS:
        yield Statement(name, tuple((EXAMPLES[name] | others).items()))


def _by_aggregate() -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for one in _statements():
        found.setdefault(str(one.on(DAYS[0]).aggregate), []).append(one)
    return found


STATEMENTS: Final = _by_aggregate()


def _base() -> World:
    made = world()
    for aggregate, data in _BEFORE:
        made.apply(Event(aggregate, made.last(aggregate) + 1, DAYS[0] - timedelta(40), DAYS[0], DAYS[0], Actor("someone", "importer"), data))
    return made


_BASE: Final = _base()


def _as_before() -> World:
    """A world that has heard what was said before: a copy, since to hear all of it once more for each order took half of these tests' time."""
    made = World()
    made._events = {aggregate: [*events] for aggregate, events in _BASE._events.items()}
    made._kinds = {kind: {**aggregates} for kind, aggregates in _BASE._kinds.items()}
    made._index = {named: {**aggregates} for named, aggregates in _BASE._index.items()}
    made._tallies = {**_BASE._tallies}
    made.latest, made.furthest, made._heard = _BASE.latest, _BASE.furthest, _BASE._heard
    return made


class Said:
    """A world in which some commands were said, in the order in which they came."""

    def __init__(self, commands: Sequence[tuple[int, Command]]) -> None:
        self.world = _as_before()
        self.now = NOW
        self.positions: dict[int, str] = {}
        self.refused: tuple[Command, HeadwayError] | None = None
        for n, command in commands:
            try:
                said = self.say(command)
            except HeadwayError as error:
                self.refused = command, error
                return
            if said:
                self.positions[n] = next(event.id for event in said if not isinstance(event.data, Overridden))

    def say(self, command: Command) -> tuple[Event, ...]:
        self.now += timedelta(seconds=1)
        said = judge(self.world, DECISIONS, Ask(command, IMPORTER), str(command.aggregate), self.now)
        for event in said:
            self.world.apply(event)
        return said

    def states(self, aggregate: str, without: str | None = None) -> list[Any]:
        """How an aggregate is seen on each of the days, with one event of it retracted."""
        kind, id = split(aggregate)
        if without is not None:
            self.say(RETRACT[KINDS[kind].service](event=without, reason="Wrong"))
        history = self.world.events(aggregate)
        found = [_told(KINDS[kind].fold(id, visible(history, before=end_of(day)))) for day in SEEN_ON]
        if without is not None:
            self.world._events[aggregate].pop()
        return found


def _told(value: Any) -> Any:
    """A state without what differs however equal it is: the numbers of its events."""
    if isinstance(value, Event):
        return value.time, _told(value.data)
    if isinstance(value, tuple):
        return tuple(_told(one) for one in value)
    if is_dataclass(value):
        return {field.name: _told(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, str) and "@" in value and value.rpartition("@")[2].isdigit():
        return position(value)[0]
    return value


def _compare(aggregate: str, dated: Sequence[Command], refusals: Counter[str]) -> bool:
    """Whether any two orders of these commands were accepted; those that were must leave the same, and what was refused of the others is counted."""
    orders = [Said(order) for order in permutations(enumerate(dated))]
    accepted = [said for said in orders if said.refused is None]
    if orders[0].refused is None:
        refusals.update(said.refused[0].SPEC.name for said in orders if said.refused is not None)
    if not accepted:
        return False
    for without in (None, *range(len(dated))):
        if without is not None and any(without not in said.positions for said in accepted):
            continue
        first, *others = (said.states(aggregate, said.positions[without] if without is not None else None) for said in accepted)
        for other in others:
            assert other == first, (dated, without)
    return len(accepted) > 1


@pytest.mark.parametrize("aggregate", STATEMENTS)
def test_whatever_comes_first_the_same_is_so_on_every_day(aggregate: str) -> None:
    refusals: Counter[str] = Counter()
    for one, other in product(STATEMENTS[aggregate], repeat=2):
        _compare(aggregate, [one.on(DAYS[0]), other.on(DAYS[1]), one.on(DAYS[2])], refusals)
    assert refusals.keys() <= RESTS_ON_BEFORE.keys()


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_nor_does_it_matter_among_any_three(data: st.DataObject) -> None:
    aggregate = data.draw(st.sampled_from(sorted(STATEMENTS)))
    three = data.draw(st.lists(st.sampled_from(STATEMENTS[aggregate]), min_size=3, max_size=3))
    refusals: Counter[str] = Counter()
    _compare(aggregate, [one.on(day) for one, day in zip(three, DAYS, strict=True)], refusals)
    assert refusals.keys() <= RESTS_ON_BEFORE.keys()


def test_what_was_said_before_is_copied_whole() -> None:
    copied, heard = ({name: value for name, value in vars(world).items() if name != "_others"} for world in (_as_before(), _base()))  # that is derived
    assert {name: value for name, value in copied.items() if value != heard[name]} == {}
    assert not [name for name, value in vars(_BASE).items() if isinstance(value, dict) and value and copied[name] is value]


def test_every_dated_command_is_among_them() -> None:
    sent = {one.command for statements in STATEMENTS.values() for one in statements}
    assert sent == {name for name, command in COMMANDS.items() if command.SPEC.topic and command.SPEC.kind is not WEBHOOK}
