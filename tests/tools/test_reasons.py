"""No line of the log and no answer ends with `does not answer: `: some errors, timeouts above all, say nothing of themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.runtime.failure_reason import reason

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for folder in ("libs", "services", "headway") for path in (ROOT / folder).rglob("*.py"))


def test_an_error_that_says_nothing_is_named() -> None:
    assert (reason(TimeoutError()), reason(OSError("no space is left"))) == ("TimeoutError", "no space is left")


def said_bare(tree: ast.AST) -> Iterator[int]:
    """The lines in which whatever was caught is given to a logger as it stands."""
    for handler in ast.walk(tree):
        if isinstance(handler, ast.ExceptHandler) and handler.name and handler.type is not None and ast.unparse(handler.type) == "Exception":
            for call in ast.walk(handler):
                if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("logger."):
                    yield from (given.lineno for given in call.args if isinstance(given, ast.Name) and given.id == handler.name)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_whatever_is_caught_is_said_by_its_reason(path: Path) -> None:
    assert list(said_bare(ast.parse(path.read_text("utf-8")))) == []
