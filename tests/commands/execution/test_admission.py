"""One command judged: what its events say of it, and what somebody is told whose command cannot be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.command import Command
from libs.commands.errors import AlreadyExists, HeadwayError, Invalid, NotAllowed, NotFound, StaleVersion, TooLarge
from libs.commands.execution.admission import Ask, judge, may_say
from libs.commands.import_revision import WHY
from libs.commands.retraction import RetractInBacklog, RetractInPortfolio
from libs.commands.testing import money
from libs.events.catalog.backlog.item import ItemRefined, ItemStarted
from libs.events.catalog.backlog.need import NeedJudged
from libs.events.catalog.portfolio.investment import ActualRecorded
from libs.events.catalog.portfolio.team import CoreRoleUncovered, TeamRole
from libs.events.envelope import payload
from libs.events.event import Actor, Event, Overridden, Retracted
from libs.events.world import World
from libs.rules.roles import CLOCK, Principal, Role
from tests.commands.asking import also, command
from tests.commands.examples import NOW, SAID, world
from tests.commands.test_order_of_arrival import DECISIONS

DAY = timedelta(days=1)
SPENT = ActualRecorded(amount=money("5.00"), covers_from=SAID.date(), covers_until=SAID.date())


def judged(
    asked: Command, *roles: str, among: World | None = None, revising: bool = False, row: tuple[str, ...] = (), now: datetime = NOW, **more: Any
) -> tuple[Event, ...]:
    """What a command leads to; an importer says it unless roles are given."""
    principal = Principal("ann", frozenset(map(Role.parse, roles or ("importer",))))
    return judge(among or world(), DECISIONS, Ask(asked, principal, **more), asked.aggregate or "item:new", now, revising=revising, row=row)


def refused(error: type[HeadwayError], asked: Command, *roles: str, **more: Any) -> tuple[str, str | None, str | None]:
    """The detail, the field and the remedy of what a command is refused by."""
    with pytest.raises(error) as caught:
        judged(asked, *roles, **more)
    return caught.value.detail, caught.value.field, caught.value.remedy


def test_its_events_bear_when_it_was_true_when_it_was_learned_and_when_it_was_stored() -> None:
    true, learned = NOW - 2 * DAY, NOW - DAY
    for given, (at, known) in (
        ({}, (NOW, NOW)),
        ({"at": NOW, "known": NOW}, (NOW, NOW)),
        ({"at": true}, (true, NOW)),
        ({"known": learned}, (learned, learned)),
        ({"at": learned, "known": learned}, (learned, learned)),
        ({"at": true, "known": learned}, (true, learned)),
    ):
        (event,) = judged(command("backlog.refine_item", **given), traceparent="00-trace")
        assert (event.time, event.recorded, event.stored) == (at, known, NOW), given
        assert (event.id, event.actor, event.traceparent) == ("item:i@2", Actor("ann", "importer"), "00-trace")


def test_what_lies_in_the_future_or_was_known_before_it_was_true_is_refused() -> None:
    for name in ("at", "known"):
        later = command("backlog.refine_item", **{name: NOW + timedelta(microseconds=1)})
        assert refused(Invalid, later) == (f"'{name}' lies in the future", name, "Say it once it is true.")
    early = command("backlog.refine_item", at=NOW - DAY, known=NOW - 2 * DAY)
    assert refused(Invalid, early) == ("it cannot have been known before it was true", "known", None)


def test_what_is_not_there_is_called_by_its_name_and_by_what_would_make_it() -> None:
    assert refused(NotFound, command("roadmap.move_item", item="x")) == (
        "there is no roadmap item 'x'",
        "item",
        "Check the id, or create it first: `roadmap.place_item`.",
    )
    detail, field, remedy = refused(NotFound, command("backlog.start_item", item="x"), "cab@env")
    assert (detail, field) == ("there is no item 'x'", "item")
    assert remedy == "Check the id, or create it first: `backlog.add_item`, `backlog.state_item`."


def test_whoever_has_no_role_does_not_learn_what_is_there() -> None:
    nobody = Principal("ann", frozenset())
    for item in ("x", "i"):
        asked = command("backlog.start_item", item=item)
        with pytest.raises(NotAllowed, match="no role"):
            judge(world(), DECISIONS, Ask(asked, nobody), f"item:{item}", NOW)


def test_what_is_there_already_is_called_by_its_name_and_by_what_changes_it() -> None:
    detail, field, remedy = refused(AlreadyExists, command("roadmap.place_item", item="ri"))
    assert (detail, field) == ("there is a roadmap item 'ri' already", "item")
    assert remedy is not None and remedy.startswith("Use another id, or change it: `roadmap.move_item`, `roadmap.retitle_item`, ")
    detail, field, remedy = refused(AlreadyExists, command("portfolio.propose_investment", investment="inv"))
    assert (detail, field) == ("there is an investment 'inv' already", "investment")
    detail, field, remedy = refused(AlreadyExists, command("portfolio.open_program", program="water"))
    assert (detail, field) == ("there is a program 'water' already", "program")
    assert remedy == "Use another id, or change it: `portfolio.redesign_program`, `portfolio.link_product`, `portfolio.unlink_product`."


def test_a_changed_row_changes_what_is_there() -> None:
    (event,) = judged(command("backlog.add_item", item="i"), revising=True)
    assert (event.id, event.data) == ("item:i@2", ItemRefined(title="Pay by phone"))


def test_what_brought_a_thing_into_being_may_be_said_again_once_it_is_taken_back_whatever_else_was_said() -> None:
    left = also("item:i", ItemStarted(), Retracted(event="item:i@1", reason="Wrong"))
    (event,) = judged(command("backlog.add_item", item="i"), among=left)
    assert event.id == "item:i@4"
    refused(AlreadyExists, command("backlog.add_item", item="i"), among=also("item:i", ItemStarted(), Retracted(event="item:i@2", reason="Wrong")))
    proposing = command("portfolio.propose_investment", investment="inv", team="u", product="taxes")
    assert "change it" in (refused(AlreadyExists, proposing, among=also("investment:inv", SPENT))[2] or "")


def test_a_condition_names_the_version_that_is_there() -> None:
    asked = command("backlog.start_item")
    assert judged(asked, if_match=1)[0].sequence == 2
    for other in (0, 2):
        assert refused(StaleVersion, asked, if_match=other) == (f"item:i is at version 1, not {other}", "If-Match", "Read it again, then decide.")


def test_a_rule_that_is_lifted_is_said_first_and_one_that_does_not_stand_in_the_way_is_not_lifted() -> None:
    override = {"rule": "S0-03", "reason": "Election"}
    halting = command("portfolio.halt_product", reason="Election", override=override)
    first, second = judged(halting, "portfolio_manager@env", "executive@env")
    assert first.data == Overridden(rule="S0-03", reason="Election", command="portfolio.halt_product", judges=second.id)
    assert [(event.id, event.actor.role) for event in (first, second)] == [
        ("product:permits@2", "executive@env"),
        ("product:permits@3", "portfolio_manager@env"),
    ]
    needless = command("portfolio.halt_product", override=override)
    assert refused(Invalid, needless, "portfolio_manager@env", "executive@env") == (
        "S0-03 does not stand in the way: there is nothing to override",
        "override",
        "Leave the override out.",
    )


def test_what_is_said_again_says_nothing_and_where_each_saying_counts_another_key_says_it_again() -> None:
    health = command("portfolio.record_health", at=NOW - DAY)
    among = also("team:t")
    for event in judged(health, key="one"):
        among.apply(event)
    assert judged(health, among=among) == ()
    assert judged(health, among=among, key="one", revising=True) == ()
    assert len(judged(health, among=among, key="two")) == 1


def test_what_was_announced_taken_back_or_is_a_retraction_is_not_taken_back() -> None:
    left = RetractInPortfolio(event="team:t@2", reason="Wrong")
    announced = also("team:t", CoreRoleUncovered(role=TeamRole.DEVELOPER), role=CLOCK)
    assert refused(Invalid, left, among=announced) == (
        "what the system announced is not retracted",
        "event",
        "Retract what it rests on: then it is withdrawn.",
    )
    among = also("item:i", ItemStarted(), Retracted(event="item:i@2", reason="Wrong"))
    assert refused(AlreadyExists, RetractInBacklog(event="item:i@2", reason="Wrong"), among=among) == ("item:i@2 is retracted already", "event", None)
    assert refused(Invalid, RetractInBacklog(event="item:i@3", reason="Wrong"), among=among) == (
        "a retraction cannot be retracted",
        "event",
        "Say the thing again.",
    )
    (event,) = judged(RetractInBacklog(event="item:i@1", reason="A slip"), among=among)
    assert (event.id, event.data) == ("item:i@4", Retracted(event="item:i@1", reason="A slip"))


def test_a_row_that_is_true_of_another_day_is_said_anew() -> None:
    among = also("item:i", ItemRefined(title="Pay by card, quickly"))
    (gone, said) = judged(command("backlog.refine_item", title="Pay by card, quickly"), among=among, revising=True, row=("item:i@2",))
    assert (gone.data, said.data) == (Retracted(event="item:i@2", reason=WHY), ItemRefined(title="Pay by card, quickly"))


def test_what_somebody_dates_is_kept_although_it_repeats_what_stands() -> None:
    among = also("item:i", ItemRefined(title="Pay by card, quickly"))
    again = {"title": "Pay by card, quickly"}
    assert judged(command("backlog.refine_item", **again), among=among) == ()
    for dated in ({"at": NOW - DAY}, {"known": NOW - DAY}):
        assert len(judged(command("backlog.refine_item", **again, **dated), among=among)) == 1, dated
    assert judged(command("backlog.refine_item", **again, at=SAID), among=among) == (), "of that very instant it was said, whoever said it"


def test_what_others_said_is_not_what_a_changed_row_said() -> None:
    others, own = ItemRefined(title="Pay by card, quickly"), ItemRefined(title="Pay by phone")
    among = also("item:i", others, own, Retracted(event="item:i@3", reason="Wrong"))
    (event,) = judged(command("backlog.refine_item", title="Pay by card, quickly", at=SAID), among=among, revising=True, row=("item:i@3",))
    assert event.data == others


def test_a_judgement_that_counts_no_more_is_said_anew() -> None:
    judging = command("backlog.judge_need", at=SAID)
    among = world()
    for event in judged(judging, among=among):
        among.apply(event)
    assert judged(judging, among=among) == ()
    for event in judged(command("backlog.change_need", text="fish all year"), among=among):
        among.apply(event)
    assert [event.data.verdict for event in judged(judging, among=among) if isinstance(event.data, NeedJudged)] == ["met"]
    (stands,) = [event.id for event in among.events("need:n") if isinstance(event.data, NeedJudged)]
    row = judged(judging, among=among, revising=True, row=(stands,))
    assert [type(event.data) for event in row] == [Retracted, NeedJudged], "by the row that said it too"


def test_what_is_left_of_a_thing_that_was_taken_back_is_taken_back_by_whoever_may_speak_of_it() -> None:
    left = also("item:i", ItemStarted(), Retracted(event="item:i@1", reason="Wrong"))
    (event,) = judged(RetractInBacklog(event="item:i@2", reason="Wrong"), "team@t", among=left)
    assert event.data == Retracted(event="item:i@2", reason="Wrong")
    nothing = also("item:i", Retracted(event="item:i@1", reason="Wrong"))
    refused(AlreadyExists, RetractInBacklog(event="item:i@1", reason="Wrong"), among=nothing)


def test_rules_are_judged_on_what_was_so_at_the_time_of_the_command() -> None:
    among = world()
    for event in judged(command("backlog.deliver_item", at=NOW - DAY), among=among):
        among.apply(event)
    assert len(judged(command("backlog.record_impact"), among=among)) == len(judged(command("backlog.record_impact", at=NOW - DAY), among=among)) == 1
    with pytest.raises(HeadwayError):
        judged(command("backlog.record_impact", at=NOW - 2 * DAY), among=among)


def test_a_changed_row_that_says_the_same_lifts_no_rule_again() -> None:
    halting = command("portfolio.halt_product", reason="Election", override={"rule": "S0-03", "reason": "Election"}, at=NOW - DAY)
    among, row = world(), []
    for event in judged(halting, among=among):
        among.apply(event)
        row.append(event.id)
    assert len(row) == 2
    assert judged(halting, among=among, revising=True, row=tuple(row)) == ()


def test_an_event_is_as_large_as_a_log_takes_it_and_no_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    (event,) = judged(command("backlog.start_item"))
    size = len(orjson.dumps(payload(event)))
    monkeypatch.setattr("libs.commands.execution.admission.LARGEST", size)
    assert judged(command("backlog.start_item")) == (event,)
    monkeypatch.setattr("libs.commands.execution.admission.LARGEST", size - 1)
    assert refused(TooLarge, command("backlog.start_item")) == (
        f"it would be an event of {size:,} bytes, and {size - 1:,} is the most",
        None,
        "Say it in fewer or shorter texts, or in several commands.",
    )


def test_what_was_answered_before_is_answered_to_whoever_may_still_say_it() -> None:
    starting = command("backlog.start_item")
    for role, may in (("team@t", True), ("team@u", False)):
        ask = Ask(starting, Principal("ann", frozenset({Role.parse(role)})))
        if may:
            may_say(world(), ask, "item:i", NOW)
        else:
            with pytest.raises(NotAllowed):
                may_say(world(), ask, "item:i", NOW)
