"""Baselines do not depend on the order in which anything was said of an investment."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentDecided
from tests.events.any_history import histories


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_first_baseline_is_never_lost_by_a_later_word(data: st.DataObject) -> None:
    events = data.draw(histories("investment"))
    before: Any = None
    for n in range(1, len(events) + 1):
        folded = INVESTMENT.fold("x", sorted(events[:n], key=lambda event: (event.time, event.sequence)))
        assert folded is not None
        approvals = [baseline for baseline in folded.baselines if isinstance(baseline.event.data, InvestmentDecided)]
        if before is not None:
            assert folded.baselines[0] == before
        before = folded.baselines[0] if approvals else None


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_baselines_do_not_depend_on_the_order_of_hearing(data: st.DataObject) -> None:
    events = data.draw(histories("investment"))
    one, other = INVESTMENT.fold("x", events), INVESTMENT.fold("x", data.draw(st.permutations(events)))
    assert one is not None and other is not None
    assert (one.baselines, one.approved, one.asked, one.team) == (other.baselines, other.approved, other.asked, other.team)
