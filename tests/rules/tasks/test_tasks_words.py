"""How what waits is named, in which order it comes, and what of the same subject does not wait."""

from __future__ import annotations

from typing import Any

import pytest

from libs.commands.testing import money
from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.graduation import HandoffFailed, HandoffPrepared, HomeFunction, SustainEntered
from libs.events.catalog.portfolio.investment import ForecastRecorded, InvestmentProposed
from libs.events.catalog.portfolio.loan import TeamLent
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, Staffing, TeamFormed
from libs.events.catalog.roadmap.change import ChangeDecided, ChangeLinked, ChangeRaised, Effect
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined, TargetSet
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseSignedOff, ReleaseStage
from libs.rules.tasks import AwaitedKind
from tests.rules.tasks.test_tasks import HOME, kinds, of, waits
from tests.rules.way import TEAM, WAY, Statement, attested, day, graduating, sustained, told

NAMELESS = Statement("team:u", TeamFormed(name="", home="env", products=()), 0)


def proposed(id: str, n: int = 10, **named: Any) -> Statement:
    return Statement(f"investment:{id}", InvestmentProposed(amount=money("5.00"), **named), n)


def lent(team: str, borrower: str, *, last: bool = True) -> Statement:
    until = day(50) if last else None
    return Statement("loan:l", TeamLent(team=team, lender="env", borrower=borrower, staffing=Staffing.STAFF, agreement="Letter", until=until), 20)


def release(title: str = "Spring", *, functional: bool = True) -> Statement:
    return Statement("release:r", ReleaseProposed(product="booking", stage=ReleaseStage.BETA, title=title, functional=functional), 10)


def raised(id: str = "c", title: str = "Pay", n: int = 12, **more: Any) -> Statement:
    return Statement(f"change:{id}", ChangeRaised(**({"product": "booking", "title": title, "release": "r"} | more)), n)


def target(metric: str, value: int, n: int, due: int) -> Statement:
    return Statement(f"metric:{metric}", TargetSet(value=money(str(value)).amount, due=day(due)), n)


BASELINE = BaselineMeasured(value=money("60").amount)
CLINICS = Statement("product:clinics", ProductRegistered(name="Clinics", home="env"), 0)
HEALTH = Statement("organisation:health", OrganisationRegistered(name="Health"), 0)


@pytest.mark.parametrize(
    ("said", "name", "what"),
    [
        ([proposed("i", team="parks", product="clinics"), CLINICS], "Parks", "Decide on the investment i in Parks."),
        ([proposed("i", team="future", product="clinics"), CLINICS], "Clinics", "Decide on the investment i in Clinics."),
        ([proposed("i", team="u", product="clinics"), CLINICS, NAMELESS], "Clinics", "Decide on the investment i in Clinics."),
        ([proposed("i", team="future", product="later")], "future", "Decide on the investment i in future."),
        ([proposed("i", product="later")], "later", "Decide on the investment i in later."),
        ([proposed("i")], "i", "Decide on the investment i in i."),
        ([lent("parks", "health"), HEALTH], "Parks", "Say whether Parks is back from Health."),
        ([lent("u", "health"), NAMELESS], "u", "Say whether u is back from health."),
        ([lent("future", "health")], "future", "Say whether future is back from health."),
        ([lent("", "health")], "l", "Say whether l is back from health."),
        ([release(functional=False)], "Spring", "Sign off the release Spring, or say what it lacks."),
        ([release("", functional=False)], "r", "Sign off the release r, or say what it lacks."),
        ([raised(release=None)], "Pay", "Decide on the change request Pay."),
        ([raised(title="", release=None)], "c", "Decide on the change request c."),
        (
            [Statement("metric:m", BASELINE, 5), target("m", 80, 6, 300)],
            "m",
            f"Read m: nothing was read since its target of 80 by {day(300)} was set.",
        ),
    ],
)
def test_what_waits_is_named_as_people_call_it_or_by_what_is_known_of_it(said: list[Statement], name: str, what: str) -> None:
    (one,) = waits([*HOME, *said], 60)
    assert (one.name, one.what) == (name, what)


def test_of_several_targets_the_one_that_is_due_first_is_named() -> None:
    metric = MetricDefined(product="booking", name="Speed", **dict.fromkeys(("goal", "method", "tool", "source"), "x"), kind=sustained_kind(), responsible="p2")
    said = [Statement("metric:m", metric, 4), Statement("metric:m", BASELINE, 5), target("m", 80, 6, 300), target("m", 70, 7, 200), target("m", 90, 8, 400)]
    (one,) = waits([*HOME, *said], 60)
    assert (one.name, one.what, one.due) == ("Speed", f"Read Speed: nothing was read since its target of 70 by {day(200)} was set.", day(200))


def sustained_kind() -> Any:
    return next(one.data.kind for one in sustained() if isinstance(one.data, MetricDefined))


@pytest.mark.parametrize(
    "said",
    [
        [Statement("investment:i", ForecastRecorded(amount=money("5.00")), 5)],
        [lent("parks", "health", last=False)],
        [Statement("release:r", ReleaseSignedOff(), 5)],
        [Statement("change:c", ChangeLinked(release="r"), 5)],
    ],
    ids=["not proposed", "lent without end", "a sign-off of nothing", "a link of nothing"],
)
def test_what_cannot_be_done_yet_does_not_wait(said: list[Statement]) -> None:
    assert kinds(waits([*HOME, *said], 60)) == []


def test_a_release_of_which_one_change_is_decided_and_another_is_not_waits_for_that() -> None:
    decided = Statement("change:c", ChangeDecided(approved=True, reason="Yes"), 13)
    said = [*HOME, release(), Statement("release:r", ReleaseSignedOff(), 11), raised(), raised("d"), decided]
    assert kinds(waits(said, 60)) == ["decide_change"]


