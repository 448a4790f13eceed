"""Tries the mutants: `python -m tools.mutants [PATTERN ...]`, where a pattern names modules (`libs/rules/*`).

A run goes on where the one before it stopped. It ends with the counts, and exits 1 where one lives that `listed.toml` does not list with why.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence

import pytest
from hypothesis import Phase, settings

from tools.mutants.operators import Mutant, mutants, named
from tools.mutants.record import Record, by_hand, listed
from tools.mutants.report import write
from tools.mutants.session import MOST_SECONDS, Session
from tools.mutants.targets import BESIDE, FAST, ROOT, STATE, TESTS, modules


def main(arguments: Sequence[str]) -> int:
    """The exit code: 1 where a mutant lives that is not listed."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="PATTERN", help="modules, such as libs/rules/*; all by default")
    parser.add_argument("--sample", type=int, help="try so many, chosen by --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, help="stop after so many minutes; the next run goes on")
    parser.add_argument("--seconds", type=float, default=MOST_SECONDS, help="of tests that are run against one mutant that lives (%(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="processes at a time")
    parser.add_argument("--live", action="store_true", help="try only those that lived")
    parser.add_argument("--again", action="store_true", help="forget what was found")
    parser.add_argument("--report", action="store_true", help="try nothing, only print what was found")
    given = parser.parse_args(arguments)

    STATE.mkdir(exist_ok=True)
    groups = modules(given.only)
    record, began = Record(forget=given.again), time.monotonic()
    found = _of(groups, given.seed, given.sample)
    if not given.report:
        settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None, deadline=None, derandomize=True)
        settings.load_profile("mutants")
        session = Session(found, record, workers=given.workers, until=given.minutes and began + 60 * given.minutes, live=given.live, seconds=given.seconds)
        beside = [f"--ignore-glob={ROOT / test}" for test in BESIDE]
        pytest.main([*(str(ROOT / test) for test in TESTS), *beside, "-q", "-s", "-p", "no:cacheprovider", "-m", FAST, f"--rootdir={ROOT}"], plugins=[session])
    left = write(found, record.outcomes, groups, listed())
    print(f"{(time.monotonic() - began) / 60:.1f} minutes")
    return 1 if left else 0


def _of(groups: dict[str, str], seed: int, sample: int | None) -> list[Mutant]:
    found: list[Mutant] = [named(ROOT, one["path"], one["was"], one["becomes"]) for one in by_hand() if one["path"] in groups]
    every = [mutant for path in groups for mutant in mutants(ROOT, path)]
    if sample is not None and sample < len(every):
        chosen = set(random.Random(seed).sample(range(len(every)), sample))  # noqa: S311
        every = [mutant for number, mutant in enumerate(every) if number in chosen]
    known = listed()
    return sorted(found + every, key=lambda mutant: known.line(mutant.name) is not None)  # what may live is tried last: it takes longest


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
