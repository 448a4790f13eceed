"""Many commands at once, lost races, silent stores and callers that go away: each command is done once, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.backlog import OpenBacklog, ReorderBacklog
from libs.commands.errors import (
    RaceLost,
    UnknownOutcome,
)
from libs.commands.execution.admission import Ask
from libs.commands.execution.answers import Answer
from libs.commands.execution.handler import Handling
from libs.events.ports.store import AppendOutcome, Commit, StoreUnavailable
from libs.events.world import World
from services.backlog.domain import decisions
from tests.commands.conftest import IMPORTER, NOW, add, short


async def test_sixteen_at_once_on_one_item_leave_one_history(opened: Handling, store: SqliteCommitStore) -> None:
    results = await asyncio.gather(*(opened.answer_all([Ask(add("b1"), IMPORTER, key=f"k{n}")]) for n in range(16)))
    said = [short(r[0]) for r in results]
    assert (said.count("created 1"), said.count("AlreadyExists")) == (1, 15)
    assert [e.sequence for e in (await store.load(["item:b1"]))["item:b1"]] == [1]


async def test_sixty_four_at_once_on_one_backlog_are_all_done_in_turn(opened: Handling, store: SqliteCommitStore) -> None:
    await opened.answer_all([Ask(add(f"b{n}"), IMPORTER) for n in range(64)])
    moves = [Ask(ReorderBacklog(product="p", item=f"b{n}", position=1, reason="All at once"), IMPORTER) for n in reversed(range(64))]
    answers = await asyncio.gather(*(opened.answer(move) for move in moves))
    assert sorted(a.version for a in answers) == list(range(2, 66))


async def test_the_same_command_sent_twice_at_once_is_done_once(opened: Handling) -> None:
    results = await asyncio.gather(*(opened.answer(Ask(add("b1"), IMPORTER, key="k")) for _ in range(8)))
    assert sorted(r.created for r in results) == [False] * 7 + [True]


class _Outrun(SqliteCommitStore):
    """A store in which others are faster, or which does not answer, for some calls."""

    outrun = 0
    silent = 0

    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        if self.outrun:
            self.outrun -= 1
            return [AppendOutcome.VERSION_TAKEN for _ in commits]
        stored = await super().append(commits)
        if self.silent:
            self.silent -= 1
            raise StoreUnavailable("gone")
        return stored


@pytest.fixture
async def outrun(tmp_path: Any) -> Any:
    store = _Outrun(tmp_path / "outrun.sqlite3")
    await store.open()
    yield store
    await store.close()


async def test_a_lost_race_is_decided_again_five_times_at_most(outrun: _Outrun) -> None:
    handling = Handling("backlog", outrun, World(), decisions, clock=lambda: NOW)
    outrun.outrun = 4
    assert (await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))).created
    outrun.outrun = 5
    with pytest.raises(RaceLost):
        await handling.answer(Ask(add("b1"), IMPORTER))


async def test_what_was_sent_with_a_key_and_lost_a_race_is_stored_when_it_is_said_to_be(outrun: _Outrun) -> None:
    handling = Handling("backlog", outrun, World(), decisions, clock=lambda: NOW)
    outrun.outrun = 1
    assert (await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER, key="k"))).created
    assert [event.sequence for event in (await outrun.load(["backlog:p"]))["backlog:p"]] == [1]


async def test_an_unknown_outcome_is_looked_up_under_its_key(outrun: _Outrun) -> None:
    handling = Handling("backlog", outrun, World(), decisions, clock=lambda: NOW)
    await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    outrun.silent = 2
    assert (await handling.answer(Ask(add("b1"), IMPORTER, key="k"))).position == "item:b1@1"
    with pytest.raises(UnknownOutcome):
        await handling.answer(Ask(add("b2"), IMPORTER))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3)), min_size=1, max_size=8))
async def test_cancelled_anywhere_a_command_is_stored_with_its_reply_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, int]]
) -> None:
    store = SqliteCommitStore(tmp_path_factory.mktemp("s") / "s.sqlite3")
    await store.open()
    handling = Handling("backlog", store, World(), decisions, clock=lambda: NOW)
    await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    for n, (turns, many) in enumerate(cuts):
        asks = [Ask(add(f"b{n}-{m}"), IMPORTER, key=f"k{n}-{m}") for m in range(many)]
        task = asyncio.create_task(handling.answer_all(asks))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for m, again in enumerate(await handling.answer_all(asks)):
            assert isinstance(again, Answer)
            assert again.body() == {"id": f"b{n}-{m}", "version": 1, "events": [f"item:b{n}-{m}@1"], "position": f"item:b{n}-{m}@1"}
            assert len((await store.load([f"item:b{n}-{m}"]))[f"item:b{n}-{m}"]) == 1
    assert handling._turns == {} or all(not turn.locked() for turn in handling._turns.values())
    await store.close()
