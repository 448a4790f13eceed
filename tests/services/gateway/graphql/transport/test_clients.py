"""What others' suites and clients say of the API: each is run with node against a stack that listens."""

from __future__ import annotations

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.gateway.graphql.schema import schema
from services.gateway.graphql.transport import websocket_protocol
from tests.patience import GIVE_UP
from tests.services.gateway.serving import Served, finished, serving


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """A stack that listens and has heard nothing."""
    async with serving(tmp_path) as found:
        yield found


@pytest.fixture
async def told(served: Served) -> Served:
    """The same, once it has heard of a ministry, a team and its product."""
    for command, data in (
        ("portfolio.register_organisation", {"organisation": "water", "name": "Ministry of Water", "currency": "CAD"}),
        ("portfolio.register_product", {"product": "wells", "name": "Wells", "home": "water"}),
        ("portfolio.form_team", {"team": "wells-team", "name": "Wells team", "home": "water", "products": ["wells"]}),
    ):
        await served.say(command, data)
    return served


async def test_all_audits_of_graphql_over_http_are_ok(served: Served, node: Path) -> None:
    found = await served.run(node, "audits.mjs")
    assert found == {"audits": 61, "bad": []}


async def test_a_real_socket_closes_with_the_codes_of_the_protocol(served: Served, node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_protocol, "INIT_SECONDS", 1.0)
    assert await served.run(node, "closing.mjs") == {
        "noJson": 4400,
        "binary": 4400,
        "unknownType": 4400,
        "beforeSignIn": 4401,
        "badToken": 4403,
        "noToken": 4403,
        "noProtocol": 4406,
        "neverSignsIn": 4408,
        "sameId": 4409,
        "twice": 4429,
        "otherOrigin": 403,
    }
    assert not served.shared.open.now


async def test_the_client_graphql_ws_follows_reconnects_and_resumes(served: Served, node: Path) -> None:
    client = await served.start(node, "graphql-ws.mjs", UNTIL="organisation:comes@1")
    assert client.stdout is not None and client.stdin is not None

    async def printed(what: str) -> None:
        assert client.stdout is not None
        async with asyncio.timeout(GIVE_UP):
            while what not in (line := (await client.stdout.readline()).decode()):
                assert line, (await client.communicate())[1].decode()

    await printed("following")
    await printed("connected")
    await _followed(served)
    await served.say("portfolio.register_organisation", {"organisation": "heard", "name": "Heard"})
    await printed("organisation:heard@1")
    client.stdin.write(b"break\n")
    await served.say("portfolio.register_organisation", {"organisation": "missed", "name": "Missed"})
    await printed("organisation:missed@1")
    await served.say("portfolio.register_organisation", {"organisation": "comes", "name": "Comes"})
    found = await finished(client, "graphql-ws.mjs")
    assert found == {"heard": ["organisation:heard@1", "organisation:missed@1", "organisation:comes@1"], "connections": 2}
    await _gone(served)


async def test_apollo_keeps_things_by_their_ids_and_hears_of_changes(told: Served, node: Path) -> None:
    found = await told.run(node, "apollo.mjs", persona="importer")
    assert found["name"] == "Wells team"
    assert found["kept"] == ["Organisation:organisation:water", "Product:product:wells", "Team:team:wells-team"]
    assert found["said"]["id"] == "product:wells" and found["said"]["node"]["phase"]["id"] == "alpha"
    assert found["changed"]["nodes"][0]["phase"]["id"] == found["phaseFromCache"]["id"] == "alpha", "the cache was brought up to date by the id"
    assert found["refused"]["code"] == "REFUSED" and found["refused"]["rule"] == "S0-14" and found["refused"]["source"] and found["refused"]["remedy"]
    await _gone(told)


async def test_urql_asks_says_and_follows_by_events_and_by_socket(told: Served, node: Path) -> None:
    found = await told.run(node, "urql.mjs", persona="importer")
    assert found["error"] == "" and found["asked"]["portfolio"]["teams"]["totalCount"] == 1
    assert found["said"]["registerOrganisation"]["node"]["id"] == "organisation:rain"
    for way in ("sse", "socket"):
        assert found[way]["positions"] == ["organisation:rain@1"] and found[way]["nodes"][0]["id"] == "organisation:rain"
    await _gone(told)


async def test_the_relay_compiler_takes_our_schema(node: Path, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    shutil.copy(node / "relay" / "teams.js", tmp_path / "src")
    (tmp_path / "schema.graphql").write_text(schema().as_str(), "utf-8")
    (tmp_path / "relay.config.json").write_text(json.dumps({"src": "./src", "schema": "./schema.graphql", "language": "javascript"}), "utf-8")
    done = await asyncio.create_subprocess_exec(
        "node", str(node / "node_modules" / "relay-compiler" / "cli.js"), "--repersist", cwd=tmp_path, stdout=PIPE, stderr=STDOUT
    )
    out, _ = await asyncio.wait_for(done.communicate(), GIVE_UP)
    assert done.returncode == 0, out.decode()
    made = {path.name for path in (tmp_path / "src" / "__generated__").iterdir()}
    assert {"teamsPageQuery.graphql.js", "teamsRowRefetchQuery.graphql.js", "teamsBacklogQuery.graphql.js", "teamsFormMutation.graphql.js"} <= made


async def _followed(served: Served) -> None:
    """Waits until somebody beside the world itself reads the log."""
    log: Any = served.process.adapters.log
    async with asyncio.timeout(GIVE_UP):
        while len(log._readers) < 2:  # noqa: ASYNC110 - the log tells nobody who begins to read
            await asyncio.sleep(0.01)


async def _gone(served: Served) -> None:
    """Waits until nobody does any more."""
    log: Any = served.process.adapters.log
    async with asyncio.timeout(GIVE_UP):
        while len(log._readers) > 1 or served.shared.open.now:  # noqa: ASYNC110 - nor who ends
            await asyncio.sleep(0.01)
