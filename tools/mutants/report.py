"""Prints the report of a run, and writes the file of live mutants."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from tools.mutants.fork import KILLED, LIVE, TIMEOUT, UNBUILT
from tools.mutants.operators import Mutant
from tools.mutants.record import IMPORT, Listed, MutantOutcome
from tools.mutants.targets import STATE

FILE = STATE / "live.diff"


def write(mutants: Sequence[Mutant], outcomes: Mapping[str, MutantOutcome], groups: Mapping[str, str], listed: Listed) -> int:
    """Prints the counts of each module and group, writes the live ones as diffs, and gives how many live and are not listed.

    Of the live ones those are `at import` that no test runs which is asked: what runs while modules are imported, and what the tests of something else see.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    live: list[Mutant] = []
    for mutant in mutants:
        found = outcomes.get(mutant.key)
        word = found.outcome if found else "not tried"
        for name in (mutant.path, groups[mutant.path], "all"):
            counts[name][word] += 1
        if word == LIVE:
            live.append(mutant)
            for name in (mutant.path, groups[mutant.path], "all"):
                counts[name]["at import"] += outcomes[mutant.key].asked.startswith(IMPORT)
                counts[name]["listed"] += listed.line(mutant.name) is not None
    FILE.write_text("".join(_diff(mutant, listed.why(mutant.name), outcomes[mutant.key]) for mutant in live), encoding="utf-8")
    print(f"{'':48} {'mutants':>8} {'killed':>7} {'timeout':>8} {'live':>6} {'at import':>9} {'listed':>7} {'live %':>7} {'not tried':>10}")
    for name in [*sorted(set(groups)), *sorted(set(groups.values())), "all"]:
        if name in counts:
            print(_row(name, counts[name]))
    left = [mutant for mutant in live if listed.line(mutant.name) is None]
    untried = counts["all"]["not tried"]
    print(f"{len(left)} live and not listed: see {FILE.relative_to(STATE.parent)}" if left else "every live one is listed with why")
    if untried:
        print(f"{untried} of {len(mutants)} not tried yet: the next run goes on with them")
    lines = {listed.line(mutant.name) for mutant in live}
    tried = {listed.line(mutant.name) for mutant in mutants if mutant.key in outcomes}
    for name in listed.whys:
        if name in tried and name not in lines:
            print(f"listed, but a test sees it: {name}")
    return len(left)


def _row(name: str, count: Counter[str]) -> str:
    tried = count[KILLED] + count[TIMEOUT] + count[LIVE]
    per_cent = 100 * count[LIVE] / tried if tried else 0.0
    parts = (f"{name:48} {tried:8} {count[KILLED]:7} {count[TIMEOUT]:8}", f"{count[LIVE]:6} {count['at import']:9} {count['listed']:7}")
    return f"{' '.join(parts)} {per_cent:7.1f} {count['not tried']:10}"


def _diff(mutant: Mutant, why: str | None, outcome: MutantOutcome) -> str:
    lines = [f"# {mutant.name}"]
    if why:
        lines.append(f"# listed: {why}")
    elif outcome.asked.startswith(IMPORT):
        lines.append("# no test runs it but while modules are imported")
    lines += [f"--- {mutant.path}:{mutant.line}", f"+++ {mutant.path}:{mutant.line}", f"@@ {mutant.function} @@"]
    lines += [f"-{line}" for line in mutant.was.splitlines()]
    lines += [f"+{line}" for line in mutant.becomes.splitlines()]
    return "\n".join(lines) + "\n\n"


__all__ = ["FILE", "UNBUILT", "write"]
