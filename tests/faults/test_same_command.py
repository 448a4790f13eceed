"""Row 7: the same command fifty times at once is one commit and fifty equal replies; its key with another body is refused."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import httpx

from tests.faults.conftest import Figures
from tests.faults.judging import Watch, records_of
from tests.faults.places import SQLITE, Place, running, whole

ROW = "the same command 50 times at once, then its key with another body"
TIMES = 50


async def test_fifty_at_once_over_two_instances_are_one_commit_and_fifty_equal_replies(place: Place, figures: Figures) -> None:
    instances = [whole(place), whole(place)]
    wrong: list[str] = []
    async with running(*instances), AsyncExitStack() as stack:
        headers = {"Authorization": f"Bearer {place.token()}", "Idempotency-Key": "once"}
        clients = [await stack.enter_async_context(httpx.AsyncClient(base_url=i.url, timeout=30, headers=headers)) for i in instances]
        # One whose id is made by whoever decides it: two decisions would be two aggregates, not two numbers of one.
        made = [("/portfolio/v1/commands/register_organisation", {"name": "Environment"}, {"name": "Transport"})]
        made += [("/backlog/v1/commands/record_need", _need("to renew a permit"), _need("to lose a permit"))]
        for path, body, other in made:
            answers = await asyncio.gather(*(clients[n % 2].post(path, json=body) for n in range(TIMES)))
            statuses = Counter(a.status_code for a in answers)
            replies = {a.text for a in answers}
            wrong += [] if statuses == {201: TIMES} and len(replies) == 1 else [f"{path}: {statuses}, {len(replies)} replies: {list(replies)[:3]}"]
            refused = [await client.post(path, json=other) for client in clients]
            wrong += [f"{path}: another body was answered {a.status_code} {a.text}" for a in refused if (a.status_code, _type(a)) != (422, "key-reused")]
        await Watch(place, *(i.url for i in instances)).rest()
    found = Counter(r.headers["ce_type"] for r in {r.headers["ce_id"]: r for r in await records_of(place)}.values())
    wrong += [] if sorted(found.values()) == [1, 1] else [f"the log has {found}"]
    figures(
        ROW,
        f"{place.on}, two instances" + (" on the same files" if place.on == SQLITE else ""),
        f"{len(made)} commands: 1 commit and {TIMES} equal replies (201) each; another body 422 from both instances",
        wrong,
    )


def _need(text: str) -> dict[str, str]:
    return {"product": "p", "user": "a citizen", "text": text, "origin": "a study"}


def _type(answer: httpx.Response) -> Any:
    return answer.json().get("type", "").rpartition(":")[2]
