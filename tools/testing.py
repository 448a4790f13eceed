"""Runs all tests in two processes side by side, since much of their time is waiting for servers and a browser: `python -m tools.testing`.

With arguments it is pytest with these arguments; with `--faults` before them it runs the tests of `make faults` instead, in the same way. The outputs follow
each other; what failed in any of them and the sum of all end them, so that whoever is shown the last lines alone knows what to look at.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

TESTS = Path(__file__).resolve().parent.parent / "tests"
PARTS = (("browser", "system"),)
"""The folders of the parts that wait much; the rest is the last part. A third process saved nothing on two cores."""
WAITING_FAULTS = (
    *("system/test_two_clocks.py", "delivery/test_crash.py", "delivery/test_relay.py"),
    *(f"faults/test_{name}.py" for name in ("outages", "stops", "two_instances")),
)
"""Of the tests of `make faults` those that need one core, or wait: one part. The rest of `tests/faults`, which keeps two busy, is the other."""
PYTEST = (sys.executable, "-m", "pytest")
SUMMARY = re.compile(r"^=+ (.*) in [0-9.]+s(?: \([0-9:]+\))? =+$", re.MULTILINE)
WRONG = re.compile(r"^(?:FAILED|ERROR|XPASS) .*$", re.MULTILINE)
"""A line of pytest's short summary."""
REASON = re.compile(r"^E   .*$", re.MULTILINE)
"""A line of a traceback that says what was raised or how two values differ."""
WRONG_SHOWN = 40
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|warnings?|xfailed|xpassed|deselected)")


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 where all parts are good, else the first that is not."""
    if arguments[:1] == ["--faults"]:
        return _side_by_side((WAITING_FAULTS, _other_faults()), arguments[1:])
    if arguments:
        return subprocess.call([*PYTEST, *arguments])
    return _side_by_side((*PARTS, _others()))


def _side_by_side(parts: Sequence[Sequence[str]], options: Sequence[str] = ()) -> int:
    began = time.monotonic()
    with ExitStack() as stack:
        # Appending: a part shares the position in the file with whoever reads it here.
        outputs = [stack.enter_context(tempfile.TemporaryFile("a+")) for _ in parts]
        running = [_started(output, part, options) for output, part in zip(outputs, parts, strict=True)]
        for output, process in zip(outputs, running, strict=True):
            _shown(output, process)
        counts = sum(map(_counted, outputs), Counter[str]())
        wrong = [line for output in outputs for line in _wrong(output)]
    for line in wrong[:WRONG_SHOWN]:
        print(line[:400])
    if len(wrong) > WRONG_SHOWN:
        print(f"... and {len(wrong) - WRONG_SHOWN} more, named above")
    words = ", ".join(f"{number} {what}" for what, number in counts.items())
    print(f"=== {words or 'no test ran'} in {time.monotonic() - began:.0f} s, {len(running)} processes side by side ===")
    return next((code for process in running if (code := process.wait())), 0)


def _others() -> list[str]:
    named = {name for part in PARTS for name in part}
    return sorted(path.name for path in TESTS.iterdir() if path.name not in named and (any(path.rglob("test_*.py")) or path.match("test_*.py")))


def _other_faults() -> list[str]:
    every = (path.relative_to(TESTS).as_posix() for path in sorted(TESTS.glob("faults/test_*.py")))
    return [name for name in every if name not in WAITING_FAULTS]


def _started(output: IO[str], names: Sequence[str], options: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*PYTEST, *(str(TESTS / name) for name in names), *options], stdout=output, stderr=subprocess.STDOUT)


def _shown(output: IO[str], process: subprocess.Popen[bytes]) -> None:
    """Prints what a process says as it says it, until it has ended."""
    at = 0
    while True:
        ended = process.poll() is not None
        output.seek(at)
        said = output.read()
        at = output.tell()
        print(said, end="", flush=True)
        if ended and not said:
            return
        time.sleep(0.2)


def _wrong(output: IO[str]) -> list[str]:
    """The lines in which a part names what failed, and after them the reasons: what pytest cuts off in its summary."""
    output.seek(0)
    report, *summary = output.read().split("short test summary info")
    return [*WRONG.findall("".join(summary)), *dict.fromkeys(REASON.findall(report))] if summary else []


def _counted(output: IO[str]) -> Counter[str]:
    """What a part's closing line counts, in its order."""
    output.seek(0)
    found = SUMMARY.findall(output.read())
    return Counter({what.rstrip("s") if what.startswith("error") else what: int(number) for number, what in COUNT.findall(found[-1])}) if found else Counter()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
