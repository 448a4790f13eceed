"""The commit store on SQLite: for one machine, any number of processes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from libs.adapters.sqlite.reader import SqliteReader
from libs.adapters.sqlite.writer import SqliteWriter, connect, insert
from libs.events.envelope import Undecodable, from_stored, to_stored
from libs.events.event import Event, hash_of, mentions, split
from libs.events.ports.store import NOTHING, AppendOutcome, CommandKey, Commit, Mark, StoredAnswer, StoreUnavailable, Tally

logger = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS commits (
    id INTEGER PRIMARY KEY, aggregate TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    key TEXT, revision INTEGER, hash TEXT, reply TEXT NOT NULL, events TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS commits_version ON commits (aggregate, first);
CREATE UNIQUE INDEX IF NOT EXISTS commits_key ON commits (key, revision) WHERE key IS NOT NULL;
CREATE TABLE IF NOT EXISTS unpublished (aggregate TEXT NOT NULL, first INTEGER NOT NULL, PRIMARY KEY (aggregate, first)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS private (aggregate TEXT NOT NULL, first INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (aggregate, first));
CREATE TABLE IF NOT EXISTS refs (
    kind TEXT NOT NULL, field TEXT NOT NULL, id TEXT NOT NULL, aggregate TEXT NOT NULL, PRIMARY KEY (kind, field, id, aggregate)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (kind TEXT PRIMARY KEY, events INTEGER NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
"""
# What is unpublished stands in a small table of its own: publishing then rewrites none of the rows that hold events.

_DIGEST = 1 << 64


@dataclass(frozen=True, slots=True)
class _Row:
    """A commit as it goes into the tables, made on the caller's thread: the writer's transaction does no encoding."""

    aggregate: str
    first: int
    last: int
    key: str | None
    revision: int | None
    hash: str | None
    reply: str
    events: str
    private: str | None
    refs: tuple[tuple[str, str, str, str], ...]
    digest: int


@dataclass(frozen=True, slots=True)
class _Published:
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class _Republish:
    behind: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Erase:
    aggregate: str


_Job = Sequence[_Row] | _Published | _Republish | _Erase


