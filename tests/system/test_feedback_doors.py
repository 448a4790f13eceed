"""Feedback, recommendations, metrics and visions through the doors of a running stack: from what is heard to what changes, and what is wrong of each."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.system.conftest import Running

OWNER: Final = "product_owner@permits"
CHANNEL: Final = {"product": "permits", "name": "Counter", "kind": "counter", "audience": "citizens"}
THEME: Final = {"channel": "counter", "text": "The fee comes late", "problem_point": "Fee", "times": 12}
FINDING: Final = {"product": "permits", "kind": "cause", "text": "The fee is hidden", "rests_on": ["theme:fee"]}
MADE: Final = {"product": "permits", "text": "Show the fee", "findings": ["hidden"], "consulted": ["Counters"]}
METRIC: Final = {"product": "permits", "name": "Calls", "kind": "quantitative", "goal": "g", "method": "m", "tool": "t", "source": "s", "responsible": "ann"}
VISION: Final = {"subject": "product:permits", "text": "No paper"}


@pytest.fixture
async def prepared(stack: Running) -> Running:
    await stack.say(
        ("portfolio.register_organisation", {"organisation": "env", "name": "Environment"}),
        ("portfolio.register_product", {"product": "permits", "name": "Permits", "home": "env"}),
        ("portfolio.form_team", {"team": "river", "name": "River", "home": "env", "products": ["permits"]}),
        ("roadmap.open_channel", {"channel": "counter", **CHANNEL}),
        ("roadmap.open_channel", {"channel": "shut", **CHANNEL}),
        ("roadmap.close_channel", {"channel": "shut", "reason": "It moved"}),
        ("roadmap.record_theme", {"theme": "fee", **THEME}),
        ("roadmap.record_finding", {"finding": "hidden", **FINDING}),
        ("roadmap.recommend", {"recommendation": "show", **MADE}),
        ("roadmap.recommend", {"recommendation": "answered", **MADE}),
        ("roadmap.accept_recommendation", {"recommendation": "answered"}),
        ("roadmap.define_metric", {"metric": "calls", **METRIC}),
        ("roadmap.define_metric", {"metric": "read", **METRIC}),
        ("roadmap.read_metric", {"metric": "read", "value": "20"}),
        ("roadmap.set_target_condition", {"target_condition": "visits", **VISION}),
    )
    return stack


async def _said(stack: Running) -> int:
    return await stack.said("roadmap", "channel", "theme", "finding", "recommendation", "metric", "vision", "target_condition", "release")


@pytest.mark.requirement("S1-03", "S1-10", "S1-11", "S1-12")
async def test_what_is_heard_is_followed_from_the_counter_to_the_release_in_one_question(prepared: Running) -> None:
    proposed = {"release": "first", "product": "permits", "stage": "improve", "title": "Fee first", "functional": False, "recommendation": "show"}
    lines = [
        {"command": "roadmap.accept_recommendation", "key": "a", "data": {"recommendation": "show"}, "by": OWNER},
        {"command": "roadmap.propose_release", "key": "b", "data": proposed},
    ]
    answers = await prepared.bulk("roadmap", lines, "importer")
    assert [one["status"] for one in answers] == ["created", "created"], answers
    asked = """{ product(id: "permits") { problemPoints { point heard } recommendations(filter: { state: [ACCEPTED] }, orderBy: { by: ID }) {
        nodes { id findings { restsOn { id name } } carriedOutBy { change doneOn } } } } }"""
    shown = (await prepared.ask(asked, after=answers[1]["position"]))["product"]
    assert shown["problemPoints"] == [{"point": "Fee", "heard": 12}]
    show = next(one for one in shown["recommendations"]["nodes"] if one["id"] == "recommendation:show")
    assert show["findings"] == [{"restsOn": [{"id": "theme:fee", "name": "The fee comes late"}]}]
    assert show["carriedOutBy"] == [{"change": "release:first", "doneOn": None}]


@pytest.mark.requirement("S1-23")
async def test_a_crossing_is_announced_with_the_reading_and_found_by_whoever_asks(prepared: Running) -> None:
    await prepared.say(("roadmap.set_redesign_threshold", {"metric": "calls", "value": "30", "when": "above"}))
    answer = (await prepared.command("roadmap.read_metric", {"metric": "calls", "value": "31"}, OWNER)).json()
    assert len(answer["events"]) == 2
    asked = "{ metrics(filter: { beyondThreshold: true }) { nodes { id redesignThreshold { value when } history(first: 1) { nodes { type } } } } }"
    (metric,) = (await prepared.ask(asked, after=answer["position"]))["metrics"]["nodes"]
    assert (metric["id"], metric["redesignThreshold"]["when"]) == ("metric:calls", "ABOVE")
    assert metric["history"]["nodes"] == [{"type": "headway.roadmap.metric.redesign_threshold_crossed.v1"}]


@pytest.mark.requirement("S4-11")
async def test_a_vision_is_set_by_a_mutation_of_a_global_id_and_listed_by_rest_at_its_subject(prepared: Running) -> None:
    say = "mutation($input: SetVisionInput!) { setVision(input: $input) { node { ... on Vision { text subject { id name } } } } }"
    node = (await prepared.ask(say, {"input": {**VISION}}, persona=OWNER))["setVision"]["node"]
    assert node == {"text": "No paper", "subject": {"id": "product:permits", "name": "Permits"}}
    listed = await prepared.client.get("/roadmap/v1/visions?subject=product:permits", headers=prepared.signed_in("auditor"))
    assert [one["text"] for one in listed.json()["visions"]] == ["No paper"]


LONG: Final = "x" * 10_001
BODIES: Final[list[tuple[str, dict[str, Any], str]]] = [
    *((f"roadmap.{verb}", {}, field) for verb, field in (("open_channel", "product"), ("record_theme", "channel"), ("record_finding", "rests_on"))),
    *((f"roadmap.{verb}", {}, field) for verb, field in (("recommend", "findings"), ("set_vision", "subject"), ("set_target_condition", "text"))),
    *((f"roadmap.{verb}", {}, "metric") for verb in ("list_data", "set_redesign_threshold", "change_metric")),
    *((f"roadmap.{verb}_recommendation", {}, "recommendation") for verb in ("accept", "decline")),
    ("roadmap.open_channel", {**CHANNEL, "kind": "letter"}, "kind"),
    ("roadmap.open_channel", {**CHANNEL, "audience": "all"}, "audience"),
    ("roadmap.open_channel", {"channel": "counter", **CHANNEL}, "channel"),
    ("roadmap.close_channel", {"channel": "shut", "reason": "Twice"}, "channel"),
    ("roadmap.close_channel", {"channel": "counter", "reason": "Early", "at": "2020-01-01"}, "channel"),
    ("roadmap.close_channel", {"channel": "counter", "reason": LONG}, "reason"),
    ("roadmap.record_theme", {**THEME, "times": 0}, "times"),
    ("roadmap.record_theme", {**THEME, "times": "often"}, "times"),
    ("roadmap.record_theme", {**THEME, "text": LONG}, "text"),
    ("roadmap.record_theme", {**THEME, "product": "permits"}, "product"),
    ("roadmap.record_theme", {**THEME, "channel": "shut"}, "channel"),
    ("roadmap.record_theme", {**THEME, "channel": "nothing"}, "channel"),
    ("roadmap.record_theme", {**THEME, "at": "2020-01-01"}, "channel"),
    ("roadmap.record_finding", {**FINDING, "rests_on": []}, "rests_on"),
    ("roadmap.record_finding", {**FINDING, "rests_on": ["metric:nothing"]}, "rests_on"),
    ("roadmap.record_finding", {**FINDING, "rests_on": ["release:first"]}, "rests_on.0"),
    ("roadmap.record_finding", {**FINDING, "kind": "guess"}, "kind"),
    ("roadmap.record_finding", {**FINDING, "at": "2020-01-01"}, "rests_on"),
    ("roadmap.recommend", {**MADE, "findings": []}, "findings"),
    ("roadmap.recommend", {**MADE, "findings": ["nothing"]}, "findings"),
    ("roadmap.recommend", {**MADE, "consulted": [""]}, "consulted.0"),
    ("roadmap.accept_recommendation", {"recommendation": "answered"}, "recommendation"),
    ("roadmap.decline_recommendation", {"recommendation": "answered", "reason": "Late"}, "recommendation"),
    ("roadmap.decline_recommendation", {"recommendation": "show"}, "reason"),
    ("roadmap.accept_recommendation", {"recommendation": "show", "at": "2020-01-01"}, "recommendation"),
    ("roadmap.list_data", {"metric": "calls", "data": []}, "data"),
    ("roadmap.list_data", {"metric": "read", "data": ["Calls by day"]}, "data"),
    ("roadmap.set_redesign_threshold", {"metric": "calls", "value": "NaN", "when": "above"}, "value"),
    ("roadmap.set_redesign_threshold", {"metric": "calls", "value": "3", "when": "beside"}, "when"),
    ("roadmap.change_metric", {"metric": "calls", "reason": "None"}, "name"),
    ("roadmap.change_metric", {"metric": "calls", "tool": "t"}, "reason"),
    ("roadmap.set_vision", {**VISION, "subject": "permits"}, "subject"),
    ("roadmap.set_vision", {**VISION, "subject": "metric:calls"}, "subject"),
    ("roadmap.set_vision", {**VISION, "until": "2020-01-01"}, "until"),
    ("roadmap.set_target_condition", {**VISION, "due": "2030-01-01"}, "due"),
    ("roadmap.reach_target_condition", {"target_condition": "visits", "at": "2020-01-01"}, "target_condition"),
]


async def test_what_is_wrong_is_refused_with_what_it_is_and_nothing_is_stored(prepared: Running) -> None:
    before = await _said(prepared)
    for command, body, field in BODIES:
        answer = await prepared.command(command, body, OWNER)
        problem = answer.json()
        assert 400 <= answer.status_code < 500 and answer.headers["content-type"] == "application/problem+json", (command, body, answer.text)
        fields = [problem.get("field"), *(one["field"] for one in problem.get("errors", ()))]
        assert field in fields, (command, body, problem)
        if "rule" in problem:
            assert problem["source"] and problem["remedy"], (command, problem)
    assert await _said(prepared) == before


async def test_wrong_roles_are_refused_with_who_may_and_nothing_is_stored(prepared: Running) -> None:
    before = await _said(prepared)
    asked: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("roadmap.open_channel", CHANNEL, "executive@env"),
        ("roadmap.close_channel", {"channel": "counter", "reason": "So"}, "team@lake"),
        ("roadmap.record_theme", THEME, "product_owner@fees"),
        ("roadmap.record_finding", FINDING, "portfolio_manager@env"),
        ("roadmap.recommend", MADE, "cab@env"),
        ("roadmap.accept_recommendation", {"recommendation": "show"}, "team@river"),
        ("roadmap.decline_recommendation", {"recommendation": "show", "reason": "So"}, "executive@env"),
        ("roadmap.list_data", {"metric": "calls", "data": ["Calls"]}, "team@river"),
        ("roadmap.set_redesign_threshold", {"metric": "calls", "value": "3", "when": "above"}, "executive@env"),
        ("roadmap.change_metric", {"metric": "calls", "tool": "t", "reason": "So"}, "lab_ops"),
        ("roadmap.set_vision", VISION, "team@river"),
        ("roadmap.set_vision", {**VISION, "subject": "organisation:env"}, "product_owner"),
        ("roadmap.set_vision", {**VISION, "subject": "organisation:env"}, "executive@health"),
        ("roadmap.set_target_condition", VISION, "executive@env"),
        ("roadmap.reach_target_condition", {"target_condition": "visits"}, "portfolio_manager@env"),
    )
    for command, body, persona in asked:
        answer = await prepared.command(command, body, persona)
        assert answer.status_code == 403 and " takes " in answer.text, (persona, command, answer.text)
    assert await _said(prepared) == before
