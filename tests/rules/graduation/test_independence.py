"""Who was on a team when a thing was said, and who was not: evidence is independent of those alone who were not."""

import pytest

from libs.calendar.local_time import start_of
from libs.commands.testing import money
from libs.events.catalog.portfolio.bid import BidSubmitted
from libs.events.catalog.portfolio.graduation import StoryTold
from libs.events.catalog.portfolio.team import TEAM as KIND
from libs.events.catalog.portfolio.team import MemberLeft, TeamFormed, TeamRole
from libs.events.event import Actor, Event
from libs.rules.duties import duties
from libs.rules.graduation.evidence import evidence
from tests.rules.way import TEAM, WAY, Statement, day, joined, seen, world_of


@pytest.mark.parametrize(("n", "independent"), [(9, True), (10, False), (15, False), (20, False), (21, True)])
def test_whoever_was_on_the_team_from_joining_to_leaving_is_not_independent_of_it(n: int, independent: bool) -> None:
    formed = Statement(TEAM, TeamFormed(name="Parks", home="env", products=()), 0)
    facts = seen(
        world_of([formed, joined("ana", TeamRole.DEVELOPER, 10), joined("zoe", TeamRole.DEVELOPER, 1), Statement(TEAM, MemberLeft(person="ana"), 20)]), 30
    )
    team, time = facts.get(KIND, "parks"), start_of(day(n))
    assert team is not None
    said = Event(WAY, 1, time, time, time, Actor("ana", "executive@env"), StoryTold(achieved="Much"))
    assert evidence(said, team).independent is independent
    assert not evidence(Event(WAY, 1, time, time, time, Actor("zoe", "executive@env"), StoryTold(achieved="Much")), team).independent


def test_duties_come_by_their_day_and_a_bid_of_nothing_or_without_a_home_is_one_with_the_common_days() -> None:
    bids = {"a": 20, "b": 10, "c": 20}
    said = [Statement(f"bid:{id}", BidSubmitted(investment="i", amount=money("5.00"), body="Board"), n) for id, n in bids.items()]
    found = duties(seen(world_of(said), 60), overdue=False)
    assert [(one.subject_id, one.due_on) for one in found] == [("b", day(100)), ("a", day(110)), ("c", day(110))]
