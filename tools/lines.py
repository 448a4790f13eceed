"""Counts lines of code by layer, and how many that is for each command: `python -m tools.lines [REVISION]`.

A line of code is one that is neither empty nor a comment nor part of a docstring. With a revision of git it counts what has come since: the difference of
lines over the difference of commands.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
LAYERS: Final = (
    ("events and states", ("libs/events/catalog/*",)),
    ("commands", ("libs/commands/catalog/*",)),
    ("decisions", ("services/*/domain/*", "services/*/reactions.py", "services/portfolio/announcements.py", "services/portfolio/affected_teams.py")),
    ("rules", ("libs/rules/*",)),
    ("GraphQL", ("services/gateway/graphql/types/*", "services/gateway/types/*")),
    ("pages", ("services/gateway/pages/*", "services/gateway/queries/*")),
)
"""Each layer with the files of it, in today's layout and in the one before decision 0045."""
SUFFIXES: Final = (".py", ".html", ".graphql")
COMMAND: Final = re.compile(r"^@command\b", re.MULTILINE)
"""Where a command is declared."""


def main(arguments: Sequence[str]) -> int:
    """Prints the table."""
    now, then = counted(_files()), counted(_files(arguments[0])) if arguments else Counter[str]()
    commands = now.pop("commands declared") - then.pop("commands declared", 0)
    print(f"{'layer':20} {'lines':>7} {'a command':>10}")
    for name in [*(layer for layer, _ in LAYERS), "all"]:
        lines = sum((now - then).values()) - sum((then - now).values()) if name == "all" else now[name] - then[name]
        print(f"{name:20} {lines:7,} {lines / max(1, commands):10.1f}")
    print(f"{commands} commands{f' more than at {arguments[0]}' if arguments else ''}")
    return 0


def counted(files: Iterable[tuple[str, str]]) -> Counter[str]:
    """Lines of code by layer, and under "commands declared" how many commands are. `files` are paths from the project's root with what is in them."""
    found = Counter[str]()
    for path, text in files:
        layer = next((name for name, patterns in LAYERS if any(fnmatch(path, pattern) for pattern in patterns)), None)
        if layer is not None:
            found[layer] += len(code(text)) if path.endswith(".py") else sum(bool(line.strip()) for line in text.splitlines())
        if layer == "commands":
            found["commands declared"] += len(COMMAND.findall(text))
    return found


def code(text: str) -> set[int]:
    """The numbers of a module's lines of code."""
    tree = ast.parse(text)
    told = {number for node in ast.walk(tree) if isinstance(node, ast.Expr) and _is_text(node.value) for number in _lines_of(node)}
    lines = enumerate(text.splitlines(), 1)
    return {number for number, line in lines if line.strip() and not line.lstrip().startswith("#") and number not in told}


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _lines_of(node: ast.Expr) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _files(revision: str | None = None) -> Iterator[tuple[str, str]]:
    listed = _git("ls-files") if revision is None else _git("ls-tree", "-r", "--name-only", revision)
    for path in listed.splitlines():
        if path.endswith(SUFFIXES) and any(fnmatch(path, pattern) for _, patterns in LAYERS for pattern in patterns):
            yield path, (ROOT / path).read_text("utf-8") if revision is None else _git("show", f"{revision}:{path}")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
