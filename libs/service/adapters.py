"""What a process is plugged into: stores, log, the memory of operators' decisions, the clock. Made from the settings, or given by a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from libs.events.log import Log
from libs.events.parking import OperatorDecisions
from libs.events.sqlite_decisions import SqliteDecisions
from libs.events.sqlite_log import SqliteLog
from libs.events.sqlite_store import SqliteCommitStore
from libs.events.store import CommitStore
from libs.service.settings import Settings


def utc_now() -> datetime:
    """The instant that it is now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Adapters:
    """Each may be replaced by an argument."""

    log: Log
    store: Callable[[str], CommitStore]
    """The commit store of a service, by its name."""
    decisions: OperatorDecisions
    clock: Callable[[], datetime] = utc_now


def adapters_of(settings: Settings) -> Adapters:
    """The adapters that the settings name: SQLite files in the data folder, each beginning with the namespace."""
    for folder in (settings.data, settings.store_folder, settings.log_folder):
        folder.mkdir(parents=True, exist_ok=True)
    namespace = settings.namespace
    return Adapters(
        log=SqliteLog(settings.log_folder / f"{namespace}.log.sqlite3"),
        store=lambda service: SqliteCommitStore(settings.store_folder / f"{namespace}.{service}.sqlite3"),
        decisions=SqliteDecisions(settings.data / f"{namespace}.gateway.sqlite3"),
    )
