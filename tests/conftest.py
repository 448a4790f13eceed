"""What all tests share: no setting of the caller's reaches them, and what others wrote (their clients, their servers) is at hand or said to be missing."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.servers import kafka, kafka_server, mongo, mongo_server
from tests.sqlite import decisions, logs, namespace, people, revocations, stores

__all__ = ["decisions", "kafka", "kafka_server", "logs", "mongo", "mongo_server", "namespace", "node", "people", "revocations", "stores"]

gc.disable()  # until all is collected
NODE = Path(__file__).parent / "node"

for name in [n for n in os.environ if n.startswith("HEADWAY_") and not n.startswith("HEADWAY_TEST_")]:
    del os.environ[name]


# What a test asks for says what it needs, so `make test-quick` can leave it out.
MARKS = {
    "kafka": pytest.mark.servers,
    "mongo": pytest.mark.servers,
    "kafka_server": pytest.mark.servers,
    "mongo_server": pytest.mark.servers,
    "node": pytest.mark.node,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs servers, node or a browser, by the fixtures it asks for."""
    for item in items:
        asked = getattr(item, "fixturenames", ())
        for name, mark in MARKS.items():
            if name in asked:
                item.add_marker(mark)
        if any(name.startswith(("browser", "chromium")) for name in asked):
            item.add_marker(pytest.mark.browser)
        if item.path.is_relative_to(Path(__file__).parent / "faults"):
            item.add_marker(pytest.mark.faults)


def pytest_collection_finish() -> None:
    """Sets aside what was imported and collected: looking through it again and again took a sixth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in one line each what was skipped and why."""
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", ()))
    for reason, times in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped {times} test{'s' if times > 1 else ''}: {reason}", yellow=True)


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder in which `node FILE` finds the packages of `tests/node/package.json`, installed once by their lock."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed here: what others' clients and suites say of Headway is not tried")
    installed = NODE / "node_modules" / ".package-lock.json"
    with (NODE / "package.json").open() as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)  # the parts of the tests may ask at once
        if not installed.exists() or installed.stat().st_mtime < (NODE / "package-lock.json").stat().st_mtime:
            done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE, capture_output=True, text=True, timeout=300, check=False)
            if done.returncode:
                pytest.skip(f"npm cannot install tests/node: {done.stderr.strip().splitlines()[-1:]}")
    return NODE
