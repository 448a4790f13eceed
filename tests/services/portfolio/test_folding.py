"""Whatever was said can be folded, in whatever order it is true."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.graduation import GRADUATION
from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentDecided
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE, Phase
from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import KINDS, PAYLOADS, Actor, Event, Payload, adapter
from libs.events.values import Money

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
KINDS_HERE = [kind.name for kind in (ORGANISATION, LIFECYCLE, PROGRAM, PRODUCT, TEAM, LOAN, INVESTMENT, BID, GRADUATION)]


@cache
def payloads(kind: str) -> st.SearchStrategy[Payload]:
    """Any event of a kind, with few values so that they meet."""
    types = [cls for name, cls in PAYLOADS.items() if name.startswith(f"headway.portfolio.{kind}.") and cls.__module__.startswith("libs.events.catalog")]
    return st.one_of([st.builds(cls, **{name: value_of(name, hint) for name, hint in get_type_hints(cls).items() if name != "TYPE"}) for cls in types])


def value_of(field: str, hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field by its type, positions and ids by its name."""
    origin, inner = get_origin(hint), get_args(hint)
    if field in ("follows", "replaces"):
        return st.sampled_from([None, "investment:x@1", "investment:x@2", "investment:x@9"])
    if origin is tuple:
        return st.lists(value_of(field, inner[0]), max_size=2).map(tuple)
    if origin is UnionType or origin is Union:
        return st.one_of([st.none() if part is type(None) else value_of(field, part) for part in inner])
    if field == "currency":
        return st.sampled_from(["CAD", "EUR"])
    return VALUES[hint] if hint in VALUES else st.from_type(hint)


VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.sampled_from(["a", "b"]),
    int: st.integers(2, 4),
    date: st.dates(date(2024, 1, 1), date(2024, 3, 1)),
    Money: st.builds(Money, amount=st.sampled_from([Decimal(0), Decimal(1), Decimal("2.50")]), currency=st.sampled_from(["CAD", "EUR"])),
    Phase: st.builds(Phase, id=st.sampled_from(["a", "b"]), title=st.just("Title"), active=st.booleans()),
}


@st.composite
def histories(draw: st.DrawFn, kind: str) -> list[Event]:
    """Events of one aggregate, numbered as said and dated in any order."""
    said = draw(st.lists(st.tuples(st.integers(0, 5), payloads(kind)), min_size=1, max_size=10))
    return [Event(f"{kind}:x", n, FIRST + timedelta(days=day), NOW, NOW, Actor("a", "importer"), data) for n, (day, data) in enumerate(said, 1)]


@pytest.mark.parametrize("kind", KINDS_HERE)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_order_of_events_folds(kind: str, data: st.DataObject) -> None:
    events = data.draw(histories(kind))
    folded = KINDS[kind].fold("x", data.draw(st.permutations(events)))
    assert folded is not None and folded.id == "x"


@pytest.mark.parametrize("kind", KINDS_HERE)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_event_is_read_as_it_was_written(kind: str, data: st.DataObject) -> None:
    for event in data.draw(histories(kind)):
        written = adapter(type(event.data)).dump_json(event.data)
        assert adapter(type(event.data)).validate_json(written) == event.data


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
