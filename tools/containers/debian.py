"""The tools themselves: which Debian packages hold them, whether they are here, and their installation."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final

PACKAGES: Final = {
    "buildah": "buildah",
    "podman": "podman",
    "runc": "runc",
    "iptables": "iptables",
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "/usr/lib/podman/netavark": "netavark",
}
"""What is run, and the package that brings it."""


class Missing(RuntimeError):
    """Containers cannot be run on this machine; the text is one line that says why."""


def needed() -> list[str]:
    """The packages that are not installed here."""
    return [package for program, package in PACKAGES.items() if shutil.which(program) is None]


def must_be_here() -> None:
    """Raises Missing where images can be neither built nor run: without root, the tools, or the right to make namespaces."""
    if os.geteuid() != 0:
        raise Missing("images are built and run here by root alone")
    if packages := needed():
        raise Missing(f"{', '.join(packages)} {'is' if len(packages) == 1 else 'are'} not installed (python -m tools.containers installs them on Debian)")
    done = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], capture_output=True, text=True, timeout=10, check=False)
    if done.returncode:
        raise Missing(f"this machine lets nobody make namespaces: {done.stderr.strip()}")


def install() -> None:
    """Installs what is missing, by apt-get (20 s). Raises Missing where that cannot be."""
    packages = needed()
    if not packages:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Missing(f"{', '.join(packages)} can only be installed by root and apt-get")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wanted = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    for command in (wanted, ["apt-get", "update", "--quiet"], wanted):  # the lists may be missing, or old
        try:
            done = subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
        except subprocess.TimeoutExpired as e:
            raise Missing(f"{' '.join(command[:2])} has not ended in 300 s") from e
        if not needed():
            return
    said = [line for line in done.stderr.splitlines() if line.strip()]
    raise Missing(f"apt-get cannot install {', '.join(needed())}: {said[-1] if said else 'it says nothing'}")
