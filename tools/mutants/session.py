"""A run: pytest collects the tests once, and instead of running them this tries each mutant on those that reach it."""

from __future__ import annotations

import gc
import re
import select
import signal
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

import pytest

from tools.mutants import reach as reaching
from tools.mutants.fork import (
    KILLED,
    LIVE,
    LONGEST,
    TIMEOUT,
    UNBUILT,
    Code,
    Failure,
    Forked,
    end,
    fork,
    hear,
    messages,
    passes_at_import,
    patience,
    run,
    try_at_import,
    try_mutant,
)
from tools.mutants.operators import Mutant
from tools.mutants.reach import Reach, digest
from tools.mutants.record import IMPORT, MutantOutcome, Record
from tools.mutants.targets import AT_IMPORT, modules

MOST_SECONDS = 15.0
"""Of tests that are asked about one mutant, where a run does not say otherwise: the fastest of each file in turn."""
AT_IMPORT_SECONDS = 60.0
"""Of computing that the tests of what is declared at import may take together; they take a sixth of it."""


@dataclass
class _Trial:
    mutant: Mutant
    asked: str
    tests: list[str]


class Session:
    """The plugin that takes the place of running the tests."""

    def __init__(self, mutants: Sequence[Mutant], record: Record, *, workers: int, until: float | None, live: bool, seconds: float = MOST_SECONDS) -> None:
        self.mutants, self.record, self.workers, self.until, self.live, self.seconds = mutants, record, workers, until, live, seconds
        self._failure = Failure()
        self._killers: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=6))
        self._at_import = sha256("".join(map(digest, AT_IMPORT)).encode()).hexdigest()[:8]
        self._sound: dict[str, bool] = {}
        """Tests that killed: whether they pass when they are run alone as the code is."""

    def pytest_configure(self, config: pytest.Config) -> None:
        """Listens to failures."""
        config.pluginmanager.register(self._failure)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measures what is stale, then tries the mutants."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        self.config, self.items = session.config, {item.nodeid: item for item in session.items}
        print(f"collected in {time.process_time():.0f} s", flush=True)
        gc.collect()
        self.code = Code()  # before it is frozen: what is, is found no more
        gc.freeze()
        self.reach = Reach.read()
        self._measure()
        self._try_all()
        return True

    def _measure(self) -> None:
        every = list(modules())
        stale = self.reach.stale(every, list(self.items))
        if not stale:
            return
        print(f"measuring which lines {len(stale)} of {len(self.items)} tests run", flush=True)
        self.reach.begin(every, stale)
        size = 1 + len(stale) // (40 * self.workers)
        parts = [stale[number : number + size] for number in range(0, len(stale), size)]
        waiting, running, done = deque(parts), dict[Forked, list[str]](), 0
        try:
            while waiting or running:
                while waiting and len(running) < self.workers:
                    part = waiting.popleft()
                    items = [self.items[test] for test in part]
                    running[fork(partial(self._measured_apart, every, items), 3_600, self.config)] = part
                select.select([process.pipe for process in running], [], [], 1)
                for process in [process for process in running if not hear(process)]:
                    part = running.pop(process)
                    end(process)
                    found = next((said for said in messages(process) if "fault" not in said), None)
                    if found is None and len(part) > 1:
                        waiting.extend((part[: len(part) // 2], part[len(part) // 2 :]))
                        continue
                    self.reach.measured(part, found or {})
                    done += len(part)
                    print(f"measured {done} of {len(stale)}", flush=True)
        finally:
            for process in running:
                end(process)

    def _measured_apart(self, every: Sequence[str], items: Sequence[pytest.Item], say: Any) -> None:
        good = [True]

        def failed(_: str) -> None:
            good[0] = False

        def quick(item: pytest.Item, following: pytest.Item | None) -> bool:
            good[0] = True
            signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
            signal.setitimer(signal.ITIMER_REAL, 10 * LONGEST)
            try:
                run(item, following)
            except TimeoutError:
                good[0] = False
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
            return good[0]

        signal.signal(signal.SIGALRM, patience)
        signal.signal(signal.SIGVTALRM, patience)
        self._failure.at_failure = failed
        say(reaching.measure(reaching.tracing(every), every, items, quick))

    def _trial(self, mutant: Mutant) -> _Trial | None:
        """How a mutant is tried; None where that is known already."""
        before = self.record.outcomes.get(mutant.key)
        if self.live and (before is None or before.outcome != LIVE):
            return None
        if before is not None and before.outcome != LIVE:
            return None
        reached = [test for test in self.reach.tests(mutant.path, mutant.line) if test in self.items and self._sound.get(test, True)]
        words = "".join(f"{test}{self.reach.files[reaching.file_of(test)]}" for test in sorted(reached))
        asked = sha256(f"{self.seconds}{words}".encode()).hexdigest()[:12] if reached else f"{IMPORT}{self._at_import}"
        if before is not None and before.asked == asked:
            return None
        lately = [*self._killers[f"{mutant.path} {mutant.function}"], *self._killers[mutant.path]]
        known = dict.fromkeys(test for test in reversed(lately) if test in set(reached))
        chosen, left = list(known), self.seconds
        for test in _near_first(mutant.path, reached):
            if test not in known and self.reach.seconds[test] <= left:  # behind one that takes too long there are others that do not
                left -= self.reach.seconds[test]
                chosen.append(test)
        return _Trial(mutant, asked, chosen)

    def _try_all(self) -> None:
        waiting, running = deque(self.mutants), dict[Forked, _Trial]()
        counts: dict[str, int] = defaultdict(int)
        began = told = time.monotonic()
        try:
            while waiting or running:
                over = self.until is not None and time.monotonic() > self.until
                while waiting and not over and len(running) < self.workers:
                    trial = self._trial(waiting.popleft())
                    if trial is None:
                        continue
                    running[self._start(trial)] = trial
                if over and not running:
                    break
                if running:
                    select.select([process.pipe for process in running], [], [], 1)
                for process in list(running):
                    if not hear(process) or time.monotonic() > process.until:
                        outcome = self._ended(process, running.pop(process), waiting)
                        counts[outcome] += 1
                if time.monotonic() - told > 10:
                    told = time.monotonic()
                    done = sum(counts.values())
                    pace = done / (told - began)
                    words = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
                    print(f"{done} tried ({words}), {len(waiting)} to go, about {len(waiting) / pace / 60 if pace else 0:.0f} minutes", flush=True)
        finally:  # also where somebody ends the run: they are in groups of their own
            for process in running:
                end(process)

    def _start(self, trial: _Trial) -> Forked:
        if not trial.tests:
            if "import" not in self._sound:
                self._sound["import"] = passes_at_import()
            if not self._sound["import"]:
                raise pytest.UsageError(f"these fail as the code is: {', '.join(AT_IMPORT)}")
            return fork(partial(try_at_import, mutant=trial.mutant), 20 * AT_IMPORT_SECONDS, self.config, cpu=AT_IMPORT_SECONDS)
        seconds = sum(self.reach.seconds[test] for test in trial.tests)
        tests = [(self.items[test], self.reach.seconds[test]) for test in trial.tests]
        return fork(lambda say: try_mutant(say, self.code, trial.mutant, tests, self._failure), 30 + 10 * seconds, self.config, cpu=5 + 3 * seconds)

    def _ended(self, process: Forked, trial: _Trial, waiting: deque[Mutant]) -> str:
        end(process)
        said = next(iter(messages(process)), {"outcome": TIMEOUT})
        outcome, by = said.get("outcome", KILLED), said.get("by")
        if outcome == KILLED and by is not None:
            if not self._is_sound(by):
                waiting.appendleft(trial.mutant)
                return "tried again"
            for name in (f"{trial.mutant.path} {trial.mutant.function}", trial.mutant.path):
                if by in self._killers[name]:
                    self._killers[name].remove(by)
                self._killers[name].append(by)
        self.record.put(trial.mutant.key, MutantOutcome(outcome, by or said.get("fault"), trial.asked if outcome == LIVE else ""))
        return str(outcome)

    def _is_sound(self, test: str) -> bool:
        """Whether a test passes alone as the code is: of one that does not, nothing follows."""
        if test not in self._sound:
            process = fork(lambda say: try_mutant(say, self.code, None, [(self.items[test], self.reach.seconds[test])], self._failure), 120, self.config)
            while hear(process) and time.monotonic() < process.until:
                select.select([process.pipe], [], [], 1)
            end(process)
            self._sound[test] = messages(process) == [{"outcome": LIVE}]
            if not self._sound[test]:
                print(f"not asked any more, since it fails alone: {test}", flush=True)
        return self._sound[test]


def _near_first(path: str, tests: Sequence[str]) -> list[str]:
    """The tests of the module itself first (`test_NAME.py`, `test_NAME_more.py`), then of each file one in turn, the fastest first.

    One file's hundreds often see the same.
    """
    own = f"test_{path.rpartition('/')[2].removesuffix('.py')}"
    turns = dict[str, int]()
    ranked: list[tuple[bool, int, int, str]] = []
    for test in tests:
        name = reaching.file_of(test)
        turns[name] = turns.get(name, 0) + 1
        ranked.append((not re.search(rf"/{own}(_\w+)?\.py$", name), turns[name], len(ranked), test))
    return [test for *_, test in sorted(ranked)]


__all__ = ["UNBUILT", "Session"]
