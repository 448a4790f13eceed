"""What Kafka's and MongoDB's test servers share: a process known by its pid file, free ports, signals, and an end with the process that wanted them."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
_LOWEST_PORT: Final = 15000


class NotHere(RuntimeError):
    """A server cannot be installed or run on this machine; the text is one line that says why."""


def caches() -> Path:
    """The folder in which what was downloaded once is kept for all checkouts of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def must_be_linux() -> None:
    """Raises NotHere on a system without /proc, by which servers are recognised and seen to be gone."""
    if not Path("/proc/self/stat").exists():
        raise NotHere("the servers for tests run on Linux alone")


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((HOST, port))
            s.listen(1)
        except OSError as e:
            if e.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def free_port(*avoid: int) -> int:
    """A free loopback port below the ephemeral range, so that no outgoing connection takes it while its server is down. Raises NotHere."""
    try:
        top = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError):
        top = 32768
    for _ in range(500):
        port = random.randrange(_LOWEST_PORT, max(top, _LOWEST_PORT + 1000))  # noqa: S311 - a port, no secret
        if port not in avoid and port_is_free(port):
            return port
    raise NotHere("no free port was found on 127.0.0.1")


class Server(ABC):
    """A server process in a folder of its own that survives the object: a second one made on the same folder finds it by its pid file.

    An `owned` one (the default) ends, and its folder goes, when this Python process ends in whatever way; `make servers` starts ones that stay.
    """

    name: str

    def __init__(self, folder: Path | str, *, owned: bool = True) -> None:
        self.folder = Path(folder).resolve()
        self.owned = owned

    @abstractmethod
    def start(self) -> str:
        """Starts the server on the port that it had before, or on a free one, installing it if need be; returns its address once it answers.

        One that runs already is left as it is. Raises NotHere where it cannot be installed or does not start.
        """

    @property
    @abstractmethod
    def address(self) -> str:
        """Where clients find it; known from the first start on. Raises NotHere before."""

    @property
    @abstractmethod
    def pid(self) -> int | None:
        """The process id of the running server, or None. A pid that another program has now is not taken for it."""

    def stop(self, seconds: float = 30) -> None:
        """Ends it with SIGTERM and waits; after `seconds` with SIGKILL. The data stays. One that does not run is no error."""
        pid = self.pid
        if pid is None:
            return
        self.thaw()
        _signal(pid, signal.SIGTERM)
        if not _gone(pid, seconds):
            self.kill()

    def kill(self) -> None:
        """Ends it with SIGKILL and returns when it has let go of its port. The data stays. Raises NotHere if it is there after 30 seconds."""
        pid = self.pid
        if pid is None:
            return
        _signal(pid, signal.SIGKILL)
        if not _gone(pid, 30):
            raise NotHere(f"{self.name} (pid {pid}) is still there 30 seconds after SIGKILL")

    def freeze(self) -> None:
        """Makes it stand still with its connections open (SIGSTOP), as a machine that hangs does. Returns when all of it does; NotHere after 30 s."""
        self._tell(signal.SIGSTOP)
        if (pid := self.pid) is not None and not _still(pid, 30):
            raise NotHere(f"{self.name} (pid {pid}) still goes on 30 seconds after SIGSTOP")

    def thaw(self) -> None:
        """Lets a frozen one go on (SIGCONT)."""
        self._tell(signal.SIGCONT)

    def remove(self) -> None:
        """Kills it and deletes its folder with all data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _tell(self, what: signal.Signals) -> None:
        if (pid := self.pid) is not None:
            _signal(pid, what)

    def _own(self) -> None:
        if self.owned:
            _warden.takes(self)


def recorded_pid(file: Path) -> int | None:
    """The pid in a pid file if that process lives (a zombie does not), else None."""
    try:
        pid = int(file.read_text())
    except (OSError, ValueError):
        return None
    return pid if _state(Path(f"/proc/{pid}/stat")) not in (None, "Z") else None


def _signal(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


def _still(pid: int, seconds: float) -> bool:
    """Whether every thread of a process stands still within `seconds`: the signal is sent to all at once, and each stops when it next has its turn."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            states = {_state(task / "stat") for task in Path(f"/proc/{pid}/task").iterdir()}
        except OSError:
            return True
        if states <= {"T", "t", None}:
            return True
        time.sleep(0.002)
    return False


def _state(stat: Path) -> str | None:
    """The letter by which Linux calls the state of a process or a thread; None when it is gone."""
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return None


def _gone(pid: int, seconds: float) -> bool:
    """Whether a process has gone within `seconds`.

    A killed one shows as a zombie some milliseconds before its other threads let go of the port, so a zombie counts as gone only when it has no other thread.
    """
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        state = _state(Path(f"/proc/{pid}/stat"))
        try:
            threads = len(os.listdir(f"/proc/{pid}/task"))
        except OSError:
            return True
        if state is None:
            return True
        if state == "Z" and threads <= 1:
            return True
        time.sleep(0.02)
    return False


class _Warden:
    """A process that reads the folders of our servers and, when our end of the pipe closes, even by SIGKILL, kills what runs in them and deletes them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def takes(self, server: Server) -> None:
        """From now on `server` ends when this process does."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tools.servers", "ward"],
                    cwd=Path(__file__).parents[2],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
            assert self._process.stdin is not None  # noqa: S101 - it was asked for
            self._process.stdin.write(f"{server.name} {server.folder}\n".encode())
            self._process.stdin.flush()


_warden = _Warden()
