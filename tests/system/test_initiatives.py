"""Initiatives, monitorings and classes of changes through the doors of a running stack: a whole iteration, and what is wrong of each command."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.system.conftest import Running

OWNER, MANAGER, TEAM, BOARD = "product_owner@permits", "portfolio_manager@env", "team@river", "cab@env"
OPENED: Final[dict[str, Any]] = {"subject": "product:permits", "title": "Renew online", "value": "Half a day saved", "level": "tactical", "template": "full"}
VISION: Final = {"subject": "initiative:online", "text": "All renew online"}
OBJECTIVE: Final = {"initiative": "online", "objective": "o", "kind": "objective", "text": "Most renew online"}
SAT: Final = {
    "metric": "sat",
    "product": "permits",
    "name": "Satisfaction",
    "kind": "quantitative",
    **dict.fromkeys(("goal", "method", "tool", "source", "responsible"), "agreed"),
}
LOOKED: Final = {"monitoring": "m", "product": "permits", "about": "improvement:calls", "metrics": ["sat"]}
CLASS: Final = {"organisation": "env", "name": "Texts", "evidence": ["all tests passed"]}


@pytest.fixture
async def prepared(stack: Running) -> Running:
    await stack.say(
        ("portfolio.register_organisation", {"organisation": "env", "name": "Environment"}),
        ("portfolio.register_product", {"product": "permits", "name": "Permits", "home": "env"}),
        ("portfolio.form_team", {"team": "river", "name": "River", "home": "env", "products": ["permits"]}),
        ("roadmap.set_vision", {"vision": "env", "subject": "organisation:env", "text": "No queues"}),
        ("roadmap.open_initiative", {"initiative": "online", **OPENED}),
        ("roadmap.enter_step", {"initiative": "online", "step": "vision"}),
        ("roadmap.define_metric", SAT),
        ("roadmap.open_monitoring", LOOKED),
        ("roadmap.define_change_class", {"change_class": "texts", **CLASS}),
        ("roadmap.raise_change_request", {"change": "c", "product": "permits", "title": "Reword", "change_class": "texts"}),
    )
    return stack


@pytest.mark.requirement("S2-05", "S2-14")
async def test_an_iteration_is_gone_through_by_rest_in_bulk_and_by_mutations(prepared: Running) -> None:
    assert (await prepared.command("roadmap.set_vision", VISION, OWNER)).is_success
    steps: list[tuple[str, dict[str, Any]]] = [
        ("skip_step", {"step": "now", "reason": "It was measured last month"}),
        ("enter_step", {"step": "want"}),
        ("set_objective", {"objective": "o", "kind": "objective", "text": "Most renew online"}),
        ("enter_step", {"step": "how"}),
        ("plan_initiative", {"kind": "experimental", "text": "One counter at a time"}),
        ("enter_step", {"step": "act"}),
        ("add_action", {"action": "a", "text": "One counter", "scope": "pilot", "carries": ["roadmap_item:maps"]}),
        ("report_progress", {"text": "It is closed"}),
        ("enter_step", {"step": "there"}),
        ("enter_step", {"step": "momentum"}),
    ]
    lines = [{"command": f"roadmap.{verb}", "key": str(n), "data": {"initiative": "online", **data}} for n, (verb, data) in enumerate(steps)]
    *taken, last = await prepared.bulk("roadmap", lines, MANAGER)
    assert {one["status"] for one in taken} == {"created"} and (last["status"], last["problem"]["rule"]) == ("refused", "S2-13")
    judge = """mutation($input: JudgeInitiativeInput!) { judgeInitiative(input: $input) { node { ... on Initiative {
        iteration course { step outcome skipped { step } next { command } } verdicts { progress value iteration } objectives { fails } } } } }"""
    given = {"initiative": "initiative:online", "progress": "NOT_ACHIEVED", "value": "RELEVANT", "evidence": "The figures"}
    node = (await prepared.ask(judge, {"input": given}, persona=OWNER))["judgeInitiative"]["node"]
    assert (node["iteration"], node["course"]["step"], node["course"]["outcome"]) == (2, None, "UNDER_WAY")
    assert node["verdicts"] == [{"progress": "NOT_ACHIEVED", "value": "RELEVANT", "iteration": 1}]
    assert node["course"]["skipped"] == [{"step": "NOW"}] and node["objectives"] == [{"fails": ["MEASURABLE", "ACHIEVABLE", "RELEVANT", "TIME_BOUND"]}]
    refused = await prepared.command("roadmap.close_initiative", {"initiative": "online"}, MANAGER)
    assert (refused.status_code, refused.json()["rule"], "ITIL" in refused.json()["source"]) == (409, "S2-16", True) and refused.json()["remedy"]


LONG: Final = "x" * 10_001
WITH: Final = {"initiative": "online"}
BODIES: Final[list[tuple[str, dict[str, Any], str]]] = [
    ("open_initiative", {}, "subject"),
    *((verb, {}, "initiative") for verb in ("enter_step", "skip_step", "assess", "set_objective", "plan_initiative", "add_action", "report_progress")),
    *((verb, {}, "initiative") for verb in ("judge_initiative", "tell_success", "analyse_failure", "close_initiative")),
    ("open_initiative", {**OPENED, "subject": "permits"}, "subject"),
    ("open_initiative", {**OPENED, "subject": "initiative:online"}, "subject"),
    ("open_initiative", {**OPENED, "level": "high"}, "level"),
    ("open_initiative", {**OPENED, "template": 3}, "template"),
    ("open_initiative", {**OPENED, "title": "x" * 501}, "title"),
    ("open_initiative", {**OPENED, "initiative": "online"}, "initiative"),
    ("enter_step", {**WITH, "step": "end"}, "step"),
    ("enter_step", {**WITH, "step": "vision"}, "step"),
    ("enter_step", {**WITH, "step": "how"}, "step"),
    ("enter_step", {**WITH, "step": "vision", "at": "2020-01-01"}, "at"),
    ("enter_step", {"initiative": "nothing", "step": "vision"}, "initiative"),
    ("skip_step", {**WITH, "step": "now"}, "reason"),
    ("skip_step", {**WITH, "step": "now", "reason": LONG}, "reason"),
    ("assess", {**WITH, "dimension": "money", "text": "So", "source": "nps"}, "dimension"),
    ("assess", {**WITH, "dimension": "value", "text": LONG, "source": "nps"}, "text"),
    ("set_objective", OBJECTIVE, ""),
    ("set_objective", {**OBJECTIVE, "target": "NaN"}, "target"),
    ("set_objective", {**OBJECTIVE, "due": "soon"}, "due"),
    ("plan_initiative", {**WITH, "kind": "guess", "text": "So"}, "kind"),
    ("add_action", {**WITH, "action": "b", "text": "So", "scope": "roll_out"}, "scope"),
    ("add_action", {**WITH, "action": "b", "text": "So", "scope": "pilot", "carries": ["item:x"]}, "carries.0"),
    ("report_progress", {**WITH, "text": "So", "share": 2}, "share"),
    ("report_progress", {**WITH, "text": "So"}, ""),
    ("judge_initiative", {**WITH, "progress": "achieved", "evidence": "So"}, "value"),
    ("judge_initiative", {**WITH, "progress": "achieved", "value": "relevant", "evidence": "So"}, ""),
    ("tell_success", {**WITH, "story": "So", "reinforcement": [{"text": "Training"}]}, "reinforcement.0.owner"),
    ("tell_success", {**WITH, "story": "So"}, ""),
    ("analyse_failure", {**WITH, "analysis": "So", "lesson": "So", "shared_with": []}, "shared_with"),
    ("analyse_failure", {**WITH, "analysis": "So", "lesson": "So", "shared_with": ["all"]}, ""),
    ("close_initiative", WITH, ""),
    ("open_monitoring", {**LOOKED, "monitoring": "m2", "about": "team:river"}, "about"),
    ("open_monitoring", {**LOOKED, "monitoring": "m2", "metrics": []}, "metrics"),
    ("open_monitoring", {**LOOKED, "monitoring": "m2", "until": "2020-01-01"}, "until"),
    ("open_monitoring", LOOKED, "monitoring"),
    ("close_monitoring", {"monitoring": "m", "evidence": "So"}, "worked"),
    ("close_monitoring", {"monitoring": "m", "worked": True, "evidence": "So"}, "note"),
    ("define_change_class", {**CLASS, "evidence": []}, "evidence"),
    ("define_change_class", {**CLASS, "change_class": "texts"}, "change_class"),
    ("decide_change_class", {"change_class": "texts", "approved": "perhaps", "reason": "So"}, "approved"),
    ("attach_evidence", {"change": "c", "evidence": "it builds"}, "evidence"),
    ("attach_evidence", {"change": "nothing", "evidence": "all tests passed"}, "change"),
]


async def _said(stack: Running) -> int:
    return await stack.said("roadmap", "initiative", "monitoring", "change_class", "change")


async def test_what_is_wrong_is_refused_with_what_it_is_and_nothing_is_stored(prepared: Running) -> None:
    before = await _said(prepared)
    for verb, body, field in BODIES:
        answer = await prepared.command(f"roadmap.{verb}", body)
        problem = answer.json()
        assert 400 <= answer.status_code < 500 and answer.headers["content-type"] == "application/problem+json", (verb, body, answer.text)
        named = {str(problem.get("field")), *(str(one["field"]) for one in problem.get("errors", []))}
        assert field in named or (not field and problem["rule"] and problem["remedy"]), (verb, body, answer.text)
    assert await _said(prepared) == before


@pytest.mark.parametrize(
    ("command", "body", "wrong"),
    [
        ("open_initiative", OPENED, (TEAM, BOARD, "product_owner@taxes", "executive@health", "lab_ops")),
        ("close_monitoring", {"monitoring": "m", "worked": True, "evidence": "So", "note": "So"}, (MANAGER, BOARD, "team@other", "product_owner@taxes")),
        ("decide_change_class", {"change_class": "texts", "approved": True, "reason": "So"}, (TEAM, OWNER, MANAGER, "cab@health")),
        ("attach_evidence", {"change": "c", "evidence": "all tests passed"}, (OWNER, BOARD, "team@other")),
    ],
)
async def test_whoever_has_another_role_is_refused_by_name(prepared: Running, command: str, body: dict[str, Any], wrong: tuple[str, ...]) -> None:
    for role in wrong:
        answer = await prepared.command(f"roadmap.{command}", body, role)
        assert answer.status_code == 403 and answer.json()["remedy"], (role, answer.text)