class SqliteCommitStore:
    """See `libs.events.ports.store.CommitStore`. `reads_only`: makes nothing and changes nothing, for whoever only looks."""

    def __init__(self, path: Path | str, *, reads_only: bool = False) -> None:
        self.path, self._reads_only = Path(path), reads_only
        self._writer: SqliteWriter[_Job, list[AppendOutcome]] = SqliteWriter(self.path, SCHEMA, _write, StoreUnavailable)
        self._reader = SqliteReader(self.path, StoreUnavailable, alone=reads_only)
        self._unreadable: set[Mark] = set()

    async def open(self) -> None:
        """Creates the file where it is missing. Raises StoreUnavailable."""
        if not self._reads_only:
            await self._writer.open()
        self._reader.open()

    async def close(self) -> None:
        """Finishes what was accepted, then lets go of the file."""
        await self._writer.close()
        self._reader.close()

    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        """One outcome per commit. Raises StoreUnavailable; the outcome is then unknown."""
        return await self._writer.submit([_row(c) for c in commits]) if commits else []

    async def published(self, marks: Sequence[Mark]) -> None:
        if marks:
            await self._writer.submit(_Published(list(marks)))

    async def republish(self, behind: Mapping[str, int]) -> None:
        if behind:
            await self._writer.submit(_Republish(dict(behind)))

    async def erase(self, aggregate: str) -> None:
        """What is erased is overwritten in the file, and the write-ahead log, which still holds it, is emptied."""
        await self._writer.submit(_Erase(aggregate))
        await asyncio.to_thread(_empty_wal, self.path)

    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        """Raises StoreUnavailable, and Undecodable for an event that this code does not know."""
        found: dict[str, list[Event]] = {a: [] for a in aggregates}
        rows = self._reader.query(
            "SELECT c.aggregate, c.events FROM json_each(?) j CROSS JOIN commits c ON c.aggregate = j.key AND c.first > j.value ORDER BY c.aggregate, c.first",
            _json({a: behind.get(a, 0) for a in found}),
        )
        for aggregate, events in rows:
            found[aggregate].extend(from_stored(aggregate, document) for document in orjson.loads(events))
        return found

    async def answered(self, keys: Sequence[str]) -> dict[str, StoredAnswer]:
        rows = self._reader.query(
            "SELECT key, max(revision), hash, aggregate, reply FROM commits WHERE key IN (SELECT value FROM json_each(?)) GROUP BY key", _json(list(keys))
        )
        return {key: StoredAnswer(key, revision, hash, aggregate, orjson.loads(reply)) for key, revision, hash, aggregate, reply in rows}

    async def referring(self, kind: str, field: str, id: str) -> list[str]:
        return [
            aggregate
            for (aggregate,) in self._reader.query("SELECT aggregate FROM refs WHERE kind = ? AND field = ? AND id = ? ORDER BY aggregate", kind, field, id)
        ]

    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        return self._reader.query(
            "SELECT g.aggregate, c.last FROM"
            " (SELECT aggregate, max(first) AS first FROM commits WHERE aggregate > ? AND aggregate < ? GROUP BY aggregate ORDER BY aggregate LIMIT ?) g"
            " CROSS JOIN commits c ON c.aggregate = g.aggregate AND c.first = g.first ORDER BY g.aggregate",
            max(after, f"{kind}:"),
            f"{kind};",  # `;` is the character behind `:`
            limit,
        )

    async def tallies(self) -> dict[str, Tally]:
        return {kind: Tally(events, int(digest, 16)) for kind, events, digest in self._reader.query("SELECT kind, events, digest FROM tally")}

    async def unpublished(self, after: Mark | None = None, limit: int = 500) -> list[Commit]:
        """Their private parts are left out. Raises StoreUnavailable."""
        while rows := self._unpublished(after, limit):
            found = []
            for row in rows:
                try:
                    found.append(_commit(*row))
                except Undecodable as e:
                    self._say_unreadable((row[0], row[1]), e)
            if found:
                return found
            after = rows[-1][0], rows[-1][1]
        return []

    def _say_unreadable(self, mark: Mark, why: Undecodable) -> None:
        if mark not in self._unreadable:
            self._unreadable.add(mark)
            logger.error("store: a commit stays unpublished: %s", why, extra={"aggregate": mark[0]})

    def _unpublished(self, after: Mark | None, limit: int) -> list[Any]:
        return self._reader.query(
            "SELECT c.aggregate, c.first, c.key, c.revision, c.hash, c.reply, c.events FROM unpublished u"
            " CROSS JOIN commits c ON c.aggregate = u.aggregate AND c.first = u.first WHERE (u.aggregate, u.first) > (?, ?)"
            " ORDER BY u.aggregate, u.first LIMIT ?",
            *(after or ("", 0)),
            limit,
        )

    async def first_unpublished(self, aggregates: Sequence[str]) -> dict[str, int]:
        return dict(
            self._reader.query(
                "SELECT aggregate, min(first) FROM unpublished WHERE aggregate IN (SELECT value FROM json_each(?)) GROUP BY aggregate", _json(list(aggregates))
            )
        )

    async def private(self, aggregate: str) -> list[Mapping[str, Any]]:
        return [orjson.loads(document) for (document,) in self._reader.query("SELECT document FROM private WHERE aggregate = ? ORDER BY first", aggregate)]


def _json(values: Iterable[str] | Mapping[str, int]) -> str:
    return orjson.dumps(values).decode()


def _row(commit: Commit) -> _Row:
    if not commit.events or [e.sequence for e in commit.events] != list(range(commit.first, commit.last + 1)) or commit.first < 1:
        raise ValueError(f"the events of {commit.aggregate}@{commit.first} are not numbered on from it")
    kind, c = split(commit.aggregate)[0], commit.command
    return _Row(
        commit.aggregate,
        commit.first,
        commit.last,
        c.key if c else None,
        c.revision if c else None,
        c.hash if c else None,
        orjson.dumps(commit.reply).decode(),
        orjson.dumps([to_stored(e) for e in commit.events]).decode(),
        None if commit.private is None else orjson.dumps(commit.private).decode(),
        tuple((kind, field, id, commit.aggregate) for e in commit.events for field, id in mentions(e.data)),
        sum(hash_of(commit.aggregate, e.sequence) for e in commit.events),
    )


def _commit(aggregate: str, first: int, key: str | None, revision: int, hash: str, reply: str, events: str) -> Commit:
    decoded = tuple(from_stored(aggregate, document) for document in orjson.loads(events))
    return Commit(aggregate, first, decoded, None if key is None else CommandKey(key, revision, hash), orjson.loads(reply))


