"""Items: added to an opened backlog, refined, delivered once, and what an import's changed row says of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.commands.catalog.backlog.item import (
    AddItem,
    DeliverItem,
    DropItem,
    EstimateItem,
    LinkItem,
    RecordImpact,
    RefineItem,
    ReopenItem,
    StartItem,
)
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.backlog.item import (
    ITEM,
    Item,
    ItemAdded,
    ItemDelivered,
    ItemDropped,
    ItemEstimated,
    ItemImpactRecorded,
    ItemLinked,
    ItemRefined,
    ItemReopened,
    ItemStarted,
    ItemState,
)
from libs.events.catalog.backlog.item_source import ItemLabel, ItemSource
from libs.events.event import Payload, Retracted
from libs.rules.products.backlogs import BacklogCounts, counts
from services.backlog.domain import decisions
from tests.services.backlog.days import day


def backlog() -> Scenario:
    return Scenario(decisions).given("backlog:permits", BacklogOpened(), at="2024-01-01")


def added(*more: Payload) -> Scenario:
    return backlog().given("item:a", ItemAdded(product="permits", title="Apply online"), *more, at="2024-02-01")


def item(said: Scenario, day: str | None = None) -> Item:
    found = said.facts(day).get(ITEM, "a")
    assert found is not None
    return found


@pytest.mark.requirement("S0-18")
def test_an_item_says_for_whom_what_and_why() -> None:
    said = backlog().when(
        AddItem(item="a", product="permits", title="Apply online", user="a farmer", goal="apply", reason="I save a day", need="n1", roadmap_item="r1"),
        "product_owner@permits",
    )
    said.then(ItemAdded(product="permits", title="Apply online", user="a farmer", goal="apply", reason="I save a day", need="n1", roadmap_item="r1"))


@pytest.mark.requirement("S0-07")
def test_an_item_may_come_from_a_new_technology_and_serves_a_need() -> None:
    source = ItemSource(system="technology-opportunity", reference="vector maps")
    said = backlog().when(AddItem(item="a", product="permits", title="Maps on phones", need="n1", source=source), "product_owner@permits")
    said.then(ItemAdded(product="permits", title="Maps on phones", need="n1", source=source.label))


def test_an_item_needs_an_opened_backlog() -> None:
    assert Scenario(decisions).when(AddItem(item="a", product="permits", title="Apply")).refused(NotFound).field == "product"


def test_an_item_is_added_once() -> None:
    added().when(AddItem(item="a", product="permits", title="Again")).refused(AlreadyExists)


def test_a_team_adds_items_of_what_it_serves_alone() -> None:
    backlog().when(AddItem(item="a", product="permits", title="Apply"), "team@elsewhere").refused(NotAllowed)


def test_a_row_that_changed_says_what_is_new_of_the_same_item() -> None:
    said = added(ItemRefined(goal="apply"))
    changed = AddItem(item="a", product="permits", title="Apply by phone", roadmap_item="r2", source=ItemSource(system="csv", reference="7"))
    said.when(changed, revising=True)
    said.then(ItemRefined(title="Apply by phone", source=ItemLabel(system="csv", reference="7"), cleared=("goal",)), ItemLinked(roadmap_item="r2"))
    assert (item(said).title, item(said).goal, item(said).roadmap_item) == ("Apply by phone", None, "r2")
    said.when(changed, revising=True).then()


def test_a_row_does_not_move_an_item_to_another_product() -> None:
    said = added().given("backlog:other", BacklogOpened())
    assert said.when(AddItem(item="a", product="other", title="Apply online"), revising=True).refused(Invalid).field == "product"


def test_refining_says_what_was_given_and_nothing_where_all_of_it_stands() -> None:
    added().when(RefineItem(item="a", title="Apply online", goal="apply")).then(ItemRefined(title="Apply online", goal="apply"))
    added().when(RefineItem(item="a", title="Apply online")).then()


def test_what_does_not_exist_cannot_be_changed() -> None:
    assert backlog().when(DeliverItem(item="a")).refused(NotFound).field == "item"


def test_an_estimate_and_a_link_are_said_when_they_change() -> None:
    said = added().when(EstimateItem(item="a", points=Decimal("3"))).then(ItemEstimated(points=Decimal("3")))
    said.when(EstimateItem(item="a", points=Decimal("3"))).then()
    said.when(LinkItem(item="a", roadmap_item="r1")).then(ItemLinked(roadmap_item="r1"))
    said.when(LinkItem(item="a", roadmap_item="r1")).then()


def test_an_item_is_started_then_delivered_once() -> None:
    said = added().when(StartItem(item="a")).then(ItemStarted())
    said.when(StartItem(item="a")).then()
    said.when(DeliverItem(item="a")).then(ItemDelivered())
    said.when(DeliverItem(item="a")).then()
    delivered = item(said).delivered
    assert item(said).state is ItemState.DELIVERED and delivered is not None and delivered.id == "item:a@3"


def test_what_is_dropped_is_reopened_before_it_is_delivered() -> None:
    said = added().when(DropItem(item="a", reason="too dear")).then(ItemDropped(reason="too dear"))
    assert said.when(DeliverItem(item="a")).refused(Invalid).remedy
    said.when(StartItem(item="a")).refused(Invalid)
    said.when(ReopenItem(item="a")).then(ItemReopened())
    assert item(said).dropped_because is None
    said.when(DeliverItem(item="a")).then(ItemDelivered())
    said.when(DropItem(item="a")).refused(Invalid)


def test_nothing_happens_to_an_item_before_it_was_added() -> None:
    assert added().when(DeliverItem(item="a", at=day("2024-01-15"))).refused(Invalid).field == "at"


@pytest.mark.requirement("S0-05")
def test_impact_is_recorded_of_what_was_delivered_alone() -> None:
    added().when(RecordImpact(item="a", text="half the calls")).refused(Invalid)
    said = added(ItemDelivered()).when(RecordImpact(item="a", text="half the calls")).then(ItemImpactRecorded(text="half the calls"))
    assert item(said).impact == "half the calls"


def test_a_row_that_gives_another_day_of_delivery_takes_the_first_one_back() -> None:
    said = added().when(DeliverItem(item="a", at=day("2024-03-01")))
    said.when(DeliverItem(item="a", at=day("2024-04-01")), revising=True)
    said.then(Retracted(event="item:a@2", reason="the row that said so was revised"), ItemDelivered())
    assert item(said, "2024-03-15").state is ItemState.OPEN
    assert item(said, "2024-04-01").state is ItemState.DELIVERED


@pytest.mark.requirement("S0-25")
def test_open_and_delivered_are_counted_at_the_end_of_any_day() -> None:
    said = backlog()
    for id, since in (("a", "2024-02-01"), ("b", "2024-02-10"), ("c", "2024-03-01")):
        said.when(AddItem(item=id, product="permits", title=id, at=day(since)))
    said.when(DeliverItem(item="a", at=day("2024-03-31"))).when(DropItem(item="c", at=day("2024-04-02"))).when(StartItem(item="b", at=day("2024-04-03")))
    seen = [counts(said.facts(end), "permits") for end in ("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30")]
    assert seen == [BacklogCounts(0, 0), BacklogCounts(2, 0), BacklogCounts(2, 1), BacklogCounts(1, 1)]


TURNS = st.lists(
    st.tuples(st.integers(2, 28), st.sampled_from([ItemStarted(), ItemDelivered(), ItemDropped(), ItemReopened()])), max_size=8, unique_by=lambda one: one[0]
)


@given(TURNS, st.randoms(use_true_random=False), st.integers(1, 28))
def test_the_order_in_which_facts_arrive_does_not_matter_on_any_day(turns: list[tuple[int, Payload]], random: object, day: int) -> None:
    shuffled = list(turns)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    states = []
    for facts in (turns, shuffled):
        said = added()
        for on, payload in facts:
            said.given("item:a", payload, at=f"2024-03-{on:02}")
        found = item(said, f"2024-03-{day:02}")
        states.append((found.state, found.delivered and found.delivered.time, [(t.state, t.event.time) for t in found.turns]))
    assert states[0] == states[1]
