"""Needs met: the share is between nothing and all, and of one product as of the sum."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.commands.testing import Scenario
from libs.events.catalog.backlog.need import NeedJudged, NeedRecorded, Verdict
from libs.rules.products.needs import needs, needs_of
from services.backlog.domain import decisions

NEEDS = st.lists(st.tuples(st.sampled_from(["p", "q"]), st.booleans(), st.sampled_from([None, *Verdict])), max_size=12)


@pytest.mark.requirement("S0-22")
@given(NEEDS)
def test_the_parts_sum_to_the_whole_and_the_share_is_a_share(found: list[tuple[str, bool, Verdict | None]]) -> None:
    said = Scenario(decisions)
    for n, (product, prioritised, verdict) in enumerate(found):
        said.given(f"need:n{n}", NeedRecorded(product=product, user="u", text="t", origin="o", prioritised=prioritised))
        if verdict:
            said.given(f"need:n{n}", NeedJudged(verdict=verdict, evidence="e"))
    facts = said.facts()
    whole, parts = needs(facts, ["p", "q"]), [needs_of(facts, "p"), needs_of(facts, "q")]
    assert whole.prioritised == sum(part.prioritised for part in parts) == sum(prioritised for _, prioritised, _ in found)
    assert whole.met == sum(part.met for part in parts) <= whole.prioritised
    assert whole.share is None if not whole.prioritised else Decimal(0) <= (whole.share or Decimal(0)) <= 1
