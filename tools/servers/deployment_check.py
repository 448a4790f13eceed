"""Checks what containers would be built and run from: the Dockerfile by hadolint, the compose file by Docker's own loader where Go is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("composecheck")
BUILT = ROOT / ".servers" / "composecheck"


class NoGo(RuntimeError):
    """The compose file's loader cannot be built here; the text says why."""


def loader() -> Path:
    """The built `composecheck`, built anew when its source changed (7 s). Raises NoGo."""
    sources = [SOURCE / name for name in ("main.go", "go.mod", "go.sum")]
    if BUILT.exists() and BUILT.stat().st_mtime > max(s.stat().st_mtime for s in sources):
        return BUILT
    go = shutil.which("go")
    if go is None:
        raise NoGo("Go is not installed here")
    BUILT.parent.mkdir(exist_ok=True)
    done = subprocess.run([go, "build", "-o", str(BUILT), "."], cwd=SOURCE, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise NoGo(f"go build does not succeed here: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'it says nothing'}")
    return BUILT


@cache
def made_secrets() -> Mapping[str, str]:
    """Passwords as `deploy/secrets.sh` makes them, for this process alone."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "env"
        subprocess.run(["/bin/sh", str(ROOT / "deploy" / "secrets.sh"), str(file)], check=True, timeout=60)
        return dict(line.split("=", 1) for line in file.read_text().splitlines())


def loaded(file: Path = ROOT / "docker-compose.yml", secrets: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The compose file as Docker understands it, with these passwords (or those of this process), defaults and env files filled in.

    Raises NoGo, and ValueError with what is wrong in it.
    """
    given = {**os.environ, **(made_secrets() if secrets is None else secrets)}
    done = subprocess.run([str(loader()), str(file)], capture_output=True, text=True, timeout=60, check=False, env=given, cwd=BUILT.parent)
    if done.returncode:
        raise ValueError(f"{file.name}: {done.stderr.strip()}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> int:
    """Prints what is wrong or was not looked at; 1 where something is wrong."""
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([str(hadolint), "--no-color", "Dockerfile"], cwd=ROOT, check=False)
    try:
        loaded()
    except NoGo as e:
        print(f"docker-compose.yml was not looked at: {e}", file=sys.stderr)
        return int(bool(done.returncode or os.environ.get("HEADWAY_TEST_REQUIRE_SERVERS") == "1"))
    except ValueError as e:
        print(e, file=sys.stderr)
        return 1
    return int(bool(done.returncode))


if __name__ == "__main__":
    sys.exit(main())
