"""Runs buildah and podman with settings, images and containers in a folder of their own, leaving the machine's alone."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tools.containers.debian import must_be_here

_STORAGE: Final = """[storage]
driver = "overlay"
graphroot = "{folder}/images"
runroot = "{running}"
"""
# runc and cgroupfs: no systemd is needed. Locks in files: those in shared memory are the machine's.
_CONTAINERS: Final = """[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "{running}/engine"
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
"""
_DEBIAN: Final = ("bookworm", "ca-certificates,netbase,tzdata,python3,python3-venv,python-is-python3")
BUILT: Final = 1200
"""Seconds that an image may take to be built; a quiet machine takes 60."""
ENDS: Final = 300
"""Seconds that a container may take that ends by itself; a quiet machine takes two."""
OUTLIVES: Final = 600
"""Seconds after which podman kills a container whose test was killed before it could."""


class Failed(RuntimeError):
    """buildah or podman ended otherwise than it should; the text holds the end of what it said."""


class Engine:
    """Images and containers in a folder; what is built stays there, so that the next time is quick. Raises Missing where the tools are not here."""

    def __init__(self, folder: Path) -> None:
        must_be_here()
        self.folder = folder.resolve()
        running = Path("/run") / f"headway-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        said = {"folder": self.folder, "running": running}
        (self.folder / "storage.conf").write_text(_STORAGE.format(**said))
        (self.folder / "containers.conf").write_text(_CONTAINERS.format(**said))
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith(("CONTAINER", "HEADWAY_", "BUILDAH_"))} | {
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "BUILDAH_ISOLATION": "chroot",
        }

    def podman(self, *words: str, seconds: float = 120, check: bool = True) -> subprocess.CompletedProcess[str]:
        """What `podman WORDS` says. Raises Failed where it ends with anything but 0 (unless not to `check`) or not in time."""
        return self._called(["podman", *words], seconds, check)

    def base(self, name: str) -> None:
        """Sees to an image that looks like Docker's `python:3.11-slim` where that cannot be had: Debian's smallest, with its own Python 3.11 (30 s)."""
        local = f"localhost/{name}"
        recipe = hashlib.sha256(repr(_DEBIAN).encode()).hexdigest()[:12]
        if self.inspected("image", local).get("Labels", {}).get("recipe") == recipe:
            return
        packed = self.folder / "base.tar"
        suite, packages = _DEBIAN
        try:
            self._called(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={packages}", suite, str(packed)], 600)
            self.podman("import", "--quiet", "--change", f"LABEL recipe={recipe}", str(packed), local, seconds=300)
        finally:
            packed.unlink(missing_ok=True)

    def build(self, context: Path, name: str, arguments: Mapping[str, str], secrets: Mapping[str, Path]) -> None:
        """Builds the Dockerfile of a folder as an image of this name. Raises Failed."""
        given = [word for key, value in arguments.items() for word in ("--build-arg", f"{key}={value}")]
        given += [word for key, path in secrets.items() for word in ("--secret", f"id={key},src={path}")]
        # The docker format has health checks; without --pull-never a registry would be asked for the base.
        self._called(
            ["buildah", "bud", "--format", "docker", "--isolation", "chroot", "--layers", "--force-rm", "--pull-never", *given, "--tag", name, str(context)],
            BUILT,
        )

    def prune(self) -> None:
        """Deletes what earlier runs left: what a killed one could not delete, and after a day what was built from a checkout that is another now."""
        for kind in ("container", "network", "volume"):
            self.podman(kind, "prune", "--force", f"--filter=until={2 * OUTLIVES}s", seconds=120)
        self.podman("image", "prune", "--force", "--filter=until=24h", seconds=120)

    def close(self) -> None:
        """Takes down the mounts that podman keeps below the folder, so that whoever deletes it can; not while a container of it runs."""
        if self.podman("ps", "--quiet").stdout.strip():
            return
        mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for path in sorted((path for path in mounted if Path(path).is_relative_to(self.folder)), reverse=True):
            subprocess.run(["umount", path], capture_output=True, timeout=60, check=False)

    def run(self, name: str, image: str, options: Sequence[str], command: Sequence[str] = ()) -> None:
        """Starts a container and leaves it running, for ten minutes at most. Its health is asked, not watched: podman leaves watching to systemd."""
        self.podman("run", "--detach", "--pull=never", "--health-interval=disable", f"--timeout={OUTLIVES}", "--name", name, *options, image, *command)

    def once(self, image: str, options: Sequence[str], command: Sequence[str] = (), *, seconds: float = ENDS) -> subprocess.CompletedProcess[str]:
        """Runs a container to its end, whatever its exit code, and deletes it."""
        return self.podman(
            "run", "--rm", "--pull=never", "--no-healthcheck", f"--timeout={seconds:.0f}", *options, image, *command, seconds=seconds + 10, check=False
        )

    def inspected(self, kind: str, name: str) -> dict[str, Any]:
        """What podman knows of an `image` or `container`; nothing where there is none of this name."""
        done = self.podman("inspect", "--type", kind, name, check=False)
        found: list[dict[str, Any]] = json.loads(done.stdout) if done.returncode == 0 else [{}]
        return found[0]

    def _called(self, command: Sequence[str], seconds: float, check: bool = True) -> subprocess.CompletedProcess[str]:
        what = " ".join(command[:2])
        try:
            done = subprocess.run(command, env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired as e:
            raise Failed(f"{what} has not ended in {seconds:.0f} s") from e
        if check and done.returncode:
            raise Failed(f"{what} ended with {done.returncode}: {(done.stdout + done.stderr)[-3000:]}")
        return done
