"""A ceremony that was held is held: by it a team graduates once all is met, what regresses afterwards is at risk and heals; and the boundaries of days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.calendar.local_time import start_of
from libs.events.catalog.portfolio.graduation import CeremonyHeld, GraduationStatus, HandoffFailed, HandoffPrepared, HomeFunction, SustainEntered
from libs.events.catalog.portfolio.team import MemberLeft, TeamRole
from libs.events.event import Actor, Event, Payload
from libs.events.world import World
from libs.rules.graduation.status import graduation, status_on
from libs.rules.history.stories import statuses
from tests.rules.way import TEAM, WAY, Statement, day, graduating, joined, read, seen, where, world_of

CELEBRATED = 270
"""The day of the ceremony, ten days after all was met."""


def timed(world: World, aggregate: str, data: Payload, at: datetime) -> World:
    """The same world, with something said of an instant."""
    world.apply(Event(aggregate, world.last(aggregate) + 1, at, at, at, Actor("someone", "importer"), data))
    return world


def hour(n: int, at: int, minute: int = 0) -> datetime:
    """An hour of a day."""
    return start_of(day(n)) + timedelta(hours=at, minutes=minute)


def celebrated(left: datetime, held: datetime) -> World:
    """A core member leaves and the ceremony is held at these instants; somebody else comes four days after the ceremony's day."""
    world = world_of(s for s in graduating() if not isinstance(s.data, CeremonyHeld))
    said: list[tuple[datetime, str, Payload]] = [(left, TEAM, MemberLeft(person="p2")), (held, WAY, CeremonyHeld())]
    for at, aggregate, data in sorted(said, key=lambda one: one[0]):
        timed(world, aggregate, data, at)
    seat = joined("p9", TeamRole.USER_RESEARCH, CELEBRATED + 4)
    return timed(world, TEAM, seat.data, start_of(day(CELEBRATED + 4)))


@pytest.mark.requirement("S4-18")
@pytest.mark.parametrize(
    ("left", "held"),
    [
        (hour(CELEBRATED, 0), hour(CELEBRATED, 0)),
        (hour(CELEBRATED, 16), hour(CELEBRATED, 14)),
        (hour(CELEBRATED, 23, 59), hour(CELEBRATED, 0)),
    ],
    ids=["both dated to the day", "after it", "late at night"],
)
def test_who_leaves_on_the_day_of_the_ceremony_puts_a_graduate_at_risk_until_somebody_comes(left: datetime, held: datetime) -> None:
    world = celebrated(left, held)
    found = {n: status_on(seen(world, CELEBRATED + 10), "parks", day(n)) for n in range(CELEBRATED - 1, CELEBRATED + 11)}
    assert found[CELEBRATED - 1] is GraduationStatus.READY
    assert {found[n] for n in range(CELEBRATED, CELEBRATED + 4)} == {GraduationStatus.AT_RISK}
    assert {found[n] for n in range(CELEBRATED + 4, CELEBRATED + 11)} == {GraduationStatus.GRADUATED}
    stands = graduation(seen(world, CELEBRATED + 10), "parks")
    assert (stands.since, stands.next_step, stands.blocked_by) == (day(CELEBRATED + 4), None, ())


@pytest.mark.requirement("S4-18")
def test_who_left_before_the_ceremony_on_its_day_delays_the_graduation_and_no_second_ceremony_is_needed() -> None:
    world = celebrated(hour(CELEBRATED, 9), hour(CELEBRATED, 14))
    assert [graduation(seen(world, n), "parks").status for n in (CELEBRATED, CELEBRATED + 3)] == [GraduationStatus.HANDING_OFF] * 2
    stands = graduation(seen(world, CELEBRATED + 4), "parks")
    assert (stands.status, stands.since) == (GraduationStatus.GRADUATED, day(CELEBRATED + 4))
    assert stands.ceremony is not None and stands.ceremony.held_on == day(CELEBRATED)


@pytest.mark.requirement("S4-18")
def test_the_year_until_a_graduate_is_alumni_counts_from_the_day_on_which_it_graduated() -> None:
    late = [s for s in graduating() if not isinstance(s.data, CeremonyHeld)] + [Statement(WAY, CeremonyHeld(), 250)]
    lasting = [*late, *(Statement(s.aggregate, s.data, s.day + more, s.by) for s in graduating() if s.day in (250, 255) for more in (150, 300))]
    assert [where(lasting, n).status for n in (260, 624, 625)] == [GraduationStatus.GRADUATED, GraduationStatus.GRADUATED, GraduationStatus.ALUMNI]
    assert where(lasting, 630).since == day(625)


