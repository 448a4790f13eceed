"""What teams improve: how many things at once, at what pace, how much of it worked, and of which level and scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.events.catalog.backlog.experiment import ExperimentMethod, ExperimentPlanned, ExperimentStarted
from libs.events.catalog.backlog.improvement import (
    ImprovementDropped,
    ImprovementFinished,
    ImprovementLevel,
    ImprovementRaised,
    ImprovementScope,
    ImprovementStarted,
    ImprovementTarget,
)
from libs.events.catalog.portfolio.organisation import OrganisationRegistered, PolicySet
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TeamDissolved, TeamFormed
from libs.rules.improvement.improvements import ImprovementsOf, PaceReading, at_once, cautions, limit, pace, pace_turns
from tests.given import Read, given, say

GOAL: dict[str, Any] = {"need": "n1", "metric": "calls", "value": Decimal(400), "due": date(2024, 9, 30)}


def one(id: str, team: str = "river", started: str | None = None, finished: str | None = None, worked: bool = True, **other: Any) -> list[Any]:
    raised = ImprovementRaised(
        **{
            "team": team,
            "title": id.capitalize(),
            "why": "It matters",
            "level": ImprovementLevel.OPERATIONAL,
            "scope": ImprovementScope.TEAM,
            "target": ImprovementTarget.PRACTICE,
            **other,
        }
    )
    found = say(f"improvement:{id}", raised, at="2024-02-01")
    found += say(f"improvement:{id}", ImprovementStarted(), at=started) if started else []
    return found + (say(f"improvement:{id}", ImprovementFinished(worked=worked, learned="Much"), at=finished) if finished else [])


def told(*improvements: Sequence[Any]) -> Read:
    return given(
        say("organisation:env", OrganisationRegistered(name="Environment", fiscal_year_start="04-01")),
        say("organisation:citz", OrganisationRegistered(name="Citizens")),
        say("product:permits", ProductRegistered(name="Permits", home="env")),
        say("team:river", TeamFormed(name="River", home="env", products=("permits",)), at="2024-01-10"),
        say("team:lake", TeamFormed(name="Lake", home="citz", products=()), at="2024-01-10"),
        *improvements,
    )


@pytest.mark.requirement("S3-01")
def test_a_second_improvement_at_once_is_flagged_as_soon_as_it_is_raised() -> None:
    first, second = one("calls", started="2024-03-01", **GOAL), one("letters", **GOAL)
    both = told(first, second)
    assert (both.derives(at_once, "calls"), both.derives(at_once, "letters")) == (1, 2)
    both.on("2024-04-01").shows("improvement:letters", "atOnce", 2).shows("improvement:calls", "warnings", [])
    (warning,) = both.on("2024-04-01").shown("improvement:letters", "warnings { rule message }")
    assert warning == {"rule": "S3-01", "message": "it is one of 2 at once, where 1 is meant: beside Calls"}


@pytest.mark.requirement("S3-01")
def test_more_at_once_is_allowed_and_flagged_by_the_policy_of_the_home() -> None:
    both = told(one("calls", started="2024-03-01", **GOAL), one("letters", started="2024-03-10", **GOAL), one("forms", "lake", started="2024-03-01", **GOAL))
    assert [warning.rule for warning in both.derives(cautions, "calls")] == ["S3-01"] and both.derives(cautions, "forms") == ()
    assert both.on("2024-03-12").derives(pace, "river").reading is PaceReading.TOO_MANY
    allowed = given(both.world, say("organisation:env", PolicySet(active_improvements=2), at="2024-03-15"))
    assert (allowed.on("2024-03-14").derives(limit, "river"), allowed.derives(limit, "river"), allowed.derives(limit, "lake")) == (1, 2, 1)
    assert allowed.derives(cautions, "calls") == () and allowed.on("2024-03-15").derives(pace, "river").reading is PaceReading.STEADY


def test_what_has_ended_is_none_of_those_at_once_and_warned_of_no_more() -> None:
    ended = told(one("calls", started="2024-03-01", finished="2024-03-20"), one("letters", started="2024-03-21", **GOAL))
    assert (ended.derives(at_once, "calls"), ended.derives(cautions, "calls")) == (None, ())
    assert (ended.derives(at_once, "letters"), ended.derives(cautions, "letters")) == (1, ())
    assert (ended.derives(at_once, "nothing"), ended.derives(cautions, "nothing")) == (None, ())


@pytest.mark.requirement("S1-07")
@pytest.mark.parametrize(("lacks", "words"), [("need", "user need"), ("metric", "metric"), ("value", "value"), ("due", "day")])
def test_a_goal_without_need_metric_value_or_day_is_warned_of(lacks: str, words: str) -> None:
    (warning,) = told(one("calls", **{**GOAL, lacks: None})).derives(cautions, "calls")
    assert warning.rule == "S1-07" and words in warning.message
    nothing = told(one("calls")).derives(cautions, "calls")
    assert [warning.message for warning in nothing][1:] == ["its goal lacks a metric, a value to reach and a day"] and len(nothing) == 2


@pytest.mark.requirement("S1-07")
def test_a_goal_that_was_due_before_it_was_raised_is_warned_of() -> None:
    (warning,) = told(one("calls", **{**GOAL, "due": date(2023, 1, 1)})).derives(cautions, "calls")
    assert warning.rule == "S1-07" and "its goal was due on 2023-01-01, before it was raised on" in warning.message


@pytest.mark.requirement("S3-08")
def test_the_pace_is_the_median_of_what_was_finished_within_a_year() -> None:
    quick = told(
        one("a", started="2024-03-01", finished="2024-03-11"),
        one("b", started="2024-03-12", finished="2024-04-01"),
        one("c", started="2024-04-02", finished="2024-05-02"),
        one("d", started="2024-05-03"),
    )
    found = quick.on("2024-05-10").derives(pace, "river")
    assert (found.reading, found.under_way, found.limit, found.finished, found.median_days) == (PaceReading.STEADY, 1, 1, 3, 20)
    assert quick.on("2025-03-10").derives(pace, "river").finished == 3
    later = quick.on("2025-03-11").derives(pace, "river")
    assert (later.finished, later.median_days) == (2, 25)
    assert quick.on("2024-03-05").derives(pace, "river").median_days is None


@pytest.mark.requirement("S3-08")
def test_a_team_that_begins_and_finishes_nothing_for_six_weeks_improves_nothing() -> None:
    still = told(one("a", started="2024-03-01"))
    readings = {on: still.on(on).derives(pace, "river").reading for on in ("2024-02-21", "2024-02-22", "2024-03-01", "2024-04-12", "2024-04-13")}
    none, steady = PaceReading.NONE, PaceReading.STEADY
    assert readings == {"2024-02-21": steady, "2024-02-22": none, "2024-03-01": steady, "2024-04-12": steady, "2024-04-13": none}
    assert {date(2024, 2, 22), date(2024, 4, 13)} == still.derives(pace_turns, "river")
    assert still.derives(pace, "nobody").reading is none
    planned = ExperimentPlanned(
        team="river", product="permits", hypothesis="h", scope="s", method=ExperimentMethod.AB, starts=date(2024, 4, 1), ends=date(2024, 4, 30)
    )
    trying = given(still.world, say("experiment:x", planned, ExperimentStarted(), at="2024-04-01"))
    assert trying.on("2024-04-13").derives(pace, "river").reading is steady


def test_a_team_that_is_dissolved_keeps_pace_with_nothing() -> None:
    over = told(one("a", started="2024-03-01"), say("team:river", TeamDissolved(reason="Over"), at="2024-04-01"))
    assert [over.on(on).derives(pace, "river").reading for on in ("2024-03-31", "2024-04-13")] == [PaceReading.STEADY, PaceReading.DISSOLVED]


@pytest.mark.requirement("S2-21")
@pytest.mark.requirement("S2-03")
@pytest.mark.requirement("S3-06")
def test_what_worked_is_summed_by_level_scope_and_quarter() -> None:
    strategic: dict[str, Any] = {"level": ImprovementLevel.STRATEGIC, "scope": ImprovementScope.PUBLIC_SERVICES}
    world = told(
        one("a", started="2024-03-01", finished="2024-03-31", product="permits"),
        one("b", started="2024-03-12", finished="2024-04-01", worked=False),
        one("c", started="2024-04-02", finished="2024-05-02", **strategic),
        one("d", started="2024-05-03", **strategic),
        one("e"),
        [*one("f", started="2024-05-01"), *say("improvement:f", ImprovementDropped(reason="Moot"), at="2024-05-02")],
        one("g", "lake", started="2024-05-01", finished="2024-05-10", worked=False),
    ).on("2024-06-01")
    river, everything = world.derives(ImprovementsOf("team"), "river"), world.derives(ImprovementsOf("portfolio"), None)
    assert river[:6] == (1, 1, 3, 2, Decimal("0.6667"), 1) and everything[:6] == (1, 1, 4, 2, Decimal("0.5000"), 1)
    assert world.derives(ImprovementsOf("portfolio"), "env")[:6] == river[:6] and world.derives(ImprovementsOf("product"), "permits")[:3] == (0, 0, 1)
    assert {one.level: one[1:] for one in river.by_level} == {"strategic": (1, 1, 1), "tactical": (0, 0, 0), "operational": (0, 2, 1)}
    assert {one.scope: one[1:] for one in everything.by_scope if any(one[1:])} == {"team": (0, 3, 1), "public_services": (1, 1, 1)}
    assert [one.quarter for one in river.by_quarter][-2:] == ["Q4 2023/24", "Q1 2024/25"] and len(river.by_quarter) == 8
    assert [one[3:] for one in river.by_quarter][-3:] == [(0, 0, None), (1, 1, Decimal("1.0000")), (2, 1, Decimal("0.5000"))]
    assert world.derives(ImprovementsOf("product"), "permits").by_quarter[-2].quarter == "Q4 2023/24"
    only = world.derives(ImprovementsOf("portfolio"), None, ImprovementLevel.STRATEGIC, None)
    assert only[:4] == (0, 1, 1, 1) and world.derives(ImprovementsOf("portfolio"), None, None, ImprovementScope.TEAM)[:4] == (1, 0, 3, 1)
    world.shows("team:river", "improvementSummary.share", 0.6667).shows("portfolio:env", "improvementSummary.worked", 2)
    world.shows("portfolio", "improvementSummary(level: STRATEGIC, scope: PUBLIC_SERVICES).finished", 1).shows("team:river", "pace.limit", 1)
    world.shows("product:permits", "improvementSummary.finished", 1)


@pytest.mark.parametrize("on", ["0001-01-01", "0001-02-03", "9999-12-31"])
def test_at_the_ends_of_the_calendar_there_are_quarters_too(on: str) -> None:
    assert told(one("a")).on(on).derives(ImprovementsOf("team"), "river").by_quarter[-1].finished == 0
    assert told(one("a")).on(on).derives(pace, "river").finished == 0
