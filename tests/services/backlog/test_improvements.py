"""Improvements: raised by anybody on a team with as much of a goal as is known, started, finished or dropped (S2-02, S3-01)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from libs.commands.catalog.backlog.improvement import DropImprovement, FinishImprovement, ImprovementGoal, RaiseImprovement, StartImprovement
from libs.commands.command import Command
from libs.commands.errors import AlreadyDecided, AlreadyExists, HeadwayError, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.improvement import (
    IMPROVEMENT,
    ImprovementDropped,
    ImprovementFinished,
    ImprovementLevel,
    ImprovementRaised,
    ImprovementScope,
    ImprovementStarted,
    ImprovementTarget,
)
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.event import Payload
from services.backlog.domain import decisions
from tests.services.backlog.days import day

FIELDS: dict[str, Any] = {
    "team": "river",
    "title": "Fewer calls after a visit",
    "why": "Half of those who visit call again",
    "level": ImprovementLevel.OPERATIONAL,
    "scope": ImprovementScope.SERVICE_AREA,
    "target": ImprovementTarget.PRACTICE,
}
TEAM = "team@river"
RAISED, STARTED = ImprovementRaised(**FIELDS), ImprovementStarted()
FINISHED, DROPPED = ImprovementFinished(worked=False, learned="They call for another reason"), ImprovementDropped(reason="The ministry does it")
DAYS = {ImprovementRaised: "2024-03-01", ImprovementStarted: "2024-03-04", ImprovementFinished: "2024-04-15", ImprovementDropped: "2024-04-15"}


def said(*events: Payload) -> Scenario:
    scenario = Scenario(decisions).given("team:river", TeamFormed(name="River", home="env", products=("permits",)), at="2024-01-01")
    for data in events:
        scenario = scenario.given("improvement:calls", data, at=DAYS[type(data)])
    return scenario


def raising(**other: Any) -> RaiseImprovement:
    return RaiseImprovement(improvement="calls", **FIELDS | other)


def start(at: str | None = None) -> StartImprovement:
    return StartImprovement(improvement="calls", at=day(at) if at else None)


def finish(at: str | None = None, worked: bool = True) -> FinishImprovement:
    return FinishImprovement(improvement="calls", worked=worked, learned="A checklist helps", at=day(at) if at else None)


def drop(at: str | None = None) -> DropImprovement:
    return DropImprovement(improvement="calls", reason="Nobody calls any more", at=day(at) if at else None)


@pytest.mark.requirement("S2-02")
@pytest.mark.requirement("S2-01")
@pytest.mark.requirement("S2-03")
def test_anybody_on_a_team_raises_an_improvement_and_says_its_level_scope_and_what_it_makes_better() -> None:
    said().when(raising(), TEAM).then(RAISED)
    said().when(raising(), TEAM).when(raising(), TEAM).refused(AlreadyExists)


@pytest.mark.requirement("S1-07")
def test_its_goal_has_as_much_as_is_known() -> None:
    goal = ImprovementGoal(metric="calls-a-week", value=Decimal(400), due=date(2024, 9, 30))
    said().when(raising(need="n1", goal=goal), TEAM).then(
        ImprovementRaised(**FIELDS, need="n1", metric="calls-a-week", value=Decimal(400), due=date(2024, 9, 30))
    )
    said().when(raising(goal=ImprovementGoal(metric="calls-a-week")), TEAM).then(ImprovementRaised(**FIELDS, metric="calls-a-week"))
    said().when(raising(goal=ImprovementGoal()), TEAM).then(RAISED)
    for wrong in ({"metric": "A B"}, {"value": "many"}, {"due": "soon"}, {"day": "2024-09-30"}):
        with pytest.raises(ValidationError):
            raising(goal=wrong)


def test_a_changed_row_says_all_of_it_anew() -> None:
    scenario = said(RAISED).when(raising(title="No calls after a visit"), revising=True)
    found = scenario.facts().get(IMPROVEMENT, "calls")
    assert found is not None and found.title == "No calls after a visit" and found.raised is not None and found.raised.time == day("2024-03-01")


@pytest.mark.requirement("S3-01")
def test_it_is_started_then_finished_or_dropped() -> None:
    whole = said(RAISED).when(start("2024-03-04"), TEAM).when(finish("2024-04-15", worked=False), TEAM)
    states = [getattr(whole.facts(on).get(IMPROVEMENT, "calls"), "state", None) for on in ("2024-02-29", "2024-03-01", "2024-03-04", "2024-04-15")]
    assert states == [None, "raised", "started", "finished"]
    found = whole.facts().get(IMPROVEMENT, "calls")
    assert found is not None and (found.worked, found.learned) == (False, "A checklist helps")
    for there in ((RAISED,), (RAISED, STARTED)):
        dropped = said(*there).when(drop(), TEAM).facts().get(IMPROVEMENT, "calls")
        assert dropped is not None and (dropped.state, dropped.dropped_because) == ("dropped", "Nobody calls any more")


@pytest.mark.requirement("S3-01")
@pytest.mark.parametrize(
    ("there", "command", "error", "words"),
    [
        ((RAISED,), finish(), Refused, "had not been started"),
        ((RAISED,), start("2024-02-01"), Refused, "had not been raised by 2024-02-01"),
        ((RAISED, STARTED), finish("2024-03-02"), Refused, "had not been started by 2024-03-02"),
        ((RAISED, STARTED), drop("2024-03-02"), Refused, "was started on 2024-03-04, which is later than 2024-03-02"),
        ((RAISED, STARTED), start(), AlreadyDecided, "was started on 2024-03-04"),
        ((RAISED, STARTED, FINISHED), finish(), AlreadyDecided, "was finished on 2024-04-15"),
        ((RAISED, STARTED, FINISHED), drop(), AlreadyDecided, "was finished on 2024-04-15"),
        ((RAISED, STARTED, DROPPED), finish(), AlreadyDecided, "was dropped on 2024-04-15"),
        ((RAISED, DROPPED), start(), AlreadyDecided, "was dropped on 2024-04-15"),
        ((RAISED, DROPPED), drop(), AlreadyDecided, "was dropped on 2024-04-15"),
    ],
)
def test_a_step_out_of_order_or_taken_twice_or_dated_too_early_is_refused(
    there: tuple[Payload, ...], command: Command, error: type[HeadwayError], words: str
) -> None:
    refused = said(*there).when(command, TEAM).refused(error, "S3-01")
    assert words in refused.detail and refused.remedy


def test_nothing_is_said_of_what_was_not_raised() -> None:
    for command in (start(), finish(), drop()):
        said().when(command, TEAM).refused(NotFound)


@pytest.mark.parametrize("role", ["team@other", "product_owner@permits", "portfolio_manager@env", "executive@env", "cab@env"])
def test_an_improvement_is_its_teams(role: str) -> None:
    for there, command in (((), raising()), ((RAISED,), start()), ((RAISED, STARTED), finish()), ((RAISED,), drop())):
        assert "team@river" in said(*there).when(command, role).refused(NotAllowed).detail
