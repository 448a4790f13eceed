"""When duties fell due, were overdue and were done, each at its own instant, and what of that is to be announced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from libs.calendar.local_time import start_of
from libs.commands.testing import money
from libs.events.catalog.duties import DutyDone, DutyFellDue, DutyOverdue, OfDuty
from libs.events.catalog.portfolio.bid import BID, BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.team import TEAM as TEAMS
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, TeamFormed, TeamPivotedAway
from libs.events.catalog.withdrawal import Withdrawn
from libs.events.event import Actor, Event, Payload
from libs.events.world import World
from libs.rules.duties.instant import AnnouncedMoment, seen_at
from libs.rules.duties.moments import DutiesOf, moments
from tests.rules.way import Statement, attested, day, graduating, read, world_of

FORMED = Statement("team:t", TeamFormed(name="T", home="env"), 0)
PROPOSED = Statement("investment:inv", InvestmentProposed(team="t", amount=money("5.00")), 1)
BID_OF_DAY_10 = Statement("bid:b", BidSubmitted(investment="inv", amount=money("5.00"), body="Treasury Board"), 10)


def checked(n: int) -> Statement:
    return Statement("team:t", HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="Check"), n)


def policy(days: int, n: int) -> Statement:
    return Statement("organisation:env", PolicySet(bid_days=days), n)


def outcome(n: int) -> Statement:
    return Statement("bid:b", BidOutcomeRecorded(won=True, reason="Good"), n)


def told(found: Iterable[AnnouncedMoment], kind: str = "") -> list[str]:
    """What was so on which day, such as `100 overdue (100)`: the day by which it was due in brackets."""
    words = {DutyFellDue: "fell due", DutyOverdue: "overdue", DutyDone: "done"}
    said = []
    for at, data in found:
        assert isinstance(data, OfDuty)
        word = "no longer due" if isinstance(data, DutyDone) and not data.done else words[type(data)]
        if kind in ("", data.kind):
            said.append(f"{(at.date() - day(0)).days} {word} ({(data.due_on - day(0)).days})")
    return said


def of(world: World, kind: str, id: str, n: int = 2000) -> tuple[AnnouncedMoment, ...]:
    return moments(seen_at(world, start_of(day(n))), kind, id)


@pytest.mark.requirement("S4-01")
def test_each_check_ends_what_fell_due_and_begins_another_term() -> None:
    world = world_of([FORMED, checked(100), checked(300), checked(480)])
    assert told(of(world, "team", "t")) == ["280 fell due (280)", "281 overdue (280)", "300 done (280)", "660 fell due (660)", "661 overdue (660)"]
    by = [data.by for _, data in of(world, "team", "t") if isinstance(data, DutyDone)]
    assert by == ["team:t@3"]


@pytest.mark.requirement("S4-01")
def test_what_is_no_longer_asked_for_is_said_not_to_be_done() -> None:
    world = world_of([FORMED, Statement("team:t", TeamPivotedAway(reason="Merged"), 200)])
    assert told(of(world, "team", "t")) == ["180 fell due (180)", "181 overdue (180)", "200 no longer due (180)"]


@pytest.mark.requirement("S0-15")
def test_a_policy_that_is_set_later_moves_the_day_from_then_on_and_leaves_what_was_so() -> None:
    longer = world_of([FORMED, PROPOSED, BID_OF_DAY_10, policy(120, 110)])
    assert told(of(longer, "bid", "b")) == ["100 fell due (100)", "101 overdue (100)", "110 no longer due (100)", "130 fell due (130)", "131 overdue (130)"]
    shorter = world_of([FORMED, PROPOSED, BID_OF_DAY_10, policy(30, 60), outcome(70)])
    assert told(of(shorter, "bid", "b")) == ["60 fell due (40)", "60 overdue (40)", "70 done (40)"]
    before = world_of([FORMED, PROPOSED, policy(30, 5), BID_OF_DAY_10])
    assert told(of(before, "bid", "b")) == ["40 fell due (40)", "41 overdue (40)"]
    after = world_of([FORMED, PROPOSED, BID_OF_DAY_10, outcome(120), policy(30, 300)])
    assert told(of(after, "bid", "b")) == ["100 fell due (100)", "101 overdue (100)", "120 done (100)"]


@pytest.mark.requirement("R-04")
def test_evidence_of_a_graduate_falls_due_on_its_last_day_until_it_is_renewed_also_in_the_past() -> None:
    world = world_of([*graduating(), read(84, 450), attested(600)])
    assert told(of(world, "team", "parks", 700), "evidence_expires") == [
        "430 fell due (430)",
        "431 overdue (430)",
        "450 done (430)",
        "630 fell due (630)",
        "631 overdue (630)",
        "965 fell due (965)",
        "966 overdue (965)",
    ]


class Announcing:
    """A world in which the duties of a bid are announced."""

    def __init__(self, said: Iterable[Statement], of: DutiesOf = DutiesOf(BID)) -> None:  # noqa: B008 - it holds nothing
        self.world, self.of, self.id = world_of(said), of, "b" if of.of is BID else "t"

    def say(self, *said: Statement) -> None:
        for one in said:
            self._apply(one.aggregate, start_of(day(one.day)), one.data)

    def announce(self, n: int, hour: int = 0) -> list[str]:
        """What is announced at an hour of a day, and stands from then on."""
        now = start_of(day(n)) + timedelta(hours=hour)
        history = self.world.events(self.of.aggregate(self.id))
        found = self.of.due(self.id, history, {now: self.of.view(seen_at(self.world, now), self.id)}, now)
        for moment in found:
            self._apply(self.of.aggregate(self.id), moment.at, moment.data, now)
        return [f"withdrawn {one.data.event.partition('@')[2]}" if isinstance(one.data, Withdrawn) else told([one])[0] for one in found]

    def _apply(self, aggregate: str, at: datetime, data: Payload, now: datetime | None = None) -> None:
        self.world.apply(Event(aggregate, self.world.last(aggregate) + 1, at, now or at, now or at, Actor("a", "importer"), data))


@pytest.mark.requirement("S0-15")
def test_what_was_missed_is_announced_of_its_own_instants_and_nothing_twice() -> None:
    announcing = Announcing([FORMED, PROPOSED, BID_OF_DAY_10])
    assert [announcing.announce(n) for n in (99, 100, 100, 101, 101)] == [[], ["100 fell due (100)"], [], ["101 overdue (100)"], []]
    late = Announcing([FORMED, PROPOSED, BID_OF_DAY_10, outcome(120)])
    assert late.announce(500) == ["100 fell due (100)", "101 overdue (100)", "120 done (100)"]
    assert late.announce(501) == []


@pytest.mark.requirement("S0-15")
def test_what_a_later_fact_disproves_is_withdrawn_by_name_and_said_again_where_it_proves_right_after_all() -> None:
    announcing = Announcing([FORMED, PROPOSED, BID_OF_DAY_10])
    announcing.announce(101)
    announcing.say(outcome(90))
    assert announcing.announce(102) == ["withdrawn 1", "withdrawn 2"]
    announcing.say(Statement("bid:b", BidSubmitted(investment="inv", amount=money("6.00"), body="Treasury Board"), 95))
    assert announcing.announce(200) == ["185 fell due (185)", "186 overdue (185)"]


@pytest.mark.requirement("S0-15")
def test_a_clock_that_was_ahead_is_waited_for() -> None:
    announcing = Announcing([FORMED, PROPOSED, BID_OF_DAY_10])
    assert announcing.announce(150) == ["100 fell due (100)", "101 overdue (100)"]
    assert [announcing.announce(n) for n in (50, 100, 101)] == [[], [], []]
    announcing.say(outcome(60))
    assert [announcing.announce(n) for n in (99, 100, 101)] == [[], ["withdrawn 1"], ["withdrawn 2"]]


def test_what_is_announced_of_another_thing_of_the_same_id_is_left_alone() -> None:
    teams = Announcing([FORMED], DutiesOf(TEAMS))
    assert teams.announce(181) == ["180 fell due (180)", "181 overdue (180)"]
    bids = DutiesOf(BID)
    now = start_of(day(200))
    assert bids.due("t", teams.world.events(bids.aggregate("t")), {now: ()}, now) == []
    assert [*bids.things(seen_at(teams.world, now))] == ["t"]
