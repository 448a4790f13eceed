"""Where a team stands on any day, since when, what blocks it and what to do next."""

from datetime import timedelta

import pytest

from libs.calendar.local_time import start_of
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.catalog.portfolio.graduation import (
    Attested,
    CeremonyHeld,
    GraduationStatus,
    HandoffAccepted,
    HandoffFailed,
    HandoffPrepared,
    HandoffState,
    HomeFunction,
    StoryTold,
    SustainEntered,
)
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.team import MemberLeft, ProductsLeft, Staffing, TeamDissolved, TeamPivotedAway, TeamRole
from libs.events.event import Payload
from libs.events.facts import Facts
from libs.rules.graduation.status import Graduation, graduation
from tests.rules.way import TEAM, WAY, Statement, attested, day, graduating, joined, read, seen, sustained, told, where, world_of


def status(said: list[Statement], n: int) -> tuple[GraduationStatus, int | None]:
    """The status on a day, and the day it began."""
    found = where(said, n)
    return found.status, (found.since - day(0)).days if found.since else None


@pytest.mark.requirement("S4-01")
def test_a_team_is_in_residency_from_its_forming_until_it_enters_sustain() -> None:
    assert status(graduating(), 0) == (GraduationStatus.IN_RESIDENCY, 0)
    assert status(graduating(), 189) == (GraduationStatus.IN_RESIDENCY, 0)
    assert status(graduating(), 190) == (GraduationStatus.SUSTAIN, 190)


def test_a_team_that_nobody_has_formed_stands_nowhere() -> None:
    found = where(graduating(), -1)
    assert (found.status, found.since, found.ceremony, len(found.blocked_by)) == (GraduationStatus.IN_RESIDENCY, None, None, 6)


@pytest.mark.requirement("R-06")
def test_the_way_goes_from_sustain_over_hand_off_and_readiness_to_graduation() -> None:
    days = {
        219: (GraduationStatus.SUSTAIN, 190),
        220: (GraduationStatus.HANDING_OFF, 220),
        259: (GraduationStatus.HANDING_OFF, 220),
        260: (GraduationStatus.READY, 260),
        269: (GraduationStatus.READY, 260),
        270: (GraduationStatus.GRADUATED, 270),
    }
    assert {n: status(graduating(), n) for n in days} == days


@pytest.mark.requirement("S4-18")
def test_a_ceremony_before_all_is_met_graduates_nobody_until_it_is() -> None:
    early = [s for s in graduating() if not isinstance(s.data, CeremonyHeld)] + [Statement(WAY, CeremonyHeld(), 250)]
    assert [status(early, n) for n in (250, 259)] == [(GraduationStatus.HANDING_OFF, 220)] * 2
    assert status(early, 300) == (GraduationStatus.GRADUATED, 260), "held is held: nobody celebrates twice"
    assert where(early, 259).ceremony is not None
    again = [*early, Statement(WAY, CeremonyHeld(), 310)]
    assert status(again, 320) == (GraduationStatus.GRADUATED, 260)
    shown = where(again, 320).ceremony
    assert shown is not None and shown.held_on == day(250)


@pytest.mark.requirement("S4-18")
def test_the_ceremony_is_shown_with_the_story_and_what_failed() -> None:
    ceremony = where(graduating(), 280).ceremony
    assert ceremony is not None
    assert (ceremony.held_on, ceremony.story) == (day(270), "Bookings in one place. What failed: Offline maps")


@pytest.mark.requirement("S4-18")
def test_of_stories_that_do_not_say_what_failed_the_last_is_shown_and_one_that_does_goes_before_them() -> None:
    silent = [Statement(WAY, StoryTold(achieved=achieved), n, "executive@env") for achieved, n in (("First", 261), ("Last", 262))]
    for said, story in ((silent, "Last"), ([told(260), *silent], "Bookings in one place. What failed: Offline maps")):
        ceremony = where([s for s in graduating() if not isinstance(s.data, StoryTold)] + said, 280).ceremony
        assert ceremony is not None and ceremony.story == story


@pytest.mark.requirement("R-03")
def test_a_graduate_is_at_risk_while_a_criterion_is_not_met_and_no_longer() -> None:
    said = [*graduating(), Statement(TEAM, MemberLeft(person="p2"), 300), joined("p9", TeamRole.USER_RESEARCH, 320)]
    days = {299: (GraduationStatus.GRADUATED, 270), 300: (GraduationStatus.AT_RISK, 300), 320: (GraduationStatus.GRADUATED, 320)}
    assert {n: status(said, n) for n in days} == days
    assert where(said, 310).blocked_by == ("R-03",)
    assert where(said, 310).next_step == "R-03: Fill user research."


