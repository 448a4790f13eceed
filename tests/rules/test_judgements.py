"""Judgements as a refusal tells of them: the last of that kind that counts no more, and of what it was."""

from __future__ import annotations

from libs.commands.testing import money
from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentDecided, InvestmentProposed, InvestmentRebaselined
from libs.events.event import Overridden
from libs.rules.judgements import judgements, lifted, of_something_else
from tests.rules.way import Statement, seen, world_of

IT = "investment:i"
YES = InvestmentDecided(approved=True, reason="so")
PROPOSED = [Statement(IT, InvestmentProposed(team="parks", amount=money(f"{n}.00")), n) for n in (1, 11, 21)]


def test_the_latest_comes_first_each_with_what_it_judges_and_whether_it_counts() -> None:
    facts = seen(world_of([PROPOSED[0], Statement(IT, YES, 2), PROPOSED[1], Statement(IT, YES, 12)]), 20)
    assert [(one.event.id, one.judges, one.counts) for one in judgements(facts, INVESTMENT, "i")] == [
        (f"{IT}@4", f"{IT}@3", True),
        (f"{IT}@2", f"{IT}@1", False),
    ]


def test_a_refusal_tells_of_the_last_one_of_its_kind_that_counts_no_more() -> None:
    rebaselined = InvestmentRebaselined(approver="g", reason="so", amount=money("9.00"))
    said = [PROPOSED[0], Statement(IT, YES, 2), PROPOSED[1], Statement(IT, YES, 12), Statement(IT, rebaselined, 13), PROPOSED[2]]
    lapsed = of_something_else(seen(world_of(said), 30), INVESTMENT, "i", InvestmentDecided)
    assert lapsed == f"; that of 2024-01-13 was of {IT}@3, which does not stand as it was judged"
    standing = seen(world_of([*said, Statement(IT, YES, 22)]), 30)
    assert of_something_else(standing, INVESTMENT, "i", InvestmentDecided) == lapsed
    assert of_something_else(seen(world_of(said[:2]), 30), INVESTMENT, "i", InvestmentDecided) == ""


def test_rules_that_were_lifted_are_told_apart_from_all_else_that_was_said() -> None:
    facts = seen(world_of([Statement(IT, Overridden(rule="S0-14", reason="so", command="c"), 1), PROPOSED[0], Statement(IT, YES, 2)]), 20)
    assert [event.id for event in lifted(facts, INVESTMENT, "i")] == [f"{IT}@1"]
