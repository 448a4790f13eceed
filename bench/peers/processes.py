"""Starts the peers that are installed, each in processes of its own, over a folder with the schema and the answer."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from tools.servers.processes import free_port

HERE: Final = Path(__file__).parent
LONGEST: Final = 60.0
"""Seconds until a peer answers."""


class NotInstalled(Exception):
    """A peer is not there; the text says what would bring it."""


@dataclass(frozen=True)
class Peer:
    """A peer: its folder, how its server is run, and whether it stands before the two subgraphs."""

    name: str
    folder: str
    mode: str = ""
    federated: bool = False


PEERS: Final = (
    Peer("graphql-yoga", "yoga", "plain"),
    Peer("graphql-yoga with jit", "yoga", "jit"),
    Peer("graphql-yoga with its response cache", "yoga", "cache"),
    Peer("mercurius with jit", "mercurius"),
    Peer("Apollo Gateway", "apollo", federated=True),
    Peer("Hive Gateway", "hive", "js", federated=True),
    Peer("Hive Gateway with its Rust runtime", "hive", "rust", federated=True),
)


@contextlib.contextmanager
def running(peer: Peer, folder: Path) -> Iterator[tuple[str, Sequence[int]]]:
    """A peer's address, and the processes that its answers take, those of its subgraphs too. Raises NotInstalled, and OSError where it does not answer."""
    _must_be_installed(peer.folder)
    with contextlib.ExitStack() as stack:
        started = []
        if peer.federated:
            _must_be_installed("subgraphs")
            started = [stack.enter_context(_node("subgraphs", folder, mode)) for mode in ("first", "second")]
            addresses = dict(zip(("FIRST", "SECOND"), (url for url, _ in started), strict=True))
            subprocess.run(["node", "compose.mjs"], cwd=HERE / "subgraphs", env=_environment(folder, **addresses), check=True)
        url, pid = stack.enter_context(_node(peer.folder, folder, peer.mode))
        yield url, [pid, *(other for _, other in started)]


def _must_be_installed(folder: str) -> None:
    if shutil.which("node") is None:
        raise NotInstalled("there is no node here")
    if not (HERE / folder / "node_modules").is_dir():
        raise NotInstalled("not installed: make peers")


@contextlib.contextmanager
def _node(name: str, folder: Path, mode: str) -> Iterator[tuple[str, int]]:
    port = free_port()
    process = subprocess.Popen(["node", "server.mjs"], cwd=HERE / name, env=_environment(folder, PORT=str(port), MODE=mode), stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/graphql"
        _must_answer(url, process, name)
        yield url, process.pid
    finally:
        process.kill()
        process.wait()


def _must_answer(url: str, process: subprocess.Popen[bytes], name: str) -> None:
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        if process.poll() is not None:
            raise OSError(f"{name} has ended: {process.returncode}")
        with contextlib.suppress(httpx.HTTPError):
            httpx.post(url, json={"query": "{ __typename }"}, timeout=LONGEST)
            return
        time.sleep(0.1)
    raise OSError(f"{name} does not answer")


def _environment(folder: Path, **more: str) -> Mapping[str, str]:
    return {**os.environ, "NODE_ENV": "production", "FOLDER": str(folder), **more}
