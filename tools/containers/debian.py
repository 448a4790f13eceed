"""Installs the container tools from Debian packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final

from tools import debian
from tools.debian import Missing

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
    debian.install(needed)
