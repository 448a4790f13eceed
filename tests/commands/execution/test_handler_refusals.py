"""What a caller is told whose command was not taken, and what whoever watches a service hears of each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.backlog import OpenBacklog
from libs.commands.catalog.backlog.item import AddItem, StartItem
from libs.commands.errors import HeadwayError, Invalid, KeyReused, NotFound, NotHeardYet, RaceLost, UnknownOutcome, Unreachable
from libs.commands.execution.admission import Ask, judge
from libs.commands.execution.answers import Answer, Result
from libs.commands.execution.handler import Handling
from libs.commands.retraction import RetractInBacklog
from libs.events.event import Event
from libs.events.ports.store import NOTHING, AppendOutcome, Commit, StoredAnswer, StoreUnavailable
from libs.events.world import World
from services.backlog.domain import decisions
from tests.commands.conftest import IMPORTER, NOW, add, short


async def refused(handling: Handling, ask: Ask, error: type[HeadwayError]) -> tuple[str, str | None, str | None]:
    with pytest.raises(error) as caught:
        await handling.answer(ask)
    return caught.value.detail, caught.value.field, caught.value.remedy


async def test_a_key_that_was_used_otherwise_is_named(opened: Handling) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER, key="k"))
    assert await refused(opened, Ask(add("b1", "Other"), IMPORTER, key="k"), KeyReused) == (
        "the key 'k' was used for another body",
        "key",
        "Use a new key, or send the body of the first time.",
    )


async def test_a_row_that_was_about_something_else_is_named(opened: Handling) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER, key="row", revise=True))
    assert await refused(opened, Ask(add("b2"), IMPORTER, key="row", revise=True), Invalid) == (
        "the row 'row' was about item:b1, not item:b2",
        "item",
        "Give another thing another key.",
    )
    assert (await opened.answer(Ask(AddItem(product="p", title="Other"), IMPORTER, key="row", revise=True))).id == "b1"


async def test_what_another_service_said_is_not_taken_back_here(opened: Handling) -> None:
    for event in ("team:t@1", "nothing:x@1"):
        detail, field, _ = await refused(opened, Ask(RetractInBacklog(event=event, reason="Wrong"), IMPORTER), NotFound)
        assert (detail, field) == (f"'{event}' is no event of this service", "event")


async def test_what_is_not_heard_yet_is_named(opened: Handling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.commands.execution.knowledge.PATIENCE", 0.01)
    ask = Ask(add("b1"), IMPORTER, after=("product:z@2", "backlog:p@7", "product:p@1"))
    assert await refused(opened, ask, NotHeardYet) == (
        "backlog:p@7, product:p@1, product:z@2 has not been heard here yet",
        "after",
        "Ask again in a second.",
    )


async def test_before_the_store_is_held_against_the_log_the_service_names_itself(store: SqliteCommitStore) -> None:
    handling = Handling("backlog", store, World(), decisions, clock=lambda: NOW, open=lambda: False)
    detail, _, remedy = await refused(handling, Ask(OpenBacklog(product="p"), IMPORTER), Unreachable)
    assert detail == "backlog has not held its store against the log yet: one of the two does not answer"
    assert remedy == "Send it again later."


async def test_whoever_watches_hears_of_each_command_and_of_what_is_stored(store: SqliteCommitStore) -> None:
    heard: list[tuple[str | None, str]] = []
    stored: list[None] = []

    def answered(ask: Ask, result: Result) -> None:
        heard.append((ask.key, short(result)))

    handling = Handling("backlog", store, World(), decisions, clock=lambda: NOW, stored=lambda: stored.append(None), answered=answered)
    asks = [Ask(OpenBacklog(product="p"), IMPORTER, key="1"), Ask(StartItem(item="x"), IMPORTER, key="2"), Ask(add("b1"), IMPORTER, key="3")]
    await handling.answer_all(asks)
    assert heard == [("1", "created 1"), ("2", "NotFound"), ("3", "created 1")] and stored
    told = len(stored)
    await handling.answer_all(asks)
    assert heard[3:] == [("1", "unchanged 1"), ("2", "NotFound"), ("3", "unchanged 1")]
    assert len(stored) == told, "nothing was stored"


class Watched(SqliteCommitStore):
    """A store that counts what it is asked to store, lets others have their turn first, and may lose races or be silent."""

    appended = 0
    loaded = 0
    taken = 0
    lost = 0
    silent = False
    deaf = False

    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        await asyncio.sleep(0)
        self.appended += 1
        if self.lost:
            self.lost -= 1
            return [AppendOutcome.VERSION_TAKEN for _ in commits]
        if self.silent:
            raise StoreUnavailable("gone")
        outcomes = await super().append(commits)
        self.taken += sum(one is not AppendOutcome.STORED for one in outcomes)
        return outcomes

    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        self.loaded += 1
        return await super().load(aggregates, behind)

    async def answered(self, keys: Sequence[str]) -> dict[str, StoredAnswer]:
        if self.deaf and self.appended:
            raise StoreUnavailable("gone")
        return dict(await super().answered(keys))


@pytest.fixture
async def watched(tmp_path: Path) -> Watched:
    store = Watched(tmp_path / "watched.sqlite3")
    await store.open()
    return store


async def test_within_a_process_commands_on_one_thing_take_turns_and_lose_no_race(watched: Watched) -> None:
    handling = Handling("backlog", watched, World(), decisions, clock=lambda: NOW)
    await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    await asyncio.gather(*(handling.answer_all([Ask(add("b1"), IMPORTER)]) for _ in range(8)))
    await asyncio.gather(*(handling.answer(Ask(AddItem(product="p", title="Pay"), IMPORTER, key="k")) for _ in range(8)))
    assert (watched.appended, watched.taken) == (3, 0)
    await watched.close()


async def test_a_race_that_is_lost_five_times_is_told_and_leaves_the_other_lines(watched: Watched) -> None:
    handling = Handling("backlog", watched, World(), decisions, clock=lambda: NOW)
    await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    watched.lost, before = 5, watched.appended
    assert await refused(handling, Ask(add("b1"), IMPORTER), RaceLost) == (
        "others changed the same thing five times meanwhile",
        None,
        "Read it again, then decide whether to send the command again.",
    )
    assert watched.appended - before == 5
    answer = await handling.answer(Ask(add("b1"), IMPORTER))
    assert answer.created and answer.position == "item:b1@1"
    await watched.close()


@pytest.mark.parametrize("after", [("item:b1@1",), ("backlog:p@1", "item:b1@1")])
async def test_what_rests_on_a_line_that_was_not_stored_is_not_stored_either(watched: Watched, after: tuple[str, ...]) -> None:
    handling = Handling("backlog", watched, World(), decisions, clock=lambda: NOW)
    await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    watched.lost = 5
    asks = [Ask(add("b1"), IMPORTER), Ask(add("b2"), IMPORTER, after=after), Ask(add("b3"), IMPORTER, after=after[:-1])]
    assert [short(one) for one in await handling.answer_all(asks)] == ["RaceLost", "NotHeardYet", "created 1"]
    await watched.close()


async def test_lines_that_do_not_rest_on_each_other_are_stored_at_once_and_one_key_is_one_command(watched: Watched) -> None:
    handling = Handling("backlog", watched, World(), decisions, clock=lambda: NOW)
    await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    watched.appended = 0
    alone = await handling.answer_all([Ask(AddItem(product="p", title="Pay"), IMPORTER, key=key) for key in ("1", "2", "3")])
    assert watched.appended == 1 and len({one.id for one in alone if isinstance(one, Answer)}) == 3
    twice = await handling.answer_all([Ask(AddItem(product="p", title="Pay"), IMPORTER, key=key) for key in ("4", "4", "5")])
    assert [short(one) for one in twice] == ["created 1", "unchanged 1", "created 1"]
    assert watched.appended == 3, "the first of the key, then the last"
    await watched.close()


async def test_what_a_command_will_read_is_loaded_at_once_and_it_is_decided_once(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    decided: list[str] = []

    def judged(*given: Any, **more: Any) -> tuple[Event, ...]:
        decided.append(given[3])
        return judge(*given, **more)

    monkeypatch.setattr("libs.commands.execution.handler.judge", judged)
    handling = Handling("backlog", watched, World(), decisions, clock=lambda: NOW)
    await handling.answer_all([Ask(OpenBacklog(product=product), IMPORTER) for product in ("p", "q")])
    await handling.answer(Ask(AddItem(product="p", title="Pay"), IMPORTER))
    assert len(decided) > 3, "the first of its class asks for the backlog"
    for asks, loads in (([Ask(AddItem(product="q", title="Pay"), IMPORTER)], 2), ([Ask(add(f"b{n}"), IMPORTER) for n in range(3)], 1)):
        decided.clear()
        watched.loaded = 0
        await handling.answer_all(asks)
        assert (len(decided), watched.loaded) == (len(asks), loads), "an id that is made is looked for by itself"
    await watched.close()


@pytest.mark.parametrize(("breath", "pauses"), [(-1.0, [0, 0, 0]), (3_600.0, [])])
async def test_others_have_their_turn_once_deciding_has_taken_its_time(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, breath: float, pauses: list[float]
) -> None:
    handling = Handling("backlog", watched, World(), decisions, clock=lambda: NOW)
    await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    monkeypatch.setattr("libs.commands.execution.handler.BREATH", breath)
    monkeypatch.setattr("libs.commands.execution.handler.time", SimpleNamespace(monotonic=lambda: 7_200.0))
    paused: list[float] = []

    async def sleep(seconds: float) -> None:
        paused.append(seconds)

    with monkeypatch.context() as patch:
        patch.setattr("libs.commands.execution.handler.asyncio.sleep", sleep)
        with patch.context() as inner:
            inner.setattr(Watched, "append", SqliteCommitStore.append)
            await handling.answer_all([Ask(add(id), IMPORTER) for id in ("b1", "b2", "b3")])
    assert paused == pauses
    await watched.close()


async def test_where_the_store_is_silent_it_is_unknown_what_came_of_a_command(watched: Watched) -> None:
    handling = Handling("backlog", watched, World(), decisions, clock=lambda: NOW)
    await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    watched.silent = True
    for deaf in (False, True):
        watched.appended, watched.deaf = 0, deaf
        for key in (None, "k"):
            watched.appended = 0
            detail, _, remedy = await refused(handling, Ask(add("b1"), IMPORTER, key=key), UnknownOutcome)
            assert detail == "the store did not answer: gone"
            assert remedy == "Send the same command again with the same key: it is stored once."
    watched.silent = watched.deaf = False
    assert (await handling.answer(Ask(add("b2"), IMPORTER, key="row", revise=True))).created
    watched.silent = True
    await refused(handling, Ask(add("b2", "Other"), IMPORTER, key="row", revise=True), UnknownOutcome)
    watched.silent = False
    assert isinstance(await handling.answer(Ask(add("b1"), IMPORTER, key="k")), Answer)
    await watched.close()
