"""The services of the compose file as containers of the images, on its ports and names, with a Kafka and a MongoDB in the place of theirs."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.deploy.composed import SERVICES, broker_properties
from tests.patience import GIVE_UP
from tools.containers import Engine
from tools.servers import KafkaServer, MongoServer

ENGINES = "10.99.0.1"
"""Where containers find Kafka and MongoDB, which run beside them."""


class Contained:
    """The containers of one test, under names of their own; made, started and ended in a network of their own. `compose` is as Docker's loader gives it."""

    def __init__(self, engine: Engine, compose: Mapping[str, Any], folder: Path) -> None:
        self.engine, self.compose, self.folder = engine, compose, folder
        self._mark = f"headway-{uuid.uuid4().hex[:8]}"
        self._net = f"10.99.{1 + uuid.uuid4().int % 250}"  # another than that of a run that was killed, which podman keeps a while
        # Told to each container, since podman's own server of names loses questions while containers come and go.
        self._addresses = dict.fromkeys(("kafka", "mongo"), ENGINES) | {name: f"{self._net}.{n}" for n, name in enumerate(SERVICES, 11)}
        self._kafka = KafkaServer(folder / "kafka", port=9092, properties=broker_properties(compose) | {"log.dirs": folder / "kafka" / "data"})
        user = "headway", compose["services"]["mongo"]["environment"]["MONGO_PASSWORD"]
        self._mongo = MongoServer(folder / "mongo", user=user, replica_set="rs0", host=ENGINES, port=27017)
        self._started: list[str] = []

    def up(self) -> None:
        """As `docker compose up`: what is waited for is waited for."""
        self.engine.podman("network", "create", f"--subnet={self._net}.0/24", "--disable-dns", self._mark)
        keys = self.once("keys")  # before any server is there, and so is a token
        assert keys.returncode == 0, keys.stdout + keys.stderr
        assert self.token("executive").count(".") == 2
        self._mongo.start()
        self._kafka.start()
        setup = self.once("setup")
        assert setup.returncode == 0, setup.stdout + setup.stderr
        for names in (tuple(name for name in SERVICES if name != "gateway"), ("gateway",)):
            for name in names:
                self._start(name)
            for name in names:
                self._wait(name)

    def down(self) -> None:
        """Ends and deletes all that was started, whatever its state."""
        if self._started:
            self.engine.podman("rm", "--force", "--time", "0", *map(self.named, self._started), check=False)
        self.engine.podman("network", "rm", "--force", self._mark, check=False)
        self.engine.podman("volume", "rm", "--force", *(f"{self._mark}-{name}" for name in self.compose["volumes"]), check=False)
        self._kafka.remove()
        self._mongo.remove()

    def stop(self) -> dict[str, int]:
        """Ends all four by the image's signal, and kills what outlasts the compose file's grace period; returns their exit codes (137 of what was killed)."""
        grace = {self.compose["services"][name]["stop_grace_period"].removesuffix("s") for name in self._started}
        assert len(grace) == 1
        self.engine.podman("stop", "--time", *grace, *map(self.named, self._started), seconds=float(*grace) + 60)
        return {name: self.engine.inspected("container", self.named(name))["State"]["ExitCode"] for name in self._started}

    def named(self, service: str) -> str:
        """The name of a service's container."""
        return f"{self._mark}-{service}"

    def inside(self, service: str, *command: str, check: bool = True) -> str:
        """What a command says in a running container (`docker compose exec`), with the rights of the service."""
        done = self.engine.podman("exec", self.named(service), *command, check=check)
        return done.stdout + ("" if check else done.stderr)

    def once(self, service: str, *words: str, options: Sequence[str] = ()) -> Any:
        """Runs one to its end (`docker compose run --rm`); `words` take the place of its command."""
        asked = self.compose["services"][service]
        return self.engine.once(asked["image"], [*self._options(service), *options], [*(asked["entrypoint"] or [])[1:], *(words or asked["command"] or ())])

    def token(self, persona: str) -> str:
        """`docker compose run --rm token PERSONA`."""
        done = self.once("token", persona)
        assert done.returncode == 0, done.stderr
        return str(done.stdout).strip()

    def _start(self, name: str) -> None:
        self._started.append(name)
        service = self.compose["services"][name]
        published = [f"--publish={port['host_ip']}:{port['published']}:{port['target']}" for port in service.get("ports", ())]
        self.engine.run(self.named(name), service["image"], [*self._options(name), f"--ip={self._addresses[name]}", *published])

    def _wait(self, name: str) -> None:
        """Asks the image's own health check, as Docker does, until it is well."""
        limit = time.monotonic() + GIVE_UP
        while self.engine.podman("healthcheck", "run", self.named(name), check=False).returncode:
            state = self.engine.inspected("container", self.named(name))["State"]["Status"]
            if state != "running" or time.monotonic() > limit:
                raise AssertionError(f"{name} is {state} and not healthy: {self.engine.podman('logs', self.named(name), check=False).stderr[-3000:]}")
            time.sleep(0.2)

    def _options(self, name: str) -> list[str]:
        """What the compose file says of a service, in podman's words."""
        service = self.compose["services"][name]
        found = [f"--network={self._mark}", *(f"--add-host={name}:{address}" for name, address in self._addresses.items()), f"--user={service['user']}"]
        # Docker mounts nothing beside what is asked for where the root cannot be written; podman would.
        found += ["--read-only", "--read-only-tmpfs=false"] if service["read_only"] else []
        found += [f"--memory={service['mem_limit']}", f"--pids-limit={service['pids_limit']}"] if may_limit() else []
        found += [f"--tmpfs={path}" for path in service["tmpfs"]]
        found += [f"--cap-drop={name}" for name in service["cap_drop"]]
        found += [f"--security-opt={option.removesuffix(':true')}" for option in service["security_opt"]]
        found += [f"--env={key}={value}" for key, value in service["environment"].items()]
        if service["entrypoint"]:
            found.append(f"--entrypoint={service['entrypoint'][0]}")
        for volume in service["volumes"]:
            source = volume["source"] if volume["type"] == "bind" else f"{self._mark}-{volume['source']}"
            found.append(f"--volume={source}:{volume['target']}:{'ro' if volume.get('read_only') else 'rw'}")
        return found


def may_limit() -> bool:
    """Whether this machine lets a container's memory and processes be limited: what is a container itself often may not."""
    mounted = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    groups = [(path, options.split(",")) for _, path, kind, options, *_ in mounted if kind in ("cgroup", "cgroup2")]
    return any("rw" in options and os.access(path, os.W_OK) for path, options in groups)


def authorities() -> Path:
    """The certificates by which pip reaches packages on this machine; a folder is no file of them."""
    named = next(
        (os.environ[name] for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE") if os.environ.get(name)), "/etc/ssl/certs/ca-certificates.crt"
    )
    return Path(named)