def test_a_bid_that_is_called_as_a_team_whose_evidence_expires_is_no_duty() -> None:
    bid = [
        Statement("bid:parks", BidSubmitted(investment="i", amount=money("5.00"), body="Board"), 20),
        Statement("bid:parks", BidOutcomeRecorded(won=True, reason="Yes"), 30),
    ]
    assert of(waits([*graduating(), *bid], 300), AwaitedKind.RECORD_BID_OUTCOME) == []


def test_the_board_is_asked_for_a_change_of_the_releases_product_with_the_product_in_the_command() -> None:
    (one,) = of(waits([*HOME, release(), raised(product="clinics")], 60), AwaitedKind.RAISE_CHANGE)
    assert one.data == (("release", "r"), ("product", "booking")) and one.since == day(10)


def test_a_change_for_a_dependency_is_decided_by_a_rule_of_its_own() -> None:
    changes = [raised(release=None), raised("d", release=None, on="clinics", effect=Effect.BEGINS)]
    assert {one.subject_id: one.rule for one in waits([*HOME, *changes], 60)} == {"c": "S0-16", "d": "S0-17"}


def test_what_is_due_comes_first_then_what_has_waited_longest() -> None:
    said = [*(one for one in sustained() if one.aggregate != WAY), proposed("late", 188, team="parks"), proposed("b", 150, team="parks")]
    assert [one.id for one in waits([*said, proposed("a", 150, team="parks"), lent("parks", "health")], 189)] == [
        f"return_team:l:{day(50)}",
        "decide_investment:a:",
        "decide_investment:b:",
        "enter_sustain:parks:",
        "decide_investment:late:",
    ]


@pytest.mark.requirement("S4-02")
def test_sustain_is_not_entered_while_a_precondition_or_the_health_of_either_lacks() -> None:
    before = [one for one in sustained() if one.aggregate != WAY]
    assert kinds(waits(before, 188)) == ["enter_sustain"]
    for subject in HealthSubject:
        poor = Statement(TEAM, HealthRecorded(subject=subject, reading=HealthReading.POOR, source="Check"), 185)
        assert kinds(waits([*before, poor], 188)) == []
    without_beta = kinds(waits([one for one in before if one.aggregate != "release:beta"], 188))
    growing = kinds(waits([*before, *(Statement(f"item:x{n}", added(before), 180) for n in range(9))], 188))
    assert "enter_sustain" not in (*without_beta, *growing)


def added(said: list[Statement]) -> Any:
    return next(one.data for one in said if one.aggregate.startswith("item:"))


@pytest.mark.requirement("S4-17", "R-06")
def test_a_hand_off_waits_since_what_made_it_wait() -> None:
    def since(n: int, *more: Statement) -> dict[str, Any]:
        found = waits([*sustained(), *more], n)
        return {dict(one.data)["function"]: one.since for one in found if one.kind in (AwaitedKind.PREPARE_HANDOFF, AwaitedKind.ACCEPT_HANDOFF)}

    agency = HomeFunction.IT_AGENCY
    turns = [
        Statement(WAY, HandoffFailed(function=agency, reason="Nobody there"), 193),
        Statement(WAY, HandoffPrepared(function=agency, evidence="Now"), 194),
        Statement(WAY, HandoffFailed(function=agency, reason="Nobody there again"), 196),
        Statement(WAY, HandoffPrepared(function=agency, evidence="Again"), 197),
    ]
    assert since(191)["strategic_hr"] == day(190), "since Sustain"
    assert [since(198, *turns[:n])["it_agency"] for n in range(5)] == [day(185), day(193), day(194), day(196), day(197)]


@pytest.mark.requirement("R-04", "R-05")
def test_the_executives_word_waits_since_sustain_or_the_day_after_its_last_one_counted_and_the_story_since_all_has_been_accepted() -> None:
    (never,) = of(waits(sustained(), 340), AwaitedKind.ATTEST)
    assert (never.since, never.data) == (day(190), (("team", "parks"), ("criterion", "R-04"))), "a reading that is too old has no part in it"
    assert of(waits([*sustained(), attested(195)], 195 + 365), AwaitedKind.ATTEST) == [], "the last day is included"
    way = [one for one in graduating() if one.day < 255]
    (story,) = of(waits(way, 254), AwaitedKind.TELL_STORY)
    assert story.since == day(240)
    assert kinds(waits([*way, told(253)], 254)) == ["attest"]
    assert of(waits([one for one in way if not isinstance(one.data, SustainEntered)], 254), AwaitedKind.TELL_STORY) == [], "not in residency"


def test_what_a_graduate_must_renew_is_named_also_where_the_metric_and_the_team_have_no_name() -> None:
    metric, attestation = waits(graduating(), 300)
    assert (metric.name, metric.what) == ("Satisfaction", f"Read Satisfaction again: Parks rests on a reading that counts until {day(430)}.")
    nameless = [s for s in graduating() if not isinstance(s.data, MetricDefined | TeamFormed)]
    definition = next(s.data for s in graduating() if isinstance(s.data, MetricDefined))
    fields = {name: getattr(definition, name) for name in definition.__dataclass_fields__} | {"name": ""}
    forming = [Statement(TEAM, TeamFormed(name="", home="env", products=("booking",)), 0), Statement("metric:sat", MetricDefined(**fields), 60)]
    metric, attestation = waits([*nameless[:1], *forming, *nameless[1:]], 300)
    assert (metric.name, metric.what) == ("sat", f"Read sat again: parks rests on a reading that counts until {day(430)}.")
    assert (attestation.name, attestation.due) == ("parks", day(620))