def _write(db: sqlite3.Connection, jobs: Sequence[_Job]) -> list[list[AppendOutcome]]:
    outcomes = _append(db, [job for job in jobs if not isinstance(job, _Published | _Republish | _Erase)])
    results: list[list[AppendOutcome]] = []
    for job in jobs:
        if isinstance(job, _Published):
            db.executemany("DELETE FROM unpublished WHERE aggregate = ? AND first = ?", job.marks)
            results.append([])
        elif isinstance(job, _Republish):
            db.executemany("INSERT OR IGNORE INTO unpublished SELECT aggregate, first FROM commits WHERE aggregate = ? AND last > ?", job.behind.items())
            results.append([])
        elif isinstance(job, _Erase):
            _erase(db, job.aggregate)
            results.append([])
        else:
            results.append(outcomes.pop(0))
    return results


def _append(db: sqlite3.Connection, calls: Sequence[Sequence[_Row]]) -> list[list[AppendOutcome]]:
    """Nobody else writes within this transaction, so what it reads first decides, and `first` must be exactly the next number: no gap is ever made."""
    rows = [row for call in calls for row in call]
    if not rows:
        return [[] for _ in calls]
    (found,) = db.execute(
        "SELECT json_group_object(value, (SELECT last FROM commits WHERE aggregate = value ORDER BY first DESC LIMIT 1)) FROM json_each(?)",
        (_json(list({r.aggregate for r in rows})),),
    ).fetchone()
    last: dict[str, int | None] = orjson.loads(found)
    (found,) = db.execute(
        "SELECT json_group_array(json_array(c.key, c.revision)) FROM json_each(?) j CROSS JOIN commits c ON c.key = j.value",
        (_json(list({r.key for r in rows if r.key is not None})),),
    ).fetchone()
    taken = {(key, revision) for key, revision in orjson.loads(found)}
    accepted: list[_Row] = []
    outcomes = []
    for call in calls:
        stopped: set[str] = set()
        outcomes.append([_judge(row, last, taken, stopped, accepted) for row in call])
    _store(db, accepted)
    return outcomes


def _judge(row: _Row, last: dict[str, int | None], taken: set[tuple[str, int | None]], stopped: set[str], accepted: list[_Row]) -> AppendOutcome:
    if row.aggregate in stopped:
        return AppendOutcome.SKIPPED
    if row.key is not None and (row.key, row.revision) in taken:
        stopped.add(row.aggregate)
        return AppendOutcome.KEY_TAKEN
    if row.first != (last[row.aggregate] or 0) + 1:
        stopped.add(row.aggregate)
        return AppendOutcome.VERSION_TAKEN
    last[row.aggregate] = row.last
    if row.key is not None:
        taken.add((row.key, row.revision))
    accepted.append(row)
    return AppendOutcome.STORED


def _store(db: sqlite3.Connection, rows: Sequence[_Row]) -> None:
    insert(
        db,
        "INSERT INTO commits (aggregate, first, last, key, revision, hash, reply, events)",
        [(r.aggregate, r.first, r.last, r.key, r.revision, r.hash, r.reply, r.events) for r in rows],
    )
    insert(db, "INSERT INTO unpublished (aggregate, first)", [(r.aggregate, r.first) for r in rows])
    insert(db, "INSERT OR IGNORE INTO refs (kind, field, id, aggregate)", list(dict.fromkeys(ref for r in rows for ref in r.refs)))
    insert(db, "INSERT INTO private (aggregate, first, document)", [(r.aggregate, r.first, r.private) for r in rows if r.private is not None])
    added: dict[str, tuple[int, int]] = {}
    for r in rows:
        kind = split(r.aggregate)[0]
        events, digest = added.get(kind, (0, 0))
        added[kind] = events + r.last - r.first + 1, digest + r.digest
    for kind, (events, digest) in added.items():
        had = db.execute("SELECT events, digest FROM tally WHERE kind = ?", (kind,)).fetchone() or (0, "0")
        total = (int(had[1], 16) + digest) % _DIGEST
        db.execute("INSERT OR REPLACE INTO tally (kind, events, digest) VALUES (?, ?, ?)", (kind, had[0] + events, f"{total:016x}"))


def _empty_wal(path: Path) -> None:
    with contextlib.closing(connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _erase(db: sqlite3.Connection, aggregate: str) -> None:
    db.execute("PRAGMA secure_delete = ON")  # overwritten with zeros, not only unlinked
    try:
        db.execute("DELETE FROM private WHERE aggregate = ?", (aggregate,))
        db.execute("UPDATE commits SET hash = '' WHERE aggregate = ? AND key IS NOT NULL", (aggregate,))
    finally:
        db.execute("PRAGMA secure_delete = OFF")
