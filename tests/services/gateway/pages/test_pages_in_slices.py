"""Pages are made in slices too: what presents an answer, stands a page in another, fills a template and compresses it lets others have their turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.events.cost import metered
from services.gateway.graphql import execution
from services.gateway.graphql.cost.budget import PAGE, Budget, Most
from services.gateway.pages import routes
from services.gateway.pages.home.page import HOME
from services.gateway.pages.kit.charts.charts import element
from services.gateway.pages.kit.rendering import environment
from services.gateway.pages.kit.tables.event_rows import told
from tests.services.gateway.pages.answers import HTML, signed_in, visit
from tests.services.gateway.small_world import Gateway
from tests.services.gateway.turns import others_counted


def at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause whenever anything is spent."""
    monkeypatch.setattr("services.gateway.graphql.cost.budget.SLICE", 0)
    monkeypatch.setattr("services.gateway.graphql.cost.budget.AT_ONCE", 1)
    monkeypatch.setattr("services.gateway.capacity.slices.GAP", 0)


@pytest.mark.parametrize(("path", "pieces"), [("/graduation", 3), ("/roadmap", 3), ("/pack", 12)])
async def test_others_have_their_turn_while_a_page_is_made_of_its_answer(site: Gateway, monkeypatch: pytest.MonkeyPatch, path: str, pieces: int) -> None:
    await signed_in(site.client)
    await site.client.get(path, headers=HTML)
    at_every_step(monkeypatch)
    meanwhile: list[int] = []
    async with others_counted() as turns:

        async def computed(work: Callable[[], Any], budget: Budget) -> Any:
            begun = turns()
            found = await execution.computed(work, budget)
            meanwhile.append(turns() - begun)
            return found

        monkeypatch.setattr(routes, "computed", computed)
        answer = await site.client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert len(meanwhile) >= pieces and meanwhile[-2] > 50, "what is rendered is the last but one: the last is compressed"


async def test_a_page_that_takes_too_long_to_make_says_so(site: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    await signed_in(site.client)
    at_every_step(monkeypatch)
    monkeypatch.setattr(routes, "PAGE", Most(objects=PAGE.objects, found=5_000, seconds=0.0, size=PAGE.size))
    answer = await site.client.get("/graduation?asOf=2025-12-31", headers=site.signed_in("executive"))
    assert answer.status_code == 422
    assert "takes more than 0 seconds of computing" in answer.json()["detail"] and answer.json()["remedy"]


async def test_what_is_offered_on_a_page_is_of_one_world_whatever_is_heard_while_it_is_made(site: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    await signed_in(site.client)
    at_every_step(monkeypatch)
    asking = asyncio.create_task(site.client.get("/", headers=HTML))
    heard = 0
    while not asking.done():
        site.tell(TEAM, f"late{heard}", TeamFormed(name="Late", home="env"), "2026-01-02")
        heard += 1
        await asyncio.sleep(0)
    assert asking.result().status_code == 200 and heard > 5
    assert (await site.client.get("/", headers=HTML)).status_code == 200


EVENT = {"id": "team:parks@1", "type": "headway.portfolio.team.formed.v1", "at": "2026-01-02T08:00:00+00:00", "recorded": "2026-01-02T08:00:00+00:00"}


@pytest.mark.parametrize(
    ("work", "cost"),
    [
        (lambda: element("g", "text"), 1),
        (lambda: environment().from_string("{{ 'a' ~ n }}").render(n=1), 1),
        (lambda: told(visit(HOME), {**EVENT, "by": {"name": "Ed"}, "assertedBy": "importer", "retracted": False}), 4),
    ],
)
def test_whatever_is_put_into_a_page_is_work(work: Callable[[], Any], cost: int) -> None:
    budget = Budget()
    with metered(budget):
        work()
    assert budget.found == cost
