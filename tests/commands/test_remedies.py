"""A remedy names commands that there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.command import COMMANDS, NAMED

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for folder in ("libs/commands", "libs/rules", "services") for path in (ROOT / folder).rglob("*.py"))


def texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_that_a_text_names_is_there(path: Path) -> None:
    named = {name for text in texts(path) for name in NAMED.findall(text) if re.search(r"_", name)}
    assert named - COMMANDS.keys() == set()