@pytest.mark.requirement("R-04")
def test_time_alone_puts_a_graduate_at_risk_on_the_day_after_the_last_on_which_its_evidence_counts() -> None:
    days = {430: (GraduationStatus.GRADUATED, 270), 431: (GraduationStatus.AT_RISK, 431), 500: (GraduationStatus.AT_RISK, 431)}
    assert {n: status(graduating(), n) for n in days} == days


def lasting() -> list[Statement]:
    """Evidence that is renewed in time until day 700."""
    return [*graduating(), read(83, 420), read(84, 590), attested(500)]


def test_a_graduate_is_alumni_from_a_year_after_the_ceremony_on() -> None:
    assert status(lasting(), 634) == (GraduationStatus.GRADUATED, 270)
    assert status(lasting(), 635) == (GraduationStatus.ALUMNI, 635)


def test_alumni_are_at_risk_too_and_come_back_as_alumni() -> None:
    said = [*lasting(), Statement(TEAM, MemberLeft(person="p3"), 650), joined("p9", TeamRole.DEVELOPER, 660)]
    days = {649: (GraduationStatus.ALUMNI, 635), 650: (GraduationStatus.AT_RISK, 650), 660: (GraduationStatus.ALUMNI, 660)}
    assert {n: status(said, n) for n in days} == days


def test_who_was_at_risk_when_the_year_was_over_is_alumni_from_the_day_it_is_met_again() -> None:
    said = [*lasting(), Statement(TEAM, MemberLeft(person="p3"), 600), joined("p9", TeamRole.DEVELOPER, 640)]
    assert [status(said, n) for n in (639, 640)] == [(GraduationStatus.AT_RISK, 600), (GraduationStatus.ALUMNI, 640)]


@pytest.mark.parametrize("over", [TeamPivotedAway(reason="Priorities moved"), TeamDissolved(reason="Its product is gone")])
def test_a_team_that_pivoted_away_or_was_dissolved_is_away_for_good(over: Payload) -> None:
    said = [*graduating(), Statement(TEAM, over, 280)]
    assert [status(said, n) for n in (279, 280, 900)] == [
        (GraduationStatus.GRADUATED, 270),
        (GraduationStatus.PIVOTED_AWAY, 280),
        (GraduationStatus.PIVOTED_AWAY, 280),
    ]
    assert where(said, 300).next_step


@pytest.mark.requirement("R-06")
@pytest.mark.requirement("S4-07")
def test_a_hand_off_that_fails_blocks_again_but_the_handing_off_goes_on() -> None:
    said = [s for s in graduating() if not isinstance(s.data, CeremonyHeld)]
    said.append(Statement(WAY, HandoffFailed(function=HomeFunction.STRATEGIC_HR, reason="No posts"), 265))
    assert [status(said, n) for n in (264, 265)] == [(GraduationStatus.READY, 260), (GraduationStatus.HANDING_OFF, 265)]
    found = where(said, 266)
    assert found.blocked_by == ("R-06",)
    assert [row.state for row in found.handoff if row.function is HomeFunction.STRATEGIC_HR] == [HandoffState.FAILED]


@pytest.mark.requirement("S4-17")
def test_a_function_that_prepared_after_sustain_was_entered_is_late() -> None:
    rows = {row.function: (row.state, row.late) for row in where(graduating(), 210).handoff}
    assert rows == {
        HomeFunction.IT_AGENCY: (HandoffState.PREPARED, False),
        HomeFunction.PROJECT_OFFICE: (HandoffState.PREPARED, False),
        HomeFunction.CORPORATE_SERVICES: (HandoffState.PREPARED, False),
        HomeFunction.STRATEGIC_HR: (HandoffState.PREPARED, True),
        HomeFunction.PROGRAM_LEADERSHIP: (HandoffState.PREPARED, True),
    }
    assert [row.late for row in where(graduating(), 195).handoff] == [False] * 5
    again = [*graduating(), Statement(WAY, HandoffPrepared(function=HomeFunction.IT_AGENCY, evidence="A better one"), 300)]
    assert not where(again, 310).handoff[0].late


def test_what_to_do_next_is_named_until_graduation() -> None:
    steps = {n: where(graduating(), n).next_step for n in (50, 110, 175, 185, 195, 225, 265, 280)}
    assert steps[50] == "R-01: Publish a beta release of booking that the product owner has signed off."
    assert (steps[110] or "").startswith("R-02: ")
    assert steps[175] == "Record the health of the team, which must be good to enter Sustain."
    assert steps[185] == "Enter Sustain: R-01, R-02 and the health of team and product are there."
    assert (steps[195] or "").startswith("R-04: ")
    assert steps[265] == "Hold the graduation ceremony."
    assert steps[280] is None
    leaving = [*graduating(), Statement(TEAM, MemberLeft(person="p2"), 184)]
    assert where(leaving, 185).next_step == steps[185], "R-03 is asked for once Sustain is entered"


