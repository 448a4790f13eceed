"""Duties: bids that wait for an outcome, and evidence of graduates that grows too old."""

import pytest

from libs.commands.testing import money
from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.facts import Facts
from libs.rules.duties import DutyKind, duties
from tests.rules.way import WAY, Statement, attested, day, graduating, read, seen, world_of


def bidding(*more: Statement) -> list[Statement]:
    proposed = InvestmentProposed(team="parks", amount=money("5.00"))
    submitted = BidSubmitted(investment="inv", amount=money("5.00"), body="Treasury Board")
    return [*graduating(), Statement("investment:inv", proposed, 10), Statement("bid:b", submitted, 20), *more]


def bids(facts: Facts, organisation: str | None = None, *, overdue: bool = True) -> list[tuple[str, int]]:
    found = duties(facts, organisation, overdue=overdue)
    return [(duty.subject_id, (duty.due_on - day(0)).days) for duty in found if duty.kind is DutyKind.BID_UNDECIDED]


@pytest.mark.requirement("S0-15")
def test_a_bid_without_an_outcome_is_overdue_after_90_days() -> None:
    world = world_of(bidding())
    assert [bids(seen(world, n)) for n in (110, 111)] == [[], [("b", 110)]]
    assert bids(seen(world, 50), overdue=False) == [("b", 110)]
    (duty,) = duties(seen(world, 111))
    assert (duty.subject_kind, duty.name, duty.rule, duty.overdue) == ("bid", "Bid for inv at Treasury Board", "S0-15", True)


@pytest.mark.requirement("S0-15")
def test_a_decided_bid_is_no_duty() -> None:
    world = world_of(bidding(Statement("bid:b", BidOutcomeRecorded(won=False, reason="No money"), 115)))
    assert [bids(seen(world, n)) for n in (114, 115)] == [[("b", 110)], []]


@pytest.mark.requirement("S1-26")
def test_the_policy_of_the_home_says_when_a_bid_is_overdue_and_others_do_not_see_it() -> None:
    world = world_of(bidding(Statement("organisation:env", PolicySet(bid_days=30), 5)))
    assert bids(seen(world, 51)) == bids(seen(world, 51), "env") == [("b", 50)]
    assert bids(seen(world, 51), "health") == []


@pytest.mark.requirement("R-04")
def test_expired_evidence_of_a_graduate_is_overdue_from_the_day_it_no_longer_counts_until_it_is_renewed() -> None:
    world = world_of([*graduating(), read(84, 450)])
    assert [[d.evidence for d in duties(seen(world, n))] for n in (430, 431, 449, 450)] == [[], ["metric:sat@5"], ["metric:sat@5"], []]
    (duty,) = duties(seen(world, 431))
    assert (duty.kind, duty.due_on, duty.subject_kind, duty.subject_id, duty.name, duty.rule) == (
        DutyKind.EVIDENCE_EXPIRES,
        day(430),
        "team",
        "parks",
        "Parks",
        "R-04",
    )


@pytest.mark.requirement("R-04")
def test_evidence_that_will_expire_is_a_duty_to_come_of_graduates_alone() -> None:
    world = world_of([*graduating(), attested(280)])
    assert duties(seen(world, 265), overdue=False) == ()
    assert [(d.due_on, d.evidence) for d in duties(seen(world, 300), "env", overdue=False)] == [(day(430), "metric:sat@5"), (day(645), f"{WAY}@15")]
    assert duties(seen(world, 300), "health", overdue=False) == ()


def test_duties_come_by_the_day_they_are_due_and_then_as_they_began() -> None:
    proposed = InvestmentProposed(team="parks", amount=money("5.00"))
    submitted = BidSubmitted(investment="inv", amount=money("5.00"), body="Treasury Board")
    world = world_of(
        [*graduating(), Statement("investment:inv", proposed, 10), *(Statement(f"bid:{id}", submitted, n) for id, n in (("z", 20), ("a", 20), ("b", 15)))]
    )
    assert bids(seen(world, 200)) == [("b", 105), ("a", 110), ("z", 110)]
    assert [duty.due_on for duty in duties(seen(world, 435))] == sorted(duty.due_on for duty in duties(seen(world, 435)))
    renewed = world_of([*bidding(), Statement("bid:late", submitted, 400)])
    assert [duty.kind for duty in duties(seen(renewed, 520))] == [DutyKind.BID_UNDECIDED, DutyKind.EVIDENCE_EXPIRES, DutyKind.BID_UNDECIDED]


def test_a_bid_that_was_not_submitted_or_is_for_nothing_is_no_duty() -> None:
    world = world_of([*graduating(), Statement("bid:b", BidOutcomeRecorded(won=True, reason="so"), 20)])
    assert bids(seen(world, 400)) == []
