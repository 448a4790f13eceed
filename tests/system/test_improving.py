"""Improvements and experiments through the doors of a running stack: one at a time and what comes of it, and what is wrong of each command."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.system.conftest import Running

TEAM: Final = "team@river"
RAISED: Final[dict[str, Any]] = {
    "team": "river",
    "title": "Fewer calls",
    "why": "Half of them call again",
    "level": "operational",
    "scope": "team",
    "target": "practice",
}
PLANNED: Final[dict[str, Any]] = {
    "team": "river",
    "product": "permits",
    "hypothesis": "A reminder helps",
    "scope": "One district",
    "method": "ab",
    "starts": "2026-03-01",
    "ends": "2026-03-31",
}
GOAL: Final = {"metric": "calls", "value": "400", "due": "2026-09-30"}


@pytest.fixture
async def prepared(stack: Running) -> Running:
    await stack.say(
        ("portfolio.register_organisation", {"organisation": "env", "name": "Environment"}),
        ("portfolio.register_product", {"product": "permits", "name": "Permits", "home": "env"}),
        ("portfolio.form_team", {"team": "river", "name": "River", "home": "env", "products": ["permits"]}),
        ("backlog.raise_improvement", {"improvement": "calls", **RAISED}),
        ("backlog.raise_improvement", {"improvement": "begun", **RAISED}),
        ("backlog.start_improvement", {"improvement": "begun"}),
        ("backlog.plan_experiment", {"experiment": "reminder", **PLANNED}),
        ("backlog.plan_experiment", {"experiment": "runs", **PLANNED}),
        ("backlog.start_experiment", {"experiment": "runs"}),
    )
    return stack


async def _said(stack: Running) -> int:
    return await stack.said("backlog", "improvement", "experiment")


@pytest.mark.requirement("S3-01", "S1-07")
async def test_the_answer_of_a_mutation_says_at_once_that_it_is_the_second_and_what_its_goal_lacks(prepared: Running) -> None:
    say = """mutation($input: RaiseImprovementInput!) { raiseImprovement(input: $input) { node { ... on Improvement {
        atOnce warnings { rule message } metric { id } value due team { id } } } } }"""
    given = {**RAISED, "team": "team:river", "level": "OPERATIONAL", "scope": "TEAM", "target": "PRACTICE", "need": "need:n"}
    node = (await prepared.ask(say, {"input": {**given, "goal": {"metric": "metric:calls", "value": "400"}}}, persona=TEAM))["raiseImprovement"]["node"]
    assert (node["atOnce"], node["metric"], node["value"], node["due"], node["team"]) == (2, {"id": "metric:calls"}, "400", None, {"id": "team:river"})
    assert [one["rule"] for one in node["warnings"]] == ["S1-07", "S3-01"] and node["warnings"][0]["message"] == "its goal lacks a day"


@pytest.mark.requirement("S3-04", "S3-05")
async def test_an_experiment_goes_through_its_cycle_by_rest_and_in_bulk(prepared: Running) -> None:
    checked = {"experiment": "runs", "finding": "Nobody renewed earlier", "worked": False}
    assert (await prepared.command("backlog.check_experiment", checked, TEAM)).status_code == 200
    lines = [
        {"command": "backlog.conclude_experiment", "key": "a", "data": {"experiment": "runs", "outcome": "adapt"}},
        {"command": "backlog.plan_experiment", "key": "b", "data": {"experiment": "again", **PLANNED, "follows": "runs"}},
        {"command": "backlog.conclude_experiment", "key": "c", "data": {"experiment": "again", "outcome": "adopt"}},
    ]
    answers = await prepared.bulk("backlog", lines, TEAM)
    assert [one["status"] for one in answers] == ["created", "created", "refused"]
    assert (answers[2]["problem"]["rule"], "had not been checked" in answers[2]["problem"]["detail"]) == ("S3-04", True)
    shown = await prepared.ask('{ experiment(id: "runs") { step outcome followUp experimentsAsFollows { nodes { id } } } }', after=answers[1]["position"])
    assert shown["experiment"] == {"step": "ACT", "outcome": "ADAPT", "followUp": None, "experimentsAsFollows": {"nodes": [{"id": "experiment:again"}]}}


LONG: Final = "x" * 10_001
BODIES: Final[list[tuple[str, dict[str, Any], str]]] = [
    *((f"backlog.{verb}", {}, field) for verb, field in (("raise_improvement", "team"), ("plan_experiment", "hypothesis"))),
    *((f"backlog.{verb}_improvement", {}, "improvement") for verb in ("start", "finish", "drop")),
    *((f"backlog.{verb}_experiment", {}, "experiment") for verb in ("start", "check", "conclude", "stop")),
    ("backlog.raise_improvement", {**RAISED, "why": LONG}, "why"),
    ("backlog.raise_improvement", {**RAISED, "title": "x" * 501}, "title"),
    ("backlog.raise_improvement", {**RAISED, "level": "high"}, "level"),
    ("backlog.raise_improvement", {**RAISED, "scope": 3}, "scope"),
    ("backlog.raise_improvement", {**RAISED, "goal": "400 calls"}, "goal"),
    ("backlog.raise_improvement", {**RAISED, "goal": {**GOAL, "unit": "calls"}}, "goal.unit"),
    ("backlog.raise_improvement", {**RAISED, "goal": {**GOAL, "value": "NaN"}}, "goal.value"),
    ("backlog.raise_improvement", {**RAISED, "goal": {**GOAL, "due": "soon"}}, "goal.due"),
    ("backlog.finish_improvement", {"improvement": "begun", "learned": "Much"}, "worked"),
    ("backlog.finish_improvement", {"improvement": "begun", "worked": True, "learned": LONG}, "learned"),
    ("backlog.finish_improvement", {"improvement": "begun", "worked": "perhaps", "learned": "Much"}, "worked"),
    ("backlog.drop_improvement", {"improvement": "begun", "reason": ""}, "reason"),
    ("backlog.start_improvement", {"improvement": "nothing"}, "improvement"),
    ("backlog.plan_experiment", {**PLANNED, "ends": "2026-02-01"}, "ends"),
    ("backlog.plan_experiment", {**PLANNED, "method": "guess"}, "method"),
    ("backlog.plan_experiment", {**PLANNED, "hypothesis": "x" * 1_001}, "hypothesis"),
    ("backlog.plan_experiment", {**PLANNED, "follows": "nothing"}, "follows"),
    ("backlog.check_experiment", {"experiment": "runs", "finding": "So", "worked": []}, "worked"),
    ("backlog.conclude_experiment", {"experiment": "runs", "outcome": "maybe"}, "outcome"),
    ("backlog.stop_experiment", {"experiment": "runs", "reason": LONG}, "reason"),
    ("backlog.check_experiment", {"experiment": "reminder", "finding": "So", "worked": True}, "experiment"),
    ("backlog.start_experiment", {"experiment": "runs"}, "experiment"),
    ("backlog.start_experiment", {"experiment": "reminder", "at": "2020-01-01"}, "experiment"),
    ("backlog.finish_improvement", {"improvement": "calls", "worked": True, "learned": "Much"}, "improvement"),
]


async def test_what_is_wrong_is_refused_with_what_it_is_and_nothing_is_stored(prepared: Running) -> None:
    before = await _said(prepared)
    for command, body, field in BODIES:
        answer = await prepared.command(command, body, TEAM)
        problem = answer.json()
        assert 400 <= answer.status_code < 500 and answer.headers["content-type"] == "application/problem+json", (command, body, answer.text)
        assert field in {str(problem.get("field")), *(str(one["field"]) for one in problem.get("errors", []))}, (command, body, answer.text)
        (line,) = await prepared.bulk("backlog", [{"command": command, "key": "k", "data": body}], TEAM)
        assert line["status"] == "refused", line
        if "rule" in problem:
            assert problem["source"] and problem["remedy"], problem
    assert await _said(prepared) == before


async def test_wrong_roles_are_refused_with_who_may(prepared: Running) -> None:
    before = await _said(prepared)
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("backlog.raise_improvement", RAISED),
        ("backlog.start_improvement", {"improvement": "calls"}),
        ("backlog.finish_improvement", {"improvement": "begun", "worked": True, "learned": "Much"}),
        ("backlog.drop_improvement", {"improvement": "begun", "reason": "So"}),
        ("backlog.plan_experiment", PLANNED),
        ("backlog.start_experiment", {"experiment": "reminder"}),
        ("backlog.check_experiment", {"experiment": "runs", "finding": "So", "worked": True}),
        ("backlog.conclude_experiment", {"experiment": "runs", "outcome": "abandon"}),
        ("backlog.stop_experiment", {"experiment": "runs", "reason": "So"}),
    )
    for persona in ("team@lake", "product_owner@permits", "portfolio_manager@env", "executive@env", "steering_group@env", "lab_ops", "auditor", "cab@env"):
        for command, body in asked:
            answer = await prepared.command(command, body, persona)
            assert answer.status_code == 403 and "team@river" in answer.text, (persona, command, answer.text)
    assert await _said(prepared) == before
