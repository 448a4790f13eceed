"""The catalogue of rules: complete, and fit to be shown to who is refused."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.events.catalog.portfolio.evaluations.questions import QUESTIONS
from libs.rules.catalogue import NEVER_DEMANDED, RULES
from libs.rules.improvement.seven_steps import GUIDES

HERE = Path(__file__).parents[2]


def test_the_rules_that_refusals_cite_are_there() -> None:
    wanted = {"S0-02", "S0-03", "S0-08", *(f"S0-{n}" for n in range(12, 18)), "S2-08", "S4-02", "S4-03", *(f"R-0{n}" for n in range(1, 7))}
    assert wanted <= set(RULES)


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_each_rule_says_what_it_asks_where_it_stands_and_what_to_do(rule_id: str) -> None:
    rule = RULES[rule_id]
    assert rule.id == rule_id
    for text in (rule.statement, rule.remedy):
        assert text.endswith(".")
        assert text[0].isupper()
    assert rule.source


def demanded() -> Iterator[str]:
    """The rules that decisions demand: those that are written out, those of the questions of an evaluation, and those of the steps of an initiative."""
    yield from (one.rule for one in QUESTIONS)
    yield from (guide.rule for guide in GUIDES.values())
    for path in (*HERE.glob("services/*/domain/**/*.py"), *HERE.glob("libs/commands/**/*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in ("demand", "in_order"):
                yield from (one.value for one in ast.walk(call.args[name == "in_order"]) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_a_rule_that_no_command_demands_is_named_as_one_that_no_override_lifts() -> None:
    assert set(RULES) - set(demanded()) == NEVER_DEMANDED | {"S0-17"}, "S0-17 is chosen by the change"
