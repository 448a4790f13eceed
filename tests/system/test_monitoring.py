"""A release that changes what a product does is monitored by itself, on a running stack (S1-13)."""

from __future__ import annotations

import asyncio

import pytest

from tests.patience import GIVE_UP
from tests.system.conftest import Running

FOUND = '{ monitoring(id: "monitoring:out") { state openedOn about { id } metrics { id } closedOn } }'


@pytest.mark.requirement("S1-13")
async def test_a_published_release_is_monitored_by_itself_and_closed_by_its_team(stack: Running) -> None:
    await stack.say(
        ("portfolio.register_organisation", {"organisation": "env", "name": "Environment"}),
        ("portfolio.register_product", {"product": "permits", "name": "Permits", "home": "env"}),
        ("portfolio.form_team", {"team": "t", "name": "T", "home": "env", "products": ["permits"]}),
        ("roadmap.propose_release", {"release": "out", "product": "permits", "stage": "live", "title": "Out", "at": "2026-03-01"}),
        ("roadmap.raise_change_request", {"change": "c", "product": "permits", "release": "out", "title": "Out", "at": "2026-03-01"}),
        ("roadmap.decide_change", {"change": "c", "approved": True, "reason": "Tested", "at": "2026-03-01"}),
        ("roadmap.sign_off_release", {"release": "out", "at": "2026-03-01"}),
        ("roadmap.publish_release", {"release": "out", "at": "2026-03-02"}),
    )
    async with asyncio.timeout(GIVE_UP):
        while (found := (await stack.ask(FOUND))["monitoring"]) is None:  # noqa: ASYNC110 - the clock looks twice a second
            await asyncio.sleep(0.1)
    assert (found["openedOn"], found["about"], found["metrics"]) == ("2026-03-02", {"id": "release:out"}, [])
    async with asyncio.timeout(GIVE_UP):  # what the clock itself opened has a duty as well, which was over long ago
        while len(stack.app.process.world.events("roadmap_duty:out")) < 2:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.1)
    close = {"monitoring": "out", "worked": False, "evidence": "Nobody used it"}
    refused = await stack.command("roadmap.close_monitoring", close, "team@t")
    assert refused.status_code == 409 and refused.json()["rule"] == "S1-09", refused.text
    closed = await stack.command("roadmap.close_monitoring", {**close, "note": "Nothing was measured"}, "team@t")
    assert closed.is_success, closed.text
    assert (await stack.ask(FOUND, after=closed.json()["position"]))["monitoring"]["state"] == "FAILED"
