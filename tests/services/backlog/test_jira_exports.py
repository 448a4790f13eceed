"""Exports of Jira, imported one after the other into a real store: the backlog ends as the last of them says."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headway.importers.jira_csv import lines
from headway.importers.line import ImportLine
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.command import COMMANDS
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.events.catalog.backlog.item import ITEM, Item, ItemState
from libs.events.world import World
from libs.rules.roles import Principal, Role
from services.backlog.domain import decisions

IMPORTER = Principal("importer", frozenset({Role.parse("importer")}))
WITH_TIMES = {
    ItemState.OPEN: "Open,,,12/Mar/23 9:00 AM",
    ItemState.STARTED: "In Progress,,,11/Mar/23 9:00 AM",
    ItemState.DELIVERED: "Closed,Fixed,08/Mar/23 9:00 AM,09/Mar/23 9:00 AM",
    ItemState.DROPPED: "Closed,Won't Do,10/Mar/23 9:00 AM,10/Mar/23 9:00 AM",
}
WITHOUT_TIMES = {state: ",".join([*said.split(",")[:3], ""]) for state, said in WITH_TIMES.items()}


class Backlog:
    """A backlog into which exports are imported as `headway import jira-csv` does."""

    def __init__(self, store: SqliteCommitStore) -> None:
        self.now, self.store = datetime(2024, 1, 1, tzinfo=UTC), store
        self.handling = Handling("backlog", store, World(), decisions, clock=self.clock)

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    async def items(self) -> list[Item]:
        return await self.handling.see(lambda facts: facts.every(ITEM))

    async def load(self, *rows: str, ids: bool = True) -> list[bool]:
        """Imports an export of rows `key,id,status,resolution,resolved,updated`; whether each line said something new."""
        header = "Issue key,Issue id,Status,Resolution,Resolved,Updated,Summary,Created"
        text = "\n".join([header if ids else header.replace("Issue id", "Nothing"), *(f"{row},Pay,07/Mar/23 9:00 AM" for row in rows)])
        known = {name: (item.id, item.source.number) for item in await self.items() if item.source for name in item.source.names}
        asks = []
        for line in lines("permits", [("jira.csv", text)], False, self.now, items=known):
            assert isinstance(line, ImportLine), line
            asks.append(Ask(COMMANDS[line.command].model_validate({**line.data, **({"at": line.at} if line.at else {})}), IMPORTER, line.key, line.revise))
        results = await self.handling.answer_all(asks)
        assert not [result for result in results if isinstance(result, Exception)]
        return [not isinstance(result, Exception) and result.created for result in results]


@pytest.fixture
async def backlog(tmp_path: Path) -> AsyncIterator[Backlog]:
    store = SqliteCommitStore(tmp_path / "backlog.sqlite3")
    await store.open()
    yield Backlog(store)
    await store.close()


@pytest.mark.parametrize("said", [WITH_TIMES, WITHOUT_TIMES], ids=["with Updated", "without Updated"])
@pytest.mark.parametrize("states", list(itertools.product(ItemState, repeat=3)), ids=lambda states: " ".join(states))
async def test_an_issue_is_what_the_last_export_says(backlog: Backlog, states: tuple[ItemState, ...], said: dict[ItemState, str]) -> None:
    for n, state in enumerate(states):
        updated = f"{said[state]}" if said is WITHOUT_TIMES else f"{said[state].rpartition(',')[0]},{13 + n}/Mar/23 9:00 AM"
        await backlog.load(f"PER-1,10004,{updated}")
        (item,) = await backlog.items()
        assert item.state is state
        assert not any(await backlog.load(f"PER-1,10004,{updated}")), "the same export again changes nothing"


async def test_an_issue_that_was_dropped_says_why(backlog: Backlog) -> None:
    await backlog.load("PER-1,10004," + WITH_TIMES[ItemState.DROPPED])
    (item,) = await backlog.items()
    assert item.dropped_because == "Won't Do" and item.turns[-1].event.time == datetime(2023, 3, 10, 9, tzinfo=UTC)


async def test_an_issue_stays_one_item_when_its_key_changes(backlog: Backlog) -> None:
    await backlog.load("PER-1,10004," + WITH_TIMES[ItemState.OPEN])
    await backlog.load("NEW-9,10004," + WITH_TIMES[ItemState.DELIVERED])
    (item,) = await backlog.items()
    assert item.source is not None and (item.id, item.state, item.source.reference) == ("permits.jira.10004", ItemState.DELIVERED, "NEW-9")


@pytest.mark.parametrize("ids", [True, False])
async def test_exports_with_and_without_ids_meet_in_one_item(backlog: Backlog, ids: bool) -> None:
    await backlog.load("PER-1,10004," + WITH_TIMES[ItemState.DELIVERED], ids=ids)
    await backlog.load("PER-1,10004," + WITHOUT_TIMES[ItemState.OPEN], ids=not ids)
    await backlog.load("PER-1,10004," + WITH_TIMES[ItemState.DROPPED], ids=ids)
    (item,) = await backlog.items()
    assert item.state is ItemState.DROPPED and item.id == ("permits.jira.10004" if ids else "permits.per-1")


async def test_an_item_that_was_named_by_its_key_keeps_its_rows_when_ids_come_and_the_key_changes(backlog: Backlog) -> None:
    await backlog.load("PER-1,10004," + WITH_TIMES[ItemState.DELIVERED], ids=False)
    await backlog.load("PER-1,10004," + WITH_TIMES[ItemState.DELIVERED])
    await backlog.load("NEW-9,10004," + WITHOUT_TIMES[ItemState.OPEN])
    (item,) = await backlog.items()
    assert item.source is not None and (item.id, item.state, item.source.reference) == ("permits.per-1", ItemState.OPEN, "NEW-9")


async def test_a_key_that_another_issue_has_by_now_is_another_item(backlog: Backlog) -> None:
    await backlog.load("PER-1,10004," + WITH_TIMES[ItemState.OPEN])
    await backlog.load("PER-1,10005," + WITH_TIMES[ItemState.OPEN])
    assert [item.id for item in await backlog.items()] == ["permits.jira.10004", "permits.jira.10005"]
