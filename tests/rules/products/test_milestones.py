"""Milestones of a product: releases on the day they were published, targets on the day they are due, with what became of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from libs.commands.decision import Decisions
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined, MetricKind, MetricRead, TargetSet
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.rules.products.milestones import Milestone, MilestoneKind, milestones


def story() -> Scenario:
    s = Scenario(Decisions())
    s.given("product:p", ProductRegistered(name="P", home="env"), at="2024-01-01")
    s.given("release:beta", ReleaseProposed(product="p", stage=ReleaseStage.BETA, title="Public beta"), at="2024-05-01")
    defined = MetricDefined(
        product="p", name="Satisfaction", kind=MetricKind.QUANTITATIVE, goal="g", method="m", tool="t", source="s", responsible="r", unit="percent"
    )
    s.given("metric:m", defined, at="2024-02-01")
    s.given("metric:m", BaselineMeasured(value=Decimal(60)), at="2024-02-02")
    s.given("metric:m", TargetSet(value=Decimal("80.0"), due=date(2024, 9, 1)), at="2024-02-03")
    return s


def test_a_release_has_a_day_once_it_is_published() -> None:
    s = story()
    assert [one.kind for one in milestones(s.facts("2024-06-01"), "p")] == [MilestoneKind.TARGET]
    s.given("release:beta", ReleaseSignedOff(), at="2024-06-02")
    s.given("release:beta", ReleasePublished(), at="2024-06-03")
    assert milestones(s.facts("2024-06-03"), "p")[0] == Milestone(MilestoneKind.RELEASE, "Public beta", date(2024, 6, 3), True)


def test_a_target_is_open_until_it_is_hit_or_due() -> None:
    s = story()
    assert milestones(s.facts("2024-08-31"), "p") == (Milestone(MilestoneKind.TARGET, "Satisfaction: 80 percent", date(2024, 9, 1), None),)
    assert milestones(s.facts("2024-09-01"), "p")[0].reached is False
    s.given("metric:m", MetricRead(value=Decimal(81)), at="2024-08-20")
    assert milestones(s.facts("2024-08-31"), "p")[0].reached is True


def test_milestones_come_by_their_day_whichever_they_are_and_a_release_without_a_title_goes_by_its_id() -> None:
    s = story().given("release:late", ReleasePublished(), at="2024-10-01").given("release:a", ReleasePublished(), at="2024-05-02")
    for id in ("late", "a"):
        s.given(f"release:{id}", ReleaseProposed(product="p", stage=ReleaseStage.LIVE, title=""), at="2024-05-01")
    assert [one.title for one in milestones(s.facts("2024-12-01"), "p")] == ["a", "Satisfaction: 80 percent", "late"]
