"""How long each service takes to start and to stop with many events on Kafka and MongoDB, and what it then takes: `python -m bench.starting [TEAMS]`.

130 events a team, put straight into the stores; a first start publishes them and is not measured. Resident memory of the gateway is shown before and after
questions: the executive's, a comparison, and a day in the past. On the servers that HEADWAY_TEST_KAFKA and HEADWAY_TEST_MONGO name, else on private ones.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from bench.fairness import resident
from bench.portfolio import Numbered, fill
from bench.servers import address_of
from headway.stack import NAMES, SERVICES
from libs.adapters.mongo.store import MongoCommitStore
from libs.events.event import KINDS, Event
from libs.events.ports.store import AppendOutcome, Commit, CommitStore
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from services.gateway.documents import EXECUTIVE
from tools.servers import KafkaServer, MongoServer
from tools.servers.processes import free_port

AT_ONCE: Final = 2_000
QUESTIONS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "the executive's question": (EXECUTIVE, {"first": 500}),
    "the same again": (EXECUTIVE, {"first": 500}),
    "a comparison": ('{ changes(from: "2025-01-01", first: 1) { totalCount } }', {}),
    "a day in the past": (EXECUTIVE, {"first": 100, "asOf": "2025-06-30"}),
}


class Told(Numbered):
    """Takes what a world is told, by the service that owns it."""

    def __init__(self) -> None:
        super().__init__()
        self.commits: defaultdict[str, list[Commit]] = defaultdict(list)

    def apply(self, event: Event) -> None:
        """One event, as one command would have stored it."""
        super().apply(event)
        self.commits[KINDS[event.kind].service].append(commit_of(event))


def commit_of(event: Event) -> Commit:
    """What one command would have stored."""
    return Commit(event.aggregate, event.sequence, (event,), None, {"id": event.aggregate})


async def appended(store: CommitStore, commits: Sequence[Commit], *, published: bool = False) -> None:
    """Puts commits into a store, some thousands together; they may be marked as published already."""
    await store.open()
    for begin in range(0, len(commits), AT_ONCE):
        some = commits[begin : begin + AT_ONCE]
        assert set(await store.append(some)) == {AppendOutcome.STORED}
        if published:
            await store.published([(commit.aggregate, commit.first) for commit in some])
    await store.close()


async def stored(url: str, namespace: str, teams: int) -> int:
    """Puts all into the stores; how many events that is."""
    told = Told()
    events = fill(told, teams)
    for service in SERVICES:
        await appended(MongoCommitStore(url, f"{namespace}_{service}"), told.commits[service])
    return events


class Running:
    """Services in a process of their own: all of them where none is named."""

    def __init__(self, names: Sequence[str], port: int, environment: Mapping[str, str] | None, folder: str) -> None:
        self.name, self.url = ", ".join(names) or "headway", f"http://127.0.0.1:{port}"
        self.begun = time.perf_counter()
        command = [str(Path(sys.executable).with_name("headway")), "serve", *names, "--port", str(port), "--data", folder]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        atexit.register(self.process.kill)  # where the run ends early, nothing of it stays

    def answers(self, path: str) -> bool:
        """Whether a probe is answered with 200. Ends the run where the service has ended."""
        if self.process.poll() is not None:
            raise SystemExit(f"{self.name} has ended: {self.process.returncode}")
        try:
            return httpx.get(self.url + path, timeout=30).status_code == 200
        except httpx.HTTPError:
            return False

    def ready(self) -> tuple[float, float]:
        """Seconds until it is ready, and the most that a probe took once it was live."""
        while not self.answers("/health/live"):
            time.sleep(0.1)
        most = 0.0
        while not self.answers("/health/ready"):
            begun = time.perf_counter()
            self.answers("/health/live")
            most = max(most, time.perf_counter() - begun)
            time.sleep(0.05)
        return time.perf_counter() - self.begun, most

    def stop(self) -> float:
        """Seconds until it has ended."""
        begun = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        return time.perf_counter() - begun


def measured(teams: int, environment: dict[str, str], folder: str, ports: dict[str, int], events: int) -> None:
    """Prints the tables."""
    first = [Running([name], ports[name], environment, folder) for name in SERVICES]
    for one in first:
        one.ready()
    for one in first:
        one.stop()
    table = Table("service", "s until ready", "live at most ms", "MB", "MB after questions", "s to stop", title=f"{teams:,} teams, {events:,} events")
    asked = Table("asked of the gateway", "s", "MB then", "came of it")
    owners = []
    for name in SERVICES:
        one = Running([name], ports[name], environment, folder)
        took, live = one.ready()
        owners.append((one, took, live, resident(one.process.pid)))
    gateway = Running(["gateway"], ports["gateway"], environment, folder)
    took, live = gateway.ready()
    before = resident(gateway.process.pid)
    token = Issuer.embedded(Settings(data=Path(folder))).token("executive")
    for what, (query, variables) in QUESTIONS.items():
        begun = time.perf_counter()
        answer = httpx.post(f"{gateway.url}/graphql", json={"query": query, "variables": variables}, headers={"Authorization": f"Bearer {token}"}, timeout=300)
        said = answer.json()
        came = said["errors"][0]["message"] if said.get("errors") else f"{len(answer.content):,} bytes, {said['extensions']['cost']['took']:,}"
        asked.add_row(what, f"{time.perf_counter() - begun:.1f}", f"{resident(gateway.process.pid):,.0f}", came)
    after = resident(gateway.process.pid)
    rows = [("gateway", took, live, before, f"{after:,.0f}", gateway.stop())]
    rows += [(one.name, took, live, size, "", one.stop()) for one, took, live, size in owners]
    for service, took, live, size, later, stopping in rows:
        table.add_row(service, f"{took:.1f}", f"{1000 * live:,.0f}", f"{size:,.0f}", later, f"{stopping:.1f}")
    Console(width=120).print(table, asked)


@contextlib.contextmanager
def surroundings(teams: int) -> Iterator[tuple[dict[str, str], str, dict[str, int], int]]:
    """The settings of the services, their data folder and ports, and how many events there are; what was made in MongoDB is gone at the end."""
    namespace = f"bench-{uuid.uuid4().hex[:8]}"
    with address_of(KafkaServer) as kafka, address_of(MongoServer) as mongo, tempfile.TemporaryDirectory() as folder:
        ports = dict[str, int]()
        for name in NAMES:
            ports[name] = free_port(*ports.values())
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HEADWAY_")},
            "HEADWAY_STORE_URL": mongo,
            "HEADWAY_LOG_URL": f"kafka://{kafka}",
            "HEADWAY_NAMESPACE": namespace,
            "HEADWAY_PEER_SECRET": uuid.uuid4().hex * 2,
            **{f"HEADWAY_{name.upper()}_URL": f"http://127.0.0.1:{ports[name]}" for name in SERVICES},
        }
        try:
            yield environment, folder, ports, asyncio.run(stored(mongo, namespace, teams))
        finally:
            with MongoClient[dict[str, Any]](mongo) as client:
                for name in NAMES:
                    client.drop_database(f"{namespace}_{name}")


def main(teams: int) -> None:
    """Measures and prints."""
    with surroundings(teams) as (environment, folder, ports, events):
        measured(teams, environment, folder, ports, events)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_500)
