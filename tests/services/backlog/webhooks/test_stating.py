"""Whatever the order in which a source's statements arrive, and however often, the item ends the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.commands.catalog.backlog.item import AddItem, DeliverItem, StartItem, StateItem
from libs.commands.errors import Invalid
from libs.commands.testing import NOW, Scenario
from libs.events.catalog.backlog.item import ITEM, Item, ItemState
from libs.events.catalog.backlog.item_source import ItemSource
from libs.events.catalog.backlog.source import SourceConnected, System
from libs.rules.products.backlogs import ordered
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
        "reference": st.sampled_from(["town/permits#1", "city/permits#1"]),
        "withheld": st.sampled_from([None, False, True]),
    }
)


def heard(statements: list[dict[str, Any]], now: datetime = NOW) -> Scenario:
    said = Scenario(decisions, now=now).given("source:gh", SourceConnected(system=System.GITHUB, product="permits"), at="2024-01-01")
    for one in statements:
        at = min(one["instant"], said.now)
        said.when(StateItem(item="x", product="permits", source="gh", at=at, **{"reference": "town/permits#1", **one}))
        assert len(said.said) <= 1, "each statement is one event at most"
        said.now += timedelta(seconds=1)
    return said


def item(said: Scenario) -> Item:
    found = said.facts().get(ITEM, "x")
    assert found is not None
    return found


def ends(statements: list[dict[str, Any]], now: datetime = NOW) -> tuple[object, ...]:
    found = item(heard(statements, now))
    # What is withheld is not kept: a title that the source told while its words were confidential is not there once they no longer are.
    title = found.title if all(one.get("withheld") is None for one in statements) else found.withheld
    return found.state, title, found.source, found.stated_by, found.product


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


@settings(deadline=None)
@given(st.lists(STATEMENT, min_size=1, max_size=6).flatmap(st.permutations))
def test_what_is_confidential_shows_no_title_and_nothing_later_repeats_one(statements: list[dict[str, Any]]) -> None:
    said = heard([])
    for one in statements:
        at = min(one["instant"], said.now)
        before = said.facts().get(ITEM, "x")
        said.when(StateItem(item="x", product="permits", source="gh", at=at, **one))
        found, spoken = item(said), [event.data for event in said.said]
        if found.withheld:
            assert found.title == "confidential" and found.description is None
        if (before is not None and before.withheld and one["withheld"] is not False) or one["withheld"]:
            assert all(getattr(data, "title", None) is None for data in spoken)
    last = (
        max((one["instant"], one["withheld"]) for one in statements if one["withheld"] is not None)
        if any(one["withheld"] is not None for one in statements)
        else (START, False)
    )
    assert item(said).withheld == last[1]


def test_confidence_ends_when_the_source_says_so() -> None:
    hour = timedelta(hours=1)
    open_, secret = {"instant": START, "title": "Pay", "withheld": False}, {"instant": START + hour, "title": "Pay the spy", "withheld": True}
    again = {"instant": START + 2 * hour, "title": "Pay online", "withheld": False}
    assert item(heard([open_, secret])).title == item(heard([secret, open_])).title == "confidential"
    assert "spy" not in repr(heard([open_, secret, again]).world.events("item:x"))
    for order in ([open_, secret, again], [again, secret, open_], [secret, again, open_]):
        assert item(heard(order)).title == "Pay online"


def test_no_row_of_an_import_repeats_what_is_confidential() -> None:
    source = ItemSource(system="github", reference="town/permits#1")
    row = AddItem(item="x", product="permits", title="Pay the spy", description="At night", source=source, at=START)
    said = heard([{"instant": START, "withheld": True, "state": ItemState.OPEN}]).when(row)
    assert "spy" not in repr(said.said) and "night" not in repr(said.said)
    said.when(row.model_copy(update={"title": "Pay another spy"}), revising=True)
    assert "spy" not in repr(said.said) and item(said).title == "confidential"


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
