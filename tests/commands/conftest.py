"""A service's handling over a real store in a temporary folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.backlog import OpenBacklog
from libs.commands.catalog.backlog.item import AddItem
from libs.commands.errors import HeadwayError
from libs.commands.execution.admission import Ask
from libs.commands.execution.answers import Answer
from libs.commands.execution.handler import Handling
from libs.events.world import World
from libs.rules.roles import Principal, Role
from services.backlog.domain import decisions

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def principal(*roles: str, id: str | None = None) -> Principal:
    """Somebody with these roles."""
    return Principal(id or roles[0], frozenset(Role.parse(r) for r in roles))


IMPORTER = principal("importer")


def add(item: str, title: str = "Pay online", **more: Any) -> AddItem:
    """A backlog item of the product `p`."""
    return AddItem(item=item, product="p", title=title, **more)


def short(result: Answer | HeadwayError) -> str:
    """What came of a command: whether it said something, at which version; or the name of the error."""
    return f"{'created' if result.created else 'unchanged'} {result.version}" if isinstance(result, Answer) else type(result).__name__


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteCommitStore]:
    opened = SqliteCommitStore(tmp_path / "backlog.sqlite3")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def handling(store: SqliteCommitStore, world: World) -> Handling:
    return Handling("backlog", store, world, decisions, clock=lambda: NOW)


@pytest.fixture
async def opened(handling: Handling) -> Handling:
    """With a backlog of the product `p`."""

    await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    return handling
