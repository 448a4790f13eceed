"""What cannot be decoded is parked, holds its aggregate alone, and is listed, retried and discarded by an operator, for good."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from libs.events.envelope import to_record
from libs.events.ports.log import Record
from libs.service.host.process import Process
from tests.patience import GIVE_UP
from tests.system.conftest import Running, running


async def _poison(stack: Running) -> str:
    """An event of a later version of Headway, on an aggregate that this one knows, and one more behind it."""
    await stack.say(("backlog.open_backlog", {"product": "p"}))
    process: Process = stack.app.process
    store = process.services["backlog"].store
    (event,) = (await store.load(["backlog:p"]))["backlog:p"]
    known = to_record(stack.settings.namespace, event)
    later = {**known.headers, "ce_id": "backlog:q@1", "ce_subject": "backlog:q", "ce_type": "headway.backlog.backlog.opened.v9"}
    behind = {**known.headers, "ce_id": "backlog:q@2", "ce_subject": "backlog:q", "ce_sequence": "2"}
    await process.adapters.log.publish([Record(known.topic, "backlog:q", headers, known.value) for headers in (later, behind)])
    return "backlog:q@1"


async def _parked(stack: Running, wanted: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(GIVE_UP):
        while True:
            answer = await stack.client.get("/parked", headers=stack.signed_in("auditor"))
            found: list[dict[str, Any]] = answer.json()["parked"]
            if len(found) == wanted:
                return found
            await asyncio.sleep(0.02)


async def test_a_parked_event_holds_its_aggregate_and_nothing_else(tmp_path: Path) -> None:
    async with running(tmp_path) as stack:
        position = await _poison(stack)
        (parked,) = await _parked(stack, 1)
        assert (parked["position"], parked["held"]) == (position, 2)
        assert "v9" in parked["reason"]
        await stack.say(("backlog.add_item", {"item": "i", "product": "p", "title": "Pay online"}))
        retried = await stack.client.post("/parked/retry", json={"position": position}, headers=stack.signed_in("lab_ops"))
        assert retried.json() == {"position": position, "applied": False}


async def test_a_discarded_event_stays_out_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as stack:
        position = await _poison(stack)
        await _parked(stack, 1)
        body = {"position": position, "reason": "Written by a later version"}
        assert (await stack.client.post("/parked/discard", json=body, headers=stack.signed_in("team@t"))).status_code == 403
        assert (await stack.client.post("/parked/discard", json=body, headers=stack.signed_in("lab_ops"))).status_code == 200
        assert (await stack.client.post("/parked/discard", json={**body, "position": "backlog:q@7"}, headers=stack.signed_in("lab_ops"))).status_code == 404
        await _parked(stack, 0)
    async with running(tmp_path) as again:
        await again.say(("backlog.add_item", {"item": "i", "product": "p", "title": "Pay online"}))
        await _parked(again, 0)
