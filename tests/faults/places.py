"""Where a fault test runs: a data folder and settings, the processes of it that may be killed, and what clears it away."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from pymongo import AsyncMongoClient

from libs.events.envelope import SERVICES, all_topics
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from tests.adapters.kafka.kafka_logs import deleted
from tests.patience import GIVE_UP
from tools.servers.processes import free_port

SQLITE: Final = "SQLite"
BOTH: Final = "Kafka and MongoDB"

_SERVE: Final = (sys.executable, "-c", "from headway.cli import main; main()", "serve")
_ROOT: Final = Path(__file__).parents[2]


def on_servers(kafka: str, mongo: str, namespace: str) -> dict[str, str]:
    """The settings of an installation on these servers."""
    return {"HEADWAY_NAMESPACE": namespace, "HEADWAY_LOG_URL": f"kafka://{kafka}", "HEADWAY_STORE_URL": mongo, "HEADWAY_PARTITIONS": "2"}


@dataclass(frozen=True, slots=True)
class Place:
    """An installation: what it runs `on`, its data folder, and its settings as a shell would set them."""

    on: str
    data: Path
    environment: dict[str, str]

    @property
    def settings(self) -> Settings:
        """The same, as a process reads them."""
        return Settings.from_environment(self.environment, data=self.data)

    def token(self, persona: str = "importer") -> str:
        """A token of the embedded issuer."""
        self.data.mkdir(parents=True, exist_ok=True)
        return Issuer.embedded(self.settings).token(persona)


class Instance:
    """One `headway serve` process, to be killed, stopped and started again at the same address."""

    def __init__(self, place: Place, *names: str, port: int, environment: dict[str, str] | None = None) -> None:
        self.place, self.names, self.port = place, names, port
        self.url = f"http://127.0.0.1:{port}"
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None
        self.said = place.data.parent / f"said-{'-'.join(names) or 'all'}-{port}.txt"

    def begin(self) -> None:
        """Starts the process, without waiting for it."""
        self.place.token()  # one writes the issuer's key, before several want it
        clean = {k: v for k, v in os.environ.items() if not k.startswith("HEADWAY_")}
        with self.said.open("ab") as said:
            self._process = subprocess.Popen(
                [*_SERVE, *self.names, "--port", str(self.port), "--data", str(self.place.data)],
                env=clean | self.place.environment | self._environment | {"NO_COLOR": "1"},
                cwd=_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    async def ready(self, seconds: float = 2 * GIVE_UP) -> float:
        """Waits until the process says that it is ready; returns the seconds that it took from now. Fails with what it said where it never is."""
        began = time.monotonic()
        async with httpx.AsyncClient(timeout=2) as client:
            while time.monotonic() - began < seconds and self.runs:
                try:
                    if (await client.get(f"{self.url}/health/ready")).status_code == 200:
                        return time.monotonic() - began
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError(f"{self.names or 'all'} was not ready after {time.monotonic() - began:.0f} s:\n{self.said.read_text()[-3000:]}")

    @property
    def runs(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Ends it with SIGKILL, if it is there."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def stop(self, seconds: float = GIVE_UP) -> tuple[int, float]:
        """Ends it with SIGTERM: its exit code, and how many seconds it took. Raises TimeoutExpired."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(self._process.wait, seconds)
        return code, time.monotonic() - began


@asynccontextmanager
async def running(*instances: Instance) -> AsyncIterator[None]:
    """These processes, ready; all are gone at the end."""
    try:
        for instance in instances:
            instance.begin()
        for instance in instances:
            await instance.ready()
        yield
    finally:
        for instance in instances:
            instance.kill()


def whole(place: Place) -> Instance:
    """One process of all services and the gateway."""
    return Instance(place, port=free_port())


def apart(place: Place) -> dict[str, Instance]:
    """Each service and the gateway in a process of its own, by name."""
    ports: list[int] = []
    for _ in range(4):
        ports.append(free_port(*ports))
    names = [*SERVICES, "gateway"]
    urls = {f"HEADWAY_{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in zip(names, ports, strict=True) if name != "gateway"}
    return {name: Instance(place, name, port=port, environment=urls) for name, port in zip(names, ports, strict=True)}


async def cleared(place: Place) -> None:
    """Deletes the topics and the databases of a place on servers that others use too."""
    s = place.settings
    await deleted(s.log_url.removeprefix("kafka://"), all_topics(s.namespace))
    await dropped(s.store_url, [f"{s.namespace}_{name}" for name in (*SERVICES, "gateway")])


async def dropped(url: str, databases: Sequence[str]) -> None:
    """Deletes databases."""
    async with AsyncMongoClient[dict[str, Any]](url) as client:
        for name in databases:
            await client.drop_database(name)
