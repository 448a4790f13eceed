"""A real MongoDB (mongod 6.0.5, out of a wheel) in a folder, for tests and for trying out; the work is `mongo.sh`'s."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tools.servers.processes import HOST, NotHere, Server, caches, free_port, must_be_linux, recorded_pid

VERSION: Final = "6.0.5"
_SCRIPT: Final = Path(__file__).with_name("mongo.sh")


class MongoServer(Server):
    """A standalone mongod, or with `replica_set` a replica set of one; with `user` (name, password) it asks who one is.

    `host` is an address at which it listens beside loopback and by which it is known, for others than this machine's processes.

    Standalone is the default because a replica set hides a write concern without `j`. Name and password hold only characters that a URL takes as they are.
    """

    name = "mongo"

    def __init__(
        self, folder: Path | str, *, user: tuple[str, str] | None = None, replica_set: str = "", host: str = HOST, port: int = 0, owned: bool = True
    ) -> None:
        super().__init__(folder, owned=owned)
        self._user = user
        self._replica_set = replica_set
        self._host = host
        self._port = port

    @staticmethod
    def install() -> None:
        """Sees to the binary, downloading it into the user's cache if it is not there yet. Raises NotHere."""
        must_be_linux()
        _script("install", caches() / f"mongod-{VERSION}")

    @property
    def address(self) -> str:
        """`mongodb://host:port/…`, with name and password where it asks for them."""
        kept = self.folder / "url"
        if not kept.is_file():
            raise NotHere(f"MongoDB in {self.folder} has no address before its first start")
        return kept.read_text().strip()

    @property
    def pid(self) -> int | None:
        """The mongod's, recognised by its binary."""
        pid = recorded_pid(self.folder / "mongod.pid")
        try:
            ours = pid is not None and Path(f"/proc/{pid}/exe").resolve() == (self.folder / "bin" / "mongod").resolve()
        except OSError:
            return None
        return pid if ours else None

    def start(self, seconds: float = 60) -> str:
        """Starts mongod and returns its URL once it takes writes (0.6 s). Raises NotHere."""
        self.install()
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.pid is not None:
            return self.address
        binaries = self.folder / "bin"
        if not binaries.exists():
            binaries.symlink_to(caches() / f"mongod-{VERSION}" / "bin")
        kept = self.folder / "port"
        port = self._port or (int(kept.read_text()) if kept.is_file() else free_port())
        kept.write_text(str(port))
        self._own()
        name, word = self._user or ("", "")
        said = {
            "MONGO_USER": name,
            "MONGO_PASSWORD": word,
            "MONGO_REPLSET": self._replica_set,
            "MONGO_ADDRESS": self._host,
            "MONGO_START_TIMEOUT": f"{seconds:.0f}",
        }
        url = _script("start", self.folder, str(port), **said)
        (self.folder / "url").write_text(url)
        return url


def _script(what: str, folder: Path, *arguments: str, **environment: str) -> str:
    """What `mongo.sh` prints. Raises NotHere with its last line."""
    asked = {**{k: v for k, v in os.environ.items() if not k.startswith("MONGO_")}, "MONGO_PYTHON": sys.executable, **environment}
    try:
        done = subprocess.run([str(_SCRIPT), what, str(folder), *arguments], capture_output=True, text=True, timeout=600, check=False, env=asked)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise NotHere(f"MongoDB: mongo.sh {what} did not run here: {e}") from e
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise NotHere(f"MongoDB: {said[-1] if said else f'mongo.sh {what} ended with {done.returncode}'}")
    return done.stdout.strip()
