"""What the pages say is what GraphQL answers for the same moment, to the cent."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from services.gateway.documents import EXECUTIVE
from tests.services.gateway.pages.answers import HTML, signed_in
from tests.services.gateway.small_world import Gateway

MOMENTS: tuple[dict[str, str], ...] = ({}, {"asOf": "2025-10-15"}, {"asOf": "2025-10-15", "knownAt": "2025-06-01T00:00:00Z"}, {"organisation": "water"})


@pytest.mark.parametrize("moment", MOMENTS, ids=["now", "then", "as known then", "of one organisation"])
async def test_a_figure_on_a_page_is_the_figure_of_the_executives_table(site: Gateway, moment: dict[str, str]) -> None:
    await signed_in(site.client)
    said = (await site.ask(EXECUTIVE, moment))["portfolio"]

    money = [row["amount"] for row in await _rows(site, "/", "money", moment)]
    assert Counter(money) == Counter(_money(said))

    statuses = {row["status"]: int(row["teams"]) for row in await _rows(site, "/", "teams-by-status", moment) if row["teams"] != "0"}
    assert statuses == Counter(team["graduation"]["status"] for team in said["teams"]["nodes"])

    overdue = [(row["due"], row["what"], row["about"], row["rule"]) for row in await _rows(site, "/", "duties-overdue", moment)]
    assert overdue == [(one["dueOn"], one["kind"], one["subject"]["id"], one["rule"]) for one in said["duties"]]

    teams = {row["team"]: (row["status"], row["met"], row["since"]) for row in await _rows(site, "/teams", "teams", moment)}
    assert teams == {one["id"]: _standing(one["graduation"]) for one in said["teams"]["nodes"]}

    cards = {f"team:{row['team']}": (row["status"], row["met"], row["since"]) for row in await _rows(site, "/graduation", "teams", moment)}
    assert cards == teams

    if "organisation" not in moment:
        homes = {row["id"]: row["committed"] for row in await _rows(site, "/investment", "organisation-money", moment)}
        assert homes == {one["id"]: _amounts(one["investment"]["committed"]) for one in said["organisations"] if one["investment"]["committed"]}


async def _rows(site: Gateway, path: str, table: str, moment: dict[str, str]) -> list[dict[str, str]]:
    answer = await site.client.get(path, params={**moment, "format": "csv", "table": table}, headers=HTML)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def _money(portfolio: dict[str, Any]) -> list[str]:
    """The four rows of the overview for each currency; the first baseline is the forecast less what that is over it."""
    found = []
    for one in portfolio["investment"]["forecast"]:
        currency = one["currency"]
        forecast, over, committed, actual = (
            next((Decimal(each["amount"]) for each in portfolio["investment"][name] if each["currency"] == currency), Decimal(0))
            for name in ("forecast", "againstFirstBaseline", "committed", "actual")
        )
        found += [f"{currency} {value:.2f}" for value in (forecast - over, committed, forecast, actual)]
    return found


def _amounts(values: Sequence[dict[str, str]]) -> str:
    return "; ".join(f"{one['currency']} {one['amount']}" for one in values)


def _standing(graduation: dict[str, Any]) -> tuple[str, str, str]:
    return graduation["status"], str(sum(one["met"] for one in graduation["criteria"])), (graduation["since"] or "")[:10]
