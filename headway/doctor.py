"""`headway doctor`: whether this machine and its settings can run Headway, and what to mend."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from headway.stack import SERVICES
from libs.events.envelope import all_topics
from libs.events.sqlite_decisions import SqliteDecisions
from libs.events.sqlite_log import SqliteLog
from libs.events.sqlite_store import SqliteCommitStore
from libs.service.issuer import KEY_NAME, Issuer
from libs.service.settings import Settings, SettingsError

Finding = tuple[bool, str]
SANE = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that is right shows an earlier instant."""


def examined(settings: Settings) -> list[Finding]:
    """Each check with whether it is good, in one line that says what to do where it is not."""
    topics = all_topics(settings.namespace)
    return [
        (sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}; 3.11 or later is needed"),
        (True, f"settings: namespace {settings.namespace}, {'embedded' if not settings.issuer else 'external'} issuer, audience {settings.audience}"),
        _clock(),
        _folder(settings.data),
        *_key(settings),
        *(_opens(f"store of {name}", settings.store_folder / f"{settings.namespace}.{name}.sqlite3", _store) for name in SERVICES),
        _opens("log", settings.log_folder / f"{settings.namespace}.log.sqlite3", lambda path: _log(path, topics)),
        _opens("decisions on parked events", settings.data / f"{settings.namespace}.gateway.sqlite3", _decisions),
    ]


def _clock() -> Finding:
    now = datetime.now(UTC)
    return now >= SANE, f"clock: {now:%Y-%m-%d %H:%M:%S} UTC" + ("" if now >= SANE else "; set it: nothing may be said in the future")


def _folder(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"x")
            os.fsync(file.fileno())
    except OSError as e:
        return False, f"data folder {folder}: {e.strerror or e}; name another with --data"
    return True, f"data folder {folder}: can be written"


async def _store(path: Path) -> str:
    store = SqliteCommitStore(path)
    await store.open()
    try:
        tallies = await store.tallies()
        waiting = len(await store.unpublished(None, 500))
    finally:
        await store.close()
    return f"{sum(t.events for t in tallies.values())} events" + (f", {waiting} commits not published yet" if waiting else "")


def _key(settings: Settings) -> list[Finding]:
    """The embedded issuer's key, where there is one."""
    path = settings.data / KEY_NAME
    if settings.issuer or not path.exists():
        return []
    try:
        Issuer.from_key_file(path)
    except SettingsError as e:
        return [(False, f"issuer: {e}")]
    return [(True, f"issuer: {path.name} can be read")]


async def _decisions(path: Path) -> str:
    decisions = SqliteDecisions(path)
    await decisions.open()
    try:
        return f"{len(await decisions.discards())} parked events passed over"
    finally:
        await decisions.close()


async def _log(path: Path, topics: Sequence[str]) -> str:
    log = SqliteLog(path)
    await log.open()
    try:
        held = [await log.held(name) for name in topics]
        return f"{sum(h.last for each in held for h in each.values())} events"
    finally:
        await log.close()


def _opens(what: str, path: Path, look: Callable[[Path], Awaitable[str]]) -> Finding:
    if not path.exists():
        return True, f"{what}: not there yet, made when Headway starts"
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        whole = db.execute("PRAGMA quick_check").fetchone()[0]
        db.close()
        if whole != "ok":
            return False, f"{what}: {whole}; restore {path.name} from a copy"
        return True, f"{what}: {asyncio.run(_awaited(look, path))}"
    except Exception as e:  # whatever it is, the next line must be read as well
        return False, f"{what}: {e}; look at {path.name}"


async def _awaited(look: Callable[[Path], Awaitable[str]], path: Path) -> str:
    return await look(path)