@pytest.mark.requirement("R-04")
def test_what_had_counted_until_the_day_before_the_ceremony_does_not_count_at_it() -> None:
    lapsed = [s for s in graduating() if not isinstance(s.data, CeremonyHeld)] + [Statement(WAY, CeremonyHeld(), 431)]
    assert [where(lapsed, n).status for n in (430, 431)] == [GraduationStatus.READY, GraduationStatus.HANDING_OFF]
    renewed = [*lapsed, read(83, 440)]
    assert (where(renewed, 445).status, where(renewed, 445).since) == (GraduationStatus.GRADUATED, day(440))


@pytest.mark.requirement("S4-07")
def test_a_graduate_whose_hand_off_fails_heals_by_preparing_and_accepting_again() -> None:
    hr = HomeFunction.STRATEGIC_HR
    accepted = next(s for s in graduating() if getattr(s.data, "accepted_by", None) and getattr(s.data, "function", None) is hr)
    said = [
        *graduating(),
        Statement(WAY, HandoffFailed(function=hr, reason="No posts"), 280),
        Statement(WAY, HandoffPrepared(function=hr, evidence="Posts"), 285),
        Statement(WAY, accepted.data, 290, accepted.by),
    ]
    assert [where(said, n).status for n in (279, 280, 285, 289, 290)] == [
        GraduationStatus.GRADUATED,
        GraduationStatus.AT_RISK,
        GraduationStatus.AT_RISK,
        GraduationStatus.AT_RISK,
        GraduationStatus.GRADUATED,
    ]
    assert where(said, 281).next_step == "R-06: Prepare the hand-off that failed again with strategic HR."


@pytest.mark.requirement("S4-17")
@pytest.mark.parametrize(
    ("prepared", "late"),
    [
        (datetime(2024, 7, 8, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2024, 7, 9, 0, 0, tzinfo=UTC), False),
        (datetime(2024, 7, 9, 9, 59, tzinfo=UTC), False),
        (datetime(2024, 7, 9, 10, 0, tzinfo=UTC), False),
        (datetime(2024, 7, 9, 23, 59, 59, 999999, tzinfo=UTC), False),
        (datetime(2024, 7, 10, 0, 0, tzinfo=UTC), True),
    ],
)
def test_what_was_prepared_on_the_day_of_sustain_is_not_late_and_on_the_next_it_is(prepared: datetime, late: bool) -> None:
    world = timed(World(), WAY, SustainEntered(), datetime(2024, 7, 9, 10, 0, tzinfo=UTC))
    timed(world, WAY, HandoffPrepared(function=HomeFunction.IT_AGENCY, evidence="Plan"), prepared)
    rows = {row.function: row.late for row in graduation(seen(world, 300), "parks").handoff}
    assert rows[HomeFunction.IT_AGENCY] is late


moments = st.integers(0, 40 * 24 * 60).map(lambda minutes: start_of(day(CELEBRATED - 20)) + timedelta(minutes=minutes))
turns = st.lists(st.tuples(moments, st.sampled_from(["leave", "join", "celebrate"])), max_size=7)


@pytest.mark.requirement("S4-18")
@settings(max_examples=12, deadline=None)
@given(turns)
def test_after_a_ceremony_a_team_is_graduated_from_the_first_day_on_which_all_is_met_and_never_again_only_ready(said: list[tuple[datetime, str]]) -> None:
    world = world_of(s for s in graduating() if not isinstance(s.data, CeremonyHeld))
    events: dict[str, Payload] = {"leave": MemberLeft(person="p2"), "join": joined("p2", TeamRole.USER_RESEARCH, 0).data, "celebrate": CeremonyHeld()}
    for at, what in sorted(said):
        timed(world, WAY if what == "celebrate" else TEAM, events[what], at)
    facts = seen(world, CELEBRATED + 30)
    held = min((at.date() for at, what in said if what == "celebrate"), default=None)
    graduated = False
    for n in range(CELEBRATED - 20, CELEBRATED + 31):
        status, met = status_on(facts, "parks", day(n)), not graduation(seen(world, n), "parks").blocked_by
        graduated = graduated or status in (GraduationStatus.GRADUATED, GraduationStatus.AT_RISK)
        assert status is status_on(seen(world, n), "parks", day(n)), "what comes later changes no earlier day"
        if held is None or day(n) < held:
            assert status is (GraduationStatus.READY if met else GraduationStatus.HANDING_OFF)
        elif graduated:
            assert status is (GraduationStatus.GRADUATED if met else GraduationStatus.AT_RISK)
        else:
            assert status is GraduationStatus.HANDING_OFF and not met, "all met after a ceremony is graduated"
    periods = statuses(facts, "parks")
    for n in range(CELEBRATED - 20, CELEBRATED + 31):
        told = next(one.status for one in reversed(periods) if one.from_ <= day(n))
        assert told is status_on(facts, "parks", day(n))
