"""The days on which a team may stand otherwise: each is found, and no others, so that nobody has to look at every day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.calendar.local_time import start_of
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.catalog.portfolio.graduation import Attested, CeremonyHeld
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, ProductsLeft, ProductsServed, TeamFormed
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined, MetricKind, MetricRead
from libs.events.event import Actor, Event
from libs.rules.graduation.status_change_dates import burning_down, expectations, graduated, sustain_days, touched_days, turning_days
from tests.rules.way import TEAM, WAY, Statement, attested, day, graduating, read, seen, sustained, world_of

WAY_DAYS = {190, 220, 225, 230, 235, 240, 255, 260, 270}
METRIC_DAYS = {60, 70, 75, 150, 250, 260}


def of(found: tuple[date, ...] | frozenset[date]) -> set[int]:
    assert len(found) == len(set(found))
    return {(one - day(0)).days for one in found}


def policy(n: int, **days: Any) -> Statement:
    return Statement("organisation:env", PolicySet(**days), n)


def test_a_status_turns_with_what_was_said_with_what_has_grown_too_old_and_with_a_year_as_a_graduate() -> None:
    facts = seen(world_of(graduating()), 700)
    touched = {0, 5, *WAY_DAYS, *METRIC_DAYS, 150 + 281, 255 + 366}
    assert of(touched_days(facts, "parks")) == touched
    assert of(turning_days(facts, "parks")) == touched | {270 + 365}
    assert of(turning_days(seen(world_of(graduating()), 635), "parks")) == {n for n in touched if n <= 635} | {635}
    assert of(turning_days(seen(world_of(graduating()), 634), "parks")) == {n for n in touched if n <= 634}
    assert list(turning_days(facts, "parks")) == sorted(turning_days(facts, "parks"), reverse=True)
    assert list(touched_days(facts, "parks")) == sorted(touched_days(facts, "parks"), reverse=True)
    assert touched_days(facts, "nobody") == turning_days(facts, "nobody") == ()


def test_before_sustain_only_what_was_said_of_the_team_turns_anything() -> None:
    assert of(touched_days(seen(world_of(graduating()), 189), "parks")) == {0, 5}
    healthy = [Statement(TEAM, HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="Check"), 50)]
    assert of(touched_days(seen(world_of([*sustained(), *healthy]), 189), "parks")) == {0, 5}, "health alone turns no status"


def test_what_was_read_again_in_time_counts_without_a_break_and_each_break_is_found() -> None:
    facts = seen(world_of([*graduating(), read(90, 430), read(90, 612), attested(700)]), 2000)
    expected = {60, 70, 75, 150, 250, 260, 430 + 181, 612, 612 + 181, 255, 255 + 366, 700, 700 + 366}
    assert of(expectations(facts, "parks")) == expected | {0}


@pytest.mark.requirement("S1-26")
def test_a_policy_of_the_home_turns_on_its_day_and_by_the_days_it_sets() -> None:
    facts = seen(world_of([*graduating(), policy(350, satisfaction_days=90, attestation_days=30, alumni_days=100)]), 900)
    own = {350, 150 + 91, 250 + 91, 255 + 31}
    assert own <= of(expectations(facts, "parks"))
    assert own | {270 + 100, 270 + 365} <= of(turning_days(facts, "parks"))
    assert 350 in of(burning_down(facts, "parks"))
    elsewhere = Statement("organisation:citz", PolicySet(alumni_days=100), 350)
    assert of(turning_days(seen(world_of([*graduating(), elsewhere]), 900), "parks")).isdisjoint({350, 370})


def test_expectations_turn_with_the_products_that_are_served_and_with_what_an_executive_attested_of_them() -> None:
    said = [
        Statement(TEAM, ProductsServed(products=("maps",)), 20),
        Statement(TEAM, ProductsLeft(products=("maps",)), 40),
        attested(500, by="importer"),
        Statement(WAY, Attested(criterion="R-03", statement="So it is"), 510, "executive@env"),
    ]
    facts = seen(world_of([*graduating(), *said]), 900)
    assert of(expectations(facts, "parks")) == METRIC_DAYS | {0, 20, 40, 255, 621, 431}
    assert {0, 20, 40} <= of(touched_days(facts, "parks")) and of(touched_days(facts, "parks")).isdisjoint({500 + 366, 510 + 366})


def test_a_target_without_a_baseline_may_have_been_hit_by_any_reading() -> None:
    without = [one for one in sustained() if not isinstance(one.data, BaselineMeasured)]
    facts = seen(world_of([*without, read(71, 151), read(72, 152)]), 200)
    assert {150, 151, 152} <= of(expectations(facts, "parks"))
    assert of(expectations(seen(world_of([*sustained(), read(71, 151), read(72, 152)]), 200), "parks")).isdisjoint({151, 152})


@pytest.mark.requirement("R-02")
def test_a_backlog_turns_at_the_ends_of_months_after_its_first_item_and_when_sustain_is_entered() -> None:
    world = world_of(sustained())
    assert of(burning_down(seen(world, 90), "parks")) == {0, 30, 59, 90}
    assert of(burning_down(seen(world, 89), "parks")) == {0, 30, 59}
    assert of(burning_down(seen(world, 200), "parks")) == {0, 30, 59, 90, 120, 151, 181, 190}
    assert of(burning_down(seen(world_of([one for one in sustained() if not one.aggregate.startswith("item:")]), 200), "parks")) == {0, 190}


@pytest.mark.requirement("S4-02")
def test_sustain_may_be_entered_otherwise_when_a_team_or_a_release_is_spoken_of() -> None:
    world = world_of(sustained())
    assert of(sustain_days(seen(world, 99), "parks")) == {0, 5, 30, 59, 90}
    assert of(sustain_days(seen(world, 200), "parks")) == {0, 5, 30, 59, 90, 100, 120, 151, 180, 181, 190}


@pytest.mark.requirement("S4-02")
def test_where_sustain_was_entered_without_its_preconditions_the_ends_of_months_and_releases_turn_the_status() -> None:
    later = [Statement(one.aggregate, one.data, one.day + 200) for one in sustained() if one.aggregate == "release:beta"]
    said = [one for one in graduating() if one.aggregate != "release:beta"]
    found = of(touched_days(seen(world_of([*said, *later]), 305), "parks"))
    assert found == {0, 5, *WAY_DAYS, *METRIC_DAYS, 212, 243, 273, 290, 300, 304}
    assert graduated(seen(world_of([*said, *later]), 305), "parks") is not None
    assert graduated(seen(world_of([*said, *later]), 299), "parks") is None


@pytest.mark.requirement("S4-18")
def test_a_team_graduates_by_the_last_ceremony_that_was_held_by_then() -> None:
    early = [one for one in graduating() if not isinstance(one.data, CeremonyHeld)]
    ceremonies = [Statement(WAY, CeremonyHeld(), n, "executive@env") for n in (200, 250, 300)]
    found = graduated(seen(world_of([*early, *ceremonies]), 400), "parks")
    assert found is not None and (found.day, found.ceremony.time.date()) == (day(260), day(250))
    assert graduated(seen(world_of(early), 400), "parks") is None and graduated(seen(world_of([]), 400), "parks") is None


def test_nothing_before_a_team_was_formed_turns_its_status() -> None:
    moved = [
        Statement(TEAM, TeamFormed(name="Parks", home="env", products=("booking",)), 65) if one.aggregate == TEAM and one.day == 0 else one
        for one in sustained()
    ]
    found = [one for one in moved if not (one.aggregate == TEAM and one.day == 5)]
    assert of(touched_days(seen(world_of(found), 200), "parks")) == {65, 70, 75, 150, 190}


def test_what_a_product_brings_that_is_served_only_later_turns_too_and_today_is_a_day() -> None:
    formed = Statement(TEAM, TeamFormed(name="Parks", home="env"), 0)
    served = [formed, Statement(TEAM, ProductsServed(products=("maps",)), 30), Statement("item:m", ItemAdded(product="maps", title="Story"), 40)]
    assert of(burning_down(seen(world_of(served), 100), "parks")) == {0, 30, 59, 90}
    assert of(sustain_days(seen(world_of(served), 0), "parks")) == {0}
    assert of(sustain_days(seen(world_of(served), 30), "parks")) == {0, 30}


def test_only_a_reading_of_satisfaction_grows_too_old() -> None:
    speed = MetricDefined(
        product="booking", name="Speed", kind=MetricKind.QUANTITATIVE, goal="Fast", method="m", tool="t", source="s", responsible="p2", measures="speed"
    )
    said = [*graduating(), Statement("metric:speed", speed, 61), Statement("metric:speed", MetricRead(value=Decimal(3)), 105)]
    assert of(expectations(seen(world_of(said), 700), "parks")) == of(expectations(seen(world_of(graduating()), 700), "parks")) | {61}


def test_days_that_were_kept_are_found_anew_once_more_is_said_of_a_product_and_what_was_taken_back_turns_nothing() -> None:
    world = world_of(graduating())
    before = of(world.facts(day(700)).derive(expectations, "parks"))
    speed = MetricDefined(
        product="booking", name="Speed", kind=MetricKind.QUANTITATIVE, goal="Fast", method="m", tool="t", source="s", responsible="p2", measures="speed"
    )
    time = start_of(day(61))
    world.apply(Event("metric:speed", 1, time, time, time, Actor("someone", "importer"), speed))
    assert of(world.facts(day(700)).derive(expectations, "parks")) == before | {61}
    said = [*graduating(), Statement("metric:speed", speed, 61)]
    assert of(expectations(seen(world_of(said, retracted=["metric:speed@1"]), 700), "parks")) == before
