"""What the tests of the machinery share: adapters over SQLite in a folder of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

pytest.register_assert_rewrite("libs.events.testing_log", "libs.events.testing_revocations", "libs.events.testing_shared", "libs.events.testing_store")

from libs.events.sqlite_decisions import SqliteDecisions  # noqa: E402
from libs.events.sqlite_log import SqliteLog  # noqa: E402
from libs.events.sqlite_revocations import SqliteRevocations  # noqa: E402
from libs.events.sqlite_store import SqliteCommitStore  # noqa: E402


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[SqliteCommitStore]]]:
    opened: list[SqliteCommitStore] = []

    async def open_one() -> SqliteCommitStore:
        opened.append(SqliteCommitStore(tmp_path / "store.sqlite3"))
        await opened[-1].open()
        return opened[-1]

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture
async def logs(tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[SqliteLog]]]:
    opened: list[SqliteLog] = []

    async def open_one() -> SqliteLog:
        opened.append(SqliteLog(tmp_path / "log.sqlite3"))
        await opened[-1].open()
        return opened[-1]

    yield open_one
    for log in opened:
        await log.close()


@pytest.fixture
async def decisions(tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[SqliteDecisions]]]:
    opened: list[SqliteDecisions] = []

    async def open_one() -> SqliteDecisions:
        opened.append(SqliteDecisions(tmp_path / "decisions.sqlite3"))
        await opened[-1].open()
        return opened[-1]

    yield open_one
    for kept in opened:
        await kept.close()


@pytest.fixture
async def revocations(tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[SqliteRevocations]]]:
    opened: list[SqliteRevocations] = []

    async def open_one() -> SqliteRevocations:
        opened.append(SqliteRevocations(tmp_path / "decisions.sqlite3"))
        await opened[-1].open()
        return opened[-1]

    yield open_one
    for kept in opened:
        await kept.close()


@pytest.fixture
def namespace() -> str:
    return "trial"
