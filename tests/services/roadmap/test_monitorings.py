"""Monitorings: opened after a change, also by the clock, and closed by the same metrics before and after (S1-09, S1-13)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from libs.commands.command import COMMANDS
from libs.commands.errors import AlreadyDecided, AlreadyExists, Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.improvement import ImprovementFinished, ImprovementLevel, ImprovementRaised, ImprovementScope, ImprovementTarget
from libs.events.catalog.portfolio.organisation import OrganisationRegistered, PolicySet
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.channel import Audience, ChannelKind, ChannelOpened
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined, MetricKind, MetricRead
from libs.events.catalog.roadmap.monitoring import MONITORING, MonitoringClosed, MonitoringOpened
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleasePublished, ReleaseStage
from libs.events.catalog.roadmap.theme import ThemeRecorded
from libs.events.event import Retracted
from libs.rules.duties import DutyKind, duties
from libs.rules.duties.instant import AnnouncedMoment
from libs.rules.improvement.monitoring import before_and_after, ends, heard_since, monitoring_state
from libs.rules.tasks import awaited
from services.roadmap.announcements import MonitoringAfterRelease
from services.roadmap.domain import decisions
from tests.services.roadmap.announcing import say_due

pytestmark = pytest.mark.requirement("S1-13")

OPENED = MonitoringOpened(product="permits", about="release:out", metrics=("sat",))
CLOSE: dict[str, Any] = {"worked": True, "evidence": "Satisfaction rose, and the counter was quiet"}
DEFINED = MetricDefined(product="permits", name="Sat", kind=MetricKind.QUANTITATIVE, goal="g", method="m", tool="t", source="s", responsible="ed")


def published(*, functional: bool = True) -> Scenario:
    """A release that went out on 1 April, with a metric that was measured before."""
    s = Scenario(decisions).given("organisation:env", OrganisationRegistered(name="Environment"), at="2026-01-01")
    s.given("product:permits", ProductRegistered(name="Permits", home="env"), at="2026-01-01")
    s.given("team:t", TeamFormed(name="T", home="env", products=("permits",)), at="2026-01-01")
    s.given("metric:sat", DEFINED, BaselineMeasured(value=Decimal(60)), at="2026-02-01")
    return s.given(
        "release:out", ReleaseProposed(product="permits", stage=ReleaseStage.LIVE, title="Out", functional=functional), ReleasePublished(), at="2026-04-01"
    )


def opened() -> Scenario:
    return published().given("monitoring:m", OPENED, at="2026-04-01")


def say(s: Scenario, verb: str, by: str = "team@t", **data: Any) -> Scenario:
    return s.when(COMMANDS[f"roadmap.{verb}_monitoring"].model_validate({"monitoring": "m", **data}), by=by)


OPEN: dict[str, Any] = {"product": "permits", "about": "release:out", "metrics": ["sat"]}


def test_a_change_is_monitored_once_it_is_made_for_as_long_as_the_policy_says_or_it_itself() -> None:
    s = say(published(), "open", **OPEN).then(OPENED)
    assert ends(s.facts(), "m") == date(2026, 6, 1) + timedelta(days=90)
    s.given("organisation:env", PolicySet(monitoring_days=30))
    assert ends(s.facts(), "m") == date(2026, 7, 1)
    say(s, "open", **OPEN).refused(AlreadyExists)
    said = say(published(), "open", **OPEN, until="2026-12-31")
    assert ends(said.facts(), "m") == date(2026, 12, 31)
    for role in ("product_owner@permits", "team@t"):
        assert say(published(), "open", by=role, **OPEN).error is None
    for role in ("product_owner@taxes", "portfolio_manager@env", "cab@env"):
        say(published(), "open", by=role, **OPEN).refused(NotAllowed)


def test_what_is_not_made_yet_or_is_of_another_product_is_not_monitored() -> None:
    s = published()
    assert say(s, "open", **OPEN, at="2026-03-01").refused(Refused, "S1-13").detail == "the release 'out' was not published by then"
    assert say(s, "open", **OPEN | {"product": "taxes"}, by="importer").refused(Invalid).field == "about"
    s.given("metric:other", MetricDefined(**{**{name: getattr(DEFINED, name) for name in DEFINED.__dataclass_fields__}, "product": "taxes"}))
    assert say(s, "open", **OPEN | {"metrics": ["other"]}).refused(Invalid).field == "metrics"
    assert say(s, "open", **OPEN, until="2026-05-31").refused(Invalid).field == "until"
    raised = ImprovementRaised(
        team="t",
        title="Shorter",
        why="Queues",
        product="permits",
        level=ImprovementLevel.OPERATIONAL,
        scope=ImprovementScope.TEAM,
        target=ImprovementTarget.PRODUCT,
    )
    s.given("improvement:i", raised, at="2026-04-01")
    say(s, "open", **OPEN | {"about": "improvement:i"}).refused(Refused, "S1-13")
    s.given("improvement:i", ImprovementFinished(worked=True, learned="Much"), at="2026-05-01")
    assert say(s, "open", **OPEN | {"about": "improvement:i"}).error is None
    for wrong in ("team:t", "out", "release:"):
        with pytest.raises(ValueError, match="about"):
            say(s, "open", **OPEN | {"about": wrong})
    with pytest.raises(ValueError, match="metrics"):
        say(s, "open", **OPEN | {"metrics": []})


@pytest.mark.requirement("S1-09")
def test_before_and_after_are_told_by_the_same_metric_or_a_note_says_why_not() -> None:
    s = opened()
    assert say(s, "close", **CLOSE).refused(Refused, "S1-09").detail == "Sat was not read after the change"
    say(s, "close", **CLOSE, note="The survey is late").then(MonitoringClosed(worked=True, evidence=CLOSE["evidence"], note="The survey is late"))
    t = opened().given("metric:sat", MetricRead(value=Decimal(75)), at="2026-05-01")
    say(t, "close", **CLOSE).then(MonitoringClosed(worked=True, evidence=str(CLOSE["evidence"])))
    (found,) = before_and_after(t.facts(), "m")
    assert (found.before, found.before_on, found.after, found.after_on) == (Decimal(60), date(2026, 2, 1), Decimal(75), date(2026, 5, 1))
    assert monitoring_state(t.facts(), "m") == "worked"
    t.given("metric:sat", MetricRead(value=Decimal(20)), at="2026-06-02")
    assert [one.after for one in before_and_after(t.facts("2026-06-03"), "m")] == [75], "what is read once it is closed is of another time"


@pytest.mark.requirement("S1-09")
def test_an_improvement_is_told_by_the_metric_at_which_it_aimed() -> None:
    s = opened().given("metric:sat", MetricRead(value=Decimal(75)), at="2026-05-01")
    raised = ImprovementRaised(
        team="t",
        title="Shorter",
        why="Queues",
        product="permits",
        metric="time",
        level=ImprovementLevel.OPERATIONAL,
        scope=ImprovementScope.TEAM,
        target=ImprovementTarget.PRODUCT,
    )
    s.given("improvement:i", raised, ImprovementFinished(worked=True, learned="Much"), at="2026-04-01")
    s.given("monitoring:n", MonitoringOpened(product="permits", about="improvement:i", metrics=("sat",)), at="2026-04-02")
    refused = say(s, "close", monitoring="n", **CLOSE).refused(Refused, "S1-09")
    assert refused.detail == "time, at which it aimed, is not among the metrics" and refused.field == "note"


def test_it_is_closed_once_and_after_it_was_opened() -> None:
    s = opened()
    say(s, "close", monitoring="none", **CLOSE, by="importer").refused(NotFound)
    say(s, "close", **CLOSE, note="n", at="2026-03-01").refused(Invalid)
    say(s, "close", **CLOSE, note="n")
    say(s, "close", **CLOSE, note="n").refused(AlreadyDecided, "S1-13")


def test_what_users_said_since_the_change_is_counted() -> None:
    s = opened().given("channel:c", ChannelOpened(product="permits", name="Counter", kind=ChannelKind.COUNTER, audience=Audience.CITIZENS), at="2026-01-01")
    for id, day, times in (("early", "2026-03-01", 7), ("late", "2026-05-01", 3)):
        s.given(f"theme:{id}", ThemeRecorded(channel="c", product="permits", text="Too long", times=times), at=day)
    assert heard_since(s.facts(), "m") == 3


def test_its_end_is_a_duty_that_waits_for_the_team_and_is_done_by_closing() -> None:
    s = opened()
    (duty,) = [one for one in duties(s.facts(), overdue=False) if one.kind is DutyKind.MONITORING_ENDS]
    assert (duty.due_on, duty.overdue, duty.subject_id) == (date(2026, 6, 30), False, "m")
    assert monitoring_state(s.facts("2026-07-01"), "m") == "over"
    assert DutyKind.MONITORING_ENDS in {one.kind for one in duties(s.facts("2026-07-01"))}
    assert [(one.command, one.data) for one in awaited(s.facts()) if one.kind == "monitoring_ends"] == [("roadmap.close_monitoring", (("monitoring", "m"),))]
    say(s, "close", **CLOSE, note="n")
    assert DutyKind.MONITORING_ENDS not in {one.kind for one in duties(s.facts("2026-07-01"))}


# What the clock does.

AFTER = MonitoringAfterRelease()


def announced(s: Scenario) -> list[AnnouncedMoment]:
    """What is due, said."""
    return say_due(AFTER, s, "out")


def test_a_published_release_that_changes_what_a_product_does_is_monitored_by_itself_from_that_day_on_and_once() -> None:
    s = published()
    assert announced(s) == [AnnouncedMoment(datetime(2026, 4, 1, tzinfo=UTC), OPENED)]
    assert announced(s) == []
    assert ends(s.facts(), "out") == date(2026, 6, 30)
    assert announced(published(functional=False)) == []
    assert announced(Scenario(decisions).given("release:out", ReleaseProposed(product="permits", stage=ReleaseStage.LIVE, title="Out"))) == []


def test_metrics_that_were_measured_only_later_are_not_among_its_metrics() -> None:
    s = published().given("metric:late", DEFINED, BaselineMeasured(value=Decimal(1)), at="2026-05-01")
    assert [one.data for one in announced(s)] == [OPENED]


def test_where_the_release_was_not_published_then_the_opening_is_taken_back_and_said_of_its_own_day() -> None:
    s = published()
    announced(s)
    s.given("release:out", Retracted(event="release:out@2", reason="Not yet"))
    assert [type(one.data) for one in announced(s)] == [Retracted]
    assert announced(s) == [] and s.facts().get(MONITORING, "out") is None
    s.given("release:out", ReleasePublished(), at="2026-05-01")
    assert [one.at.date() for one in announced(s)] == [date(2026, 5, 1)]


def test_what_somebody_has_taken_back_or_closed_stays_so() -> None:
    s = published()
    announced(s)
    s.given("monitoring:out", Retracted(event="monitoring:out@1", reason="Nobody needs it"))
    assert announced(s) == []
    t = published()
    announced(t)
    say(t, "close", monitoring="out", **CLOSE, note="n")
    t.given("release:out", Retracted(event="release:out@2", reason="Not yet"))
    assert announced(t) == []
