"""What a handler gives to be stored, by which clock it is dated, and what it answers when the store or the clock fails it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.backlog import OpenBacklog
from libs.commands.catalog.backlog.item import StartItem
from libs.commands.catalog.backlog.source import ConnectSource
from libs.commands.errors import AlreadyExists, Unreachable, WrongClock
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.events.catalog.backlog.source import System
from libs.events.ports.store import AppendOutcome, Commit
from libs.events.world import World
from services.backlog.domain import decisions
from tests.commands.conftest import IMPORTER, NOW, add, short

SECRET = "of sixteen characters, and more"


class Seen(SqliteCommitStore):
    """A store that shows what it is given, and loses a race on one aggregate once."""

    given: list[Commit]
    outrun = ""

    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        self.given = [*getattr(self, "given", ()), *commits]
        outcomes = await super().append([one for one in commits if one.aggregate != self.outrun])
        lost, self.outrun = self.outrun, ""
        return [AppendOutcome.VERSION_TAKEN if one.aggregate == lost else outcomes.pop(0) for one in commits]


@pytest.fixture
async def seen(tmp_path: Path) -> Seen:
    store = Seen(tmp_path / "seen.sqlite3")
    await store.open()
    return store


def handling_of(store: SqliteCommitStore, ahead: timedelta = timedelta(0), distrusted: Callable[[], WrongClock | None] | None = None) -> Handling:
    return Handling("backlog", store, World(), decisions, clock=lambda: NOW + ahead, distrusted=distrusted)


async def test_while_the_clock_is_not_to_be_trusted_nothing_is_dated_by_it(seen: Seen) -> None:
    wrong: list[WrongClock] = [WrongClock("the clock is two hours ahead", remedy="Set it.")]
    handling = handling_of(seen, distrusted=lambda: wrong[0] if wrong else None)
    with pytest.raises(WrongClock, match="two hours ahead"):
        await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    assert not hasattr(seen, "given")
    wrong.clear()
    assert (await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))).created


async def test_what_another_process_stamped_ahead_of_the_clock_here_is_followed_by_what_rests_on_it(seen: Seen) -> None:
    ahead, here = handling_of(seen, timedelta(seconds=3)), handling_of(seen)
    await ahead.answer_all([Ask(OpenBacklog(product="p"), IMPORTER), Ask(add("b1"), IMPORTER)])
    assert (await here.answer(Ask(StartItem(item="b1"), IMPORTER))).created
    added, started = (await seen.load(["item:b1"]))["item:b1"]
    assert NOW < added.stored <= started.stored <= added.stored + timedelta(seconds=1)


class Beside:
    """Keeps the private parts elsewhere, and remembers what it was told."""

    def __init__(self) -> None:
        self.kept: list[Commit] = []
        self.stored: list[str] = []

    async def before(self, commits: Sequence[Commit]) -> Sequence[Commit]:
        self.kept += commits
        return commits

    async def after(self, commits: Sequence[Commit]) -> None:
        self.stored += [one.aggregate for one in commits]


async def test_whoever_keeps_private_parts_elsewhere_hears_of_what_was_stored_and_of_nothing_else(seen: Seen) -> None:
    handling, beside = handling_of(seen), Beside()
    await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
    handling.apart, seen.outrun = beside, "item:b1"
    assert [short(one) for one in await handling.answer_all([Ask(add("b1"), IMPORTER), Ask(add("b2"), IMPORTER)])] == ["created 1", "created 1"]
    assert [one.aggregate for one in beside.kept] == ["item:b1", "item:b2", "item:b1"]
    assert beside.stored == ["item:b2", "item:b1"], "of the first only when it was decided again"


async def test_what_was_stored_is_answered_although_the_store_does_not_say_any_more_what_to_warn_of(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise Unreachable("the store does not answer", remedy="Send it again later.")

    monkeypatch.setattr("libs.commands.execution.handler.warnings_for", silent)
    answer = await handling_of(seen).answer(Ask(OpenBacklog(product="p"), IMPORTER))
    assert (answer.position, answer.created, answer.warnings) == ("backlog:p@1", True, ())


async def test_without_a_key_none_is_stored(seen: Seen) -> None:
    await handling_of(seen).answer_all([Ask(OpenBacklog(product="p"), IMPORTER), Ask(add("b1"), IMPORTER, key="k")])
    assert [one.command and (one.command.key, one.command.revision) for one in seen.given] == [None, ("importer/k", 1)]


async def test_under_a_key_whose_digest_was_erased_a_command_is_judged_again_as_if_it_were_new(seen: Seen) -> None:
    handling = handling_of(seen)
    asked = Ask(ConnectSource(source="jira", product="p", system=System.JIRA, secret=SECRET), IMPORTER, key="k")
    assert (await handling.answer(asked)).created
    await seen.erase("source:jira")
    with pytest.raises(AlreadyExists):
        await handling.answer(asked)


async def test_a_row_of_which_nothing_was_said_does_not_change_what_somebody_else_made(seen: Seen) -> None:
    handling = handling_of(seen)
    await handling.answer_all([Ask(OpenBacklog(product="p"), IMPORTER), Ask(add("b1"), IMPORTER)])
    with pytest.raises(AlreadyExists):
        await handling.answer(Ask(add("b1", "Other"), IMPORTER, key="row:7", revise=True))
