"""What no test may do: judge by how fast the machine is, or compute something from the clock before it is asked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import GIVE_UP

TESTS = Path(__file__).resolve().parent.parent
MODULES = sorted(path for path in TESTS.rglob("*.py") if "node_modules" not in path.parts)
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time"}
OF = {"datetime", "date", "time"}
ASKED = re.compile(r"^(subprocess\.|urllib\.request\.|httpx\.)|\.communicate$")
GLANCE = 5
"""Seconds of a look at a server that may not be there yet."""
MEANT = {
    ("adapters/contracts/catching.py", 0.5): "a broken adapter that hangs is caught by it; a good one is never run under it",
    ("runtime/test_cancellation.py", 0): "a time limit that is over at once is what is tried",
    ("runtime/test_cancellation.py", 2): "that a task does not end is seen by waiting a while; waiting too short cannot fail it",
    ("services/gateway/capacity/test_slices.py", 0.001): "a time limit that is over at once is what is tried",
    ("services/gateway/stream/test_routes_once.py", 0.05): "that nothing comes is seen by waiting a while; waiting too short cannot fail it",
}
"""Shorter waits, with why they judge nothing."""


def name_of(path: Path) -> str:
    return path.relative_to(TESTS).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def reads_clock(node: ast.AST) -> bool:
    """Whether this is `datetime.now()`, `time.monotonic()` and the like."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and ast.unparse(node.func.value).rpartition(".")[2] in OF
    )


def at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Everything that is run when a module is imported: all but the bodies of functions, whose decorators and defaults are."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in (*child.decorator_list, *child.args.defaults, *(d for d in child.args.kw_defaults if d)):
                yield part
                yield from at_import(part)
        elif not isinstance(child, ast.Lambda):
            yield child
            yield from at_import(child)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_computed_from_the_clock_at_import(path: Path) -> None:
    assert [node.lineno for node in at_import(parsed(path)) if reads_clock(node) and isinstance(node, ast.Call)] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_judged_by_a_stopwatch(path: Path) -> None:
    stopwatches = {"monotonic", "perf_counter"}
    judged = [
        node.lineno
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Assert)
        for part in ast.walk(node.test)
        if reads_clock(part) and isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in stopwatches
    ]
    assert judged == [], "a figure of time belongs into bench/ or the fault table"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_whoever_waits_has_patience(path: Path) -> None:
    waits = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call) and ast.unparse(node.func) in ("asyncio.timeout", "asyncio.wait_for")]
    given = [(node.lineno, part.value) for node in waits for part in node.args[-1:] if isinstance(part, ast.Constant) and isinstance(part.value, int | float)]
    assert [(line, seconds) for line, seconds in given if seconds < GIVE_UP / 2 and (name_of(path), seconds) not in MEANT] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_whoever_runs_a_program_or_asks_a_server_has_patience(path: Path) -> None:
    """A limit of a few seconds is a look that is taken again; one above that fails the test, and then only what hangs may reach it."""
    calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call) and ASKED.search(ast.unparse(node.func)) and not path.match("faults/*")]
    given = [
        (part.value.lineno, part.value.value) for node in calls for part in node.keywords if part.arg == "timeout" and isinstance(part.value, ast.Constant)
    ]
    assert [(line, seconds) for line, seconds in given if isinstance(seconds, int | float) and GLANCE < seconds < GIVE_UP] == []
