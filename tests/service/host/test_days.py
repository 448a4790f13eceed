"""The days that are found once for a minute are those that the rules give at each instant of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from libs.calendar.local_time import start_of
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.event import Actor, Event
from libs.events.world import World
from libs.rules import time_zones
from libs.rules.roles import Role
from libs.service.host.days import Days

ZONES: Final = ("UTC", "Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Niue", "Australia/Lord_Howe")
BEGIN: Final = datetime(2026, 3, 1, tzinfo=UTC)


def heard(world: World, id: str, zone: str) -> None:
    begin = start_of(BEGIN.date() - timedelta(days=100))
    said = OrganisationRegistered(name=id, time_zone=zone)
    world.apply(Event(ORGANISATION.key(id), world.last(ORGANISATION.key(id)) + 1, begin, begin, begin, Actor("importer", "importer"), said))


STEPS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), st.sampled_from(["a", "b"]), st.sampled_from(ZONES)),
        st.tuples(st.just("pass"), st.integers(0, 120_000), st.just("")),
        st.tuples(st.just("pass"), st.integers(0, 48 * 3_600_000), st.just("")),
        st.tuples(st.just("ask"), st.sampled_from(["executive", "executive@a", "product_owner@x", "executive@b", ""]), st.just("")),
    ),
    min_size=5,
    max_size=60,
)


@given(STEPS)
def test_whoever_asks_at_whatever_instant_is_told_the_day_that_it_is_for_them(steps: list[tuple[str, str | int, str]]) -> None:
    world, now, days = World(), BEGIN, Days()
    for what, one, zone in steps:
        match what, one:
            case "hear", str(id):
                heard(world, id, zone)
            case "pass", int(milliseconds):
                now += timedelta(milliseconds=milliseconds)
            case _, str(role):
                roles = frozenset({Role.parse(role)} if role else ())
                facts = world.facts(now.date())
                assert days.today(world, now, roles) == time_zones.today(facts, now, roles)
                assert days.latest(world, now) == time_zones.latest(facts, now)


def test_another_world_has_its_own_days() -> None:
    one, other, days = World(), World(), Days()
    heard(one, "a", "Pacific/Niue")
    late = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert days.latest(one, late).day == 1
    heard(other, "a", "Pacific/Kiritimati")
    assert one.digest == other.digest, "as of two installations"
    assert days.latest(other, late).day == 2
    assert days.latest(one, late).day == 1