@pytest.mark.requirement("R-02")
def test_after_sustain_was_entered_a_growing_backlog_and_a_product_left_do_not_matter() -> None:
    growing = [Statement(f"item:n{n}", ItemAdded(product="booking", title="One more"), 300 + 20 * n) for n in range(9)]
    said = [*graduating(), *growing, Statement(TEAM, ProductsLeft(products=("booking",)), 550)]
    then, later = where(said, 190), where(said, 600)
    assert [criterion.met for criterion in later.criteria[:2]] == [True, True]
    assert then.criteria[:2] == later.criteria[:2]


@pytest.mark.requirement("S4-02")
def test_who_entered_sustain_by_an_override_must_still_meet_the_preconditions() -> None:
    said = [s for s in graduating() if s.aggregate != "release:beta"]
    assert status(said, 300) == (GraduationStatus.HANDING_OFF, 220)
    assert where(said, 300).blocked_by == ("R-01",)
    late = [*said, *(Statement(s.aggregate, s.data, s.day + 200) for s in graduating() if s.aggregate == "release:beta")]
    assert status(late, 310) == (GraduationStatus.GRADUATED, 300), "the ceremony of day 270 counts once all is met"


@pytest.mark.requirement("S1-26")
def test_the_thresholds_of_the_home_hold_from_their_day_on() -> None:
    policy = Statement("organisation:env", PolicySet(satisfaction_days=90), 350)
    assert status([*graduating(), policy], 349) == (GraduationStatus.GRADUATED, 270)
    assert status([*graduating(), policy], 350) == (GraduationStatus.AT_RISK, 350)
    sooner = Statement("organisation:env", PolicySet(alumni_days=100), 280)
    assert [status([*graduating(), sooner], n)[0] for n in (369, 370)] == [GraduationStatus.GRADUATED, GraduationStatus.ALUMNI]


def test_the_status_at_an_instant_does_not_look_ahead_in_the_day() -> None:
    world = world_of(graduating())
    before = Facts.at(world, start_of(day(270)) - timedelta(seconds=1))
    assert (graduation(before, "parks").status, graduation(Facts.at(world, start_of(day(270))), "parks").status) == (
        GraduationStatus.READY,
        GraduationStatus.GRADUATED,
    )


def test_what_was_learned_late_is_seen_only_by_those_who_know() -> None:
    world = world_of([*sustained()])
    assert graduation(world.facts(day(189), start_of(day(150))), "parks").criteria[0].met
    assert graduation(world.facts(day(189), start_of(day(99))), "parks").criteria[0].met is False


def test_an_attestation_or_a_story_of_somebody_else_is_no_executive_word() -> None:
    others = [Statement(s.aggregate, s.data, s.day, "importer" if isinstance(s.data, Attested) else s.by) for s in graduating()]
    assert where(others, 265).blocked_by == ("R-04",)
    assert where([s for s in graduating() if s != told(260)] + [told(260, by="lab_ops")], 265).blocked_by == ("R-05",)


def test_what_was_kept_is_dropped_when_something_new_is_heard() -> None:
    world = world_of(graduating())
    facts = world.facts(day(300))
    assert facts.derive(graduation, "parks").status is GraduationStatus.GRADUATED
    gone = world_of([Statement(TEAM, MemberLeft(person="p2"), 290)]).events(TEAM)[0]
    world.apply(type(gone)(TEAM, world.last(TEAM) + 1, gone.time, gone.recorded, gone.stored, gone.actor, gone.data))
    found: Graduation = world.facts(day(300)).derive(graduation, "parks")
    assert (found.status, found.since) == (GraduationStatus.AT_RISK, day(290))


def test_sustain_without_a_team_and_other_oddities_are_survived() -> None:
    odd = [
        Statement(WAY, SustainEntered(), 5),
        Statement(WAY, CeremonyHeld(), 1),
        Statement(WAY, HandoffAccepted(function=HomeFunction.IT_AGENCY, accepted_by="env"), 2),
    ]
    assert where(odd, 10).status is GraduationStatus.HANDING_OFF
    assert where([*odd, joined("p1", TeamRole.PRODUCT_OWNER, 3, Staffing.CONTRACTED)], 10).blocked_by
    assert seen(world_of([]), 10).derive(graduation, "parks").since is None


@pytest.mark.requirement("R-04")
def test_an_attestation_that_does_not_count_does_not_hide_the_day_on_which_the_one_that_counts_lapses() -> None:
    readings = [read(85, n) for n in range(400, 800, 100)]
    others = [attested(500, by="importer"), Statement(WAY, Attested(criterion="R-03", statement="It is so"), 510, "executive@env")]
    assert status([*graduating(), *readings, *others], 640) == (GraduationStatus.AT_RISK, 255 + 366)
