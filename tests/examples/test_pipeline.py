"""The pipelines of the example, job by job against a server: a standard change is released without a sitting of the board (S3-10)."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.patience import GIVE_UP
from tests.services.backlog.webhooks.bodies import SECRET, raw, signed, workflow_run
from tests.services.gateway.serving import Served, serving

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pipeline"
EVIDENCE = ["all tests passed", "read by a second developer"]
PLACES = {"github-actions.yml": ".github/workflows", "gitlab-ci.yml": "ci"}
"""The files, and where each wants the script."""

pytestmark = [
    pytest.mark.requirement("S3-10"),
    pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed: the pipelines of the example are not tried"),
]


def jobs(text: str) -> Iterator[tuple[str, str]]:
    """The token that each job which speaks to Headway names, and what it runs, in order."""
    tokens = re.findall(r"HEADWAY_TOKEN: (?:\$\{\{ secrets\.)?\$?HEADWAY_(\w+)_TOKEN", text)
    lines = re.findall(r"- (?:run: )?(\S*release\.sh .*)", text)
    assert len(tokens) == len(lines) == 2
    return zip(tokens, lines, strict=True)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """A product of an organisation, the team that serves it, and a class of changes that the board has approved."""
    async with serving(tmp_path / "data") as found:
        await found.say("portfolio.register_organisation", {"organisation": "env", "name": "Environment"})
        await found.say("portfolio.register_product", {"product": "permits", "name": "Permits", "home": "env"})
        await found.say("portfolio.form_team", {"team": "t", "name": "T", "home": "env", "products": ["permits"]})
        await found.say("roadmap.define_change_class", {"change_class": "texts", "organisation": "env", "name": "Texts", "evidence": EVIDENCE})
        yield found


async def run(served: Served, folder: Path, name: str, tokens: dict[str, str]) -> list[tuple[int, str]]:
    """Runs the jobs of a pipeline for the tag v1.4, each with its token: exit status and log, until one fails."""
    text = (EXAMPLE / name).read_text("utf-8")
    place = folder / PLACES[name]
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLE / "release.sh", place)
    given = dict(re.findall(r"^  (PRODUCT|CHANGE_CLASS): (\S+)$", text, re.MULTILINE))
    known = {"HEADWAY_URL": served.url, "RUN_URL": "https://ci.example.org/runs/7", "GITHUB_REF_NAME": "v1.4", "CI_COMMIT_TAG": "v1.4", **given}
    logs = []
    for whose, line in jobs(text):
        env = {**os.environ, **known, "HEADWAY_TOKEN": tokens[whose]}
        job = await asyncio.create_subprocess_exec("sh", "-ec", line, cwd=folder, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        wrote, _ = await asyncio.wait_for(job.communicate(), GIVE_UP)
        logs.append((job.returncode or 0, wrote.decode()))
        if job.returncode:
            break
    return logs


@pytest.mark.parametrize("name", sorted(PLACES))
async def test_a_pipeline_releases_a_standard_change_and_says_nothing_twice(served: Served, tmp_path: Path, name: str) -> None:
    tokens = {"TEAM": served.token("team@t"), "PRODUCT_OWNER": served.token("product_owner@permits")}
    refused = await run(served, tmp_path, name, tokens)
    assert [status for status, _ in refused] == [0, 1], "the board has not approved the class"
    assert "S0-16" in refused[-1][1] and "remedy" in refused[-1][1]
    board = {"change_class": "texts", "approved": True, "reason": "Forty of them went out without harm"}
    async with httpx.AsyncClient(base_url=served.url) as client:
        assert (await client.post("/roadmap/v1/commands/decide_change_class", json=board, headers=served.signed_in("cab@env"))).is_success
        # The sign-off stands; only publishing is to be done again, by the same job.
        logs = await run(served, tmp_path, name, tokens)
        assert [status for status, _ in logs] == [0, 0], logs
        assert [status for status, _ in await run(served, tmp_path, name, tokens)] == [0, 0], "a job may be run again"
        query = (
            '{ release(id: "permits-v1.4") { state } changeRequest(id: "permits-v1.4") { approved clearance { approved byClass } attached { evidence url } } }'
        )
        position = re.findall(r'"position":"(release:[^"]+)"', logs[-1][1])[-1]
        found = await client.post("/graphql", json={"query": query}, headers=served.signed_in("executive") | {"X-Headway-After": position})
    assert found.json()["data"] == {
        "release": {"state": "PUBLISHED"},
        "changeRequest": {
            "approved": None,
            "clearance": {"approved": True, "byClass": True},
            "attached": [{"evidence": one, "url": "https://ci.example.org/runs/7"} for one in EVIDENCE],
        },
    }


async def test_a_pipeline_that_lacks_evidence_is_told_what_and_a_webhook_of_a_run_brings_it(served: Served) -> None:
    await served.say("roadmap.decide_change_class", {"change_class": "texts", "approved": True, "reason": "Safe"})
    whole = (EXAMPLE / "release.sh").read_text("utf-8")
    tokens = {"TEAM": served.token("team@t"), "PRODUCT_OWNER": served.token("product_owner@permits")}
    env = {**os.environ, "HEADWAY_URL": served.url, "PRODUCT": "permits", "CHANGE_CLASS": "texts", "RUN_URL": "https://ci.example.org/runs/8"}

    async def job(whose: str, *words: str) -> tuple[int, str]:
        running = await asyncio.create_subprocess_exec(
            "sh",
            "-c",
            whole,
            "release.sh",
            *words,
            env={**env, "HEADWAY_TOKEN": tokens[whose]},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        log = (await asyncio.wait_for(running.communicate(), GIVE_UP))[0].decode()
        return running.returncode or 0, log

    await job("TEAM", "change", "v2", EVIDENCE[0])
    status, log = await job("PRODUCT_OWNER", "publish", "v2")
    assert status and "S3-10" in log and EVIDENCE[1] in log
    await served.say("backlog.connect_source", {"source": "gh", "system": "github", "product": "permits", "secret": SECRET})
    run = raw(workflow_run(name="Read by a second developer", message="Reword\n\nHeadway-Change: permits-v2", updated_at=datetime.now(UTC).isoformat()))
    headers = {"X-GitHub-Event": "workflow_run", "X-GitHub-Delivery": "d1", "Content-Type": "application/json", **signed(run)}
    query = '{ changeRequest(id: "permits-v2") { clearance { byClass } pipelineRuns { nodes { name } } attached { evidence url } } }'
    async with httpx.AsyncClient(base_url=served.url) as client, asyncio.timeout(GIVE_UP):
        answer = await client.post("/backlog/v1/webhooks/gh", content=run, headers=headers)
        assert (answer.status_code, answer.json()) == (202, {"delivery": "d1", "known": False, "change": "permits-v2"})
        while True:
            found = (await client.post("/graphql", json={"query": query}, headers=served.signed_in())).json()["data"]["changeRequest"]
            if found["clearance"]["byClass"]:
                break
            await asyncio.sleep(0.1)
    assert found["pipelineRuns"]["nodes"] == [{"name": "Read by a second developer"}]
    assert found["attached"][1] == {"evidence": EVIDENCE[1], "url": "https://git.example/town/permits/actions/runs/81"}
    assert (await job("PRODUCT_OWNER", "publish", "v2"))[0] == 0
