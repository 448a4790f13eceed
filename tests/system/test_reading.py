"""REST reads: one and in pages, at any (`asOf`, `knownAt`), money for those who may see it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.system.conftest import Running

TEAM = "/portfolio/v1/teams/t"


async def get(stack: Running, path: str, persona: str = "subscriber", **query: Any) -> httpx.Response:
    return await stack.client.get(path, params=query, headers=stack.signed_in(persona))


@pytest.fixture
async def told(stack: Running) -> Running:
    """A team true from the 1st of May on and known from the 3rd on, and its investment."""
    known = {"at": "2024-05-01", "known": "2024-05-03T09:00:00Z"}
    await stack.say(
        ("portfolio.register_organisation", {"organisation": "env", "name": "Environment", **known}),
        ("portfolio.form_team", {"team": "t", "name": "T", "home": "env", **known}),
        ("portfolio.propose_investment", {"investment": "i", "team": "t", "amount": {"amount": "5.00", "currency": "CAD"}, **known}),
    )
    return stack


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 200),
        ({"asOf": "2024-04-30"}, 404),
        ({"asOf": "2024-05-01"}, 200),
        ({"asOf": "9999-12-31"}, 200),
        ({"asOf": "0001-01-01"}, 404),
        ({"knownAt": "2024-05-03T08:59:59Z"}, 404),
        ({"knownAt": "2024-05-03T11:00:00+02:00"}, 200),
        ({"knownAt": "2024-05-03"}, 404),
        ({"knownAt": "2024-05-04"}, 200),
    ],
)
async def test_a_thing_is_there_from_its_day_on_and_from_when_it_was_known(told: Running, query: dict[str, str], status: int) -> None:
    assert (await get(told, TEAM, **query)).status_code == status


@pytest.mark.parametrize(
    ("field", "value"), [("asOf", "0"), ("asOf", "20240501"), ("asOf", "2024-05-01T00:00:00Z"), ("knownAt", "1714726800"), ("knownAt", "2024-05-03T09:00:00")]
)
async def test_a_moment_is_a_day_or_an_instant_with_its_offset(told: Running, field: str, value: str) -> None:
    answer = await get(told, TEAM, **{field: value})
    assert answer.status_code == 422 and answer.json()["field"] == field


async def test_a_cursor_of_another_door_is_refused(told: Running) -> None:
    found = await told.ask("{ portfolio { teams(first: 1) { pageInfo { endCursor } } } }")
    answer = await get(told, "/portfolio/v1/teams", after=found["portfolio"]["teams"]["pageInfo"]["endCursor"])
    assert answer.status_code == 422 and answer.json()["field"] == "after"


async def test_pages_follow_each_other_without_a_gap_though_something_is_added_between(told: Running) -> None:
    for n in range(5):
        await told.command("portfolio.register_organisation", {"organisation": f"m{n}", "name": "M"})
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = (await get(told, "/portfolio/v1/organisations", first=2, after=after)).json()
        seen += [one["id"] for one in page["organisations"]]
        after = page["next"]
        await told.command("portfolio.register_organisation", {"organisation": f"a{len(seen)}", "name": "Behind every cursor"})
    assert seen == ["env", "m0", "m1", "m2", "m3", "m4"]


@pytest.mark.parametrize(("persona", "shown"), [("executive@env", True), ("auditor", True), ("executive@other", False), ("importer", False)])
async def test_money_is_null_for_whoever_may_not_read_it_and_that_is_said(told: Running, persona: str, shown: bool) -> None:
    one = (await get(told, "/portfolio/v1/investments/i", persona)).json()
    (listed,) = (await get(told, "/portfolio/v1/investments", persona)).json()["investments"]
    assert one["amount"] == listed["amount"] == ({"amount": "5.00", "currency": "CAD"} if shown else None)
    assert ("withheld" in one) is ("withheld" in listed) is not shown
