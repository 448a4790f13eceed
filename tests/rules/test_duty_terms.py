"""From when to when something must be seen to, by what each time ended, and what whoever must see to it is told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import libs.commands.catalog  # noqa: F401 - declares every command
from libs.calendar.local_time import start_of
from libs.commands.testing import money
from libs.events.catalog.duties import DutyKind
from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.evaluations.confidence import ConfidenceLevel, ConfidenceRated
from libs.events.catalog.portfolio.evaluations.evaluation import Degree, EvaluationConcluded, EvaluationStarted
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.lifecycle import LifecycleCheck, LifecycleDefined, LifecyclePhase
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.product import ChecklistTicked, PhaseEntered, ProductDecommissioned, ProductRegistered
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, TeamFormed, TeamPivotedAway
from libs.events.catalog.roadmap.monitoring import MonitoringClosed, MonitoringOpened
from libs.rules.duties import duties_in, duties_of
from libs.rules.duties.terms import DECLARED, Term, duty, terms
from tests.rules.way import TEAM, WAY, Statement, attested, day, graduating, read, seen, world_of

Told = tuple[int, int, int | None, bool]
"""Days after 1 January 2024: since when, due when, ended when (None: open); and whether it was not left undone."""
MAPS = Statement("product:maps", ProductRegistered(name="Maps", home="env"), 0)
GONE = ProductDecommissioned(reason="Replaced")


def of(said: Sequence[Statement], kind: DutyKind, id: str, on: int = 600) -> tuple[Term, ...]:
    return seen(world_of(said), on).derive(terms, kind, id)


def told(found: Sequence[Term]) -> list[Told]:
    def number(at: object) -> int:
        return (at - start_of(day(0))).days  # type: ignore[operator, no-any-return]

    return [(number(one.start), (one.due[-1][1] - day(0)).days, None if one.end is None else number(one.end), one.done) for one in found]


def health(subject: HealthSubject, n: int) -> Statement:
    return Statement(TEAM, HealthRecorded(subject=subject, reading=HealthReading.GOOD, source="Check"), n)


@pytest.mark.requirement("S4-01")
def test_the_health_of_the_team_and_of_its_product_are_checked_each_by_itself() -> None:
    formed = Statement(TEAM, TeamFormed(name="Parks", home="env", products=("maps",)), 0)
    found = of([formed, health(HealthSubject.PRODUCT, 50)], DutyKind.HEALTH_CHECK, "parks")
    assert [one.about for one in found] == ["team", "product", "product"]
    assert told(found) == [(0, 180, None, True), (0, 180, 50, True), (50, 230, None, True)]
    assert {one.name for one in found} == {"Parks"}
    assert [one.what for one in found] == [
        "Check the health of Parks: nobody has checked it yet.",
        "Check the health of the product of Parks: nobody has checked it yet.",
        "Check the health of the product of Parks: it was checked last on 2024-02-20.",
    ]
    alone = Statement(TEAM, TeamFormed(name="Parks", home="env"), 0)
    assert [one.about for one in of([alone], DutyKind.HEALTH_CHECK, "parks")] == ["team"]
    over = of([formed, Statement(TEAM, TeamPivotedAway(reason="Moved"), 30)], DutyKind.HEALTH_CHECK, "parks")
    assert told(over) == [(0, 180, 30, False)] * 2


def test_a_team_of_which_only_its_health_was_said_is_called_by_its_id() -> None:
    assert [one.name for one in of([health(HealthSubject.TEAM, 10)], DutyKind.HEALTH_CHECK, "parks")] == ["parks"]


def rated(id: str, n: int) -> Statement:
    return Statement(f"confidence:{id}", ConfidenceRated(subject="product:maps", level=ConfidenceLevel.HIGH, words="Sure"), n)


@pytest.mark.requirement("S1-24")
def test_a_rating_is_due_anew_until_another_of_the_same_thing_or_the_end_of_that() -> None:
    said = [MAPS, rated("a", 10), rated("b", 40), Statement("product:maps", GONE, 70)]
    assert told(of(said, DutyKind.CONFIDENCE_OLD, "a")) == [(10, 100, 40, True)]
    (last,) = of(said, DutyKind.CONFIDENCE_OLD, "b")
    assert told([last]) == [(40, 130, 70, False)]
    assert (last.name, last.fields) == ("Maps", (("subject", "product:maps"),))
    assert last.what == "Say anew how sure you are of Maps: it was rated last on 2024-02-10."
    assert of([*said, rated("c", 80)], DutyKind.CONFIDENCE_OLD, "c") == (), "what is gone is rated no more"
    assert [one.name for one in of([rated("a", 10)], DutyKind.CONFIDENCE_OLD, "a")] == ["maps"]


def evaluated(id: str, started: int, concluded: int | None = None) -> list[Statement]:
    begun = Statement(f"evaluation:{id}", EvaluationStarted(product="maps", knows="ed"), started)
    if concluded is None:
        return [begun]
    return [begun, Statement(f"evaluation:{id}", EvaluationConcluded(effective=Degree.YES, efficient=Degree.YES, aims=(), frameworks=()), concluded)]


@pytest.mark.requirement("S1-04")
def test_a_product_is_evaluated_again_until_somebody_begins_to_or_it_is_gone() -> None:
    once = [MAPS, *evaluated("one", 5, 10)]
    (open,) = of(once, DutyKind.EVALUATION, "maps")
    assert told([open]) == [(10, 375, None, True)]
    assert (open.name, open.what) == ("Maps", "Evaluate Maps again: its last evaluation ended on 2024-01-11.")
    gone = Statement("product:maps", GONE, 200)
    assert told(of([*once, gone], DutyKind.EVALUATION, "maps")) == [(10, 375, 200, False)]
    assert told(of([*once, *evaluated("two", 100), gone], DutyKind.EVALUATION, "maps")) == [(10, 375, 100, True)]
    assert of([MAPS, Statement("product:maps", GONE, 7), *evaluated("one", 5, 10)], DutyKind.EVALUATION, "maps") == ()
    assert [one.name for one in of(evaluated("one", 5, 10), DutyKind.EVALUATION, "maps")] == ["maps"]


@pytest.mark.requirement("S0-15")
def test_what_a_bid_waits_for_is_said_and_nothing_waits_of_one_that_is_for_nothing() -> None:
    bid = Statement("bid:b", BidSubmitted(investment="inv", amount=money("5.00"), body="Treasury Board"), 20)
    (one,) = of([bid], DutyKind.BID_UNDECIDED, "b")
    assert one.what == "Record what Treasury Board decided on the bid for inv, or ask there." and told([one]) == [(20, 110, None, True)]
    assert of([], DutyKind.BID_UNDECIDED, "b") == ()


@pytest.mark.requirement("S1-26")
def test_a_monitoring_ends_on_its_day_or_as_the_policy_says() -> None:
    policy = Statement("organisation:env", PolicySet(monitoring_days=30), 1)
    for until, due in ((day(99), 99), (None, 50)):
        opened = Statement("monitoring:m", MonitoringOpened(product="maps", about="release:r", metrics=("sat",), until=until), 20)
        (one,) = of([MAPS, policy, opened], DutyKind.MONITORING_ENDS, "m")
        assert told([one])[0][1] == due and one.what


@pytest.mark.requirement("R-04")
def test_what_a_graduate_rests_on_is_said_again_from_its_graduation_on_and_until_it_is_a_team_no_more() -> None:
    over = Statement(TEAM, TeamPivotedAway(reason="Moved"), 400)
    found = of([*graduating(), attested(300), over], DutyKind.EVIDENCE_EXPIRES, "parks")
    assert [(one.began.id.partition("@")[0], *told([one])[0][0::2], one.done, one.name) for one in found] == [
        (WAY, 270, 300, True, "Parks"),
        (WAY, 300, 400, False, "Parks"),
        ("metric:sat", 270, 400, False, "Parks"),
    ]


@pytest.mark.requirement("S4-20")
def test_each_duty_says_who_may_see_to_it_by_which_command_and_which_evidence_it_renews() -> None:
    facts = seen(world_of([*graduating(), read(84, 280)]), 300)
    found = facts.derive(duties_of, DutyKind.EVIDENCE_EXPIRES, "parks")
    assert [(one.command, one.roles, one.evidence) for one in found] == [
        ("portfolio.attest", ("executive",), f"{WAY}@12"),
        ("roadmap.read_metric", ("product_owner", "team"), "metric:sat@6"),
    ]
    checks = facts.derive(duties_of, DutyKind.HEALTH_CHECK, "parks")
    assert [(one.command, one.roles, one.evidence) for one in checks] == [("portfolio.record_health", ("lab_ops",), None)] * 2
    about = {kind: {DECLARED[kind].about(one) for one in facts.derive(terms, kind, "parks")} for kind in (DutyKind.HEALTH_CHECK, DutyKind.EVIDENCE_EXPIRES)}
    assert about[DutyKind.HEALTH_CHECK] == {"team", "product"} and about[DutyKind.EVIDENCE_EXPIRES] >= {f"{WAY}@12", "metric:sat@6"}
    due = [one.due_on for one in duties_in(facts, "team", "parks")]
    assert due == sorted(due) and len(due) == 4


def test_a_kind_of_duty_is_declared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one = DECLARED[DutyKind.HEALTH_CHECK]
    declare = duty(one.kind, one.of, rule=one.rule, topic=one.topic, command=one.command)
    with pytest.raises(ValueError, match="is declared twice"):
        declare(one.terms)
    assert DECLARED[DutyKind.HEALTH_CHECK] is one
    monkeypatch.delitem(DECLARED, DutyKind.HEALTH_CHECK)
    assert declare(one.terms) is one.terms and DECLARED[DutyKind.HEALTH_CHECK].subject_kind == "team"


def test_a_duty_of_what_bears_the_id_of_a_thing_is_that_things() -> None:
    assert {DECLARED[kind].subject_kind for kind in DECLARED if DECLARED[kind].of.tells_of} == {"product"}


@pytest.mark.requirement("S0-26")
def test_a_checklist_is_one_of_products_with_a_lifecycle_and_each_entry_is_a_duty_of_its_own() -> None:
    phase = LifecyclePhase(id="live", title="Live", active=True, checklist=(LifecycleCheck(id="logs", text="Read the logs"),))
    lifecycle = Statement("lifecycle:own", LifecycleDefined(name="Own", phases=(phase,)), 0)
    of_own = Statement("product:wells", ProductRegistered(name="Wells", home="env", lifecycle="own"), 0)
    said = [MAPS, lifecycle, of_own, Statement("product:wells", PhaseEntered(phase="live"), 10), Statement("product:wells", ChecklistTicked(entry="logs"), 40)]
    facts = seen(world_of(said), 600)
    assert list(DECLARED[DutyKind.CHECKLIST].subjects(facts)) == ["wells"]
    found = facts.derive(terms, DutyKind.CHECKLIST, "wells")
    assert [(one.about, one.name, one.done) for one in found] == [("logs", "Wells", True), ("logs", "Wells", False)]
    assert [told([one])[0][0::2] for one in found] == [(10, 40), (40, None)]
    left = of([*said, Statement("product:wells", GONE, 50)], DutyKind.CHECKLIST, "wells")
    assert [(told([one])[0][2], one.done) for one in left] == [(40, True), (50, False)]
    assert [one.evidence for one in facts.derive(duties_of, DutyKind.CHECKLIST, "wells")] == [None]


@pytest.mark.requirement("S1-26")
def test_a_policy_that_is_set_later_moves_the_day_from_then_on_and_one_of_that_instant_holds_from_the_beginning() -> None:
    bid = Statement("bid:b", BidSubmitted(investment="inv", amount=money("5.00"), body="Board"), 20)
    proposed = [
        Statement(TEAM, TeamFormed(name="Parks", home="env"), 0),
        Statement("investment:inv", InvestmentProposed(team="parks", amount=money("5.00")), 5),
    ]
    for on, due in ((10, [(20, 50)]), (20, [(20, 50)]), (30, [(20, 110), (30, 50)])):
        policy = Statement("organisation:env", PolicySet(bid_days=30), on)
        (one,) = of([*proposed, policy, bid], DutyKind.BID_UNDECIDED, "b")
        assert [((since - start_of(day(0))).days, (last - day(0)).days) for since, last in one.due] == due


def test_nothing_is_due_of_what_was_only_ended_or_never_heard_of() -> None:
    closed = Statement("monitoring:m", MonitoringClosed(worked=True, evidence="Fewer calls"), 20)
    won = Statement("bid:b", BidOutcomeRecorded(won=True, reason="Good"), 20)
    for said, kind, id in (
        ([closed], DutyKind.MONITORING_ENDS, "m"),
        ([won], DutyKind.BID_UNDECIDED, "b"),
        ([], DutyKind.MONITORING_ENDS, "m"),
        ([], DutyKind.CONFIDENCE_OLD, "a"),
    ):
        assert of(said, kind, id) == ()
    for kind in DECLARED:
        assert of([], kind, "unheard-of") == ()
