"""Turns foreign files into command lines; each format is a pure function, found here by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from headway.importers import commands, it_dashboard, jira_csv, plain_csv
from headway.importers.cells.notation import PLAIN, Notation
from headway.importers.line import ImportLine, Rejected
from headway.importers.roadmap import markdown, prior_imports

__all__ = ["IMPORTERS", "Importer", "Line", "Notation", "Options", "Rejected"]

File = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Options:
    """What a format may need beside its files.

    The product (`--product`), the command (`--command`), the instant of the import (nothing after it is called true), whether what the
    lines rest on is there already, how the files write numbers and days (`--decimal`, `--day-first`), headings that are no horizon (`--ignore-heading`),
    what the product's backlog holds by the names that other systems gave it, and what Headway has been told so far: the events that the format asks for.
    """

    product: str = ""
    command: str = ""
    now: datetime | None = None
    known: bool = False
    notation: Notation = PLAIN
    items: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    told: Sequence[Mapping[str, Any]] = ()


Read = Callable[[Sequence[File], Options], Iterable[ImportLine | Rejected]]


@dataclass(frozen=True, slots=True)
class Importer:
    """A format: its description in one line, what it needs (`product`, `command`), which files of a folder are its own, what its user should know,
    the (service, plural) in which its product must be there, which it sees to where it is not, whether its rows may be items that are there, and the types
    of the events that it reads before it says more.
    """

    name: str
    description: str
    read: Read
    suffixes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rests_on: tuple[str, str] | None = None
    meets_items: bool = False
    reads: tuple[str, ...] = ()


def _each(read: Callable[[str, str, Options], Iterable[ImportLine | Rejected]]) -> Read:
    """A format whose files have nothing to do with each other."""

    def files(given: Sequence[File], options: Options) -> Iterator[ImportLine | Rejected]:
        for name, text in given:
            yield from read(name, text, options)

    return files


_FORMATS = (
    Importer("commands", "command lines (NDJSON), sent as they stand", _each(lambda name, text, _: commands.lines(name, text)), (".ndjson", ".jsonl")),
    Importer(
        "it-dashboard",
        "the projects of the US federal IT Dashboard (CSV): organisations, products, investments, roadmap items",
        _each(lambda name, text, options: it_dashboard.lines(name, text, options.now.date() if options.now else None)),
        (".csv",),
        notes=it_dashboard.NOTES,
    ),
    Importer(
        "roadmap-markdown",
        "dated versions of a product's roadmap (Markdown; a folder is one history), needs --product",
        lambda files, options: markdown.lines(options.product, files, options.known, options.told, options.ignored),
        (".md", ".markdown"),
        needs=("product",),
        rests_on=("portfolio", "products"),
        reads=prior_imports.EVENTS,
        notes=markdown.NOTES,
    ),
    Importer(
        "jira-csv",
        "Jira's CSV export: the issues as items of a product's backlog, needs --product",
        lambda files, options: jira_csv.lines(options.product, files, options.known, options.now, options.notation, options.items),
        (".csv",),
        needs=("product",),
        rests_on=("backlog", "backlogs"),
        meets_items=True,
        notes=jira_csv.NOTES,
    ),
    Importer(
        "csv",
        "rows for one command, under a header of its fields, needs --command; `--decimal ,` and `--day-first` say how it writes numbers and days",
        _each(lambda name, text, options: plain_csv.lines(name, text, options.command, options.notation)),
        (".csv",),
        needs=("command",),
    ),
)

IMPORTERS = {importer.name: importer for importer in _FORMATS}
