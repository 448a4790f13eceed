"""A stack that really listens, and the clients of others that are run against it with node."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from headway.server import announced, listening, server
from headway.stack import SERVICES
from libs.service.host.process import Process
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from services.gateway.gateway import Gateway
from services.gateway.main import add_to
from tests.patience import GIVE_UP

SECONDS = GIVE_UP
"""How long a client may take; all are done within a few."""


@dataclass
class Served:
    """A stack on a port of its own."""

    url: str
    process: Process
    shared: Gateway
    issuer: Issuer

    def token(self, persona: str = "executive") -> str:
        """A token of somebody with this role."""
        return self.issuer.token(persona)

    def signed_in(self, persona: str = "importer") -> dict[str, str]:
        """The header of somebody with this role."""
        return {"Authorization": f"Bearer {self.token(persona)}"}

    async def say(self, command: str, data: dict[str, Any]) -> str:
        """A command by the importer, heard by the world when this returns; its position."""
        service, _, verb = command.partition(".")
        async with httpx.AsyncClient(base_url=self.url) as client:
            answer = await client.post(f"/{service}/v1/commands/{verb}", json=data, headers=self.signed_in())
        assert answer.status_code in (200, 201), answer.text
        position = str(answer.json()["position"])
        assert not await self.process.world.heard([position], GIVE_UP)
        return position

    async def run(self, node: Path, script: str, *, persona: str = "executive", **more: str) -> dict[str, Any]:
        """What a script of `tests/node` prints: one line of JSON. It is told the address and a token."""
        running = await self.start(node, script, persona=persona, **more)
        return await finished(running, script)

    async def start(self, node: Path, script: str, *, persona: str = "executive", **more: str) -> asyncio.subprocess.Process:
        """The same script, running."""
        env = {**os.environ, "URL": f"{self.url}/graphql", "TOKEN": self.token(persona), **more}
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec("node", script, cwd=node, env=env, stdin=pipe, stdout=pipe, stderr=pipe)


async def finished(running: asyncio.subprocess.Process, script: str) -> dict[str, Any]:
    """The last line that a script prints, once it has ended well."""
    try:
        out, err = await asyncio.wait_for(running.communicate(), SECONDS)
    except TimeoutError:
        running.kill()
        raise
    assert running.returncode == 0, f"{script}: {out.decode()[-3000:]}{err.decode()[-3000:]}"
    found: dict[str, Any] = json.loads(out.decode().strip().splitlines()[-1])
    return found


@asynccontextmanager
async def serving(data: Path | Settings) -> AsyncIterator[Served]:
    """A stack with these settings, or over files in a folder, listening until the block ends."""
    settings = data if isinstance(data, Settings) else Settings(data=data)
    process = Process(settings, hears_all=True)
    for declared in SERVICES.values():
        process.add(declared)
    gateway = add_to(process)
    app = process.composed()
    bound = listening("127.0.0.1", 0)
    running = server(app)
    task = asyncio.create_task(running.serve(sockets=[bound]))
    try:
        await asyncio.wait_for(announced(app, running), GIVE_UP)
        yield Served(f"http://127.0.0.1:{bound.getsockname()[1]}", process, gateway, Issuer.embedded(settings))
    finally:
        process.stopping.set()
        running.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, GIVE_UP)
        bound.close()
