"""What the page of a product shows of feedback and of its metrics: where its problems lie, what is recommended, the course of what is read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from libs.events.catalog.backlog.backlog import BacklogOpened, BacklogReordered, PrioritisationReviewed
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.roadmap.channel import Audience, ChannelClosed, ChannelKind, ChannelOpened
from libs.events.catalog.roadmap.finding import FindingKind, FindingRecorded
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined, MetricKind, MetricRead, RedesignThresholdSet, TargetSet, ThresholdSide
from libs.events.catalog.roadmap.recommendation import RecommendationAccepted, RecommendationDeclined, RecommendationMade
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseStage
from libs.events.catalog.roadmap.target_condition import TargetConditionSet
from libs.events.catalog.roadmap.theme import ThemeRecorded
from libs.events.catalog.roadmap.vision import VisionSet
from services.gateway.pages.kit.charts.over_time import ChartLevel, course
from services.gateway.pages.product.feedback import heard
from services.gateway.pages.product.metrics import courses, lacking
from tests.given import Read, given, say

PERMITS = say("product:permits", ProductRegistered(name="Permits", home="env"))


def theme(text: str, point: str | None, times: int) -> ThemeRecorded:
    return ThemeRecorded(channel="counter", product="permits", text=text, problem_point=point, times=times)


def told() -> Read:
    return given(
        PERMITS,
        say("channel:counter", ChannelOpened(product="permits", name="Town hall", kind=ChannelKind.COUNTER, audience=Audience.CITIZENS)),
        say("channel:form", ChannelOpened(product="permits", name="Paper form", kind=ChannelKind.FORM, audience=Audience.BUSINESSES)),
        say("channel:form", ChannelClosed(reason="Nobody used it"), at="2024-02-01"),
        say("theme:fee", theme("The fee comes late", "Fee", 12), at="2024-03-01"),
        say("theme:map", theme("The map is slow", "Map", 5), at="2024-03-02"),
        say("finding:hidden", FindingRecorded(product="permits", kind=FindingKind.CAUSE, text="The fee is hidden", rests_on=("theme:fee",)), at="2024-04-01"),
        say("recommendation:show", RecommendationMade(product="permits", text="Show the fee", findings=("hidden",), consulted=("Counters",)), at="2024-04-02"),
        say("recommendation:show", RecommendationAccepted(), at="2024-04-03"),
        say("recommendation:drop", RecommendationMade(product="permits", text="Drop the fee", findings=("hidden",)), at="2024-04-02"),
        say("recommendation:drop", RecommendationDeclined(reason="The law asks for it"), at="2024-04-03"),
        say("release:beta", ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Fee first", recommendation="show"), at="2024-05-01"),
    )


@pytest.mark.requirement("S1-03")
def test_a_product_shows_where_its_problems_lie_and_through_which_channels_that_is_heard() -> None:
    read = told()
    read.says("/products/permits", "Heard 17 times; most often of “Fee”, 12 times.")
    for part in ("Where its problems lie", "Town hall", "Counter", "closed on 1 Feb 2024: Nobody used it", "All that was heard"):
        read.says("/products/permits", part)


@pytest.mark.requirement("S1-10")
@pytest.mark.requirement("S1-11")
@pytest.mark.requirement("S1-12")
def test_a_product_shows_what_was_found_and_recommended_and_what_carries_it_out() -> None:
    read = told()
    for part in ("The fee is hidden", "Cause", "Accepted", "Fee first", "Declined", "The law asks for it", "Counters"):
        read.says("/products/permits", part)


def test_a_product_of_which_nothing_was_heard_says_so() -> None:
    given(PERMITS).says("/products/permits", "No channel of feedback was opened.")


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([], ""),
        ([{"point": None, "heard": 1}], "Heard once."),
        ([{"point": "Fee", "heard": 2}, {"point": None, "heard": 9}], "Heard 11 times; most often of “Fee”, twice."),
    ],
)
def test_what_was_heard_is_summed_up_in_a_sentence(points: list[dict[str, object]], said: str) -> None:
    assert heard(points) == said


def measured() -> Read:
    defined = MetricDefined(
        product="permits", name="Done in one go", kind=MetricKind.QUANTITATIVE, unit="percent", goal="g", method="m", tool="t", source="s", responsible="ann"
    )
    return given(
        PERMITS,
        say("metric:done", defined, BaselineMeasured(value=Decimal(40)), TargetSet(value=Decimal(60), due=date(2026, 12, 31))),
        say("metric:done", RedesignThresholdSet(value=Decimal(30), when=ThresholdSide.BELOW)),
        *(say("metric:done", MetricRead(value=Decimal(value)), at=f"2024-0{month}-01") for month, value in ((2, 45), (3, 50), (4, 25))),
    )


@pytest.mark.requirement("S1-23")
def test_the_course_of_a_metric_is_drawn_with_baseline_target_and_threshold_beside_its_table() -> None:
    read = measured()
    said = "Line: what was read, 45 percent at first and 25 percent at last. Dots: the baseline, 40 percent. Dashes: the target, 60 percent by 31 Dec 2026."
    for part in (
        said,
        "Long and short dashes: a redesign is called for below 30 percent.",
        "Called for",
        "The same reading by reading, as a table",
    ):
        read.says("/products/permits", part)
    read.shows("product:permits", "readings(first: 2).nodes { metric on }", [{"metric": "metric:done", "on": f"2024-0{month}-01"} for month in (4, 3)])


@pytest.mark.requirement("S1-01")
def test_a_product_says_which_kind_of_metrics_it_lacks() -> None:
    measured().says("/products/permits", "It lacks qualitative metrics")
    given(PERMITS).says("/products/permits", "It lacks quantitative and qualitative metrics")
    assert lacking([]) == ""


def test_a_metric_that_was_read_once_has_no_course_yet() -> None:
    assert "hw-level" not in str(course([], [], "None"))
    drawn = str(course([(date(2024, 1, 1), Decimal(1)), (date(2024, 2, 1), Decimal(3))], [ChartLevel(Decimal(2), "hw-level--baseline")], "Two"))
    assert "M1 37 L99 3" in drawn and 'y1="20"' in drawn and "hw-level--baseline" in drawn
    assert courses(None, [], []) == ()  # type: ignore[arg-type] # nothing is looked at


@pytest.mark.requirement("S4-11")
@pytest.mark.requirement("S3-02")
def test_a_product_shows_its_vision_and_the_target_conditions_on_the_way() -> None:
    read = given(
        PERMITS,
        say("vision:v", VisionSet(subject="product:permits", text="No paper", until=date(2027, 1, 31)), at="2024-02-01"),
        say("target_condition:visits", TargetConditionSet(subject="product:permits", text="Nobody has to come"), at="2024-03-01"),
    )
    read.says("/products/permits", "Vision since 1 February 2024 until 31 January 2027: No paper.", "Nobody has to come")
    read.on("2024-01-31").says("/products/permits", "Permits")
    assert "Vision since" not in read.on("2024-01-31").page("/products/permits")


@pytest.mark.requirement("S0-24")
def test_reviews_of_the_order_stand_there_with_what_they_looked_at_and_what_they_moved() -> None:
    told = given(
        PERMITS,
        say("backlog:permits", BacklogOpened(), at="2026-01-01"),
        *(say(f"item:{id}", ItemAdded(product="permits", title=id), at="2026-01-02") for id in "abc"),
        say("backlog:permits", BacklogReordered(item="c", position=1, reason="Calls"), at="2026-02-01"),
        say("backlog:permits", PrioritisationReviewed(metrics=("calls",), note="Calls first"), at="2026-02-02"),
    )
    told.says("/products/permits", "Reviews of the order", "2 Feb 2026", "Calls first", "looked at calls; three items moved")
    assert "2026-02-02,Calls first,importer,calls,a; b; c" in told.page("/products/permits?format=csv&table=reviews")
