"""A store that does not say whether it stored: nobody is told that something was refused, and the same again is stored once."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from libs.events.ports.store import AppendOutcome, Commit, StoreUnavailable
from tests.system.conftest import Running

LINES = "".join(
    json.dumps({"command": "portfolio.register_organisation", "key": f"k{n}", "data": {"organisation": f"o{n}", "name": f"O{n}"}}) + "\n" for n in range(3)
)


async def test_a_bulk_whose_outcome_is_unknown_is_answered_503_as_a_whole_and_may_be_sent_again(stack: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stack.app.process.services["portfolio"].store
    append = store.append

    async def stored_but_not_said(commits: Sequence[Commit]) -> list[AppendOutcome]:
        await append(commits[:1])
        raise StoreUnavailable("it went away")

    monkeypatch.setattr(store, "append", stored_but_not_said)
    headers = stack.signed_in("importer")
    answer = await stack.client.post("/portfolio/v1/commands", content=LINES, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:headway:problem:unknown-outcome") and int(answer.headers["Retry-After"]) > 0
    monkeypatch.undo()
    again = await stack.client.post("/portfolio/v1/commands", content=LINES, headers=headers)
    assert [json.loads(line)["status"] for line in again.text.splitlines()] == ["unchanged", "created", "created"]
