"""Roadmap items: where they stand, what drift stays visible, and what a changed row of an import changes."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from libs.calendar.local_time import start_of
from libs.commands.catalog.roadmap.roadmap_item import DescribeItem, DropItem, FinishItem, MoveItem, PlaceItem, RedateItem, RetitleItem
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario
from libs.events.catalog.roadmap.roadmap_item import (
    ROADMAP_ITEM,
    Horizon,
    RoadmapItem,
    RoadmapItemDescribed,
    RoadmapItemDropped,
    RoadmapItemFinished,
    RoadmapItemMoved,
    RoadmapItemPlaced,
    RoadmapItemRedated,
    RoadmapItemRetitled,
    RoadmapItemState,
)
from services.roadmap.domain import decisions

ITEM = "roadmap_item:search"
PLACED = RoadmapItemPlaced(product="permits", title="Search", horizon=Horizon.NEXT)


def scenario() -> Scenario:
    return Scenario(decisions)


def placed() -> Scenario:
    return scenario().given(ITEM, PLACED, at="2024-01-10")


def seen(s: Scenario, day: str | None = None, id: str = "search") -> RoadmapItem:
    found = s.facts(day).get(ROADMAP_ITEM, id)
    assert found is not None
    return found


def place(**fields: Any) -> PlaceItem:
    return PlaceItem.model_validate({"item": "search", "product": "permits", "title": "Search", "horizon": "next", **fields})


def redate(**fields: Any) -> RedateItem:
    return RedateItem.model_validate({"item": "search", **fields})


@pytest.mark.requirement("S0-20")
def test_an_item_is_placed_under_a_horizon_by_its_product_owner() -> None:
    s = scenario().when(place(starts="2024-01-01", ends="2024-06-30"), by="product_owner@permits")
    s.then(RoadmapItemPlaced(product="permits", title="Search", horizon=Horizon.NEXT, starts=date(2024, 1, 1), ends=date(2024, 6, 30)))
    assert (seen(s).first_starts, seen(s).first_ends, seen(s).slip_days) == (date(2024, 1, 1), date(2024, 6, 30), 0)


def test_an_item_is_placed_once() -> None:
    placed().when(place()).refused(AlreadyExists)


def test_an_item_of_another_product_is_not_this_owners_to_place() -> None:
    scenario().when(place(), by="product_owner@other").refused(NotAllowed)


@pytest.mark.requirement("S4-12")
def test_several_organisations_own_an_item_together_each_named_once() -> None:
    s = scenario().when(place(co_owners=["env", "health", "env"]))
    assert seen(s).co_owners == ("env", "health")
    assert [item.id for item in s.facts().related(ROADMAP_ITEM, "co_owners", "health")] == ["search"]


def test_an_item_that_would_end_before_it_starts_is_refused() -> None:
    assert scenario().when(place(starts="2024-06-30", ends="2024-01-01")).refused(Invalid).field == "ends"


@pytest.mark.requirement("S3-02")
def test_a_move_changes_the_horizon_from_its_day_on() -> None:
    s = placed().when(MoveItem(item="search", horizon=Horizon.NOW)).then(RoadmapItemMoved(horizon=Horizon.NOW))
    assert (seen(s, "2024-02-01").horizon, seen(s).horizon) == (Horizon.NEXT, Horizon.NOW)


def test_a_move_to_where_it_stands_says_nothing() -> None:
    placed().when(MoveItem(item="search", horizon=Horizon.NEXT)).then()


def test_a_move_of_what_is_not_there_is_refused() -> None:
    assert scenario().when(MoveItem(item="search", horizon=Horizon.NOW)).refused(NotFound).field == "item"


def test_a_move_to_done_finishes() -> None:
    s = placed().when(MoveItem(item="search", horizon=Horizon.DONE)).then(RoadmapItemFinished())
    assert seen(s).state is RoadmapItemState.DONE
    s.when(FinishItem(item="search")).then()


def test_what_was_done_and_is_moved_is_planned_again() -> None:
    s = placed().when(FinishItem(item="search")).when(MoveItem(item="search", horizon=Horizon.LATER))
    assert (seen(s).horizon, seen(s).state) == (Horizon.LATER, RoadmapItemState.PLANNED)


def test_what_was_dropped_comes_back_by_a_move_even_under_the_same_horizon() -> None:
    s = placed().when(DropItem(item="search", reason="No money")).then(RoadmapItemDropped(reason="No money"))
    assert seen(s).state is RoadmapItemState.DROPPED
    s.when(DropItem(item="search")).then()
    s.when(MoveItem(item="search", horizon=Horizon.NEXT)).then(RoadmapItemMoved(horizon=Horizon.NEXT))
    assert seen(s).state is RoadmapItemState.PLANNED


def test_a_new_title_is_said_and_the_same_one_is_not() -> None:
    placed().when(RetitleItem(item="search", title="Find")).then(RoadmapItemRetitled(title="Find")).when(RetitleItem(item="search", title="Find")).then()


def test_whether_something_would_change_is_judged_on_the_day_it_is_said_of() -> None:
    s = placed().given(ITEM, RoadmapItemRetitled(title="Find"), at="2024-03-01")
    s.when(RetitleItem(item="search", title="Find", at=start_of(date(2024, 2, 1)))).then(RoadmapItemRetitled(title="Find"))
    assert seen(s, "2024-02-01").title == "Find"


def test_a_redating_keeps_the_first_dates() -> None:
    s = scenario().when(place(ends="2024-06-30")).when(redate(ends="2024-07-10", reason="Hiring took longer"))
    s.then(RoadmapItemRedated(ends=date(2024, 7, 10), reason="Hiring took longer"))
    assert (seen(s).ends, seen(s).first_ends, seen(s).slip_days) == (date(2024, 7, 10), date(2024, 6, 30), 10)


def test_the_first_dates_of_an_item_placed_without_are_those_said_first() -> None:
    s = placed().when(redate(ends="2024-06-30")).when(redate(ends="2024-06-20"))
    assert (seen(s).first_ends, seen(s).slip_days) == (date(2024, 6, 30), -10)


def test_a_redating_to_the_same_days_says_nothing() -> None:
    scenario().when(place(starts="2024-01-01", ends="2024-06-30")).when(redate(ends="2024-06-30")).then()


def test_a_redating_without_any_day_is_refused() -> None:
    placed().when(redate(reason="Because")).refused(Invalid)


def test_a_redating_that_ends_before_the_start_that_stands_is_refused() -> None:
    assert scenario().when(place(starts="2024-05-01")).when(redate(ends="2024-04-01")).refused(Invalid).field == "ends"


def test_a_redating_of_days_before_the_placing_leaves_the_first_dates_those_of_the_placing() -> None:
    s = scenario().given(ITEM, RoadmapItemPlaced(product="permits", title="Search", horizon=Horizon.NOW, ends=date(2024, 6, 30)), at="2024-01-10")
    s.when(redate(ends="2024-09-30", at="2024-01-05"))
    assert (seen(s).ends, seen(s).first_ends) == (date(2024, 6, 30), date(2024, 6, 30))


class Row:
    """One project as an import knows it: a row that places it and a row that re-dates it, both of the day it starts."""

    def __init__(self) -> None:
        self.scenario = scenario()

    def edition(self, title: str, starts: str, ends: str, delayed: str) -> "Row":
        """Both rows; what says the same as before is not decided, as under an idempotency key."""
        revising = bool(self.scenario.world.last(ITEM))
        rows = [
            place(title=title, horizon="now", starts=starts, ends=ends, at=starts),
            redate(starts=starts, ends=delayed, reason=f"Delayed to {delayed} against {ends}", at=starts),
        ]
        before, self.rows = getattr(self, "rows", [None, None]), rows
        for row, old in zip(rows, before, strict=True):
            if row != old:
                self.scenario.when(row, revising=revising)
                assert self.scenario.error is None
        return self

    @property
    def item(self) -> RoadmapItem:
        return seen(self.scenario)


def first_edition() -> Row:
    return Row().edition("Search", "2012-01-01", "2012-06-30", "2012-07-10")


def test_an_edition_that_changes_the_title_alone_leaves_the_delay() -> None:
    row = first_edition().edition("Find", "2012-01-01", "2012-06-30", "2012-07-10")
    assert (row.item.title, row.item.ends, row.item.slip_days) == ("Find", date(2012, 7, 10), 10)


def test_an_edition_that_moves_plan_and_delay_alike_shows_the_drift_against_the_first_dates() -> None:
    row = first_edition().edition("Search", "2012-01-01", "2012-07-30", "2012-08-09")
    assert (row.item.ends, row.item.first_ends, row.item.slip_days) == (date(2012, 8, 9), date(2012, 6, 30), 40)


def test_an_edition_that_moves_the_plan_of_what_was_not_delayed_shows_the_drift() -> None:
    row = Row().edition("Search", "2012-01-01", "2012-06-30", "2012-06-30").edition("Search", "2012-01-01", "2012-07-30", "2012-07-30")
    assert (row.item.ends, row.item.slip_days) == (date(2012, 7, 30), 30)


def test_an_edition_that_changes_the_delay_alone_redates() -> None:
    row = first_edition().edition("Search", "2012-01-01", "2012-06-30", "2012-07-05")
    assert (row.item.ends, row.item.slip_days) == (date(2012, 7, 5), 5)


def test_an_edition_that_takes_the_delay_back_ends_where_it_was_planned() -> None:
    row = first_edition().edition("Search", "2012-01-01", "2012-06-30", "2012-06-30")
    assert (row.item.ends, row.item.slip_days) == (date(2012, 6, 30), 0)


@pytest.mark.parametrize("starts", ["2011-12-01", "2012-02-01"])
def test_an_edition_that_begins_on_another_day_rules_over_the_first(starts: str) -> None:
    row = first_edition().edition("Find", starts, "2012-06-01", "2012-06-11")
    item = row.item
    assert (item.title, item.starts, item.ends) == ("Find", date.fromisoformat(starts), date(2012, 6, 11))
    assert (item.first_ends, item.slip_days) == (date(2012, 6, 30), -19)


def test_a_plan_that_changes_leaves_a_redating_whose_row_stayed_the_same() -> None:
    s = scenario().when(place(ends="2024-06-30", at="2024-01-10")).when(redate(ends="2024-07-10", at="2024-01-10"))
    s.when(place(ends="2024-07-01", at="2024-01-10"), revising=True)
    assert (seen(s).ends, seen(s).slip_days) == (date(2024, 7, 10), 10)


def test_a_changed_row_leaves_what_was_said_of_later_days() -> None:
    s = scenario().when(place(at="2024-01-10")).when(MoveItem(item="search", horizon=Horizon.NOW, at=start_of(date(2024, 1, 10))))
    s.when(RetitleItem(item="search", title="Find", at=start_of(date(2024, 3, 1))))
    s.when(place(title="Look up", at="2024-01-10"), revising=True)
    assert (seen(s, "2024-01-10").title, seen(s).title, seen(s).horizon) == ("Look up", "Find", Horizon.NOW)


def test_a_row_of_the_same_words_and_day_says_nothing() -> None:
    scenario().when(place(at="2024-01-10")).when(place(at="2024-01-10"), revising=True).then()


def test_a_changed_redating_leaves_the_redatings_of_other_rows() -> None:
    s = (
        scenario()
        .when(place(ends="2024-06-30", at="2024-01-10"))
        .when(redate(ends="2024-07-10", at="2024-02-01"))
        .when(redate(ends="2024-08-10", at="2024-03-01"))
    )
    s.when(redate(ends="2024-07-20", at="2024-02-01"), revising=True)
    assert (seen(s, "2024-02-01").ends, seen(s).ends) == (date(2024, 7, 20), date(2024, 8, 10))


LINKS = ["https://example.org/plan", "https://example.org/law"]


def describe(**fields: Any) -> DescribeItem:
    return DescribeItem.model_validate({"item": "search", **fields})


@pytest.mark.requirement("S0-20")
def test_who_sees_to_an_item_where_more_is_read_and_what_else_there_is_to_say_may_be_said_with_it_or_later() -> None:
    s = scenario().when(place(owner="ann", links=LINKS, notes="Waits for the law."), by="product_owner@permits")
    assert (seen(s).owner, seen(s).links, seen(s).notes) == ("ann", tuple(LINKS), "Waits for the law.")
    s = s.when(describe(owner="bo"), by="portfolio_manager@*").then(RoadmapItemDescribed(owner="bo"))
    assert (seen(s).owner, seen(s).links, seen(s).notes) == ("bo", tuple(LINKS), "Waits for the law.")
    s.when(describe(links=[], notes="The law is there."), by="product_owner@permits")
    assert (seen(s).owner, seen(s).links, seen(s).notes) == ("bo", (), "The law is there.")
    s.when(describe(notes="The law is there."), by="product_owner@permits").then()


def test_a_row_that_is_placed_anew_changes_of_these_only_what_it_says_otherwise() -> None:
    first, second = (RoadmapItemPlaced(product="permits", title="Search", horizon=Horizon.NEXT, owner="ann", links=links) for links in (None, ("https://a",)))
    s = scenario().given(ITEM, first, at="2024-01-10").given(ITEM, RoadmapItemDescribed(owner="bo", notes="N"), at="2024-02-01")
    s = s.given(ITEM, second, at="2024-03-01")
    assert (seen(s).owner, seen(s).links, seen(s).notes) == ("bo", ("https://a",), "N")


def test_an_item_is_described_by_something_that_can_be_followed_and_by_whoever_may() -> None:
    assert placed().when(describe(), by="product_owner@permits").refused(Invalid).field == "notes"
    placed().when(describe(owner="bo"), by="team@fair").refused(NotAllowed)
    scenario().when(describe(owner="bo"), by="product_owner@permits").refused(NotFound)
    for wrong in ({"links": ["javascript:alert(1)"]}, {"links": LINKS * 11}, {"owner": "Ann Smith"}, {"notes": ""}):
        with pytest.raises(ValidationError):
            describe(**wrong)
