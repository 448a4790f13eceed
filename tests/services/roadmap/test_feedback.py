"""Feedback: channels that are opened and closed, themes by the points at which problems lie."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from libs.calendar.local_time import start_of
from libs.commands.catalog.roadmap.channel import CloseChannel, OpenChannel
from libs.commands.catalog.roadmap.theme import RecordTheme
from libs.commands.errors import AlreadyDecided, AlreadyExists, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.channel import Audience, ChannelClosed, ChannelKind, ChannelOpened
from libs.events.catalog.roadmap.theme import ThemeRecorded
from libs.rules.products.feedback import problem_points
from services.roadmap.domain import decisions
from tests.given import Read, given, say

COUNTER = ChannelOpened(product="permits", name="Counter", kind=ChannelKind.COUNTER, audience=Audience.CITIZENS)
OPEN = OpenChannel(channel="counter", product="permits", name="Counter", kind=ChannelKind.COUNTER, audience=Audience.CITIZENS)
SAID = {"theme": "fee", "channel": "counter", "text": "The fee comes as a surprise", "problem_point": "Fee", "times": 12}
HEARD = RecordTheme.model_validate(SAID)
JUNE = start_of(date(2024, 6, 1))


def known() -> Scenario:
    s = Scenario(decisions).given("product:permits", ProductRegistered(name="Permits", home="env"), at="2024-01-01")
    return s.given("team:parks", TeamFormed(name="Parks", home="env", products=("permits",)), at="2024-01-01")


def open_since_may() -> Scenario:
    return known().given("channel:counter", COUNTER, at="2024-05-01")


@pytest.mark.requirement("S1-03")
@pytest.mark.requirement("S1-15")
@pytest.mark.requirement("S1-16")
@pytest.mark.requirement("S1-25")
@pytest.mark.parametrize("role", ["product_owner@permits", "team@parks"])
def test_owner_and_team_open_channels_of_every_kind_for_every_audience(role: str) -> None:
    for kind in ChannelKind:
        for audience in Audience:
            command = OpenChannel(channel=f"{kind}-{audience}", product="permits", name=kind.words, kind=kind, audience=audience)
            known().when(command, by=role).then(ChannelOpened(product="permits", name=kind.words, kind=kind, audience=audience))
    open_since_may().when(HEARD, by=role).then(
        ThemeRecorded(channel="counter", product="permits", text="The fee comes as a surprise", problem_point="Fee", times=12)
    )


@pytest.mark.parametrize("role", ["executive@env", "portfolio_manager@env", "cab@env", "product_owner@fees", "team@roads", "steering_group@env", "auditor"])
def test_nobody_else_speaks_for_whoever_is_heard(role: str) -> None:
    for command in (OPEN.model_copy(update={"channel": "other"}), CloseChannel(channel="counter", reason="Moved"), HEARD):
        assert "takes" in open_since_may().when(command, by=role).refused(NotAllowed).detail


@pytest.mark.requirement("S1-03")
def test_a_channel_is_closed_once_after_it_was_opened_and_nothing_is_heard_through_it_any_more() -> None:
    close = CloseChannel(channel="counter", reason="It moved")
    assert "roadmap.open_channel" in (Scenario(decisions).when(close).refused(NotFound).remedy or "")
    before = CloseChannel(channel="counter", reason="It moved", at=start_of(date(2024, 4, 1)))
    open_since_may().when(before).refused(Refused, "S1-03")
    s = open_since_may().when(CloseChannel(channel="counter", reason="It moved", at=JUNE)).then(ChannelClosed(reason="It moved"))
    s.when(close).refused(AlreadyDecided, "S1-03")
    refused = s.when(HEARD).refused(Refused, "S1-03")
    assert refused.field == "channel" and "2024-06-01" in refused.detail and s.said == ()
    s.when(HEARD.model_copy(update={"at": start_of(date(2024, 5, 31))})).then(
        ThemeRecorded(channel="counter", product="permits", text="The fee comes as a surprise", problem_point="Fee", times=12)
    )


@pytest.mark.requirement("S1-03")
def test_nothing_is_heard_through_what_was_not_opened_by_then_and_nothing_is_recorded_twice() -> None:
    refused = known().when(HEARD).refused(NotFound)
    assert refused.field == "channel" and "roadmap.open_channel" in (refused.remedy or "")
    open_since_may().when(HEARD.model_copy(update={"at": start_of(date(2024, 4, 30))})).refused(NotFound)
    open_since_may().when(HEARD).when(HEARD.model_copy(update={"text": "Something else"})).refused(AlreadyExists)
    open_since_may().when(OPEN).refused(AlreadyExists)


@pytest.mark.parametrize("wrong", [{"text": ""}, {"text": "x" * 10_001}, {"times": 0}, {"times": "often"}, {"problem_point": ""}, {"channel": "Counter 1"}])
def test_a_theme_says_what_was_heard_and_at_least_once(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RecordTheme.model_validate({"channel": "counter", "text": "The fee"} | wrong)


def heard() -> Read:
    def theme(text: str, point: str | None, times: int, item: str | None = None) -> ThemeRecorded:
        return ThemeRecorded(channel="counter", product="permits", text=text, problem_point=point, times=times, item=item)

    return given(
        say("product:permits", ProductRegistered(name="Permits", home="env")),
        say("channel:counter", COUNTER),
        say("theme:a", theme("The fee comes late", "Fee", 3), at="2024-02-01"),
        say("theme:b", theme("The fee is unclear", " fee", 4, item="show-fee"), at="2024-03-01"),
        say("theme:c", theme("The map is slow", "Map", 6), at="2024-02-15"),
        say("theme:d", theme("Thank you", None, 90), at="2024-02-20"),
    )


@pytest.mark.requirement("S1-03")
def test_themes_are_summed_by_problem_point_the_most_often_heard_first_and_what_is_of_none_last() -> None:
    heard().shows(
        "product:permits",
        "problemPoints { point heard themes takenUp lastOn }",
        [
            {"point": " fee", "heard": 7, "themes": 2, "takenUp": 1, "lastOn": "2024-03-01"},
            {"point": "Map", "heard": 6, "themes": 1, "takenUp": 0, "lastOn": "2024-02-15"},
            {"point": None, "heard": 90, "themes": 1, "takenUp": 0, "lastOn": "2024-02-20"},
        ],
    )
    then = heard().on("2024-02-28").derives(problem_points, "permits")
    assert [(one.point, one.heard) for one in then] == [("Map", 6), ("Fee", 3), (None, 90)]


def test_channel_theme_and_product_name_each_other() -> None:
    told = heard()
    told.shows("channel:counter", "themes.nodes.text", ["The fee comes late", "The fee is unclear", "The map is slow", "Thank you"])
    told.shows(
        "product:permits", "channels.nodes { name kind audience closedOn }", [{"name": "Counter", "kind": "COUNTER", "audience": "CITIZENS", "closedOn": None}]
    )
    told.shows("product:permits", "story(first: 1).nodes.id", ["theme:b@1"])
    told.says("/themes?text=fee", "The fee is unclear")
