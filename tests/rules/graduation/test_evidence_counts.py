"""Evidence is independent where it was said neither in the team's own name nor by somebody who was on the team then, to the instant."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from libs.commands.testing import NOW
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.team import TEAM, MemberJoined, MemberLeft, Staffing, Team, TeamFormed, TeamRole
from libs.events.event import Actor, Event
from libs.events.world import World
from libs.rules.graduation.evidence import Evidence, each_once, evidence, policy_of
from tests.rules.way import told

INSTANT = timedelta(microseconds=1)
JOINED, LEFT = NOW + timedelta(hours=1), NOW + timedelta(hours=2)


@pytest.fixture(scope="module")
def world() -> World:
    """A team on which ana was for an hour and bo is since then; it is at home nowhere that is known."""
    made = World()
    seat = {"role": TeamRole.DEVELOPER, "core": True, "staffing": Staffing.STAFF}
    for time, data in (
        (NOW, TeamFormed(name="Parks", home="env")),
        (JOINED, MemberJoined(person="ana", **seat)),  # type: ignore[arg-type]
        (LEFT, MemberLeft(person="ana")),
        (LEFT, MemberJoined(person="bo", **seat)),  # type: ignore[arg-type]
    ):
        made.apply(Event("team:parks", made.last("team:parks") + 1, time, time, time, Actor("lab", "importer"), data))
    return made


@pytest.fixture(scope="module")
def team(world: World) -> Team:
    found = world.facts(LEFT.date()).get(TEAM, "parks")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("by", "role", "after", "independent"),
    [
        ("zoe", "executive@env", timedelta(0), True),
        ("zoe", "team@parks", timedelta(0), False),
        ("zoe", "team@*", timedelta(0), False),
        ("zoe", "team", timedelta(0), False),
        ("zoe", "team@roads", timedelta(0), True),
        ("zoe", "product_owner@parks", timedelta(0), True),
        ("zoe", "product_owner@*", timedelta(0), True),
        ("zoe", "importer", timedelta(0), True),
        ("ana", "executive@env", JOINED - NOW - INSTANT, True),
        ("ana", "executive@env", JOINED - NOW, False),
        ("ana", "executive@env", LEFT - NOW, False),
        ("ana", "executive@env", LEFT - NOW + INSTANT, True),
        ("bo", "executive@env", LEFT - NOW - INSTANT, True),
        ("bo", "executive@env", timedelta(days=900), False),
        ("zoe", "executive@env", JOINED - NOW, True),
    ],
)
def test_nobody_speaks_independently_of_a_team_in_its_name_or_while_on_it(team: Team, by: str, role: str, after: timedelta, independent: bool) -> None:
    said = Event("graduation:parks", 1, NOW + after, NOW + after, NOW + after, Actor(by, role), told(0).data)
    found = evidence(said, team, date(2026, 1, 1), "a story")
    assert found == Evidence("graduation:parks@1", said.type, said.time, role, by, independent, date(2026, 1, 1), "a story")


def test_what_counts_for_several_things_is_named_once_and_expires_as_the_first_of_them_that_does() -> None:
    def one(event: str, expires: date | None) -> Evidence:
        return Evidence(event, "type", NOW, "importer", "lab", True, expires)

    early, late = date(2025, 1, 1), date(2026, 1, 1)
    assert each_once([one("a@1", None), one("b@1", late), one("a@1", late), one("b@1", early), one("a@1", early), one("b@1", None)]) == (
        one("a@1", late),
        one("b@1", late),
    )
    assert each_once([one("a@1", None), one("a@1", None)]) == (one("a@1", None),)


def test_the_thresholds_are_those_of_the_home_once_it_has_set_any(world: World, team: Team) -> None:
    facts = world.facts(LEFT.date())
    assert policy_of(facts, team).satisfaction_days == policy_of(facts, None).satisfaction_days == 180
    world.apply(Event("organisation:env", 1, NOW, NOW, NOW, Actor("lab", "importer"), PolicySet(satisfaction_days=12)))
    facts = world.facts(LEFT.date())
    assert (policy_of(facts, team).satisfaction_days, policy_of(facts, None).satisfaction_days) == (12, 180)
