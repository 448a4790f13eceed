"""A changed row of an import is a change of the same thing: as if it had been said so from the beginning, on every day, also when it is edited back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any, Final

import pytest

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.calendar.local_time import end_of
from libs.commands.command import COMMANDS, Command
from libs.commands.errors import HeadwayError
from libs.commands.execution.admission import Ask, judge
from libs.commands.execution.handler import Handling
from libs.events.event import KINDS, Event, split, visible
from libs.events.world import World
from services.backlog.domain import decisions as of_backlog
from services.portfolio.domain import decisions as of_portfolio
from services.roadmap.domain import decisions as of_roadmap
from tests.commands.conftest import IMPORTER, NOW
from tests.commands.test_order_of_arrival import DAYS as LATER
from tests.commands.test_order_of_arrival import DECISIONS as ORDERED
from tests.commands.test_order_of_arrival import SEEN_ON, STATEMENTS, Said, Statement

Line = tuple[str, dict[str, Any]]
DECISIONS = {"portfolio": of_portfolio, "roadmap": of_roadmap, "backlog": of_backlog}
DAYS = [date(2023, month, 15) for month in (5, 6, 7, 8)]
CAD = {"amount": "100", "currency": "CAD"}

TRIAL = {"team": "t", "product": "p", "hypothesis": "h", "scope": "s", "method": "ab", "starts": "2023-02-01", "ends": "2023-03-01"}

RAISED = {"team": "t", "title": "Calls", "why": "w", "level": "tactical", "scope": "profession", "target": "practice"}

BEFORE: list[Line] = [
    ("portfolio.register_product", {"product": "p", "name": "Permits", "home": "env"}),
    ("portfolio.form_team", {"team": "t", "name": "Permits", "home": "env", "products": ["p"]}),
    ("portfolio.join_team", {"team": "t", "person": "zoe", "role": "developer", "staffing": "staff"}),
    ("portfolio.prepare_handoff", {"team": "t", "function": "it_agency", "evidence": "Agreement"}),
    ("portfolio.propose_investment", {"investment": "i", "team": "t", "amount": CAD}),
    ("roadmap.place_item", {"item": "r", "product": "p", "title": "Search", "horizon": "next"}),
    ("backlog.open_backlog", {"product": "p"}),
    ("backlog.add_item", {"item": "a", "product": "p", "title": "Pay"}),
    ("backlog.add_item", {"item": "b", "product": "p", "title": "Print"}),
    ("backlog.add_item", {"item": "d", "product": "p", "title": "Done"}),
    ("backlog.deliver_item", {"item": "d"}),
    ("portfolio.propose_investment", {"investment": "g", "team": "t", "amount": CAD}),
    ("portfolio.decide_investment", {"investment": "g", "approved": True, "reason": "Worth it"}),
    ("roadmap.raise_change_request", {"change": "c", "product": "p", "title": "Sign in"}),
    ("backlog.record_need", {"need": "n", "product": "p", "user": "a citizen", "text": "pay", "origin": "alpha"}),
    *(("backlog.plan_experiment", {**TRIAL, "experiment": id}) for id in ("x", "y")),
    ("backlog.start_experiment", {"experiment": "y"}),
    *(("backlog.raise_improvement", {**RAISED, "improvement": id}) for id in ("x", "y")),
    ("backlog.start_improvement", {"improvement": "y"}),
]

ROWS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("portfolio.record_health", {"team": "t", "subject": "team", "reading": "good", "source": "Check"}, {"reading": "poor"}),
    ("portfolio.join_team", {"team": "t", "person": "ana", "role": "developer", "staffing": "staff"}, {"role": "user_research"}),
    ("portfolio.leave_team", {"team": "t", "person": "zoe"}, {}),
    ("portfolio.pivot_away", {"team": "t", "reason": "Priorities moved"}, {}),
    ("portfolio.serve_product", {"team": "t", "product": "maps"}, {"product": "fees"}),
    ("portfolio.attest", {"team": "t", "criterion": "R-04", "statement": "It is so"}, {"criterion": "R-03"}),
    ("portfolio.tell_story", {"team": "t", "achieved": "One form", "failed": "The map"}, {"failed": None}),
    ("portfolio.prepare_handoff", {"team": "t", "function": "project_office", "evidence": "Plan"}, {"function": "strategic_hr"}),
    ("portfolio.accept_handoff", {"team": "t", "function": "it_agency", "accepted_by": "env"}, {"accepted_by": "ana"}),
    ("portfolio.record_forecast", {"investment": "i", "amount": CAD}, {"amount": CAD | {"amount": "90"}}),
    (
        "portfolio.record_actual",
        {"investment": "i", "amount": CAD, "covers_from": "2023-04-01", "covers_until": "2023-04-30"},
        {"covers_until": "2023-04-29"},
    ),
    ("portfolio.record_return", {"investment": "i", "amount": CAD, "description": "Forms"}, {"description": "Paper"}),
    ("portfolio.enter_phase", {"product": "p", "phase": "alpha"}, {"phase": "beta"}),
    ("portfolio.halt_product", {"product": "p", "reason": "resource constraint"}, {"lacking": "A developer"}),
    ("portfolio.decommission_product", {"product": "p", "reason": "Merged"}, {"reason": "Closed"}),
    ("roadmap.move_item", {"item": "r", "horizon": "now"}, {"horizon": "later"}),
    ("roadmap.retitle_item", {"item": "r", "title": "Find"}, {"title": "Look up"}),
    ("roadmap.redate_item", {"item": "r", "ends": "2024-01-01"}, {"ends": "2024-02-01"}),
    ("roadmap.drop_item", {"item": "r", "reason": "No money"}, {"reason": "No need"}),
    ("roadmap.link_change", {"change": "c", "release": "one"}, {"release": "two"}),
    ("portfolio.define_lifecycle", {"lifecycle": "fr", "name": "F", "phases": [{"id": "on", "title": "On"}]}, {"name": "French"}),
    ("portfolio.rebaseline_investment", {"investment": "g", "amount": CAD | {"amount": "90"}, "approver": "sg", "reason": "Less"}, {"reason": "Much less"}),
    ("backlog.record_impact", {"item": "d", "text": "Fewer calls"}, {"text": "Fewer letters"}),
    ("backlog.reopen_item", {"item": "d"}, {}),
    ("backlog.deliver_item", {"item": "d"}, {}),
    ("backlog.start_item", {"item": "a"}, {}),
    ("backlog.drop_item", {"item": "a", "reason": "No money"}, {"reason": "No need"}),
    ("backlog.estimate_item", {"item": "a", "points": "3"}, {"points": "5"}),
    ("backlog.refine_item", {"item": "a", "title": "Pay online"}, {"title": "Pay by card"}),
    ("backlog.reorder_backlog", {"product": "p", "item": "b", "position": 1, "reason": "Asked for"}, {"reason": "Fees are due"}),
    ("backlog.judge_need", {"need": "n", "verdict": "met", "evidence": "Survey"}, {"verdict": "unmet"}),
    ("backlog.change_need", {"need": "n", "text": "pay late", "reason": "Study"}, {"text": "pay early"}),
    ("backlog.start_experiment", {"experiment": "x"}, {}),
    ("backlog.check_experiment", {"experiment": "y", "finding": "Fewer calls", "worked": True}, {"worked": False}),
    ("backlog.start_improvement", {"improvement": "x"}, {}),
    ("backlog.finish_improvement", {"improvement": "y", "worked": True, "learned": "Much"}, {"worked": False}),
    ("backlog.drop_improvement", {"improvement": "y", "reason": "Flood"}, {"reason": "Fire"}),
    ("backlog.stop_experiment", {"experiment": "y", "reason": "Flood"}, {"reason": "Fire"}),
]


async def after(file: Path, versions: Sequence[dict[str, Any]], command: str) -> dict[date, dict[str, Any]]:
    """What is seen on each of the days after one row went through these versions."""
    service = command.partition(".")[0]
    store = SqliteCommitStore(file)
    await store.open()
    try:
        handling = Handling(service, store, World(), DECISIONS[service], clock=lambda: NOW)
        before = [(name, {**data, "at": "2023-01-01"}) for name, data in BEFORE if name.startswith(f"{service}.")]
        for name, data in before:
            await handling.answer(Ask(COMMANDS[name].model_validate(data), IMPORTER))
        for version in versions:
            assert (await handling.answer(Ask(COMMANDS[command].model_validate(version), IMPORTER, key="row", revise=True))).created
        names = [name for kind in KINDS.values() if kind.service == service for name, _ in await store.heads(kind.name)]
        histories = await store.load(names)
    finally:
        await store.close()
    return {day: {name: _told(_fold(name, history, day)) for name, history in histories.items()} for day in DAYS}


APART: Final = {
    "backlog.note_delivery": "a source's list has each delivery that it was sent",
    "backlog.record_pipeline_run": "a source's runs are kept whole, each under its own instant",
    "backlog.state_item": "a source's statements are kept whole, each under its own instant",
}
CHANGING = [
    one
    for statements in STATEMENTS.values()
    for one in statements
    if COMMANDS[one.command].SPEC.creates is not True and one.command not in (*APART, "backlog.connect_source")
]


def row_of(*versions: Command) -> tuple[Said, HeadwayError | None]:
    """What is said after one row of an import went through these versions, and whether one was refused."""
    said, row = Said([]), tuple[str, ...]()
    for version in versions:
        said.now += timedelta(seconds=1)
        ask = Ask(version, IMPORTER, key="row", revise=True)
        try:
            events = judge(said.world, ORDERED, ask, str(version.aggregate), said.now, revising=bool(row), row=row)
        except HeadwayError as error:
            return said, error
        for event in events:
            said.world.apply(event)
        row = tuple(event.id for event in events) or row
    return said, None


def states(said: Said, aggregate: str) -> list[Any]:
    kind, id = split(aggregate)
    return [_told(said.world.facts(day).get(KINDS[kind], id)) for day in SEEN_ON]


@pytest.mark.parametrize("one", CHANGING, ids=lambda one: one.command)
def test_a_row_of_any_command_that_is_dated_otherwise_is_as_if_it_had_been_from_the_beginning(one: Statement) -> None:
    for first, second in permutations(LATER[:2]):
        (once, wrong), (edited, no) = row_of(one.on(second)), row_of(one.on(first), one.on(second))
        back, never = row_of(one.on(second), one.on(first), one.on(second))
        if wrong is None and row_of(one.on(first))[1] is None:
            assert no is never is None
            aggregate = str(one.on(first).aggregate)
            assert states(edited, aggregate) == states(back, aggregate) == states(once, aggregate)


def _fold(name: str, history: Sequence[Event], day: date) -> Any:
    kind, id = split(name)
    return KINDS[kind].fold(id, visible(history, before=end_of(day)))


def _told(value: Any) -> Any:
    """A state without what differs however equal it is: the numbers of its events."""
    if isinstance(value, Event):
        return value.time, value.data
    if isinstance(value, tuple):
        return tuple(_told(one) for one in value)
    if is_dataclass(value):
        return {field.name: _told(getattr(value, field.name)) for field in fields(value)}
    return value


@pytest.mark.parametrize("day", ["2023-06-01", "2023-07-01", "2023-05-01"])
@pytest.mark.parametrize(("command", "row", "edit"), ROWS, ids=[command for command, _, _ in ROWS])
async def test_a_row_that_is_edited_and_edited_back_leaves_what_it_says_last(
    tmp_path: Path, command: str, row: dict[str, Any], edit: dict[str, Any], day: str
) -> None:
    first = {**row, "at": "2023-06-01"}
    edited = {**row, **edit, "at": day}
    if edited == first:
        return
    assert await after(tmp_path / "edited.sqlite3", [first, edited], command) == await after(tmp_path / "said.sqlite3", [edited], command)
    assert await after(tmp_path / "back.sqlite3", [first, edited, first], command) == await after(tmp_path / "once.sqlite3", [first], command)
