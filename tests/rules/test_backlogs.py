"""The order of a backlog, held against what happens to a list of names day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.commands.testing import Scenario
from libs.events.catalog.backlog.backlog import BacklogOpened, BacklogReordered
from libs.events.catalog.backlog.item import ItemAdded, ItemDropped, ItemReopened
from libs.rules.backlogs import counts, ordered
from services.backlog.domain import decisions

NAMES = ["a", "b", "c", "d", "e"]
STEP = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("drop"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("reopen"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("move"), st.sampled_from(NAMES), st.integers(1, 6)),
)


def told(steps: list[tuple[str, str, int]], learned: list[int]) -> tuple[Scenario, list[list[str]]]:
    """The steps, one a day, heard in another order; and what the list of those not dropped must be at the end of each day."""
    said = Scenario(decisions).given("backlog:p", BacklogOpened(), at="2024-01-01")
    present: list[str] = []
    hidden: dict[str, bool] = {}
    lists, valid = [], []
    for n, (verb, name, position) in enumerate(steps):
        if verb == "add" and name not in hidden:
            present.append(name)
            hidden[name] = False
        elif verb in ("drop", "reopen") and name in hidden:
            hidden[name] = verb == "drop"
        elif verb == "move" and name in hidden and not hidden[name]:
            shown = [one for one in present if not hidden[one] and one != name]
            present.remove(name)
            before = shown[position - 1] if position <= len(shown) else None
            present.insert(present.index(before) if before else len(present), name)
        else:
            lists.append([one for one in present if not hidden[one]])
            continue
        valid.append(n)
        lists.append([one for one in present if not hidden[one]])
    for n in sorted(valid, key=lambda n: learned[n % len(learned)]):
        verb, name, position = steps[n]
        at = str(date(2024, 2, 1) + timedelta(days=n))
        if verb == "move":
            said.given("backlog:p", BacklogReordered(item=name, position=position, reason="so"), at=at)
        else:
            payload = {"add": ItemAdded(product="p", title=name), "drop": ItemDropped(), "reopen": ItemReopened()}[verb]
            said.given(f"item:{name}", payload, at=at)
    return said, lists


@pytest.mark.requirement("S0-19")
@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=14), st.lists(st.integers(0, 99), min_size=1, max_size=14))
def test_the_order_of_every_day_is_what_its_moves_made_of_it_however_late_they_are_learned(steps: list[tuple[str, str, int]], learned: list[int]) -> None:
    said, lists = told(steps, learned)
    for n, wanted in enumerate(lists):
        facts = said.facts(str(date(2024, 2, 1) + timedelta(days=n)))
        assert [item.id for item in ordered(facts, "p")] == wanted
        assert counts(facts, "p").open == len(wanted)


def test_a_product_without_a_backlog_has_no_items() -> None:
    facts = Scenario(decisions).facts()
    assert ordered(facts, "p") == () and counts(facts, "p") == (0, 0)
