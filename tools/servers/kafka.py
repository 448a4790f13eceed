"""A real Apache Kafka (KRaft, one process, no container) in a folder, for tests and for trying out."""

from __future__ import annotations

import base64
import fcntl
import json
import re
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.servers.jars import VERSION, jars, java
from tools.servers.processes import HOST, NotHere, Server, free_port, must_be_linux, port_is_free, recorded_pid

_HEAP: Final = ("-Xms128m", "-Xmx512m")
_JVM: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xss512k", "-Djava.awt.headless=true")
_LOG4J2: Final = """<Configuration status="ERROR"><Appenders><Console name="o" target="SYSTEM_OUT">
<PatternLayout pattern="%d{ISO8601} %p %c{1} %m%n"/></Console></Appenders>
<Loggers><Root level="WARN"><AppenderRef ref="o"/></Root>
<Logger name="kafka.server.KafkaRaftServer" level="INFO"/><Logger name="kafka.server.BrokerServer" level="INFO"/>
</Loggers></Configuration>
"""
_PROPERTIES: Final[dict[str, object]] = {
    "process.roles": "broker,controller",
    "inter.broker.listener.name": "CLIENT",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "num.partitions": 1,
    "offsets.topic.num.partitions": 3,  # 50 by default: the first group that joins creates them all
    "transaction.state.log.num.partitions": 3,
    "share.coordinator.state.topic.num.partitions": 1,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,  # tests may use short sessions; the floor is 6 s by default
    "broker.session.timeout.ms": 3000,  # a restarted broker waits for its old session to end; 9 s by default
    "broker.heartbeat.interval.ms": 500,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "num.replica.fetchers": 1,
    "background.threads": 2,
    "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,  # 128 MiB by default
    "log.cleaner.backoff.ms": 500,
    "log.cleaner.min.cleanable.ratio": 0.01,
    "log.index.size.max.bytes": 1024 * 1024,  # 10 MiB, sparse, twice a partition, by default
    "log.segment.delete.delay.ms": 1000,
    "log.retention.check.interval.ms": 5000,
    "log.initial.task.delay.ms": 500,  # the cleaner's and retention's start; 30 s by default
}


