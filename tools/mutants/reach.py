"""Measures which test runs which lines and how long it takes, and again for what has changed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

import pytest
from coverage import Coverage

from tools.mutants.targets import ROOT, SLOWEST, STATE

FILE = STATE / "reach.json"
NEVER = 1e9
"""Seconds of a test that is not asked."""


class Reach:
    """For each test its seconds and the lines of the mutated modules that it runs."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.files: dict[str, str] = {}
        """Of each module and test file that was looked at, what was in it."""
        self.lines: dict[str, dict[str, list[int]]] = {}
        """Module -> test -> lines."""
        self._by_line: dict[tuple[str, int], list[str]] | None = None

    @classmethod
    def read(cls) -> Reach:
        """What was measured before; nothing, where nothing was."""
        found = cls()
        if FILE.exists():
            for name, value in json.loads(FILE.read_text()).items():
                setattr(found, name, value)
        return found

    def write(self) -> None:
        """Keeps it for the next run."""
        FILE.write_text(json.dumps({name: value for name, value in vars(self).items() if not name.startswith("_")}))

    def stale(self, modules: Iterable[str], tests: Sequence[str]) -> list[str]:
        """The tests that must be measured (again): of a file that has changed, or which ran a module that has. All, where a module was never measured."""
        known = set(self.seconds)
        for gone in known - set(tests):
            self._drop(gone)
        changed_files = {name for name in {file_of(test) for test in tests} if self.files.get(name) != digest(name)}
        changed_modules = [name for name in modules if self.files.get(name) != digest(name)]
        if any(name not in self.files for name in changed_modules):
            return list(tests)
        again = {test for name in changed_modules for test in self.lines.get(name, ())}
        return [test for test in tests if test in again or test not in known or file_of(test) in changed_files]

    def _drop(self, test: str) -> None:
        self.seconds.pop(test, None)
        for tests in self.lines.values():
            tests.pop(test, None)

    def begin(self, modules: Iterable[str], tests: Iterable[str]) -> None:
        """These tests are measured now, for the modules as they are: until each is, it is not known, so that the next run goes on where this one stops."""
        for test in tests:
            self._drop(test)
        self.files |= {name: digest(name) for name in modules}
        self._by_line = None
        self.write()

    def measured(self, tests: Sequence[str], found: dict[str, tuple[float, dict[str, list[int]]]]) -> None:
        """Takes in what a measuring found; a test that is not in it failed, or is skipped, and is not asked."""
        for test in tests:
            self.seconds[test] = NEVER
        for test, (seconds, lines) in found.items():
            self.seconds[test] = seconds
            for module, numbers in lines.items():
                self.lines.setdefault(module, {})[test] = numbers
        self.files |= {name: digest(name) for name in {file_of(test) for test in tests}}
        self._by_line = None
        self.write()

    def tests(self, module: str, line: int) -> list[str]:
        """Those that run a line, the fastest first; those that are slow are not asked."""
        if self._by_line is None:
            self._by_line = {}
            for name, by_test in self.lines.items():
                for test in sorted(by_test, key=lambda test: self.seconds[test]):
                    if self.seconds[test] <= SLOWEST:
                        for number in by_test[test]:
                            self._by_line.setdefault((name, number), []).append(test)
        return self._by_line.get((module, line), [])


def file_of(test: str) -> str:
    """The file a test stands in."""
    return test.partition("::")[0]


def digest(name: str) -> str:
    """What is in a file, in short."""
    return sha256((ROOT / name).read_bytes()).hexdigest()[:16]


def tracing(modules: Iterable[str]) -> Coverage:
    """What sees the lines of these modules, test by test."""
    return Coverage(data_file=None, config_file=False, include=[str(ROOT / name) for name in modules], concurrency=["thread", "greenlet"])


def measure(
    coverage: Coverage, modules: Sequence[str], items: Sequence[pytest.Item], passes: Callable[[pytest.Item, pytest.Item | None], bool]
) -> dict[str, tuple[float, dict[str, list[int]]]]:
    """Runs each test and says how long it took and which lines it ran."""
    seconds: dict[str, float] = {}
    coverage.start()
    for number, item in enumerate(items):
        coverage.switch_context(item.nodeid)
        began, cpu = time.monotonic(), time.process_time()
        good = passes(item, items[number + 1] if number + 1 < len(items) else None)
        if good:  # what computes is on a busy machine slower than it is; what waits is not
            seconds[item.nodeid] = max(time.process_time() - cpu, (time.monotonic() - began) / 8)
    coverage.stop()
    found: dict[str, tuple[float, dict[str, list[int]]]] = {test: (taken, {}) for test, taken in seconds.items()}
    data = coverage.get_data()
    for name in modules:
        for line, tests in data.contexts_by_lineno(str(ROOT / name)).items():
            for test in tests:
                if test in found:
                    found[test][1].setdefault(name, []).append(line)
    return found
