"""When an experiment is due to be checked, and what waits of it for its team."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from libs.calendar.local_time import start_of
from libs.events.catalog.backlog.experiment import (
    ExperimentChecked,
    ExperimentConcluded,
    ExperimentMethod,
    ExperimentOutcome,
    ExperimentPlanned,
    ExperimentStarted,
    ExperimentStopped,
)
from libs.events.catalog.duties import DutyKind
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.withdrawal import Withdrawn
from libs.rules.duties import Duty, duties, duties_of
from libs.rules.duties.instant import seen_at
from libs.rules.duties.moments import moments
from libs.rules.roles import Role
from libs.rules.tasks import AwaitedKind, awaiting
from tests.given import Read, given, say

OF = "experiment:x"
PLANNED = ExperimentPlanned(
    team="river",
    product="permits",
    hypothesis="A reminder helps",
    scope="One district",
    method=ExperimentMethod.STANDARD,
    starts=date(2024, 3, 4),
    ends=date(2024, 3, 31),
)
RUNS = (*say(OF, PLANNED, at="2024-03-01"), *say(OF, ExperimentStarted(), at="2024-03-04"))
CHECKED = say(OF, ExperimentChecked(finding="It does", worked=True), at="2024-04-10")


def told(*said: Iterable[Any]) -> Read:
    formed = TeamFormed(name="River", home="env", products=("permits",))
    return given(say("organisation:env", OrganisationRegistered(name="Environment")), say("team:river", formed), *said)


def due(read: Read, on: str, organisation: str = "env", *, overdue: bool = False) -> list[Duty]:
    return [one for one in read.on(on).derives(duties, organisation, overdue=overdue) if one.kind is DutyKind.EXPERIMENT_CHECK]


def waiting(read: Read, on: str, role: str = "team@river") -> list[tuple[AwaitedKind, str, str, bool]]:
    facts = read.on(on).facts
    kinds = (AwaitedKind.EXPERIMENT_CHECK, AwaitedKind.CONCLUDE_EXPERIMENT)
    return [(one.kind, one.command, dict(one.data).get("outcome", ""), one.overdue) for one in awaiting(facts, [Role.parse(role)]) if one.kind in kinds]


@pytest.mark.requirement("S3-04")
def test_an_experiment_is_due_to_be_checked_on_its_last_day_and_overdue_until_it_is() -> None:
    running = told(RUNS, CHECKED)
    (duty,) = due(running, "2024-03-31")
    assert (duty.due_on, duty.subject_kind, duty.subject_id, duty.name) == (date(2024, 3, 31), "experiment", "x", "A reminder helps")
    assert (duty.rule, duty.overdue, duty.command, duty.roles) == ("S3-04", False, "backlog.check_experiment", ("team",))
    assert [one.overdue for one in due(running, "2024-04-01", overdue=True)] == [True] and due(running, "2024-04-10") == []
    assert due(running, "2024-04-01", "citz") == [] and told().derives(duties_of, DutyKind.EXPERIMENT_CHECK, "x") == ()


@pytest.mark.requirement("S3-04")
def test_its_moments_are_announced_each_at_its_own_instant() -> None:
    checked = told(RUNS, CHECKED)
    found = moments(seen_at(checked.world, start_of(date(2024, 6, 1))), "experiment", "x")
    assert [(at.date().isoformat(), type(data).__name__) for at, data in found] == [
        ("2024-03-31", "DutyFellDue"),
        ("2024-04-01", "DutyOverdue"),
        ("2024-04-10", "DutyDone"),
    ]
    assert not any(isinstance(data, Withdrawn) for _, data in found)


def test_what_is_stopped_is_no_duty_and_what_nobody_has_started_is_to_be_stopped() -> None:
    idle = told(say(OF, PLANNED, at="2024-03-01"))
    assert waiting(idle, "2024-04-01") == [(AwaitedKind.EXPERIMENT_CHECK, "backlog.stop_experiment", "", True)]
    stopped = given(idle.world, say(OF, ExperimentStopped(reason="Flood"), at="2024-04-02"))
    assert waiting(stopped, "2024-04-02") == [] and due(stopped, "2024-04-02") == []


@pytest.mark.requirement("S3-05")
def test_a_team_is_asked_for_check_and_conclusion_and_for_what_the_conclusion_leaves_open() -> None:
    concluded = say(OF, ExperimentConcluded(outcome=ExperimentOutcome.ADOPT), at="2024-04-12")
    named = say(OF, ExperimentConcluded(outcome=ExperimentOutcome.ADOPT, roadmap_items=("reminders",)), at="2024-04-20")
    whole = told(RUNS, CHECKED, concluded, named)
    assert waiting(whole, "2024-03-01") == [(AwaitedKind.EXPERIMENT_CHECK, "backlog.stop_experiment", "", False)]
    assert waiting(whole, "2024-03-05") == [(AwaitedKind.EXPERIMENT_CHECK, "backlog.check_experiment", "", False)]
    assert waiting(whole, "2024-04-10") == [(AwaitedKind.CONCLUDE_EXPERIMENT, "backlog.conclude_experiment", "", False)]
    assert waiting(whole, "2024-04-12") == [(AwaitedKind.CONCLUDE_EXPERIMENT, "backlog.conclude_experiment", "adopt", False)]
    assert waiting(whole, "2024-04-20") == [] and waiting(whole, "2024-04-10", "team@lake") == []
    whole.on("2024-04-01").says("/teams/river", "Check of an experiment", "Overdue")