class KafkaServer(Server):
    """One broker that is its own controller, or, with `node`, `voters` (`1@host:port,2@…`) and `cluster`, one of several.

    `users` (name, password) turn on SASL (PLAIN and SCRAM-SHA-256) and ACLs; the first is the broker's own and the super user.
    `properties` win over the ones that keep a test's broker small.
    """

    name = "kafka"

    def __init__(
        self,
        folder: Path | str,
        *,
        users: Sequence[tuple[str, str]] = (),
        properties: Mapping[str, object] | None = None,
        port: int = 0,
        node: int = 1,
        voters: str = "",
        cluster: str = "",
        owned: bool = True,
    ) -> None:
        super().__init__(folder, owned=owned)
        self._users = tuple(users)
        self._properties = dict(properties or {})
        self._port = port
        self._node = node
        self._voters = voters
        self._cluster = cluster

    @staticmethod
    def install() -> None:
        """Sees to Java and the jars, downloading them if they are not here yet. Raises NotHere."""
        must_be_linux()
        java()
        jars()

    @property
    def address(self) -> str:
        """`host:port`."""
        port = self._port or self._kept_ports().get("port")
        if not port:
            raise NotHere(f"Kafka in {self.folder} has no address before its first start")
        return f"{HOST}:{port}"

    @property
    def pid(self) -> int | None:
        """The broker's, recognised by the properties file on its command line."""
        pid = recorded_pid(self.folder / "kafka.pid")
        try:
            named = pid is not None and str(self._file) in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            return None
        return pid if named else None

    def start(self, seconds: float = 90) -> str:
        """Formats the data folder the first time, starts the broker and returns its address once it answers (3 to 7 s). Raises NotHere."""
        must_be_linux()
        java_path, libs = java(), jars()
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".startlock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.pid is not None:
                return self.address
            port = self._prepare()
            self._own()
            command = [java_path, *_HEAP, *_JVM, f"-Dlog4j2.configurationFile={self.folder}/log4j2.xml", "-cp", f"{libs}/*"]
            if not (self.folder / "data" / "meta.properties").is_file():
                self._format(command, seconds)
            with open(self.folder / "server.log", "ab") as log:
                mark = log.tell()
                running = subprocess.Popen(
                    [*command, "kafka.Kafka", str(self._file)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=self.folder
                )
            (self.folder / "kafka.pid").write_text(str(running.pid))
        self._wait_until_it_answers(running, port, mark, seconds)
        return self.address

    @property
    def _file(self) -> Path:
        return self.folder / "server.properties"

    def _kept_ports(self) -> dict[str, int]:
        kept = self.folder / "ports.json"
        found: dict[str, int] = json.loads(kept.read_text()) if kept.is_file() else {}
        return found

    def _prepare(self) -> int:
        """Chooses the ports and writes the broker's files; nobody outside knows the controller's port, so it may change from start to start."""
        kept = self._kept_ports()
        port = self._port or kept.get("port") or free_port()
        if self._voters:
            mine = next((v for v in self._voters.split(",") if v.split("@")[0] == str(self._node)), None)
            if mine is None:
                raise NotHere(f"the voters do not name node {self._node}")
            controller = int(mine.rpartition(":")[2])
        else:
            controller = kept.get("controller") or free_port(port)
            if controller == port or not port_is_free(controller):
                controller = free_port(port)
        for wanted in (port, controller):
            if not port_is_free(wanted):
                raise NotHere(f"Kafka's port {wanted} is in use on {HOST}")
        (self.folder / "log4j2.xml").write_text(_LOG4J2)
        (self.folder / "ports.json").write_text(json.dumps({"port": port, "controller": controller}))
        self._file.write_text("".join(f"{k}={_escaped(v)}\n" for k, v in self._all_properties(port, controller).items()))
        return port

    def _all_properties(self, port: int, controller: int) -> dict[str, object]:
        copies = min(3, len(self._voters.split(",")))
        least = max(1, copies - 1)
        security = "SASL_PLAINTEXT" if self._users else "PLAINTEXT"
        return {
            **_PROPERTIES,
            "node.id": self._node,
            "controller.quorum.voters": self._voters or f"{self._node}@{HOST}:{controller}",
            "listeners": f"CLIENT://{HOST}:{port},CONTROLLER://{HOST}:{controller}",
            "advertised.listeners": f"CLIENT://{HOST}:{port}",
            "listener.security.protocol.map": f"CLIENT:{security},CONTROLLER:{security}",
            "log.dirs": self.folder / "data",
            "default.replication.factor": copies,
            "min.insync.replicas": least,
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": least,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": least,
            **(_with_users(self._users) if self._users else {}),
            **self._properties,
        }

    def _format(self, command: list[str], seconds: float) -> None:
        cluster = self._cluster or _cluster_id()
        users = [f"--add-scram=SCRAM-SHA-256=[name={name},password={word}]" for name, word in self._users]
        tool = [*command, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._file), "--ignore-formatted", *users]
        done = subprocess.run(tool, capture_output=True, text=True, timeout=seconds, check=False)
        if done.returncode:
            raise NotHere(f"Kafka cannot format {self.folder}/data: {_trouble(done.stdout + done.stderr)}")

    def _wait_until_it_answers(self, running: subprocess.Popen[bytes], port: int, mark: int, seconds: float) -> None:
        limit = time.monotonic() + seconds
        while True:
            said = (self.folder / "server.log").read_bytes()[mark:].decode(errors="replace")
            if running.poll() is not None:
                raise NotHere(f"Kafka ended with {running.returncode}: {_trouble(said)} (see {self.folder}/server.log)")
            if "Kafka Server started" in said and _answers(port):
                return
            if time.monotonic() > limit:
                self.kill()
                raise NotHere(f"Kafka was not ready after {seconds:.0f} s: {_trouble(said)} (see {self.folder}/server.log)")
            time.sleep(0.05)


def _with_users(users: Sequence[tuple[str, str]]) -> dict[str, object]:
    admin, word = users[0]
    own = f'org.apache.kafka.common.security.plain.PlainLoginModule required username="{admin}" password="{word}"'
    accepted = "".join(f' user_{name}="{secret}"' for name, secret in users)
    return {
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.client.plain.sasl.jaas.config": f"{own}{accepted};",
        "listener.name.client.scram-sha-256.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": f'{own} user_{admin}="{word}";',
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:{admin}",
    }


def _escaped(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace("\n", "\\n")


def _cluster_id() -> str:
    """A new cluster's id; Kafka refuses one that starts with a dash."""
    while (found := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return found


def _answers(port: int) -> bool:
    """Whether the broker answers an ApiVersions request, which needs no authentication."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as s:
            s.settimeout(2)
            body = struct.pack(">hhih", 18, 0, 7, 5) + b"probe"
            s.sendall(struct.pack(">i", len(body)) + body)
            head = b""
            while len(head) < 10:
                part = s.recv(10 - len(head))
                if not part:
                    return False
                head += part
    except OSError:
        return False
    return bool(struct.unpack(">iih", head)[1:] == (7, 0))


def _trouble(text: str) -> str:
    """The line of a log that says best what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for pattern in (r"^(Caused by: )?(Exception in thread .*)?[\w.$]+(Exception|Error): ", r"OutOfMemory|Could not| (ERROR|FATAL) "):
        for line in lines:
            if re.search(pattern, line):
                return line[:400]
    return lines[-1][:400] if lines else f"Kafka {VERSION} said nothing"
