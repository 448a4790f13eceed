"""Runs of pipelines become evidence of the changes that they name, once, where the class of the change asks for it (S3-10)."""

from __future__ import annotations

import pytest

from libs.commands.catalog.roadmap.release import PublishRelease
from libs.commands.errors import Refused
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.pipeline_run import RunSucceeded
from libs.events.catalog.roadmap.change import ChangeRaised, EvidenceAttached
from libs.events.catalog.roadmap.release import ReleasePublished
from libs.events.event import Payload, Retracted
from libs.rules.clearance import clearance
from services.roadmap.announcements import EvidenceOfPipelines
from tests.services.roadmap.announcing import due_of, say_due
from tests.services.roadmap.test_change_classes import APPROVED, READ, TESTED, attached, classed

RUNS = EvidenceOfPipelines()
URL = "https://ci.example.org/1"

pytestmark = pytest.mark.requirement("S3-10")


def ran(s: Scenario, name: str, *jobs: str, at: str = "2026-03-02", run: str = "r1", product: str = "permits") -> Scenario:
    return s.given(f"pipeline_run:{run}", RunSucceeded(product=product, source="gh", change="c", name=name, jobs=jobs, url=URL), at=at)


def announced(s: Scenario) -> list[tuple[str, Payload]]:
    """What is due, said: the day of each, and what it says."""
    found = say_due(RUNS, s, "c")
    assert due_of(RUNS, s, "c") == [], "once"
    return [(str(one.at.date()), one.data) for one in found]


def test_a_run_is_evidence_by_its_name_or_a_jobs_as_people_compare_names_and_then_the_release_may_go_out() -> None:
    s = ran(classed(APPROVED), "All-Tests  passed", "lint", at="2026-03-02")
    assert announced(s) == [("2026-03-02", EvidenceAttached(evidence=TESTED, url=URL))]
    s.when(PublishRelease(release="r"), by="product_owner@permits").refused(Refused, "S3-10")
    ran(s, "pipeline", "read_by_a_second_developer", run="r2", at="2026-03-04")
    assert announced(s) == [("2026-03-04", EvidenceAttached(evidence=READ, url=URL))]
    assert clearance(s.facts(), "c").by_class
    s.when(PublishRelease(release="r"), by="product_owner@permits").then(ReleasePublished())


def test_what_the_class_does_not_ask_for_and_what_another_product_s_source_says_is_no_evidence() -> None:
    assert announced(ran(classed(APPROVED), "Deploy")) == []
    assert announced(ran(classed(APPROVED), TESTED, product="taxes")) == []
    assert announced(ran(classed(APPROVED, change_class=None), TESTED)) == []


def test_what_somebody_has_attached_stays_and_the_first_of_several_runs_holds_in_whatever_order_they_are_heard_of() -> None:
    assert announced(ran(attached(classed(APPROVED), TESTED), TESTED)) == []
    s = ran(classed(APPROVED), TESTED, at="2026-03-04")
    announced(s)
    assert announced(ran(s, TESTED, at="2026-03-05", run="r2")) == []
    told = announced(ran(s, TESTED, at="2026-03-03", run="r3"))
    assert [(day, isinstance(data, Retracted)) for day, data in told] == [("2026-06-01", True), ("2026-03-03", False)]


def test_a_run_before_the_change_was_raised_is_its_evidence_from_the_raising_on() -> None:
    s = classed(APPROVED)
    assert announced(ran(s, TESTED, at="2026-02-20")) == [("2026-03-01", EvidenceAttached(evidence=TESTED, url=URL))]
    s.given("pipeline_run:r1", Retracted(event="pipeline_run:r1@1", reason="Of another commit"))
    assert [type(data) for _, data in announced(s)] == [Retracted]


def test_what_a_person_has_taken_back_only_a_later_run_brings_again() -> None:
    s = ran(ran(classed(APPROVED), TESTED), TESTED, at="2026-03-03", run="r2")
    announced(s)
    s.given("change:c", Retracted(event="change:c@2", reason="Of another build"), at="2026-04-01")
    assert announced(s) == []
    assert announced(ran(s, TESTED, at="2026-05-01", run="r3")) == [("2026-05-01", EvidenceAttached(evidence=TESTED, url=URL))]


def test_a_change_that_is_taken_back_loses_what_runs_brought_it() -> None:
    s = ran(classed(APPROVED), TESTED)
    announced(s)
    s.given("change:c", Retracted(event="change:c@1", reason="Not ours"))
    assert [type(data) for _, data in announced(s)] == [Retracted]
    s.given("change:c", ChangeRaised(product="permits", title="Reword", change_class="texts"), at="2026-04-01")
    assert [day for day, _ in announced(s)] == ["2026-04-01"]
