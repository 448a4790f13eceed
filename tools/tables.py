"""The tables of the documentation that are printed from the code, by the name that their marker gives; each imports what it prints when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from typer.main import get_group

if TYPE_CHECKING:
    from typer.core import TyperCommand, TyperGroup


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells are one line of Markdown each, and a bar inside a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def leaves(command: TyperCommand | TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    """Every sub-command below `command` with the words that call it, in the order of declaration; hidden ones are left out."""
    for name, child in getattr(command, "commands", {}).items():
        if child.hidden:
            continue
        if hasattr(child, "commands"):
            yield from leaves(child, (*path, name))
        else:
            yield (*path, name), child


def commands_line() -> str:
    """The sub-commands of `headway`, each with the first line of its docstring."""
    from headway.cli import app

    return markdown_table(
        ("command", "what it does"),
        ((f"`headway {' '.join(path)}`", (command.help or "").strip().partition("\n")[0].strip()) for path, command in leaves(get_group(app))),
    )


TABLES: dict[str, Callable[[], str]] = {
    "commands-line": commands_line,
}
