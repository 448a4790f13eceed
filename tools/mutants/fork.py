"""Runs each mutant in a process forked from one that has imported everything: replaces the function's code, then runs the tests."""

from __future__ import annotations

import ast
import contextlib
import gc
import inspect
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, NoReturn

import pytest

from tools.mutants.operators import Mutant
from tools.mutants.targets import ROOT, STATE

LONGEST = 6
"""Seconds of computing that one test may take while it is measured."""
GRACE = 2.0
"""Seconds of computing that one test may take under a mutant, beside five times what it takes as the code is."""
WAITS = 30.0
"""Seconds that it may take by the clock, beside ten times that: a mutant may wait for what never comes."""
MEMORY = 6 * 1024**3
KILLED, LIVE, TIMEOUT, UNBUILT = "killed", "live", "timeout", "unbuilt"


@dataclass(eq=False)
class Forked:
    """A process that tries one mutant."""

    pid: int
    pipe: int
    until: float
    folder: str
    said: bytearray = field(default_factory=bytearray)


class Code:
    """The functions that exist by the file they come from, to give them other code."""

    def __init__(self) -> None:
        self._of: dict[str, list[FunctionType]] = {}
        gc.unfreeze()  # what the tests have set aside is among them too
        for thing in gc.get_objects():  # among them proxies of what is gone, which isinstance would ask
            if type(thing) is FunctionType and thing.__code__.co_filename.startswith(str(ROOT)):
                self._of.setdefault(thing.__code__.co_filename, []).append(thing)

    def put(self, mutant: Mutant) -> int:
        """Gives the module's functions the code of a mutant; how many are others now."""
        path = str(ROOT / mutant.path)
        before = _by_place(compile((ROOT / mutant.path).read_bytes(), path, "exec", dont_inherit=True))
        after = _by_place(compile(ast.fix_missing_locations(mutant.build()), path, "exec", dont_inherit=True))
        changed = {place: code for place, code in after.items() if place in before and before[place] != code}
        count = 0
        for function in self._of.get(path, ()):
            place = _place(function.__code__)
            if place in changed and len(changed[place].co_freevars) == len(function.__code__.co_freevars):
                function.__code__ = changed[place]
                count += 1
        return count


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _by_place(code: CodeType) -> dict[tuple[str, int], CodeType]:
    """The code of all functions of a module by name and line; of two lambdas in one line neither. The body of a class is no function's."""
    every = [one for one in _within(code) if one.co_flags & inspect.CO_OPTIMIZED]
    count = Counter(map(_place, every))
    return {_place(one): one for one in every if count[_place(one)] == 1}


def _within(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _within(one)


class Failure:
    """A plugin that says which test failed first, and ends the process with it."""

    def __init__(self) -> None:
        self.at_failure: Callable[[str], None] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Looks at the outcome of each part of a test before anything is made of it."""
        if self.at_failure is not None and call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            self.at_failure(item.nodeid)


def run(item: pytest.Item, following: pytest.Item | None) -> None:
    """Runs one test."""
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def fork(work: Callable[[Callable[[Any], None]], None], seconds: float, config: pytest.Config, cpu: float | None = None) -> Forked:
    """Starts a process that does some work, may say things (JSON), and ends by itself, or after `seconds`, or after `cpu` seconds of computing."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    (STATE / "tmp").mkdir(exist_ok=True)
    folder = tempfile.mkdtemp(dir=STATE / "tmp")
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        os.close(write)
        return Forked(pid, read, time.monotonic() + seconds, folder)
    os.setpgid(0, 0)
    os.close(read)
    _alone(config, folder, cpu)

    def say(what: Any) -> None:
        rest = memoryview(json.dumps(what).encode() + b"\n")
        while rest:
            rest = rest[os.write(write, rest) :]

    try:
        work(say)
    except BaseException as error:
        say({"fault": repr(error)[:300]})
    finally:
        os._exit(0)
    _never()


def _never() -> NoReturn:
    raise AssertionError("the process has ended")


def _alone(config: pytest.Config, folder: str, cpu: float | None) -> None:
    """Nothing of this process is seen, or lies where another's things do, or grows without end."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.environ["TMPDIR"] = folder
    tempfile.tempdir = folder
    config._tmp_path_factory._basetemp = Path(folder)  # type: ignore[attr-defined]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if cpu is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(cpu) + 1, int(cpu) + 3))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)


def end(process: Forked) -> None:
    """Ends what is left of a process and of those it started, and waits until it is gone."""
    for kill in (os.killpg, os.kill):  # itself as well: it may not have made its group yet
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(process.pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, 0)
    os.close(process.pipe)
    shutil.rmtree(process.folder, ignore_errors=True)


def hear(process: Forked) -> bool:
    """Reads what a process says; whether it goes on."""
    while True:
        try:
            said = os.read(process.pipe, 1 << 20)
        except BlockingIOError:
            return True
        if not said:
            return False
        process.said += said


def messages(process: Forked) -> list[Any]:
    """What a process said."""
    return [json.loads(line) for line in bytes(process.said).split(b"\n") if line]


def patience(_: int, __: FrameType | None) -> NoReturn:
    """Ends a test that takes too long to be of use here."""
    raise TimeoutError("too slow to be asked")


def try_mutant(say: Callable[[Any], None], code: Code, mutant: Mutant | None, tests: Sequence[tuple[pytest.Item, float]], failure: Failure) -> None:
    """Runs tests (each with the seconds it takes) under a mutant (without one: as the code is) until one fails or goes on and on, and says how it went."""
    if mutant is not None:
        try:
            if not code.put(mutant):
                return say({"outcome": UNBUILT})
        except (SyntaxError, ValueError):
            return say({"outcome": UNBUILT})

    def failed(test: str) -> None:
        say({"outcome": KILLED, "by": test})
        os._exit(0)

    def goes_on(_: int, __: FrameType | None) -> None:
        say({"outcome": TIMEOUT})
        os._exit(0)

    failure.at_failure = failed
    signal.signal(signal.SIGVTALRM, goes_on)
    signal.signal(signal.SIGALRM, goes_on)
    for number, (item, seconds) in enumerate(tests):
        signal.setitimer(signal.ITIMER_VIRTUAL, GRACE + 5 * seconds)
        signal.setitimer(signal.ITIMER_REAL, WAITS + 10 * seconds)
        run(item, tests[number + 1][0] if number + 1 < len(tests) else None)
    say({"outcome": LIVE})


def try_at_import(say: Callable[[Any], None], mutant: Mutant) -> None:
    """Runs the tests of what is declared at import in a process that imports the module with the fault, and says how it went."""
    code = _at_import(mutant.path, mutant.key)
    say({"outcome": TIMEOUT if code < 0 else LIVE if code == 0 else KILLED})


def passes_at_import() -> bool:
    """Whether these tests pass as the code is."""
    return _at_import() == 0


def _at_import(*mutant: str) -> int:
    return subprocess.run([sys.executable, "-m", "tools.mutants.reimport", *mutant], cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode
