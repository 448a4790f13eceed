"""One call of many commands keeps what it decided until that is stored, and what it keeps says whose history and which keys wait."""

from __future__ import annotations

from dataclasses import replace

from libs.adapters.contracts.suites import commit
from libs.commands.decision import Loaded
from libs.commands.execution.answers import CallState
from libs.events.derivations import Replays
from libs.events.world import World
from tests.events.kinds import said


def test_what_is_decided_waits_with_its_aggregate_and_key_until_it_is_stored() -> None:
    work = CallState((), Loaded(frozenset({"thing"}), World(), Replays()))
    first, second = commit(said, "thing:a", 1, key="k"), commit(said, "thing:a", 2)
    work.stage(3, first)
    work.stage(5, second)
    assert (work.unstored, work.staged_keys) == ({"thing:a"}, {"k"})
    assert [event.id for event in work.loaded.events("thing:a")] == ["thing:a@1", "thing:a@2"]
    assert work.unstage() == {3: first, 5: second}
    assert (work.staged, work.unstored, work.staged_keys) == ({}, set(), set())
    work.stage(7, replace(second, aggregate="thing:b"))
    assert work.unstored == {"thing:b"}
