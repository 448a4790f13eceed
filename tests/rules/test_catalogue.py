"""The catalogue of rules: complete, and fit to be shown to who is refused."""

import pytest

from libs.rules.catalogue import RULES


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
