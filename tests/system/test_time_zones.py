"""A day is one of the place that something is about, by every door and in every answer."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from headway.stack import create_stack
from libs.service.adapters import adapters_of
from libs.service.host.process import ProcessApp
from libs.service.settings import Settings
from tests.system.conftest import Running, running

EVENING = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
"""Half past eleven in the evening of the first of March in Victoria, and half past nine of the second on Kiritimati."""
TEAM = "query($team: ID!, $day: Date) { team(id: $team, asOf: $day) { health { team recordedOn } } portfolio(asOf: $day) { asOf } }"


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Running]:
    """A government on each side of the date line, with a team each, in the evening of the one."""

    def at_that_hour(settings: Settings) -> ProcessApp:
        return create_stack(settings, adapters=dataclasses.replace(adapters_of(settings), clock=lambda: EVENING))

    async with running(Settings(data=tmp_path), at_that_hour) as found:
        for home, zone in (("bc", "America/Vancouver"), ("ki", "Pacific/Kiritimati")):
            await found.say(
                ("portfolio.register_organisation", {"organisation": home, "name": home, "time_zone": zone, "at": "2026-01-01"}),
                ("portfolio.form_team", {"team": f"{home}-parks", "name": "Parks", "home": home, "at": "2026-01-05"}),
            )
        yield found


def checked(team: str, **when: str) -> dict[str, str]:
    return {"team": team, "subject": "team", "reading": "good", "source": "Check", **when}


async def test_what_is_said_now_is_of_today_at_either_place_and_is_seen_at_once(stack: Running) -> None:
    for team, today in (("bc-parks", "2026-03-01"), ("ki-parks", "2026-03-02")):
        answer = await stack.command("portfolio.record_health", checked(team), "lab_ops")
        assert answer.status_code == 200, answer.text
        for persona in ("executive", f"team@{team}"):
            seen = await stack.ask(TEAM, {"team": team}, persona=persona, after=answer.json()["position"])
            assert seen["team"]["health"] == {"team": "GOOD", "recordedOn": today}
        held = await stack.client.get(f"/portfolio/v1/teams/{team}", headers=stack.signed_in("executive"))
        assert held.json()["team_health"]["reading"] == "good"


async def test_whoever_is_behind_sees_at_once_what_was_said_where_it_is_tomorrow(stack: Running) -> None:
    person = await stack.command("portfolio.register_person", {"person": "ina", "organisation": "ki", "name": "Ina Tekai"})
    team = await stack.command("portfolio.form_team", {"team": "ki-new", "name": "New", "home": "ki"})
    agreed = await stack.command("portfolio.record_agreement", {"agreement": "a", "text": "One clock", "parties": ["bc", "ki"]})
    for answer in (person, team, agreed):
        assert answer.status_code == 201, answer.text
    seen = '{ portfolio { asOf } team(id: "ki-new") { name } agreement(id: "a") { text } person(id: "ina") { id } }'
    for position in (one.json()["position"] for one in (person, team, agreed)):
        found = await stack.ask(seen, persona="executive@bc", after=position)
    assert found == {"portfolio": {"asOf": "2026-03-01"}, "team": {"name": "New"}, "agreement": {"text": "One clock"}, "person": {"id": "person:ina"}}


async def test_a_policy_on_names_holds_at_once_for_readers_behind(stack: Running) -> None:
    for seen_by, shown in (("all", "Ina Tekai"), ("steering", "ina")):
        await stack.say(("portfolio.register_person", {"person": "ina", "organisation": "ki", "name": "Ina Tekai", "at": "2026-01-05"}))
        position = await stack.say(("portfolio.set_policy", {"organisation": "ki", "names_seen_by": seen_by}))
        person = await stack.ask('{ person(id: "ina") { name } }', persona="team@bc-parks", after=position)
        assert person["person"]["name"] == shown


async def test_changes_since_an_instant_are_told_where_it_is_still_the_day_before(stack: Running) -> None:
    asked = "query($from: DateTime!) { changes(from: $from) { totalCount } }"
    for since in ("2026-03-02T00:30:00Z", "2026-03-01T23:00:00Z"):
        assert (await stack.ask(asked, {"from": since}, persona="executive@bc"))["changes"]["totalCount"] >= 0


async def test_today_is_told_by_the_clock_of_what_one_has_a_role_of(stack: Running) -> None:
    for persona, today in (("executive", "2026-03-02"), ("executive@bc", "2026-03-01"), ("team@bc-parks", "2026-03-01"), ("team@ki-parks", "2026-03-02")):
        seen = await stack.ask(TEAM, {"team": "bc-parks"}, persona=persona)
        assert seen["portfolio"]["asOf"] == today


@pytest.mark.parametrize("door", ["rest", "bulk", "graphql"])
async def test_a_day_alone_is_that_day_at_the_place_by_every_door(stack: Running, door: str) -> None:
    said = checked("bc-parks", at="2026-02-10")
    if door == "rest":
        position = (await stack.command("portfolio.record_health", said)).json()["position"]
    elif door == "bulk":
        line = {"command": "portfolio.record_health", "key": "k", "data": checked("bc-parks"), "at": said["at"]}
        (result,) = await stack.bulk("portfolio", [line])
        position = result["position"]
    else:
        document = "mutation($said: RecordHealthInput!) { recordHealth(input: $said) { position } }"
        given = {**said, "subject": "TEAM", "reading": "GOOD"}
        position = (await stack.ask(document, {"said": given}, persona="importer"))["recordHealth"]["position"]
    for day, health in (("2026-02-09", None), ("2026-02-10", {"team": "GOOD", "recordedOn": "2026-02-10"})):
        assert (await stack.ask(TEAM, {"team": "bc-parks", "day": day}, after=position))["team"]["health"] == health
    assert await listed(stack, "from=2026-02-10&to=2026-02-10") == {position: "2026-02-10T00:00:00-08:00"}


async def listed(stack: Running, span: str) -> dict[str, str]:
    """The checks of a span of days or instants, and when each was."""
    asked = f"/events?type=headway.portfolio.team.health_recorded.v1&{span}"
    answer = await stack.client.get(asked, headers={**stack.signed_in("subscriber"), "Accept": "application/x-ndjson"})
    assert answer.status_code == 200, answer.text
    return {event["id"]: event["time"] for event in map(orjson.loads, answer.text.splitlines())}


async def test_events_are_listed_by_their_days_at_the_place_and_by_instants_everywhere(stack: Running) -> None:
    position = (await stack.command("portfolio.record_health", checked("bc-parks"))).json()["position"]
    await stack.ask("{ __typename }", after=position)
    for span, there in (
        ("from=2026-03-01&to=2026-03-01", True),
        ("from=2026-03-02", False),
        ("to=2026-02-28", False),
        ("from=2026-03-02T07:30:00Z", True),
        ("to=2026-03-02T07:30:00Z", False),
    ):
        assert (position in await listed(stack, span)) is there, span


async def test_the_page_of_a_team_says_when_by_the_clock_there(stack: Running) -> None:
    position = (await stack.command("portfolio.record_health", checked("bc-parks"))).json()["position"]
    await stack.ask("{ __typename }", after=position)
    page = await stack.client.get("/teams/bc-parks", headers=stack.signed_in("executive"))
    assert "1\xa0Mar\xa02026, 23:30\xa0UTC-08:00" in page.text
