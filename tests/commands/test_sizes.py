"""What no log would take is refused before it is acknowledged."""

from __future__ import annotations

import pytest

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.item import AddItem
from libs.commands.errors import TooLarge
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from tests.commands.conftest import IMPORTER


async def test_a_command_whose_event_is_too_large_is_refused_and_a_shorter_one_is_stored(
    opened: Handling, store: SqliteCommitStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.commands.execution.admission.LARGEST", 200)
    with pytest.raises(TooLarge, match="bytes, and 200 is the most"):
        await opened.answer(Ask(AddItem(item="long", product="p", title="x" * 200), IMPORTER))
    assert (await store.load(["item:long"]))["item:long"] == []
    await opened.answer(Ask(AddItem(item="short", product="p", title="x" * 20), IMPORTER))
    assert len((await store.load(["item:short"]))["item:short"]) == 1
