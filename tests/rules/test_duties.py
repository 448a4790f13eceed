"""Duties: bids that wait for an outcome, and evidence of graduates that grows too old."""

from random import Random

import pytest

import libs.commands.catalog  # noqa: F401  (declares every command)
from libs.calendar.local_time import start_of
from libs.commands.command import COMMANDS
from libs.commands.testing import money
from libs.events.catalog.backlog.backlog import BacklogOpened, PrioritisationReviewed
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered, ItemImpactRecorded, ItemRefined, ItemReopened
from libs.events.catalog.backlog.need import NeedRecorded
from libs.events.catalog.duties import OfDuty
from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, TeamFormed, TeamPivotedAway
from libs.events.facts import Facts
from libs.rules.duties import DECLARED, Duty, DutyKind, duties, duties_in
from libs.rules.duties.terms import followed
from libs.rules.roles import Role
from libs.rules.tasks import AwaitedKind, awaiting
from tests.rules.two_years import DAYS, moments_until, two_years
from tests.rules.way import TEAM, WAY, Statement, attested, day, graduating, read, seen, sustained, world_of


def bidding(*more: Statement) -> list[Statement]:
    proposed = InvestmentProposed(team="parks", amount=money("5.00"))
    submitted = BidSubmitted(investment="inv", amount=money("5.00"), body="Treasury Board")
    return [*graduating(), Statement("investment:inv", proposed, 10), Statement("bid:b", submitted, 20), *more]


def bids(facts: Facts, organisation: str | None = None, *, overdue: bool = True) -> list[tuple[str, int]]:
    found = duties(facts, organisation, overdue=overdue)
    return [(duty.subject_id, (duty.due_on - day(0)).days) for duty in found if duty.kind is DutyKind.BID_UNDECIDED]


def evidence(facts: Facts, organisation: str | None = None, *, overdue: bool = True) -> list[Duty]:
    return [duty for duty in duties(facts, organisation, overdue=overdue) if duty.kind is DutyKind.EVIDENCE_EXPIRES]


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
    assert [[d.evidence for d in evidence(seen(world, n))] for n in (430, 431, 449, 450)] == [[], ["metric:sat@5"], ["metric:sat@5"], []]
    (duty,) = evidence(seen(world, 431))
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
    assert evidence(seen(world, 265), overdue=False) == []
    assert [(d.due_on, d.evidence) for d in evidence(seen(world, 300), "env", overdue=False)] == [(day(430), "metric:sat@5"), (day(645), f"{WAY}@15")]
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
    assert [duty.kind for duty in duties(seen(renewed, 520)) if duty.kind is not DutyKind.HEALTH_CHECK] == [
        DutyKind.BID_UNDECIDED,
        DutyKind.EVIDENCE_EXPIRES,
        DutyKind.BID_UNDECIDED,
    ]


def test_a_bid_that_was_not_submitted_or_is_for_nothing_is_no_duty() -> None:
    world = world_of([*graduating(), Statement("bid:b", BidOutcomeRecorded(won=True, reason="so"), 20)])
    assert bids(seen(world, 400)) == []


def checked(subject: HealthSubject, n: int) -> Statement:
    return Statement(TEAM, HealthRecorded(subject=subject, reading=HealthReading.FAIR, source="Check"), n)


def health(facts: Facts, *, overdue: bool = False) -> list[tuple[str, int]]:
    found = [duty for duty in duties(facts, overdue=overdue) if duty.kind is DutyKind.HEALTH_CHECK]
    return [(dict(duty.fields)["subject"], (duty.due_on - day(0)).days) for duty in found]


@pytest.mark.requirement("S4-01")
def test_the_health_of_a_team_and_of_its_product_is_to_be_checked_180_days_after_it_was_formed_and_after_each_check() -> None:
    world = world_of([*sustained(), checked(HealthSubject.TEAM, 300)])
    assert health(seen(world, 10)) == [("team", 180), ("product", 180)]
    assert health(seen(world, 200)) == [("team", 360), ("product", 360)]
    assert [health(seen(world, n)) for n in (299, 300)] == [[("team", 360), ("product", 360)], [("product", 360), ("team", 480)]]
    assert [health(seen(world, n), overdue=True) for n in (360, 361, 481)] == [[], [("product", 360)], [("product", 360), ("team", 480)]]
    duty = next(duty for duty in duties(seen(world, 361)) if duty.kind is DutyKind.HEALTH_CHECK)
    assert (duty.name, duty.rule, duty.command, duty.roles) == ("Parks", "S4-01", "portfolio.record_health", ("lab_ops",))
    assert duty.what == "Check the health of the product of Parks: it was checked last on 2024-06-29."


