"""What the tests of the machinery share: adapters over SQLite in a folder of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

pytest.register_assert_rewrite(
    "libs.adapters.contracts.log",
    "libs.adapters.contracts.people",
    "libs.adapters.contracts.revocations",
    "libs.adapters.contracts.shared_log",
    "libs.adapters.contracts.store",
)

from libs.adapters.sqlite.decisions import SqliteDecisions  # noqa: E402
from libs.adapters.sqlite.log import SqliteLog  # noqa: E402
from libs.adapters.sqlite.people import SqlitePeople  # noqa: E402
from libs.adapters.sqlite.revocations import SqliteRevocations  # noqa: E402
from libs.adapters.sqlite.store import SqliteCommitStore  # noqa: E402
from tests.opening import opening  # noqa: E402


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[SqliteCommitStore]]]:
    async with opening(lambda: SqliteCommitStore(tmp_path / "store.sqlite3")) as open_one:
        yield open_one


@pytest.fixture
async def logs(tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[SqliteLog]]]:
    async with opening(lambda: SqliteLog(tmp_path / "log.sqlite3")) as open_one:
        yield open_one


@pytest.fixture
async def decisions(tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[SqliteDecisions]]]:
    async with opening(lambda: SqliteDecisions(tmp_path / "decisions.sqlite3")) as open_one:
        yield open_one


@pytest.fixture
async def revocations(tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[SqliteRevocations]]]:
    async with opening(lambda: SqliteRevocations(tmp_path / "decisions.sqlite3")) as open_one:
        yield open_one


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[SqlitePeople]]]:
    async with opening(lambda: SqlitePeople(tmp_path / "people.sqlite3")) as open_one:
        yield open_one


@pytest.fixture
def namespace() -> str:
    return "trial"
