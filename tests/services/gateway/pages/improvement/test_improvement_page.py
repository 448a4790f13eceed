"""`/improvement`, and what the pages of a team and of a product say of improving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.events.catalog.backlog.experiment import (
    ExperimentChecked,
    ExperimentConcluded,
    ExperimentMethod,
    ExperimentOutcome,
    ExperimentPlanned,
    ExperimentStarted,
)
from libs.events.catalog.backlog.improvement import (
    ImprovementFinished,
    ImprovementLevel,
    ImprovementRaised,
    ImprovementScope,
    ImprovementStarted,
    ImprovementTarget,
)
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.initiative_choices import InitiativeTemplate
from libs.events.catalog.roadmap.initiative_events import FailureAnalysed, InitiativeOpened
from libs.events.catalog.roadmap.metric import MetricDefined, MetricKind, MetricRead, RedesignThresholdSet, ThresholdSide
from services.gateway.pages.improvement.page import IMPROVEMENT
from services.gateway.pages.improvement.tables import overdue
from tests.given import Read, given, say
from tests.services.gateway.pages.answers import visit


def improved(id: str, title: str, team: str, started: str, finished: str | None = None, worked: bool = True, **other: Any) -> list[Any]:
    fields = {"level": ImprovementLevel.OPERATIONAL, "scope": ImprovementScope.TEAM, "target": ImprovementTarget.PRACTICE, "why": "It matters", **other}
    found = say(f"improvement:{id}", ImprovementRaised(team=team, title=title, **fields), at=started)
    found += say(f"improvement:{id}", ImprovementStarted(), at=started)
    return found + (say(f"improvement:{id}", ImprovementFinished(worked=worked, learned=f"Learned of {id}"), at=finished) if finished else [])


def tried(id: str = "reminder") -> Sequence[Any]:
    planned = ExperimentPlanned(
        team="river",
        product="permits",
        hypothesis="A reminder helps",
        scope="One district",
        method=ExperimentMethod.AB,
        starts=date(2025, 9, 1),
        ends=date(2025, 9, 30),
    )
    of = f"experiment:{id}"
    checked = ExperimentChecked(finding="nobody renewed earlier", worked=False)
    concluded = ExperimentConcluded(outcome=ExperimentOutcome.ADAPT)
    return [
        *say(of, planned, at="2025-08-20"),
        *say(of, ExperimentStarted(), at="2025-09-01"),
        *say(of, checked, at="2025-10-01"),
        *say(of, concluded, at="2025-10-02"),
    ]


@pytest.fixture(scope="module")
def told() -> Read:
    """Two teams of two ministries: one with two at once, one that has stopped improving; and an experiment that is to be tried again."""
    metric = MetricDefined(
        product="permits",
        name="Calls a week",
        kind=MetricKind.QUANTITATIVE,
        goal="Fewer",
        method="counted",
        tool="log",
        source="counter",
        responsible="ed",
        unit="calls",
    )
    goal: dict[str, Any] = {"need": "n", "metric": "calls", "value": Decimal(400), "due": date(2026, 6, 30), "product": "permits"}
    strategic: dict[str, Any] = {"level": ImprovementLevel.STRATEGIC, "scope": ImprovementScope.PUBLIC_SERVICES}
    opened = InitiativeOpened(
        subject="product:permits", title="Renewals by themselves", value="No visit", level=ImprovementLevel.TACTICAL, template=InitiativeTemplate.FULL
    )
    return given(
        say("organisation:env", OrganisationRegistered(name="Environment")),
        say("organisation:citz", OrganisationRegistered(name="Citizens")),
        say("product:permits", ProductRegistered(name="Permits", home="env")),
        say("team:river", TeamFormed(name="River", home="env", products=("permits",))),
        say("team:lake", TeamFormed(name="Lake", home="citz", products=())),
        say("metric:calls", metric),
        improved("calls", "Fewer calls", "river", "2026-02-01", **goal),
        improved("forms", "Short forms", "river", "2026-02-20", **goal | strategic),
        improved("letters", "Plain letters", "river", "2025-10-10", "2025-11-20", product="permits"),
        improved("queues", "No queues", "river", "2025-12-01", "2026-01-15", worked=False, product="permits"),
        improved("desk", "One desk", "lake", "2025-09-01", "2025-12-20"),
        tried(),
        [one for one in tried("again") if isinstance(one.data, ExperimentPlanned | ExperimentStarted)],
        say("initiative:renew", opened, at="2025-06-01"),
        say("initiative:renew", FailureAnalysed(analysis="Nobody asked", lesson="ask the counters first", shared_with=("everybody",)), at="2025-12-01"),
    )


@pytest.mark.requirement("S2-21", "S3-01", "S3-08")
def test_the_page_says_what_is_under_way_what_came_of_the_rest_and_what_was_learned(told: Read) -> None:
    said = (
        "Two improvements are under way, and three finished.",
        "Two of these worked (66.7 %).",
        "In Q4 2025 two of two worked, in this quarter so far none of one.",
    )
    told.says("/improvement", *said, "One team has more under way at once than is meant.", "One team has begun and finished nothing for six weeks.")
    told.says("/improvement", "It is one of 2 at once, where 1 is meant: beside Fewer calls (S3-01).", "400 by 30 Jun 2026")
    told.says("/improvement", "Did not work", "No queues", "Learned of queues", "Plain letters", "Learned of letters", "Lake", "None", "Too many", "one meant")


@pytest.mark.requirement("S2-03", "S3-06")
def test_it_is_narrowed_by_organisation_level_and_scope(told: Read) -> None:
    strategic = told.page("/improvement?level=strategic&scope=PUBLIC_SERVICES")
    assert "Short forms" in strategic and "beside Fewer calls" in strategic and ">Fewer calls<" not in strategic and "No queues" not in strategic
    citizens = told.page("/improvement?organisation=citz")
    assert "One desk" in citizens and "Short forms" not in citizens and "River" not in citizens


def test_of_one_level_it_says_nothing_of_the_pace_of_teams_and_none_is_no_number(told: Read) -> None:
    told.says("/improvement?level=strategic", "One improvement is under way, and none finished.")
    assert "begun and finished nothing" not in told.page("/improvement?level=strategic")


def test_a_format_that_there_is_not_is_refused_with_those_that_there_are(told: Read) -> None:
    answer = told.text("/improvement?format=xyz", status=422)
    assert "there is no format 'xyz'" in answer and "html, csv" in answer


@pytest.mark.requirement("S2-16", "S3-04")
def test_initiatives_stand_there_with_their_lessons_and_so_do_checks_that_are_overdue(told: Read) -> None:
    told.says("/improvement", "Renewals by themselves", "Ask the counters first.", "Overdue", "Check of an experiment", "30 Sep 2025")
    assert "Renewals by themselves" not in told.page("/improvement?organisation=citz") and "Renewals" in told.page("/improvement?organisation=env")
    assert "Renewals by themselves" not in told.page("/improvement?level=OPERATIONAL")
    told.shows("portfolio:env", "initiatives.nodes { id }", [{"id": "initiative:renew"}]).shows("portfolio:citz", "initiatives.totalCount", 0)


def test_what_a_team_is_to_review_or_check_stands_before_the_impact_of_its_many_deliveries() -> None:
    kinds = ["IMPACT_ASKED", "EXPERIMENT_CHECK", "IMPACT_ASKED", "MONITORING_ENDS", "BID_UNDECIDED"]
    duties = [{"kind": kind, "dueOn": f"2026-01-0{n}", "rule": "S", "subject": {"id": f"team:t{n}", "name": f"T{n}"}} for n, kind in enumerate(kinds, 1)]
    rows = overdue(visit(IMPROVEMENT), duties).rows
    assert [row[0].text for row in rows] == ["T2", "T4", "T1", "T3"]


def test_each_table_is_csv_as_well(told: Read) -> None:
    quarters = told.page("/improvement?format=csv&table=quarters")
    assert "Q4 2025,2,2,1.0000,2025-10-01,2025-12-31" in quarters and "Q1 2026,1,0,0.0000" in quarters
    assert "improvement:queues,team:river,2026-01-15,Learned of queues,OPERATIONAL,TEAM,2025-12-01" in told.page("/improvement?format=csv&table=failed")
    assert "team:river,TOO_MANY,2,2,43,1" in told.page("/improvement?format=csv&table=pace")


def test_the_page_of_a_team_says_its_pace_and_what_it_improves_and_tries(told: Read) -> None:
    told.says(
        "/teams/river",
        "Two under way at once, where one is meant; two finished in a year, each in 43 days (the median).",
        "Did not work: Learned of queues".lower()[:3],
    )
    told.says("/teams/river", "did not work: Learned of queues", "A reminder helps", "Nobody renewed earlier.", "Adapt", "waits for its next plan")
    told.says("/teams/lake", "Nothing begun or finished for six weeks; one finished in a year, each in 110 days (the median).", "No experiment was planned.")


def test_the_page_of_a_product_says_what_is_improved_of_it_and_tried_with_it(told: Read) -> None:
    told.says("/products/permits", "Two under way, two finished, of which one worked.", "Short forms", "River", "A reminder helps")


@pytest.mark.requirement("S1-23")
@pytest.mark.requirement("S1-01")
def test_thresholds_crossed_and_products_that_lack_a_kind_of_metrics_are_named_of_one_organisation_or_all() -> None:
    counted = {"kind": MetricKind.QUANTITATIVE, "goal": "g", "method": "m", "tool": "t", "source": "s", "responsible": "ann"}
    read = given(
        *(say(f"organisation:{id}", OrganisationRegistered(name=id.capitalize())) for id in ("env", "health")),
        say("product:permits", ProductRegistered(name="Permits", home="env")),
        say("product:clinics", ProductRegistered(name="Clinics", home="health")),
        say("metric:calls", MetricDefined(product="permits", name="Calls", **counted)),  # type: ignore[arg-type]
        say("metric:calls", RedesignThresholdSet(value=Decimal(30), when=ThresholdSide.ABOVE), MetricRead(value=Decimal(31)), at="2024-03-01"),
    )
    read.says("/improvement", "Calls", "above 30, since 1 Mar 2024", "Clinics", "Quantitative and Qualitative")
    read.says("/improvement?organisation=health", "No metric lies beyond its redesign threshold.", "Clinics")
    read.on("2024-02-01").says("/improvement", "No metric lies beyond its redesign threshold.")
