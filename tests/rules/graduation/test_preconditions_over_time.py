"""By which moment and which counts the pre-conditions of Sustain are judged, where several would do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from libs.calendar.local_time import start_of
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered, ItemStarted
from libs.events.catalog.portfolio.graduation import HandoffPrepared, HomeFunction
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.facts import Facts
from libs.rules.graduation.preconditions import backlog_diminishes, beta_released, preconditions
from tests.rules.way import TEAM, WAY, Statement, day, seen, sustained, world_of

FORMED = Statement(TEAM, TeamFormed(name="Parks", home="env", products=("booking",)), 0)


def items(*opened: tuple[int, int | None]) -> list[Statement]:
    """Items by the days on which they were added and delivered."""
    said = []
    for n, (added, delivered) in enumerate(opened):
        said.append(Statement(f"item:i{n}", ItemAdded(product="booking", title="I"), added))
        if delivered is not None:
            said.append(Statement(f"item:i{n}", ItemDelivered(), delivered))
    return said


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("said", "counts", "met"),
    [
        (items((5, None), (5, 40)), "2, 1, 1, 1", True),
        (items((5, None), (5, 100)), "2, 2, 2, 1", True),
        (items((5, None), (5, 10)), "1, 1, 1, 1", False),
        (items((5, 40), (5, None), (70, 100)), "2, 1, 2, 1", False),
        (items((70, None), (5, 40), (5, 40), (5, 40)), "3, 0, 1, 1", False),
    ],
)
def test_the_backlog_fell_from_the_first_of_the_months_to_the_last_and_never_rose(said: Sequence[Statement], counts: str, met: bool) -> None:
    found = backlog_diminishes(seen(world_of([FORMED, *said]), 140), "parks")
    assert found.met is met and f": {counts}" in found.why, found.why


@pytest.mark.requirement("R-02")
def test_of_a_moment_within_a_day_the_months_that_were_over_by_it_count() -> None:
    world = world_of([FORMED, *items((5, None), (5, 70))])
    last = Facts.at(world, start_of(day(121)) - timedelta(seconds=1))
    assert "January 2024 to April 2024" not in backlog_diminishes(last, "parks").why
    assert "January 2024 to April 2024" in backlog_diminishes(seen(world, 121), "parks").why


def test_a_team_that_serves_nothing_is_told_to_say_what_it_serves() -> None:
    idle = seen(world_of([Statement(TEAM, TeamFormed(name="Parks", home="env"), 0)]), 140)
    for found in (beta_released(idle, "parks"), backlog_diminishes(idle, "parks"), beta_released(idle, "nobody"), backlog_diminishes(idle, "nobody")):
        assert (found.met, found.why, found.remedy) == (False, "the team serves no product", "Say which products the team serves.")


@pytest.mark.requirement("S4-02")
def test_before_sustain_a_team_that_prepared_a_hand_off_is_judged_by_what_is_so_now() -> None:
    prepared = Statement(WAY, HandoffPrepared(function=HomeFunction.IT_AGENCY, evidence="Plan"), 20)
    assert [one.met for one in preconditions(seen(world_of([FORMED, prepared]), 140), "parks")] == [False, False]


@pytest.mark.requirement("S4-02")
def test_the_beta_that_was_out_at_sustain_stays_the_evidence_whatever_came_to_be_served_since() -> None:
    facts = seen(world_of([*sustained(), Statement(TEAM, TeamFormed(name="Parks", home="env", products=("other",)), 220)]), 400)
    beta, backlog = preconditions(facts, "parks")
    assert beta.met and backlog.met and not beta_released(facts, "parks").met


@pytest.mark.requirement("R-02")
def test_what_was_begun_at_the_instant_it_was_added_is_open_once() -> None:
    said = [Statement("item:x", ItemStarted(), 10), Statement("item:x", ItemAdded(product="booking", title="X"), 10), Statement("item:x", ItemDelivered(), 100)]
    found = backlog_diminishes(seen(world_of([FORMED, *said]), 140), "parks")
    assert ": 1, 1, 1, 0" in found.why and [one.event for one in found.evidence] == ["item:x@2", "item:x@2", "item:x@2", "item:x@3"]
