"""What is kept and what is "unchanged": decided for every command in one place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from libs.commands.catalog.portfolio.investment import RecordActual
from libs.commands.catalog.portfolio.product import EnterPhase
from libs.commands.catalog.portfolio.team import RecordHealth
from libs.commands.command import COMMANDS, Command
from libs.commands.errors import HeadwayError
from libs.commands.execution.admission import Ask, judge
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.webhook import WEBHOOK
from libs.rules.products.phases import phases_of
from services.portfolio.domain import decisions as of_portfolio
from tests.commands.conftest import IMPORTER, principal
from tests.commands.examples import NOW
from tests.commands.test_order_of_arrival import DAYS, DECISIONS, STATEMENTS, Said, Statement

EACH = [one for statements in STATEMENTS.values() for one in statements if not COMMANDS[one.command].SPEC.private]
"""All but those that bring what is kept apart: whether that is the same the events do not tell."""


def entered(phase: str, at: datetime | None = None, **more: Any) -> EnterPhase:
    return EnterPhase.model_validate({"product": "permits", "phase": phase, "at": at, **more})


def phases(said: Said) -> list[tuple[str, str]]:
    facts = said.world.facts(said.now.date())
    return [(one.id, one.since.isoformat()) for one in phases_of(facts, "permits")]


@pytest.mark.requirement("S0-01")
def test_a_repeated_phase_of_a_later_day_holds_against_another_that_is_learned_late() -> None:
    said = Said([(0, entered("alpha", DAYS[0])), (1, entered("alpha", DAYS[2])), (2, entered("beta", DAYS[1]))])
    assert phases(said) == [("alpha", "2026-03-01"), ("beta", "2026-04-01"), ("alpha", "2026-05-01")]


def test_what_was_said_again_of_a_later_day_is_so_since_the_first_and_stands_where_the_first_is_taken_back() -> None:
    said = Said([(0, entered("alpha", DAYS[0])), (1, entered("alpha", DAYS[2]))])
    assert phases(said) == [("alpha", "2026-03-01")]
    said.say(COMMANDS["portfolio.retract"].model_validate({"event": said.positions[0], "reason": "Wrong"}))
    assert phases(said) == [("alpha", "2026-05-01")]


@pytest.mark.parametrize("one", EACH, ids=lambda one: one.command)
def test_the_same_statement_of_the_same_instant_is_kept_once(one: Statement) -> None:
    said = Said([(0, one.on(DAYS[0]))])
    if said.refused is None:
        assert not again(said, one, DAYS[0])


@pytest.mark.parametrize("one", EACH, ids=lambda one: one.command)
def test_what_is_not_dated_and_changes_nothing_is_kept_once_unless_each_saying_counts(one: Statement) -> None:
    said = Said([])
    if again(said, one, None):
        assert again(said, one, None) is COMMANDS[one.command].SPEC.counts


def again(said: Said, one: Statement, at: datetime | None) -> bool:
    """Whether it was kept when it was said; what is refused is not."""
    command = COMMANDS[one.command].model_validate({**dict(one.fields), "at": at})
    try:
        return bool(said.say(command))
    except HeadwayError:
        return False


def test_where_each_saying_counts_another_key_makes_another_of_it_and_another_speaker_too() -> None:
    said = Said([])
    health = RecordHealth.model_validate({"team": "t", "subject": "team", "reading": "good", "source": "Check", "at": DAYS[0]})
    spent = RecordActual.model_validate(
        {"investment": "approved", "amount": {"amount": "5.00", "currency": "CAD"}, "covers_from": "2026-02-01", "covers_until": "2026-02-28", "at": DAYS[0]}
    )
    assert said.say(health) and said.say(spent) and not said.say(health) and not said.say(spent)
    for ask in (Ask(spent, IMPORTER, key="second invoice"), Ask(health, principal("importer", id="somebody-else"))):
        assert judge(said.world, DECISIONS, ask, str(ask.command.aggregate), said.now)


@pytest.mark.parametrize("keys", [(None, None, None), ("row 1", "row 2", "row 3")], ids=["without keys", "with keys"])
def test_one_thing_then_another_then_the_first_again_of_one_instant_is_the_first(keys: tuple[str | None, ...]) -> None:
    said = Said([])
    for phase, key in zip(("alpha", "beta", "alpha"), keys, strict=True):
        assert say_with(said, entered(phase, DAYS[0]), key), phase
    assert [phase for phase, _ in phases(said)][-1] == "alpha"
    assert not say_with(said, entered("alpha", DAYS[0]), keys[2] and "row 4"), "nothing was said since"


def test_what_was_said_of_one_instant_is_not_kept_again_where_what_was_said_since_does_not_touch_it() -> None:
    said = Said([])
    served = [COMMANDS["portfolio.serve_product"].model_validate({"team": "t", "product": product, "at": DAYS[0]}) for product in ("permits", "wells")]
    for command in served:
        said.say(command)
    assert not any(said.say(command) for command in served)


def test_who_joins_before_another_of_one_instant_does_not_join_anew() -> None:
    said = Said([])
    joins = [
        COMMANDS["portfolio.join_team"].model_validate({"team": "t", "person": person, "role": "developer", "staffing": "staff", "at": DAYS[0]})
        for person in ("ana", "zoe")
    ]
    assert all(said.say(one) for one in joins) and not any(said.say(one) for one in joins)


def test_a_hand_off_that_failed_and_was_prepared_again_of_one_instant_fails_again() -> None:
    said = Said([])
    handoff = {"team": "t", "function": "it_agency", "at": DAYS[0]}
    prepare = COMMANDS["portfolio.prepare_handoff"].model_validate(handoff | {"evidence": "A better plan"})
    fail = COMMANDS["portfolio.record_failed_handoff"].model_validate(handoff | {"reason": "No posts"})
    assert said.say(fail) and said.say(prepare) and said.say(fail) and not said.say(fail)


def test_the_same_word_on_another_baseline_of_the_same_instant_is_another() -> None:
    said = Said([])
    proposed = {"investment": "new", "team": "t", "amount": {"amount": "10.00", "currency": "CAD"}}
    decide = COMMANDS["portfolio.decide_investment"].model_validate({"investment": "new", "approved": True, "reason": "Worth it", "at": DAYS[0]})
    assert said.say(COMMANDS["portfolio.propose_investment"].model_validate(proposed | {"at": DAYS[0]})) and said.say(decide)
    more = {"investment": "new", "amount": {"amount": "20.00", "currency": "CAD"}, "approver": "sg", "reason": "More", "at": DAYS[0]}
    assert said.say(COMMANDS["portfolio.rebaseline_investment"].model_validate(more)) and said.say(decide)


@pytest.mark.parametrize(
    ("command", "fields", "field", "values"),
    [
        ("portfolio.record_forecast", {"investment": "approved"}, "amount", [{"amount": one, "currency": "CAD"} for one in ("100", "120", "100")]),
        ("portfolio.record_health", {"team": "t", "subject": "team", "source": "Check"}, "reading", ["good", "poor", "good"]),
        ("backlog.judge_need", {"need": "n", "evidence": "Survey"}, "verdict", ["met", "unmet", "met"]),
    ],
)
def test_what_is_corrected_and_corrected_back_within_a_day_is_as_it_was_said_last(command: str, fields: dict[str, Any], field: str, values: list[Any]) -> None:
    said = Said([])
    commands = [COMMANDS[command].model_validate({**fields, field: value, "at": DAYS[0]}) for value in values]
    assert all(said.say(one) for one in commands) and not said.say(commands[-1])


def test_amounts_of_one_day_that_are_sent_again_without_keys_are_not_counted_twice() -> None:
    said = Said([])
    covered = {"investment": "approved", "covers_from": "2026-02-01", "covers_until": "2026-02-28", "at": DAYS[0]}
    spent = [RecordActual.model_validate(covered | {"amount": {"amount": one, "currency": "CAD"}}) for one in ("5.00", "7.00", "6.00")]
    subjects = [RecordHealth.model_validate({"team": "t", "subject": one, "reading": "good", "source": "Check", "at": DAYS[0]}) for one in ("team", "product")]
    assert all(said.say(one) for one in (*spent, *subjects)) and not any(said.say(one) for one in (*spent, *subjects))


def say_with(said: Said, command: Command, key: str | None) -> bool:
    """Whether something is kept of a command with this key."""
    events = judge(said.world, DECISIONS, Ask(command, IMPORTER, key=key), str(command.aggregate), said.now)
    for event in events:
        said.world.apply(event)
    said.now += timedelta(seconds=1)
    return bool(events)


def test_the_same_statement_known_earlier_is_kept() -> None:
    said = Said([(0, entered("alpha", DAYS[0], known=DAYS[2]))])
    assert not said.say(entered("alpha", DAYS[0])), "known since no later"
    assert said.say(entered("alpha", DAYS[0], known=DAYS[1]))
    facts = said.world.facts(DAYS[1].date(), DAYS[1])
    assert [one.id for one in phases_of(facts, "permits")] == ["alpha"]


def test_what_says_when_it_was_learned_and_not_when_it_was_so_is_of_that_instant_and_kept_once() -> None:
    said = Said([(0, entered("alpha", known=DAYS[0])), (1, entered("beta", DAYS[1]))])
    assert not said.say(entered("alpha", known=DAYS[0])), "since then it is in another phase"
    assert not said.say(entered("alpha", DAYS[0], known=DAYS[0]))
    spent = {"investment": "approved", "amount": {"amount": "5.00", "currency": "CAD"}, "covers_from": "2026-02-01", "covers_until": "2026-02-28"}
    learned = RecordActual.model_validate(spent | {"known": DAYS[0]})
    assert said.say(learned) and not said.say(learned), "an invoice is counted once"


def test_what_was_taken_back_is_said_again() -> None:
    said = Said([(0, entered("alpha", DAYS[0]))])
    said.say(COMMANDS["portfolio.retract"].model_validate({"event": said.positions[0], "reason": "Wrong"}))
    assert said.say(entered("alpha", DAYS[0]))
    product = said.world.facts(NOW.date()).get(PRODUCT, "permits")
    assert product is not None and product.phase == "alpha"


def test_a_history_does_not_grow_by_an_import_that_is_repeated_without_keys() -> None:
    said, counts = Said([]), []
    for _ in range(4):  # what rests on a later row is accepted the second time
        for day in DAYS:
            for n, one in enumerate(EACH):
                again(said, one, day + timedelta(minutes=n))
        # The change request's approval lapses by its being linked to another release, and a judgement that counts no more is said anew.
        counts.append({aggregate: said.world.last(aggregate) for aggregate in STATEMENTS.keys() - {"change:cr"}})
    assert counts[3] == counts[2] and sum(counts[0].values()) > 150


def test_a_command_with_a_secret_is_never_called_unchanged() -> None:
    said = Said([])
    command = COMMANDS["portfolio.change_webhook_secret"].model_validate({"webhook": "w", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "at": DAYS[0]})
    assert command.SPEC.kind is WEBHOOK and type(command) in of_portfolio.by_command
    assert said.say(command) and said.say(command)
