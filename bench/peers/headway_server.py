"""Headway in a process of its own, as `headway serve` runs it, over a world in memory: `python -m bench.peers.headway_server PORT TEAMS`.

It prints tokens, and then does what it is told by lines: something is heard of a team, or what is kept of answers is let go of.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import uvloop

from bench.portfolio import caught_up, process_with
from headway.server import listening, server
from libs.runtime.call_stack import with_room
from libs.runtime.garbage_collection import collect_in_pieces
from libs.service.host.process import Process
from libs.service.identity.issuer import Issuer
from services.gateway.main import add_to
from tools.servers.processes import free_port

CALLERS: Final = 16
CHANGE, FORGET = "change", "forget"


class Running:
    """The server, for whoever asks it."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process, self.url, self.pid = process, f"http://127.0.0.1:{port}/graphql", process.pid
        self.tokens = self._line().split()
        """One for each caller, all with the same rights."""

    def change(self) -> None:
        """A team is heard of once more."""
        self._tell(CHANGE)

    def forget(self) -> None:
        """No answer is kept any more, while all that was derived is."""
        self._tell(FORGET)

    def _tell(self, what: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        assert self._line() == what

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextlib.contextmanager
def served(teams: int) -> Iterator[Running]:
    """A server with so many teams."""
    port = free_port()
    command = [sys.executable, "-m", "bench.peers.headway_server", str(port), str(teams)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Running(process, port)
    finally:
        process.kill()
        process.wait()


async def _serve(port: int, teams: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        process, _ = process_with(teams, Path(folder))
        gateway = add_to(process)
        gateway.allowances.most *= CALLERS  # each token stands for somebody else
        caught_up(process)
        await gateway.prefetch.present()
        running, bound = server(process.app), listening("127.0.0.1", port)
        serving = asyncio.create_task(running.serve(sockets=[bound]))
        while not running.started:  # noqa: ASYNC110 - uvicorn says it nowhere else
            await asyncio.sleep(0.02)
        issuer = Issuer.embedded(process.settings)
        print(*(issuer.token("executive") for _ in range(CALLERS)), flush=True)
        asyncio.get_running_loop().add_reader(sys.stdin, _told, process)
        await serving


def _told(process: Process) -> None:
    said = sys.stdin.readline().strip()
    if said == CHANGE:
        team = process.world.events("team:t0")[-1]
        process.world.apply(dataclasses.replace(team, sequence=process.world.last("team:t0") + 1))
    elif said == FORGET:
        process.people.revision += 1  # as where a name became another: the facts stay what they are
    print(said, flush=True)


if __name__ == "__main__":
    collect_in_pieces()
    with_room(uvloop.run, _serve(int(sys.argv[1]), int(sys.argv[2])))
