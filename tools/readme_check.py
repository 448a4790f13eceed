"""Holds the documentation against the code: the commands that it shows exist, and its generated tables are those of today.

`python -m tools.readme_check` names what is wrong and exits 1; with `--write` it first writes the tables anew.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from typer.exceptions import TyperException
from typer.main import get_group

from tools.tables import TABLES

if TYPE_CHECKING:
    from typer.core import TyperCommand, TyperGroup

ROOT = Path(__file__).resolve().parent.parent
CONSOLE = re.compile(r"^([ \t]*)```console\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"<!-- generated: ([a-z0-9-]+) -->\n(.*?)<!-- end -->", re.DOTALL)
TARGET = re.compile(r"^([a-z][a-z0-9-]*):(?!=)", re.MULTILINE)
ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]*=")
SEPARATORS = frozenset({"|", "||", "&&", ";", "&", "(", ")"})


def pages(root: Path) -> list[Path]:
    """The pages that are held against the code: README.md, CONTRIBUTING.md, CHANGELOG.md and docs/*.md, as far as they exist."""
    return [page for page in (root / "README.md", root / "CONTRIBUTING.md", root / "CHANGELOG.md", *sorted((root / "docs").glob("*.md"))) if page.is_file()]


def console_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of every fenced `console` block with their line number in the page; a line that ends in a backslash is joined to the next."""
    for block in CONSOLE.finditer(text):
        first = text.count("\n", 0, block.start(2)) + 1
        joined, began = "", first
        for number, line in enumerate(block.group(2).splitlines(), first):
            if not joined:
                began = number
            joined += line.strip().removeprefix("$ ")
            if joined.endswith("\\"):
                joined = joined[:-1]
                continue
            yield began, joined
            joined = ""


def invocations(line: str) -> Iterator[list[str]]:
    """The calls of `headway` and `make` in a line of a shell, each as its words, without variables set before it and without redirections."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = "#"
    try:
        tokens = list(lexer)
    except ValueError:
        # What a command printed may hold an apostrophe; only what is meant to be typed must be readable.
        if re.match(r"(?:\w+=\S* )*(?:headway|make) ", line):
            raise
        return
    words: list[str] = []
    skip = False
    for token in [*tokens, ";"]:
        if skip:
            skip = False
        elif token in SEPARATORS:
            while words and ASSIGNMENT.match(words[0]):
                words.pop(0)
            if words and words[0] in {"headway", "make"}:
                yield words
            words = []
        elif set(token) <= set("<>&|"):
            skip = True
            if words and words[-1] in {"1", "2"}:
                words.pop()
        else:
            words.append(token)


def headway_problem(words: Sequence[str], command: TyperCommand | TyperGroup) -> str | None:
    """Why `headway WORDS` cannot be called as it stands: an unknown sub-command or option, or an option without its value; None where it can."""
    path = "headway"
    rest = list(words)
    while True:
        if "--help" in rest[:1]:
            return None
        context = command.context_class(command, info_name=path)
        try:
            _, rest, _ = command.make_parser(context).parse_args(rest)
        except TyperException as error:
            return f"`{path}`: {error.format_message()}"
        children = getattr(command, "commands", None)
        if children is None:
            return None
        if not rest:
            return None if path == "headway" else f"`{path}` lacks its sub-command"
        if rest[0] not in children:
            return f"`{path} {rest[0]}` does not exist"
        path = f"{path} {rest[0]}"
        command, rest = children[rest[0]], rest[1:]


def make_problem(words: Sequence[str], makefile: str, command: TyperCommand | TyperGroup) -> str | None:
    """Why `make WORDS` cannot be called as it stands, None where it can: an unknown target or variable, or ARGS that `headway demo` refuses."""
    targets = set(TARGET.findall(makefile))
    named = [word for word in words if not ASSIGNMENT.match(word)]
    for word in named:
        if word not in targets:
            return f"`make {word}` does not exist"
    for variable, _, value in (word.partition("=") for word in words if ASSIGNMENT.match(word)):
        if not re.search(rf"\$[({{](?:or \$\()?{variable}\b|^{variable} *\?=", makefile, re.MULTILINE):
            return f"the Makefile does not read {variable}"
        if variable == "ARGS" and named == ["demo"] and (problem := headway_problem(["demo", *shlex.split(value)], command)):
            return problem
    return None


def command_problems(text: str, makefile: str, command: TyperCommand | TyperGroup) -> Iterator[tuple[int, str]]:
    """What is wrong with the commands that a page shows, each with its line number."""
    for number, line in console_lines(text):
        try:
            found = list(invocations(line))
        except ValueError as error:
            yield number, f"`{line}` cannot be read: {error}"
            continue
        for program, *words in found:
            problem = headway_problem(words, command) if program == "headway" else make_problem(words, makefile, command)
            if problem:
                yield number, problem


def with_tables(text: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """The page with every marked table as its generator prints it today; a marker without a generator stays as it is."""

    def fresh(marked: re.Match[str]) -> str:
        name = marked[1]
        return f"<!-- generated: {name} -->\n{tables[name]().strip()}\n<!-- end -->" if name in tables else marked[0]

    return TABLE.sub(fresh, text)


def table_problems(text: str, tables: Mapping[str, Callable[[], str]]) -> Iterator[tuple[int, str]]:
    """The tables of a page that are unknown or stale, each with its line number."""
    for marked in TABLE.finditer(text):
        number = text.count("\n", 0, marked.start()) + 1
        if marked[1] not in tables:
            yield number, f"no generator is called {marked[1]}"
        elif marked[0] != with_tables(marked[0], tables):
            yield number, f"the table {marked[1]} is stale: python -m tools.readme_check --write"
    if text.count("<!-- generated:") != len(TABLE.findall(text)):
        yield 1, "a generated table lacks its name or its end"


def main(arguments: Sequence[str]) -> int:
    """Checks every page of the project and prints one line a problem; exit code 0 where there is none, else 1, and 2 for a wrong argument."""
    from headway.cli import app

    if list(arguments) not in ([], ["--write"]):
        print("usage: python -m tools.readme_check [--write]", file=sys.stderr)
        return 2
    command = get_group(app)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = 0
    for page in pages(ROOT):
        text = page.read_text(encoding="utf-8")
        if arguments:
            text = with_tables(text, TABLES)
            page.write_text(text, encoding="utf-8")
        for number, problem in sorted([*command_problems(text, makefile, command), *table_problems(text, TABLES)]):
            found += 1
            print(f"{page.relative_to(ROOT)}:{number}: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