@pytest.mark.requirement("S4-01")
def test_a_team_that_serves_no_product_has_none_to_check_and_one_that_left_the_path_has_nothing() -> None:
    formed = Statement(TEAM, TeamFormed(name="Parks", home="env"), 0)
    assert health(seen(world_of([formed]), 10)) == [("team", 180)]
    assert duties(seen(world_of([formed]), 10), overdue=False)[0].what == "Check the health of Parks: nobody has checked it yet."
    assert health(seen(world_of([formed, Statement(TEAM, TeamPivotedAway(reason="Merged"), 5)]), 10)) == []


@pytest.mark.requirement("R-04")
def test_evidence_to_renew_names_the_command_that_renews_it() -> None:
    found = evidence(seen(world_of([*graduating(), attested(280)]), 300), overdue=False)
    assert [(duty.command, duty.roles) for duty in found] == [
        ("roadmap.read_metric", ("product_owner", "team")),
        ("portfolio.attest", ("executive",)),
    ]


def of_kind(kind: DutyKind, facts: Facts, organisation: str | None = None) -> list[tuple[str, int, bool]]:
    return [(duty.subject_id, (duty.due_on - day(0)).days, duty.overdue) for duty in duties(facts, organisation, overdue=False) if duty.kind is kind]


def delivered_for_a_need(*more: Statement) -> list[Statement]:
    recorded = NeedRecorded(product="booking", user="campers", text="book online", origin="discovery")
    return [
        Statement("product:booking", ProductRegistered(name="Booking", home="env"), 0),
        Statement("need:n", recorded, 1),
        Statement("item:i", ItemAdded(product="booking", title="Pay by card", need="n"), 2),
        Statement("item:i", ItemDelivered(), 100),
        *more,
    ]


@pytest.mark.requirement("S0-05")
def test_the_impact_of_what_serves_a_need_is_asked_for_90_days_after_its_delivery_until_somebody_says_it() -> None:
    seen_it = Statement("item:i", ItemImpactRecorded(text="Half the calls"), 200)
    world = world_of(delivered_for_a_need(seen_it))
    impacts = [of_kind(DutyKind.IMPACT_ASKED, seen(world, n)) for n in (99, 100, 190, 191, 200)]
    assert impacts == [[], [("i", 190, False)], [("i", 190, False)], [("i", 190, True)], []]
    (duty,) = [one for one in duties(seen(world, 191)) if one.kind is DutyKind.IMPACT_ASKED]
    assert (duty.subject_kind, duty.name, duty.rule, duty.command) == ("item", "Pay by card", "S0-05", "backlog.record_impact")
    assert duty.what == "Say what the delivery of Pay by card has changed for its users: it is with them since 2024-04-10."
    assert of_kind(DutyKind.IMPACT_ASKED, seen(world, 191), "env") and not of_kind(DutyKind.IMPACT_ASKED, seen(world, 191), "health")


@pytest.mark.requirement("S0-05")
def test_no_impact_is_asked_for_of_what_serves_no_need_or_is_open_again_and_of_what_is_found_to_serve_one_from_then_on() -> None:
    reopened = world_of(delivered_for_a_need(Statement("item:i", ItemReopened(), 150), Statement("item:i", ItemDelivered(), 300)))
    assert [of_kind(DutyKind.IMPACT_ASKED, seen(reopened, n)) for n in (150, 300)] == [[], [("i", 390, False)]]
    without = Statement("item:j", ItemAdded(product="booking", title="Colours"), 2)
    found_later = Statement("item:j", ItemRefined(need="n"), 250)
    world = world_of([*delivered_for_a_need(), without, Statement("item:j", ItemDelivered(), 100), found_later])
    assert [of_kind(DutyKind.IMPACT_ASKED, seen(world, n)) for n in (249, 250)] == [[("i", 190, True)], [("i", 190, True), ("j", 190, True)]]
    nobodys = world_of([one for one in delivered_for_a_need() if one.aggregate != "need:n"])
    assert of_kind(DutyKind.IMPACT_ASKED, seen(nobodys, 300)) == []


def delivering(*months: int) -> list[Statement]:
    """An item of the product is delivered every 30 days, from the end of one of these months of 30 days to that of another."""
    said = [Statement("product:booking", ProductRegistered(name="Booking", home="env"), 0), Statement("backlog:booking", BacklogOpened(), 0)]
    for n in months:
        said += [Statement(f"item:m{n}", ItemAdded(product="booking", title=f"M{n}"), 1), Statement(f"item:m{n}", ItemDelivered(), 30 * n)]
    return said


