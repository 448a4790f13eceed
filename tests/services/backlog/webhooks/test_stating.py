"""Whatever the order in which a source's statements arrive, and however often, the item ends the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.commands.catalog.backlog.item import DeliverItem, StartItem, StateItem
from libs.commands.errors import Invalid
from libs.commands.testing import NOW, Scenario
from libs.events.catalog.backlog.item import ITEM, Item, ItemState, ItemStated
from libs.events.catalog.backlog.source import SourceConnected, System
from libs.rules.backlogs import ordered
from services.backlog.domain import decisions
from tests.services.backlog.days import day

START = datetime(2024, 3, 1, 10, tzinfo=UTC)
STATEMENT = st.fixed_dictionaries(
    {
        "instant": st.integers(0, 3).map(lambda minutes: START + timedelta(minutes=minutes)),
        "state": st.sampled_from([None, ItemState.OPEN, ItemState.STARTED, ItemState.DELIVERED]),
        "title": st.sampled_from([None, "Pay", "Pay online"]),
        "url": st.sampled_from([None, "https://a.example/1", "https://b.example/1"]),
        "final": st.booleans(),
    }
)


def heard(statements: list[dict[str, Any]], now: datetime = NOW) -> Scenario:
    said = Scenario(decisions, now=now).given("source:gh", SourceConnected(system=System.GITHUB, product="permits"), at="2024-01-01")
    for one in statements:
        at = min(one["instant"], said.now)
        said.when(StateItem(item="x", product="permits", source="gh", reference="town/permits#1", at=at, **one))
        known = [e.data for e in said.world.events("item:x")[: -len(said.said) or None] if e.time == at]
        same = any((d.instant, d.title, d.state, d.url, d.final) == _mapped(one) for d in known if isinstance(d, ItemStated))
        assert len(said.said) == (not same), "each statement is one event, also when nothing seems to change"
        said.now += timedelta(seconds=1)
    return said


def _mapped(one: dict[str, Any]) -> tuple[object, ...]:
    return one["instant"], one["title"], ItemState.DROPPED if one["final"] else one["state"], one["url"], one["final"]


def item(said: Scenario) -> Item:
    found = said.facts().get(ITEM, "x")
    assert found is not None
    return found


def ends(statements: list[dict[str, Any]], now: datetime = NOW) -> tuple[object, ...]:
    found = item(heard(statements, now))
    return found.state, found.title, found.source, found.stated_by, found.product


@settings(deadline=None)
@given(st.lists(STATEMENT, min_size=1, max_size=6).flatmap(lambda all: st.tuples(st.just(all), st.permutations(all + all[:2]))))
def test_the_order_of_arrival_and_repetition_do_not_matter(both: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    assert ends(both[0]) == ends(both[1])


@settings(deadline=None)
@given(st.lists(STATEMENT, min_size=1, max_size=6).flatmap(lambda all: st.tuples(st.just(all), st.permutations(all))))
def test_nor_when_the_senders_clock_goes_ahead_of_ours(both: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    assert ends(both[0], START) == ends(both[1], START)


@settings(deadline=None)
@given(st.lists(STATEMENT, min_size=1, max_size=6).flatmap(st.permutations))
def test_the_latest_by_the_senders_clock_holds_and_at_one_instant_deletion(statements: list[dict[str, Any]]) -> None:
    telling = [one for one in statements if one["final"] or one["state"] is not None]
    state = item(heard(statements)).state
    if telling:
        last = max(one["instant"] for one in telling)
        at_last = [one for one in telling if one["instant"] == last]
        assert state is ItemState.DROPPED if any(one["final"] for one in at_last) else state in {one["state"] for one in at_last}
    else:
        assert state is ItemState.OPEN


def test_what_is_stated_after_a_deletion_is_there_again() -> None:
    gone = {"instant": START, "final": True}
    back = {"instant": START + timedelta(minutes=1), "state": ItemState.OPEN, "title": "Pay"}
    for order in ([gone, back], [back, gone]):
        assert item(heard(order)).state is ItemState.OPEN


def test_a_person_and_a_source_speak_of_one_item_and_the_later_word_holds() -> None:
    early = {"instant": START, "state": ItemState.OPEN, "title": "Pay"}
    said = heard([early]).when(DeliverItem(item="x", at=day("2024-04-01")))
    assert item(said).state is ItemState.DELIVERED
    said.when(StateItem(item="x", product="permits", source="gh", reference="town/permits#1", at=NOW, instant=NOW, state=ItemState.OPEN))
    assert item(said).state is ItemState.OPEN


def test_work_begun_after_what_a_source_stated_last_is_begun() -> None:
    said = heard([{"instant": START, "state": ItemState.DELIVERED, "title": "Pay"}]).when(StartItem(item="x", at=day("2024-04-01")))
    assert item(said).state is ItemState.STARTED
    said.when(DeliverItem(item="x", at=day("2024-04-02")))
    said.when(StartItem(item="x", at=day("2024-04-03"))).refused(Invalid)


def test_what_was_dropped_is_not_in_the_backlog() -> None:
    said = heard([{"instant": START, "state": ItemState.OPEN, "title": "Pay"}])
    assert [one.source.reference for one in ordered(said.facts(), "permits") if one.source] == ["town/permits#1"]
    assert ordered(heard([{"instant": START, "final": True}]).facts(), "permits") == ()
