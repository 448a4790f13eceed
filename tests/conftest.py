"""What all tests share: no setting of the caller's reaches them, and what others wrote (their clients, their servers) is at hand or said to be missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NODE = Path(__file__).parent / "node"

for name in [n for n in os.environ if n.startswith("HEADWAY_") and not n.startswith("HEADWAY_TEST_")]:
    del os.environ[name]


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder in which `node FILE` finds the packages of `tests/node/package.json`, installed once by their lock."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed here: what others' clients and suites say of Headway is not tried")
    installed = NODE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (NODE / "package-lock.json").stat().st_mtime:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install tests/node: {done.stderr.strip().splitlines()[-1:]}")
    return NODE