@pytest.mark.requirement("S0-24", "S0-25")
def test_the_order_is_to_be_reviewed_three_months_after_the_last_review_or_after_regular_delivery_began() -> None:
    review = Statement("backlog:booking", PrioritisationReviewed(metrics=("calls",)), 200)
    world = world_of([*delivering(*range(1, 12)), review])
    reviews = [of_kind(DutyKind.PRIORITISATION_REVIEW, seen(world, n)) for n in (89, 90, 181, 182, 200, 293)]
    assert reviews == [[], [("booking", 181, False)], [("booking", 181, False)], [("booking", 181, True)], [("booking", 292, False)], [("booking", 292, True)]]
    (duty,) = [one for one in duties(seen(world, 300)) if one.kind is DutyKind.PRIORITISATION_REVIEW]
    assert (duty.subject_kind, duty.name, duty.rule, duty.command, duty.roles) == (
        "product",
        "Booking",
        "S0-24",
        "backlog.review_prioritisation",
        ("product_owner",),
    )


@pytest.mark.requirement("S0-25")
def test_whoever_does_not_deliver_regularly_has_nothing_to_review_and_after_a_pause_it_is_due_three_months_later() -> None:
    world = world_of(delivering(1, 2, 3, 10, 11, 12))
    reviews = [of_kind(DutyKind.PRIORITISATION_REVIEW, seen(world, n)) for n in (100, 130, 360, 361)]
    assert reviews == [[("booking", 181, False)], [], [], [("booking", 451, False)]]
    assert of_kind(DutyKind.PRIORITISATION_REVIEW, seen(world_of(delivering()[:1]), 400)) == []


@pytest.mark.requirement("S0-24", "S4-20")
def test_a_duty_waits_for_whoever_can_end_it_from_30_days_before_its_last_day() -> None:
    world = world_of([*delivering(*range(1, 12)), *delivered_for_a_need()])

    def waits(n: int, role: str) -> list[tuple[str, str]]:
        return [(one.command, one.what) for one in awaiting(seen(world, n), [Role.parse(role)]) if one.rule in ("S0-24", "S0-05")]

    review = ("backlog.review_prioritisation", "Review the order of the backlog of Booking against its metrics: it delivers regularly.")
    assert [waits(n, "product_owner@booking") for n in (150, 151)] == [[], [review]]
    assert waits(200, "product_owner@other") == [] and review not in waits(200, "team@booking")
    assert "backlog.record_impact" in dict(waits(200, "product_owner@booking"))


def test_of_nothing_said_nothing_follows() -> None:
    assert list(followed([])) == []


def test_every_kind_of_duty_is_declared_says_when_it_is_due_and_waits_under_its_own_name_or_another() -> None:
    assert DECLARED.keys() == set(DutyKind)
    otherwise = {DutyKind.BID_UNDECIDED, DutyKind.EVIDENCE_EXPIRES}
    assert {kind.name for kind in DutyKind if kind not in otherwise} <= AwaitedKind.__members__.keys()
    for declared in DECLARED.values():
        assert declared.statement.endswith(".") and COMMANDS[declared.command].SPEC.topic == declared.topic


@pytest.mark.requirement("S0-24", "S0-05", "S3-04")
def test_of_a_product_and_of_a_team_is_due_what_lies_in_them_and_what_names_them() -> None:
    facts = sorted(two_years(Random(2024)), key=lambda fact: (fact.learned, fact.hour))
    seen_then = seen(world_of(Statement(fact.aggregate, fact.data, fact.day, fact.by) for fact in facts), 310)
    of_maps, of_t1 = ({duty.kind for duty in duties_in(seen_then, kind, id)} for kind, id in (("product", "maps"), ("team", "t1")))
    assert of_maps == {DutyKind.PRIORITISATION_REVIEW, DutyKind.IMPACT_ASKED, DutyKind.EXPERIMENT_CHECK, DutyKind.MONITORING_ENDS}
    assert of_t1 == {DutyKind.BID_UNDECIDED, DutyKind.HEALTH_CHECK} | of_maps, "it serves that product"
    assert {duty.subject_id for duty in duties_in(seen_then, "team", "t2")} & {"t1", "maps"} == set()
    assert duties_in(seen_then, "team", "nobody") == ()


def test_every_kind_of_duty_falls_due_in_two_years_in_which_the_clocks_are_tried() -> None:
    facts = sorted(two_years(Random(2024)), key=lambda fact: (fact.learned, fact.hour))
    world = world_of(Statement(fact.aggregate, fact.data, fact.day, fact.by) for fact in facts)
    found = {data.kind for _, data in moments_until(world, start_of(day(DAYS))) if isinstance(data, OfDuty)}
    assert found == {kind.value for kind in DutyKind}, "give tests/rules/two_years.py facts by which it does"
