"""Runs an import from files to exit code: reads them, sends or prints their lines, counts, and reports what was refused and why."""

from __future__ import annotations

import codecs
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from headway.import_client import PATIENCE, Hears, LineOutcome, References, Sender, ServiceOf, Stopped, said
from headway.importers import IMPORTERS, Importer, Notation, Options, Rejected
from headway.importers.cells.encoding import NotText, text_of
from headway.importers.line import ImportLine
from libs.commands.command import COMMANDS
from libs.commands.validation import did_you_mean
from libs.events.values import PLAIN_ID

USAGE, REFUSED, INTERRUPTED = 2, 3, 130
DECIMALS = (",", ".")
COUNTED = ("created", "replaced", "unchanged", "refused")


class _Usage(Exception):
    """The command line asks for what cannot be done."""


def run_import(
    format: str,
    files: Sequence[Path],
    *,
    url: str,
    token: str,
    references: References,
    service_of: ServiceOf,
    hears: Hears | None = None,
    product: str | None = None,
    command: str | None = None,
    decimal: str | None = None,
    day_first: bool = False,
    ignore_headings: Sequence[str] = (),
    encoding: str | None = None,
    dry_run: bool = False,
    rejects: Path | None = None,
    json_output: bool = False,
    transport: httpx.BaseTransport | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Imports `files` (a folder stands for its files of that format) in one of `IMPORTERS` and returns the exit code.

    0 all said; 2 usage; 3 some rows or lines refused; 5 unreachable, or not shown by the gateway within a minute; 6 not allowed; 130 interrupted; 1 our fault.
    `references`, `service_of` and `hears` are as in `headway.import_client.Sender`. `decimal`, `day_first`, `ignore_headings` and `encoding` are what the files
    cannot say of themselves.
    With `dry_run` the lines are printed and nothing is stored; where `url` answers, it is said what they would replace. `rejects` takes what was refused as
    NDJSON, each with its `problem`; `json_output` prints the summary as JSON: how many commands came to each of `COUNTED`.
    """
    out, err = stdout or sys.stdout, stderr or sys.stderr
    with ExitStack() as stack:
        try:
            importer, texts, unread = _inputs(format, files, product, command, encoding)
            if decimal not in (None, *DECIMALS):
                raise _Usage(f"--decimal is {' or '.join(DECIMALS)}, the mark before the decimals")
            if not dry_run and not url.startswith(("http://", "https://")):
                raise _Usage(f"HEADWAY_URL {url!r} is not an address such as http://127.0.0.1:8000")
            if not dry_run and not token.strip():
                raise _Usage("HEADWAY_TOKEN is not set: `headway token importer` makes one for trying out, of the demonstration with `--data .headway/demo`")
            refusals = stack.enter_context(rejects.open("w", encoding="utf-8")) if rejects else None
        except _Usage as error:
            print(error, file=err)
            return USAGE
        except OSError as error:
            print(f"{error.filename}: {error.strerror or error}", file=err)
            return USAGE
        run = _Run(err, refusals)
        for note in importer.notes:
            print(f"Note: {note}", file=err)
        options = Options(product or "", command or "", datetime.now(UTC), notation=Notation(decimal or "", day_first), ignored=tuple(ignore_headings))
        sender: Sender | None = None
        if token.strip() and url.startswith(("http://", "https://")):
            signed_in, patience = {"Authorization": f"Bearer {token.strip()}"}, httpx.Timeout(120, connect=5)
            client = stack.enter_context(httpx.Client(base_url=url, headers=signed_in, timeout=patience, transport=transport))
            sender = Sender(client, references, service_of, hears, patience=0 if dry_run else PATIENCE)
        if dry_run or sender is None:
            return run.dry(sender, importer, texts, unread, options, out)
        code = run.through(sender, importer, texts, unread, options)
        summary = {status: run.counts[status] for status in COUNTED}
        print(json.dumps(summary) if json_output else ", ".join(f"{count} {status}" for status, count in summary.items()), file=out)
        return code


class _Run:
    """What one import has come to so far."""

    def __init__(self, err: TextIO, refusals: TextIO | None) -> None:
        self.counts: Counter[str] = Counter()
        self._err = err
        self._refusals = refusals

    def kept(self, read: Sequence[ImportLine | Rejected]) -> list[ImportLine]:
        """The lines among what was read; the rest is said and counted as refused."""
        for row in read:
            if isinstance(row, Rejected):
                self._refuse({"where": row.where}, row.where, {"detail": row.reason})
        return [row for row in read if isinstance(row, ImportLine)]

    def _asked(self, sender: Sender, importer: Importer, options: Options) -> Options:
        """The options with what Headway has to say to them; what the import will add by itself is said. Raises Stopped."""
        if importer.rests_on:
            options = replace(options, known=sender.knows(*importer.rests_on, options.product))
            if not options.known:
                print(f"Note: There is no {options.product!r} among the {importer.rests_on[1]} yet: the import adds it.", file=self._err)
        if importer.meets_items and options.known:
            options = replace(options, items=sender.items(options.product))
        return replace(options, told=sender.told(importer.reads)) if importer.reads and options.known else options

    def dry(self, sender: Sender | None, importer: Importer, texts: list[tuple[str, str]], unread: list[Rejected], options: Options, out: TextIO) -> int:
        """Prints the lines, and says what would become of them as far as Headway is there to be asked; returns the exit code."""
        unasked = "HEADWAY_TOKEN is not set"
        if sender is not None:
            try:
                options = self._asked(sender, importer, options)
            except Stopped as stop:
                sender, unasked = None, str(stop)
        lines = self.kept([*unread, *importer.read(texts, options)])
        for line in lines:
            print(line.to_json(), file=out)
        if sender is not None:
            try:
                self._try(sender, lines)
            except Stopped as stop:
                sender, unasked = None, str(stop)
        if sender is None:
            may = sum(line.revise for line in lines)
            print(f"Not asked what is there ({_printable(unasked)}): {may} of these lines replace what a row of the same name said before.", file=self._err)
        return REFUSED if self.counts["refused"] else 0

    def _try(self, sender: Sender, lines: Sequence[ImportLine]) -> None:
        """Says what would become of lines, and counts what would be refused beside what could not be read. Raises Stopped."""
        would: Counter[str] = Counter()
        for outcome in sender.tried(lines):
            would[outcome.status] += 1
            if outcome.status == "replaced":
                print(f"Would replace: {_printable(_named(outcome.line))}", file=self._err)
            elif outcome.status == "refused":
                print(f"Would be refused as things stand: {_printable(f'{_named(outcome.line)}: {said(outcome.problem or {})}')}", file=self._err)
        self.counts["refused"] += would["refused"]
        would["refused"] = self.counts["refused"]
        if would["untold"]:
            print(f"Lines that name what an earlier line brings, and cannot be judged before that is stored: {would['untold']}", file=self._err)
        print(f"Would be: {', '.join(f'{would[status]} {status}' for status in COUNTED)}", file=self._err)

    def through(self, sender: Sender, importer: Importer, texts: list[tuple[str, str]], unread: list[Rejected], options: Options) -> int:
        """Sends all, waits until the gateway shows it, and returns the exit code; an interruption and a service that is gone are said with what to do."""
        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(file=self._err),
            transient=True,
            disable=not self._err.isatty(),
        )
        try:
            options = self._asked(sender, importer, options)
            lines = self.kept([*unread, *importer.read(texts, options)])
            with progress:
                task = progress.add_task(importer.name, total=len(lines))
                for outcome in sender.send(lines):
                    self._count(outcome)
                    progress.advance(task)
                progress.update(task, description="waiting until the gateway shows it")
                sender.settle()
        except KeyboardInterrupt:
            counted = sum(self.counts.values())
            print(f"Stopped. {counted} lines were answered and are kept; the same command, run again, goes on from there.", file=self._err)
            return INTERRUPTED
        except Stopped as stop:
            print(stop, file=self._err)
            return stop.exit_code
        return REFUSED if self.counts["refused"] else 0

    def _count(self, outcome: LineOutcome) -> None:
        if outcome.status == "refused":
            self._refuse(outcome.line.as_object(), _named(outcome.line), outcome.problem or {})
        else:
            self.counts[outcome.status] += 1

    def _refuse(self, row: dict[str, object], name: str, problem: object) -> None:
        self.counts["refused"] += 1
        reason = said(problem) if isinstance(problem, dict) else str(problem)
        print(f"Refused: {_printable(name)}: {_printable(reason)}", file=self._err)
        if self._refusals is not None:
            print(json.dumps({**row, "problem": problem}), file=self._refusals)


def _named(line: ImportLine) -> str:
    """A line by its file and row as far as it has them, and by its key."""
    return f"{line.where} ({line.key})" if line.where else line.key


def _inputs(
    format: str, files: Sequence[Path], product: str | None, command: str | None, encoding: str | None
) -> tuple[Importer, list[tuple[str, str]], list[Rejected]]:
    """The importer, its files as (name, text), and those that are no text."""
    importer = IMPORTERS.get(format)
    if importer is None:
        raise _Usage(f"There is no format {format!r}: {', '.join(IMPORTERS)}")
    if "product" in importer.needs and not re.fullmatch(PLAIN_ID, product or ""):
        raise _Usage(f"{format} needs --product with an id of small letters, digits, dots and hyphens")
    if "command" in importer.needs and not command:
        raise _Usage(f"{format} needs --command with a name such as portfolio.form_team")
    if "command" in importer.needs and command not in COMMANDS:
        raise _Usage(f"There is no command {command!r}{did_you_mean(command or '', list(COMMANDS)) or '; docs/commands.md names them'}")
    if encoding is not None and not _is_encoding(encoding):
        raise _Usage(f"There is no encoding {encoding!r}: --encoding takes a name such as windows-1252, iso-8859-15 or utf-16-le")
    texts: list[tuple[str, str]] = []
    unread: list[Rejected] = []
    for path in files:
        found = sorted(p for p in path.iterdir() if p.suffix.lower() in importer.suffixes) if path.is_dir() else [path]
        if not found:
            raise _Usage(f"{path} holds no file that ends in {' or '.join(importer.suffixes)}")
        for file in found:
            try:
                texts.append((str(file), text_of(file.read_bytes(), encoding)))
            except NotText as error:
                unread.append(Rejected(str(file), str(error)))
    return importer, texts, unread


def _is_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except (LookupError, ValueError):
        return False


def _printable(text: str) -> str:
    """Text for a terminal: one line, nothing that a terminal or its encoding would choke on."""
    return "".join(c if c.isprintable() else " " for c in text).encode("utf-8", "replace").decode("utf-8")
