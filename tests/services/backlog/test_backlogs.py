"""Backlogs: who may put them in order, and what the order is then."""

from __future__ import annotations

from decimal import Decimal

import pytest

from libs.commands.catalog.backlog.backlog import OpenBacklog, ReorderBacklog, ReviewPrioritisation
from libs.commands.catalog.backlog.item import AddItem, DropItem
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.backlog import BACKLOG, BacklogOpened, BacklogReordered, PrioritisationReviewed
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.catalog.roadmap.metric import MetricDefined, MetricKind, MetricRead
from libs.rules.products.backlogs import ordered
from services.backlog.domain import decisions
from tests.services.backlog.days import day


def opened() -> Scenario:
    said = Scenario(decisions).given("backlog:permits", BacklogOpened(owner="ana"), at="2024-01-01")
    for number, item in ((2, "a"), (3, "b"), (4, "c")):
        said.given(f"item:{item}", ItemAdded(product="permits", title=item), at=f"2024-01-0{number}")
    return said


def move(item: str, position: int, at: str | None = None) -> ReorderBacklog:
    return ReorderBacklog(product="permits", item=item, position=position, reason="users wait for it", at=day(at) if at else None)


def order(said: Scenario, day: str | None = None) -> list[str]:
    return [item.id for item in ordered(said.facts(day), "permits")]


def test_a_backlog_is_opened_once() -> None:
    said = Scenario(decisions).when(OpenBacklog(product="permits", owner="ana"), "lab_ops").then(BacklogOpened(owner="ana"))
    said.when(OpenBacklog(product="permits"), "lab_ops").refused(AlreadyExists)


def test_a_backlog_bears_the_id_of_its_product() -> None:
    backlog = opened().facts().get(BACKLOG, "permits")
    assert backlog is not None and (backlog.id, backlog.product, backlog.owner) == ("permits", "permits", "ana")


def test_a_row_that_changed_says_the_owner_anew() -> None:
    opened().when(OpenBacklog(product="permits", owner="ben"), revising=True).then(BacklogOpened(owner="ben"))
    opened().when(OpenBacklog(product="permits", owner="ana"), revising=True).then()


@pytest.mark.requirement("S0-12")
def test_the_product_owner_puts_the_backlog_in_order() -> None:
    said = opened().when(move("c", 1), "product_owner@permits")
    said.then(BacklogReordered(item="c", position=1, reason="users wait for it"))
    assert order(said) == ["c", "a", "b"]
    backlog = said.facts().get(BACKLOG, "permits")
    assert backlog is not None and backlog.moves[0].event.actor.role == "product_owner@permits"


@pytest.mark.requirement("S0-12")
@pytest.mark.parametrize("role", ["team@permits", "executive@*", "portfolio_manager@*", "lab_ops", "product_owner@other"])
def test_nobody_else_does(role: str) -> None:
    opened().when(move("c", 1), role).refused(NotAllowed, "S0-12")


def test_an_item_of_another_backlog_has_no_position_here() -> None:
    said = opened().given("item:x", ItemAdded(product="other", title="x"))
    assert said.when(move("x", 1)).refused(NotFound).field == "item"
    assert said.when(move("nowhere", 1)).refused(NotFound).field == "item"


def test_a_dropped_item_has_no_position() -> None:
    said = opened().when(DropItem(item="b"))
    assert said.when(move("b", 1)).refused(Invalid).field == "item"
    assert order(said) == ["a", "c"]


def test_a_move_to_where_it_stands_changes_nothing() -> None:
    opened().when(move("a", 1)).then()
    opened().when(move("c", 99)).then()


@pytest.mark.requirement("S0-19")
def test_the_order_of_a_past_day_is_what_it_was() -> None:
    said = opened().when(move("c", 1, "2024-02-01")).when(move("a", 1, "2024-03-01"))
    assert order(said, "2024-01-31") == ["a", "b", "c"]
    assert order(said, "2024-02-01") == ["c", "a", "b"]
    assert order(said) == ["a", "c", "b"]


@pytest.mark.requirement("S0-19")
def test_a_move_that_is_learned_late_lands_where_it_belongs() -> None:
    late = opened().when(move("a", 3, "2024-03-01")).when(move("c", 1, "2024-02-01"))
    assert order(late) == ["c", "b", "a"]


def test_an_item_added_later_comes_behind_what_was_moved_to_the_end() -> None:
    said = opened().when(move("a", 99, "2024-02-01")).when(AddItem(item="d", product="permits", title="d"))
    assert order(said) == ["b", "c", "a", "d"]


def test_what_is_dropped_later_does_not_change_what_a_move_meant() -> None:
    said = opened().when(move("c", 2, "2024-02-01")).when(DropItem(item="a", at=day("2024-02-02")))
    assert order(said) == ["c", "b"]


def measured(said: Scenario, metric: str, *readings: tuple[str, str], product: str = "permits") -> Scenario:
    words = dict.fromkeys(("goal", "method", "tool", "source", "responsible"), "agreed")
    said.given(f"metric:{metric}", MetricDefined(product=product, name=metric, kind=MetricKind.QUANTITATIVE, **words), at="2024-01-01")
    for value, at in readings:
        said.given(f"metric:{metric}", MetricRead(value=Decimal(value)), at=at)
    return said


def review(*metrics: str, at: str | None = None) -> ReviewPrioritisation:
    return ReviewPrioritisation(product="permits", metrics=metrics, note="Payments first", at=day(at) if at else None)


@pytest.mark.requirement("S0-24")
def test_a_review_of_the_order_holds_the_readings_that_were_the_latest_then() -> None:
    said = measured(measured(opened(), "calls", ("900", "2024-02-01"), ("700", "2024-05-01")), "visits")
    said.when(review("calls", "visits", at="2024-04-01"), "product_owner@permits")
    said.then(PrioritisationReviewed(metrics=("calls", "visits"), note="Payments first", readings=("metric:calls@2",)))
    said.when(review("calls")).then(PrioritisationReviewed(metrics=("calls",), note="Payments first", readings=("metric:calls@3",)))
    backlog = said.facts().get(BACKLOG, "permits")
    assert backlog is not None and [one.metrics for one in backlog.reviews] == [("calls", "visits"), ("calls",)]


@pytest.mark.requirement("S0-24")
def test_a_review_said_twice_was_held_twice() -> None:
    said = measured(opened(), "calls").when(review("calls")).when(review("calls"))
    said.then(PrioritisationReviewed(metrics=("calls",), note="Payments first"))


@pytest.mark.requirement("S0-24")
def test_a_review_against_what_measures_another_product_is_refused_and_against_what_nobody_has_heard_of_is_not() -> None:
    said = measured(opened(), "taxes-paid", product="taxes")
    assert said.when(review("taxes-paid")).refused(Invalid).field == "metrics"
    said.when(review("later")).then(PrioritisationReviewed(metrics=("later",), note="Payments first"))


@pytest.mark.requirement("S0-24")
@pytest.mark.parametrize("role", ["team@permits", "executive@*", "portfolio_manager@*", "lab_ops", "product_owner@other"])
def test_nobody_but_the_product_owner_reviews_the_order(role: str) -> None:
    opened().when(review("calls"), role).refused(NotAllowed)


@pytest.mark.requirement("S0-24")
def test_an_order_is_reviewed_against_some_metric_and_of_a_backlog_that_is_there() -> None:
    with pytest.raises(ValueError, match="metrics"):
        ReviewPrioritisation(product="permits", metrics=())
    Scenario(decisions).when(review("calls")).refused(NotFound)
