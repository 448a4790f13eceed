"""The four services as the compose file starts them, as four processes on this machine: its settings, with only the addresses replaced."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from libs.service.identity.issuer import Issuer
from tests.patience import GIVE_UP
from tools.servers.deployment_check import made_secrets
from tools.servers.processes import free_port

ROOT = Path(__file__).parents[2]
SERVICES = ("backlog", "roadmap", "portfolio", "gateway")


def settings_of_the_compose_file() -> dict[str, str]:
    """What `deploy/headway.env` says, which all four services are given, with the passwords of this process."""
    lines = (ROOT / "deploy" / "headway.env").read_text().splitlines()
    return dict(Template(line).substitute(made_secrets()).split("=", 1) for line in lines if line and not line.startswith("#"))


def broker_properties(compose: Mapping[str, Any]) -> dict[str, str]:
    """What the compose file says to Kafka's image, as the broker is told it."""
    said = {name: value for name, value in compose["services"]["kafka"]["environment"].items() if name != "KAFKA_HEAP_OPTS"}
    return {name.removeprefix("KAFKA_").lower().replace("_", "."): value for name, value in said.items()}


class Composed:
    """The services, in a folder of their own; `kafka` is `host:port`, `mongo` a `mongodb://` URL."""

    def __init__(self, folder: Path, kafka: str, mongo: str, namespace: str) -> None:
        self.folder = folder
        self.work = folder / "app"
        self.work.mkdir(parents=True, exist_ok=True)
        self.key = folder / "issuer" / "issuer.key"
        self.ports = {name: free_port() for name in SERVICES}
        self.public = folder / "verifier" / "issuer.key.pub"
        self.public.parent.mkdir(exist_ok=True)
        secrets = made_secrets()
        replaced = {
            f"mongodb://headway:{secrets['MONGO_PASSWORD']}@mongo:27017/?replicaSet=rs0&authSource=admin": mongo,
            f"kafka://headway:{secrets['KAFKA_PASSWORD']}@kafka:9092": f"kafka://{kafka}",
            "file:/verifier/issuer.key.pub": f"file:{self.public}",
            secrets["PEER_SECRET"]: secrets["PEER_SECRET"],
            **{f"http://{name}:8000": f"http://127.0.0.1:{port}" for name, port in self.ports.items()},
        }
        said = settings_of_the_compose_file()
        assert set(said.values()) <= set(replaced), f"an address in deploy/headway.env is not known to this test: {said}"
        self.settings = {name: replaced[value] for name, value in said.items()} | {"HEADWAY_NAMESPACE": namespace}
        self.running: dict[str, subprocess.Popen[str]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['gateway']}"

    @property
    def environment(self) -> dict[str, str]:
        outer = {k: v for k, v in os.environ.items() if not k.startswith("HEADWAY_")}
        return outer | {"NO_COLOR": "1", "PATH": f"{Path(sys.executable).parent}:{outer['PATH']}", "PYTHONPATH": str(ROOT)} | self.settings

    def set_up(self) -> None:
        """What the one-shots `keys` and `setup` do, by their own scripts."""
        environment = self.environment | {"HEADWAY_ISSUER": ""}
        for script in (["keys.sh", str(self.key), str(self.public.parent)], ["setup.sh"]):
            command = ["/bin/sh", str(ROOT / "deploy" / script[0]), *script[1:]]
            done = subprocess.run(command, env=environment, cwd=self.work, capture_output=True, text=True, timeout=GIVE_UP, check=False)
            assert done.returncode == 0, done.stderr

    def start(self, *names: str) -> None:
        """Starts these services (none named: all four) and waits until each is ready."""
        for name in names or SERVICES:
            log = open(self.folder / f"{name}.log", "a")  # noqa: SIM115 - the process keeps it
            command = [*HEADWAY, "serve", name, "--host", "127.0.0.1", "--port", str(self.ports[name])]
            self.running[name] = subprocess.Popen(command, env=self.environment, cwd=self.work, stdout=log, stderr=log, text=True)
            log.close()
        for name in names or SERVICES:
            self._wait(name)

    def stop(self) -> dict[str, int]:
        """Ends all that run with SIGTERM; returns their exit codes."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(30) for name, process in self.running.items()}
        self.running.clear()
        return codes

    def kill(self) -> None:
        """Ends all that still run with SIGKILL."""
        for process in self.running.values():
            process.kill()
            process.wait()
        self.running.clear()

    def headway(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The command line against the gateway, as the importer."""
        given = self.environment | {"HEADWAY_URL": self.url, "HEADWAY_TOKEN": self.token("importer")} | environment
        return subprocess.run([*HEADWAY, *words], env=given, cwd=self.work, capture_output=True, text=True, timeout=GIVE_UP, check=False)

    def token(self, persona: str) -> str:
        """A token signed with the key file."""
        return Issuer.from_key_file(self.key).token(persona)

    def ask(self, path: str, body: object = None, *, persona: str = "importer") -> tuple[int, dict[str, str], Any]:
        """Status, headers in small letters, and the JSON of an answer of the gateway."""
        headers = {"Authorization": f"Bearer {self.token(persona)}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=GIVE_UP) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, json.loads(answer.read())
        except urllib.error.HTTPError as e:
            return e.code, {k.lower(): v for k, v in e.headers.items()}, json.loads(e.read() or b"null")

    def graphql(self, query: str, persona: str = "executive") -> Any:
        """The data of an answer; an error in it fails the test."""
        status, _, body = self.ask("/graphql", {"query": query}, persona=persona)
        assert status == 200 and "errors" not in body, body
        return body["data"]

    def world(self) -> str:
        """What the gateway says of the world that it answers from."""
        _, headers, _ = self.ask("/graphql", {"query": "{ __typename }"}, persona="executive")
        return headers["x-headway-world"]

    def _wait(self, name: str) -> None:
        limit = time.monotonic() + GIVE_UP
        while time.monotonic() < limit and not (ended := self._ended()):
            try:
                if urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/health/ready", timeout=3).status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        guilty = ended or name
        raise AssertionError(f"{guilty} {'has ended' if ended else 'is not ready'}: {(self.folder / f'{guilty}.log').read_text()[-3000:]}")

    def _ended(self) -> str:
        """The first of those that should run and do not."""
        return next((name for name, process in self.running.items() if process.poll() is not None), "")


HEADWAY = [sys.executable, "-c", "from headway.cli import main; main()"]
