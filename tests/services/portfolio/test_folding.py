"""Whatever was said can be folded, in whatever order it is true."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.catalog.portfolio import bid, graduation, investment, lifecycle, loan, organisation, product, program, team
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.event import KINDS, PAYLOADS, Actor, Event, Payload, adapter
from libs.events.values import Money

MODULES = (bid, graduation, investment, lifecycle, loan, organisation, product, program, team)

amounts = st.builds(Money, amount=st.sampled_from([0, 1, 250]), currency=st.sampled_from(["CAD", "EUR"]))
ids = st.sampled_from(["a", "b"])


def said_of(kind: str) -> list[type[Payload]]:
    return [cls for name, cls in PAYLOADS.items() if name.startswith(f"headway.portfolio.{kind}.") and cls.__module__.startswith("libs.events.catalog")]


@st.composite
def histories(draw: st.DrawFn, kind: str) -> list[Event]:
    st.register_type_strategy(Money, amounts)
    payloads = st.one_of([_built(cls) for cls in said_of(kind)])
    return [
        Event(f"{kind}:x", n, datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=draw(st.integers(0, 9))), _NOW, _NOW, Actor("a", "importer"), draw(payloads))
        for n in range(1, draw(st.integers(1, 12)) + 1)
    ]


_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _built(cls: type[Payload]) -> st.SearchStrategy[Payload]:
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for name in cls.__dataclass_fields__:  # type: ignore[attr-defined]
        if name in ("follows", "replaces"):
            fields[name] = st.sampled_from([None, "investment:x@1", "investment:x@2", "investment:x@9"])
        elif name in ("person", "phase", "team", "product", "home"):
            fields[name] = ids
        elif name == "products":
            fields[name] = st.lists(ids, max_size=2).map(tuple)
        elif name in ("until", "ends", "day", "covers_from", "covers_until"):
            fields[name] = st.dates(date(2024, 1, 1), date(2025, 1, 1))
    return st.builds(cls, **fields)


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.service == "portfolio"])
@given(data=st.data())
def test_every_order_of_events_folds(kind: str, data: st.DataObject) -> None:
    events = data.draw(histories(kind))
    folded = KINDS[kind].fold("x", data.draw(st.permutations(events)))
    assert folded is not None and folded.id == "x"


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.service == "portfolio"])
@given(data=st.data())
def test_every_event_is_read_as_it_was_written(kind: str, data: st.DataObject) -> None:
    for event in data.draw(histories(kind)):
        written = adapter(type(event.data)).dump_json(event.data)
        assert adapter(type(event.data)).validate_json(written) == event.data


@given(data=st.data())
def test_a_first_baseline_is_never_lost_by_a_later_word(data: st.DataObject) -> None:
    events = data.draw(histories("investment"))
    before: Any = None
    for n in range(1, len(events) + 1):
        folded = INVESTMENT.fold("x", sorted(events[:n], key=lambda event: (event.time, event.sequence)))
        assert folded is not None
        approvals = [baseline for baseline in folded.baselines if isinstance(baseline.event.data, investment.InvestmentDecided)]
        if before is not None:
            assert folded.baselines[0] == before
        before = folded.baselines[0] if approvals else None


@given(data=st.data())
def test_baselines_do_not_depend_on_the_order_of_hearing(data: st.DataObject) -> None:
    events = data.draw(histories("investment"))
    one, other = INVESTMENT.fold("x", events), INVESTMENT.fold("x", data.draw(st.permutations(events)))
    assert one is not None and other is not None
    assert (one.baselines, one.approved, one.asked, one.team) == (other.baselines, other.approved, other.asked, other.team)
