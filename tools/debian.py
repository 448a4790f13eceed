"""`python -m tools.debian`: installs what the tests need of Debian's packages, where root and apt-get are; says why where it cannot.

Whoever has the programs in another way needs nothing of it: each test looks for what it runs, and says so where that is not there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

SEEN: Final = {
    "kcat": "kcat",  # the lines of docs/subscribing.md
    "/usr/bin/chromium": "chromium",  # pages, as people open them
    "fc-list": "fontconfig",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core",
    "/usr/share/fonts/truetype/liberation": "fonts-liberation",
}
"""A program, a file or a folder, and the package that brings it."""


class Missing(RuntimeError):
    """Packages cannot be installed on this machine; the text is one line that says why."""


def needed() -> list[str]:
    """The packages that are not installed here."""
    return [package for thing, package in SEEN.items() if shutil.which(thing) is None and not Path(thing).exists()]


def install(lacking: Callable[[], Sequence[str]] = needed) -> None:
    """Installs what is lacking, by apt-get. Raises Missing where that cannot be."""
    packages = lacking()
    if not packages:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Missing(f"{', '.join(packages)} can only be installed by root and apt-get")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wanted = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    for command in (wanted, ["apt-get", "update", "--quiet"], wanted):  # the lists may be missing, or old
        try:
            done = subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
        except subprocess.TimeoutExpired as e:
            raise Missing(f"{' '.join(command[:2])} has not ended in 600 s") from e
        if not lacking():
            return
    said = [line for line in done.stderr.splitlines() if line.strip()]
    raise Missing(f"apt-get cannot install {', '.join(lacking())}: {said[-1] if said else 'it says nothing'}")


def tried(installing: Callable[[], None], otherwise: str) -> int:
    """The exit code of a command that installs: 0 where all is here, 1, with what follows from it in words, where something cannot be had."""
    try:
        installing()
    except Missing as e:
        print(f"{otherwise}: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(tried(install, "some tests will not run here"))
