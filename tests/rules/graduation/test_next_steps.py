"""What each criterion that is not met says of itself and of what to do, also where nobody has said anything yet."""

from __future__ import annotations

import pytest

from libs.calendar.local_time import start_of
from libs.events.catalog.portfolio.graduation import CeremonyHeld, GraduationStatus
from libs.events.catalog.portfolio.team import CORE_ROLES, HealthReading, HealthRecorded, HealthSubject, MemberJoined, Staffing, TeamFormed, TeamRole
from libs.rules.graduation.criteria import all_met, all_met_before, criteria, delivery_team, handed_off, meets_expectations, story_told
from libs.rules.graduation.status import graduation
from tests.rules.way import TEAM, WAY, Statement, attested, day, graduating, joined, read, seen, sustained, told, where, world_of


def test_of_a_team_that_is_unknown_or_empty_each_criterion_bears_its_own_id_and_says_what_to_do() -> None:
    for statements in ([], [Statement(TEAM, TeamFormed(name="Parks", home="env"), 0)]):
        found = criteria(seen(world_of(statements), 50), "parks")
        assert [one.id for one in found] == ["R-01", "R-02", "R-03", "R-04", "R-05", "R-06"]
        assert not any(one.met for one in found) and all(one.remedy for one in found)
        assert (found[2].why, found[3].why) == ("nobody is in a core seat", "the team serves no product")


def test_a_target_that_was_missed_does_not_meet_the_expectations_and_says_so() -> None:
    found = meets_expectations(seen(world_of([*sustained(), read(85, 255), attested(255)]), 261), "parks")
    assert found.met
    found = meets_expectations(seen(world_of([*sustained(), attested(255)]), 261), "parks")
    assert (found.id, found.met) == ("R-04", False) and found.why.startswith("missed: ")
    assert found.remedy.startswith("What was missed by its day stays missed")


def test_whoever_sits_in_two_seats_is_staffed_as_was_said_last() -> None:
    seats = [joined(f"p{n}", role, 5) for n, role in enumerate(CORE_ROLES)]
    contracted = Statement(TEAM, MemberJoined(person="p0", role=CORE_ROLES[1], core=True, staffing=Staffing.CONTRACTED), 4)
    team = Statement(TEAM, TeamFormed(name="Parks", home="env"), 0)
    found = delivery_team(seen(world_of([team, contracted, *seats]), 20), "parks")
    assert found.why.endswith("so are 5 of 5 core members")


def test_a_contracted_product_owner_is_to_be_replaced() -> None:
    owner = CORE_ROLES.index(TeamRole.PRODUCT_OWNER)
    seats = [joined(f"p{n}", role, 5, Staffing.CONTRACTED if n == owner else Staffing.STAFF) for n, role in enumerate(CORE_ROLES)]
    found = delivery_team(seen(world_of([Statement(TEAM, TeamFormed(name="Parks", home="env"), 0), *seats]), 20), "parks")
    assert (found.met, found.remedy) == (False, "Have a product owner of the public service.")


def test_evidence_of_a_story_and_of_a_hand_off_is_independent_of_its_team() -> None:
    facts = seen(world_of(graduating()), 275)
    for rule in (story_told, handed_off):
        assert all(one.independent for one in rule(facts, "parks").evidence) and rule(facts, "parks").evidence


def test_of_stories_without_what_failed_the_last_one_is_shown() -> None:
    facts = seen(world_of([*sustained(), told(200, failed=None), told(205, failed="  "), told(210, failed=None)]), 220)
    found = story_told(facts, "parks")
    assert (found.met, [one.at.date() for one in found.evidence]) == (False, [day(210)])
    assert found.why == "the story was told, but not what failed"


def test_the_ceremony_shows_the_last_story_that_says_what_failed_else_the_last_one() -> None:
    celebrated = Statement(WAY, CeremonyHeld(), 270, "executive@env")
    found = where([*sustained(), told(200, "Maps"), told(205, "Signs"), told(210, None), celebrated], 275).ceremony
    assert found is not None and found.story == "Bookings in one place. What failed: Signs" and found.held_on == day(270)
    found = where([*sustained(), told(200, None), celebrated], 275).ceremony
    assert found is not None and found.story == "Bookings in one place"
    found = where([*sustained(), celebrated], 275).ceremony
    assert found is not None and found.story is None


def test_the_ceremony_of_a_graduate_is_that_by_which_it_graduated() -> None:
    again = Statement(WAY, CeremonyHeld(), 300, "executive@env")
    found = where([*graduating(), again], 310)
    assert found.status is GraduationStatus.GRADUATED and found.ceremony is not None and found.ceremony.held_on == day(270)


def test_all_is_met_from_the_day_on_which_it_is_and_not_before_sustain() -> None:
    facts = seen(world_of(graduating()), 300)
    assert [all_met(facts, "parks", day(n)) for n in (259, 260, 270)] == [False, True, True]
    assert all_met_before(facts, "parks", start_of(day(261))) and not all_met_before(facts, "parks", start_of(day(260)))
    without = [one for one in graduating() if one.data.TYPE != "headway.portfolio.graduation.sustain_entered.v1"]
    assert not all_met(seen(world_of(without), 300), "parks", day(300))


@pytest.mark.parametrize(
    ("health", "step"),
    [
        ({}, "Record the health of the team, which must be good to enter Sustain."),
        ({HealthSubject.TEAM: HealthReading.POOR}, "Bring the health of the team from poor to good, and record it; then enter Sustain."),
        ({HealthSubject.TEAM: HealthReading.GOOD}, "Record the health of the product, which must be good to enter Sustain."),
        (dict.fromkeys(HealthSubject, HealthReading.GOOD), "Enter Sustain: R-01, R-02 and the health of team and product are there."),
    ],
)
def test_before_sustain_the_health_that_is_lacking_is_the_next_step(health: dict[HealthSubject, HealthReading], step: str) -> None:
    before = [one for one in sustained() if one.day < 180]
    said = [Statement(TEAM, HealthRecorded(subject=subject, reading=reading, source="Check"), 180) for subject, reading in health.items()]
    assert where([*before, *said], 184).next_step == step
    assert graduation(seen(world_of([]), 184), "parks").next_step == "R-01: " + criteria(seen(world_of([]), 184), "parks")[0].remedy


def test_a_hand_off_names_who_is_to_prepare_accept_or_prepare_again() -> None:
    found = handed_off(seen(world_of(sustained()), 195), "parks")
    assert found.why == (
        "0 of 5 functions have accepted; the IT agency has prepared, the project office has prepared, corporate services has prepared, "
        "strategic HR has not prepared and program leadership has not prepared"
    )
    assert "prepare the hand-off with" in found.remedy
