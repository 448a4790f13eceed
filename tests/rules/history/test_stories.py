"""The story of a team or a product: how it stood on every day, its backlog month by month, and all that was said, also what was taken back."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.calendar.local_time import start_of
from libs.commands.testing import money
from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered, ItemDropped, ItemReopened, ItemStarted
from libs.events.catalog.portfolio.bid import BidSubmitted
from libs.events.catalog.portfolio.graduation import GraduationStatus, SustainEntered
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.loan import TeamLent
from libs.events.catalog.portfolio.product import PhaseEntered, ProductRegistered
from libs.events.catalog.portfolio.team import MemberJoined, Staffing, TeamFormed, TeamRole
from libs.events.catalog.roadmap.change import ChangeRaised
from libs.events.catalog.roadmap.metric import MetricDefined, MetricKind
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseStage
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemPlaced
from libs.events.event import Actor, Discarded, Event, Payload, Retracted
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.graduation.status import status_on
from libs.rules.history.stories import backlog_over_time, called, first_said, history, statuses, story
from libs.rules.products.backlogs import counts
from libs.rules.products.phases import phase_of, phases_of
from tests.rules import way

EVENTS = {"start": ItemStarted(), "deliver": ItemDelivered(), "drop": ItemDropped(), "reopen": ItemReopened()}


def say(world: World, aggregate: str, data: Payload, at: str, known: str | None = None) -> str:
    """Has the world hear something: true from the start of a day on, learned at the start of the same day, or of another."""
    recorded = start_of(date.fromisoformat(known or at))
    event = Event(aggregate, world.last(aggregate) + 1, start_of(date.fromisoformat(at)), recorded, recorded, Actor("someone", "importer"), data)
    world.apply(event)
    return event.id


def seen(world: World, day: str, known: str | None = None) -> Facts:
    return Facts.on_day(world, date.fromisoformat(day), start_of(date.fromisoformat(known)) if known else None)


@pytest.mark.requirement("S4-18")
def test_the_periods_say_of_every_day_how_the_team_stood() -> None:
    facts = way.seen(way.world_of(way.graduating()), 500)
    found = statuses(facts, "parks")
    assert [one.status for one in found] == [
        GraduationStatus.IN_RESIDENCY,
        GraduationStatus.SUSTAIN,
        GraduationStatus.HANDING_OFF,
        GraduationStatus.READY,
        GraduationStatus.GRADUATED,
        GraduationStatus.AT_RISK,
    ]
    assert found[0].from_ == way.day(0) and found[-1].until is None
    assert all(earlier.until == later.from_ - timedelta(days=1) for earlier, later in pairwise(found))
    edges = {day for one in found for day in (one.from_, one.until) if day}
    for day in sorted(edges | {way.day(n) for n in range(0, 500, 25)}):
        (standing,) = [one.status for one in found if one.from_ <= day and (one.until is None or day <= one.until)]
        assert standing is status_on(facts, "parks", day), day


def test_a_team_that_was_never_formed_stood_nowhere() -> None:
    assert statuses(way.seen(World(), 10), "parks") == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([*EVENTS, "add"]), st.integers(0, 400)), max_size=20))
@pytest.mark.requirement("S0-19", "S0-25")
def test_a_backlog_over_time_counts_on_each_day_what_it_counted_on_that_day(said: list[tuple[str, str, int]]) -> None:
    world = World()
    for id, verb, n in said:
        data = ItemAdded(product="p", title=id) if verb == "add" else EVENTS[verb]
        say(world, f"item:{id}", data, (date(2024, 1, 15) + timedelta(days=n)).isoformat())
    facts = seen(world, "2025-03-10")
    found = backlog_over_time(facts, "p")
    for one in found:
        assert (one.open, one.delivered) == counts(Facts.on_day(world, one.on), "p")
    assert [one.on for one in found] == sorted({one.on for one in found})
    if found:
        assert found[-1].on == facts.day


def test_a_backlog_without_items_has_no_months() -> None:
    assert backlog_over_time(seen(World(), "2025-01-01"), "p") == ()


@pytest.fixture
def world() -> World:
    made = World()
    say(made, "product:wells", ProductRegistered(name="Wells"), "2025-01-02")
    say(made, "team:diggers", TeamFormed(name="Diggers", home="water", products=("wells",)), "2025-01-03")
    say(made, "investment:money", InvestmentProposed(team="diggers", product="wells"), "2025-02-01", "2025-02-10")
    say(made, "bid:b", BidSubmitted(investment="money", amount=money("10"), body="Treasury"), "2025-03-01")
    say(made, "item:i", ItemAdded(product="wells", title="A pump"), "2025-02-02")
    return made


def test_a_story_is_everything_about_it_with_the_latest_first(world: World) -> None:
    facts = seen(world, "2025-12-31")
    assert [one.id for one in story(facts, "team", "diggers")] == ["bid:b@1", "investment:money@1", "team:diggers@1"]
    assert [one.id for one in story(facts, "product", "wells")] == ["bid:b@1", "item:i@1", "investment:money@1", "product:wells@1"]
    assert story(facts, "team", "nobody") == ()


def test_a_story_knows_no_more_than_its_moment(world: World) -> None:
    assert [one.id for one in story(seen(world, "2025-02-05"), "team", "diggers")] == ["investment:money@1", "team:diggers@1"]
    assert [one.id for one in story(seen(world, "2025-02-05", "2025-02-05"), "team", "diggers")] == ["team:diggers@1"]


def test_what_was_taken_back_stays_in_the_story_and_is_marked_from_then_on(world: World) -> None:
    say(world, "investment:money", Retracted(event="investment:money@1", reason="Not ours"), "2025-04-01")
    before = story(seen(world, "2025-12-31", "2025-03-31"), "team", "diggers")
    after = story(seen(world, "2025-12-31"), "team", "diggers")
    assert [(one.id, one.retracted) for one in before if one.id.startswith("investment")] == [("investment:money@1", False)]
    assert [(one.id, one.retracted) for one in after if one.id.startswith("investment")] == [("investment:money@2", False), ("investment:money@1", True)]


def test_what_an_operator_passed_over_is_in_no_story(world: World) -> None:
    world.pass_over("team:diggers", "cannot be read", "operator", start_of(date(2025, 5, 1)))
    assert not [one for one in story(seen(world, "2025-12-31"), "team", "diggers") if isinstance(one.event.data, Discarded)]


def test_a_story_that_was_kept_is_told_anew_when_something_is_said(world: World) -> None:
    facts = world.facts(date(2025, 12, 31))
    assert len(facts.derive(story, "team", "diggers")) == 3
    joined = MemberJoined(person="ana", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF)
    say(world, "team:diggers", joined, "2025-06-01")
    say(world, "investment:more", InvestmentProposed(team="diggers"), "2025-06-02")
    assert [one.id for one in world.facts(date(2025, 12, 31)).derive(story, "team", "diggers")][:2] == ["investment:more@1", "team:diggers@2"]


def test_a_story_begins_with_what_was_true_first(world: World) -> None:
    say(world, "team:diggers", TeamFormed(name="Diggers", home="water", products=()), "2024-12-01", "2025-06-01")
    first = first_said(seen(world, "2025-12-31"), "team", "diggers")
    assert first is not None and first.id == "team:diggers@2"
    assert first_said(seen(world, "2024-01-01"), "team", "diggers") is None


def test_things_are_called_by_their_names(world: World) -> None:
    facts = seen(world, "2025-12-31")
    assert called(facts, "graduation:diggers") == "Diggers"
    assert called(facts, "backlog:wells") == "Wells"
    assert called(facts, "investment:money") == "Investment in Diggers"
    assert called(facts, "item:i") == "A pump"
    assert called(facts, "bid:b") == "b"
    assert called(facts, "something:else") == "else"


@pytest.mark.requirement("S0-01")
def test_every_phase_that_a_product_entered_is_told_and_the_last_is_the_one_it_is_in(world: World) -> None:
    say(world, "product:wells", PhaseEntered(phase="alpha"), "2025-03-01")
    say(world, "product:wells", PhaseEntered(phase="beta"), "2025-06-01")
    facts = seen(world, "2025-12-31")
    assert [(one.title, one.since) for one in phases_of(facts, "wells")] == [("Alpha", date(2025, 3, 1)), ("Beta", date(2025, 6, 1))]
    assert phase_of(facts, "wells") == phases_of(facts, "wells")[-1]
    assert phases_of(facts, "nothing") == () and phase_of(facts, "nothing") is None


def test_a_story_has_all_that_lies_in_it(world: World) -> None:
    words = {"goal": "Better", "method": "Asked", "tool": "Survey", "source": "Exit survey", "responsible": "cy"}
    lent = TeamLent(team="diggers", lender="water", borrower="env", staffing=Staffing.STAFF, agreement="Letter")
    for aggregate, data in (
        ("graduation:diggers", SustainEntered()),
        ("loan:l", lent),
        ("backlog:wells", BacklogOpened(owner="bo")),
        ("roadmap_item:r", RoadmapItemPlaced(product="wells", title="R", horizon=Horizon.NOW)),
        ("release:r", ReleaseProposed(product="wells", stage=ReleaseStage.BETA, title="R")),
        ("change:c", ChangeRaised(product="wells", title="C")),
        ("metric:m", MetricDefined(product="wells", name="M", kind=MetricKind.QUANTITATIVE, **words)),
        ("item:elsewhere", ItemAdded(product="taxes", title="Another's")),
    ):
        say(world, aggregate, data, "2025-06-01")
    facts = seen(world, "2025-12-31")
    assert {one.id for one in story(facts, "team", "diggers")} == {"team:diggers@1", "graduation:diggers@1", "loan:l@1", "investment:money@1", "bid:b@1"}
    of_product = {"backlog:wells@1", "roadmap_item:r@1", "release:r@1", "change:c@1", "metric:m@1", "item:i@1", "investment:money@1", "bid:b@1"}
    assert {one.id for one in story(facts, "product", "wells")} == of_product | {"product:wells@1"}


def test_what_came_to_another_stays_in_the_story_of_the_first_and_what_takes_back_counts_for_every_day(world: World) -> None:
    say(world, "item:i", ItemAdded(product="taxes", title="A pump"), "2025-03-02")
    assert {"item:i@1", "item:i@2"} <= {one.id for one in story(seen(world, "2025-12-31"), "product", "wells")}
    say(world, "item:i", Retracted(event="item:i@2", reason="Wrong"), "2025-04-02")
    early = [(one.id, one.retracted, one.counts) for one in story(seen(world, "2025-02-03"), "product", "wells") if one.id.startswith("item")]
    assert early == [("item:i@3", False, True), ("item:i@1", False, True)]
    late = {one.id: (one.retracted, one.counts) for one in story(seen(world, "2025-12-31"), "product", "wells")}
    assert late["item:i@2"] == (True, False) and late["item:i@1"] == (False, True)


@pytest.mark.requirement("S0-25")
def test_a_backlog_over_time_begins_with_the_month_of_its_first_item_and_ends_today() -> None:
    made = World()
    say(made, "item:a", ItemAdded(product="p", title="A"), "2025-01-31")
    say(made, "item:b", ItemAdded(product="p", title="B"), "2025-02-10")
    say(made, "item:a", ItemStarted(), "2025-02-11")
    say(made, "item:a", ItemDelivered(), "2025-03-01")
    say(made, "item:c", ItemDelivered(), "2025-01-05")
    say(made, "item:c", ItemAdded(product="p", title="C"), "2025-02-10")
    found = [(str(one.on), one.open, one.delivered) for one in backlog_over_time(seen(made, "2025-03-15"), "p")]
    assert found == [("2025-01-31", 1, 0), ("2025-02-28", 2, 1), ("2025-03-15", 1, 2)]
    assert [str(one.on) for one in backlog_over_time(seen(made, "2025-02-28"), "p")] == ["2025-01-31", "2025-02-28"]


def test_what_is_of_the_instant_is_known_and_what_is_of_the_next_day_is_not_in_a_story(world: World) -> None:
    assert [one.id for one in story(seen(world, "2025-02-05", "2025-02-10"), "team", "diggers")] == ["investment:money@1", "team:diggers@1"]
    assert [one.id for one in story(seen(world, "2025-01-31"), "team", "diggers")] == ["team:diggers@1"]
    everything = Facts(world, day=date(2025, 1, 1), before=None, known_at=None)
    assert len(story(everything, "team", "diggers")) == 3
    (back,) = [say(world, "team:diggers", Retracted(event="team:diggers@1", reason="Wrong"), "2025-06-01")]
    assert back in {one.id for one in story(seen(world, "2025-01-31"), "team", "diggers")}


def test_a_backlog_over_time_ends_months_and_today_and_tells_a_delivery_that_was_said_before_the_adding() -> None:
    made = World()
    say(made, "item:a", ItemAdded(product="p", title="a"), "2024-01-31")
    say(made, "item:b", ItemDelivered(), "2024-02-10")
    say(made, "item:b", ItemAdded(product="p", title="b"), "2024-02-20")
    say(made, "item:a", ItemDelivered(), "2024-03-01")
    say(made, "item:a", ItemReopened(), "2024-04-02")
    found = backlog_over_time(seen(made, "2024-04-30"), "p")
    assert [(one.on.isoformat(), one.open, one.delivered) for one in found] == [
        ("2024-01-31", 1, 0),
        ("2024-02-29", 1, 1),
        ("2024-03-31", 0, 2),
        ("2024-04-30", 1, 1),
    ]


def test_a_story_that_was_kept_is_told_anew_for_whatever_comes_to_lie_in_it(world: World) -> None:
    said = {"investment:more": InvestmentProposed(team="diggers"), "bid:more": BidSubmitted(investment="more", amount=money("10"), body="Treasury")}
    for aggregate, data in said.items():
        before = world.facts(date(2025, 12, 31)).derive(story, "team", "diggers")
        position = say(world, aggregate, data, "2025-06-02")
        after = world.facts(date(2025, 12, 31)).derive(story, "team", "diggers")
        assert {one.id for one in after} - {one.id for one in before} == {position}


def test_the_history_of_a_thing_begins_with_what_was_said_last() -> None:
    world = World()
    for said, at in ((ItemAdded(product="permits", title="Pay"), "2024-01-01"), (ItemStarted(), "2024-02-01"), (ItemDelivered(), "2024-03-01")):
        say(world, "item:pay", said, at)
    assert [type(said.event.data) for said in history(seen(world, "2024-04-01"), "item", "pay")] == [ItemDelivered, ItemStarted, ItemAdded]
