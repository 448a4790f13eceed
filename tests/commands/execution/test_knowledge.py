"""What a service knows when it is asked: its own facts from its store, loaded as they are asked for, and how long it waits for what it must have heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from libs.adapters.contracts.suites import commit
from libs.commands.errors import NotHeardYet, Unreachable
from libs.commands.execution import knowledge
from libs.commands.execution.knowledge import ServiceKnowledge
from libs.events.event import Event
from libs.events.facts import Facts
from libs.events.ports.store import NOTHING, Mark, StoreUnavailable
from libs.events.world import World
from tests.adapters.contracts.memory import Disk, MemoryStore
from tests.events.kinds import OTHER, THING, said

DAY = date(2024, 1, 9)


class CountedStore(MemoryStore):
    """A store that counts how often it is asked for histories, and gives two names a page unless it is asked for so many."""

    loads = 0
    down = False

    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        self.loads += 1
        if self.down:
            raise StoreUnavailable("down")
        return await super().load(aggregates, behind)

    async def heads(self, kind: str, after: str = "", limit: int = 2) -> list[Mark]:
        return await super().heads(kind, after, limit)


@pytest.fixture
def store() -> CountedStore:
    return CountedStore(Disk())


@pytest.fixture
def one(store: CountedStore, monkeypatch: pytest.MonkeyPatch) -> ServiceKnowledge:
    """A service that owns things and others, and follows what is of no service's kind here but `strange`."""
    monkeypatch.setattr(knowledge, "PATIENCE", 0)
    return ServiceKnowledge("test", store, World(), clock=lambda: datetime(2024, 1, 9, 12, tzinfo=UTC), follows=lambda kind: kind != "strange")


async def names(store: CountedStore, count: int, about: Callable[[int], str | None] = lambda n: None) -> None:
    for n in range(1, count + 1):
        await store.append([commit(said, f"other:{n}", 1, about=about(n))])


async def test_it_sees_the_day_that_is_asked_for_else_that_of_its_clock_which_is_the_present_where_none_is_given(
    one: ServiceKnowledge, store: CountedStore
) -> None:
    assert [await one.see(lambda facts: facts.day, day=day) for day in (None, DAY - timedelta(days=3))] == [DAY, DAY - timedelta(days=3)]
    before = datetime.now(UTC).date()
    assert before <= await ServiceKnowledge("test", store, World()).see(lambda facts: facts.day) <= datetime.now(UTC).date()


async def test_all_of_a_kind_is_loaded_page_after_page_and_its_histories_at_once(one: ServiceKnowledge, store: CountedStore) -> None:
    await names(store, 5)
    assert await one.see(lambda facts: [state.id for state in facts.every(OTHER)]) == ["1", "2", "3", "4", "5"]
    assert store.loads == 1


async def test_what_names_something_is_loaded_at_once(one: ServiceKnowledge, store: CountedStore) -> None:
    await names(store, 5, about=lambda n: "a" if n % 2 else None)
    assert await one.see(lambda facts: [state.id for state in facts.related(OTHER, "about", "a")]) == ["1", "3", "5"]
    assert store.loads == 1


async def test_a_question_that_goes_through_a_hundred_things_is_begun_ten_times_and_loads_nothing_in_vain(one: ServiceKnowledge, store: CountedStore) -> None:
    for n in range(100):
        await store.append([commit(said, f"thing:{n}", 1), commit(said, f"other:{n}", 1, about=str(n))])
    begun = 0

    def through(facts: Facts, until: int) -> list[str]:
        nonlocal begun
        begun += 1
        return [other.id for thing in facts.every(THING)[:until] for other in facts.related(OTHER, "about", thing.id)]

    ids = sorted(map(str, range(100)))
    assert await one.see(lambda facts: through(facts, 100)) == ids and begun <= 10
    begun = store.loads = 0
    assert await one.see(lambda facts: through(facts, 1)) == ids[:1]
    assert (begun, store.loads) == (3, 2), "all things, and what names the first"


async def test_a_version_is_how_much_was_said(one: ServiceKnowledge, store: CountedStore) -> None:
    await store.append([commit(said, "thing:a", 1, 3)])
    assert [await one.version(f"thing:{id}") for id in "ab"] == [3, 0]


@pytest.mark.parametrize(
    ("narrowed", "after", "limit", "wanted"),
    [
        ({}, "", 10, ["1", "2", "3", "4", "5", "6"]),
        ({}, "2", 3, ["3", "4", "5"]),
        ({"about": "a"}, "", 10, ["1", "3", "5"]),
        ({"about": "a"}, "1", 10, ["3", "5"]),
        ({"about": "a"}, "", 2, ["1", "3"]),
        ({"about": "c"}, "", 10, []),
        ({"about": "a", "by": "a"}, "", 10, []),
    ],
)
async def test_ids_come_in_their_order_behind_one_and_no_more_than_asked_for(
    one: ServiceKnowledge, store: CountedStore, narrowed: dict[str, str], after: str, limit: int, wanted: list[str]
) -> None:
    await names(store, 6, about=lambda n: "a" if n % 2 else "b")
    assert await one.names(OTHER, narrowed, after, limit) == wanted


async def test_what_was_not_heard_of_its_own_and_of_others_is_missing_unless_it_is_not_followed(one: ServiceKnowledge, store: CountedStore) -> None:
    await store.append([commit(said, "thing:a", 1, 2)])
    heard = {"thing:a@2", "strange:s@1"}
    missing = {"thing:a@3", "thing:b@1", "product:p@1"}
    assert await one.unheard(heard | missing) == missing
    await one.must_have_heard(sorted(heard))
    with pytest.raises(NotHeardYet, match="product:p@1, thing:a@3, thing:b@1 has not been heard") as caught:
        await one.must_have_heard(sorted(heard | missing))
    assert caught.value.field == "after"
    looks, store.loads = store.loads, 0
    assert await one.unheard(set()) == set() and store.loads == 0 < looks


async def test_it_looks_for_its_own_until_its_patience_is_over(one: ServiceKnowledge, store: CountedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr(knowledge, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(knowledge, "LOOK", 0)
    monkeypatch.setattr(knowledge, "PATIENCE", 3)
    assert await one.unheard({"thing:b@1"}) == {"thing:b@1"}
    assert store.loads == 3


@pytest.mark.parametrize("ask", [lambda one: one.version("thing:a"), lambda one: one.see(lambda facts: facts.get(THING, "a"))])
async def test_a_store_that_does_not_answer_is_said_with_what_to_do(one: ServiceKnowledge, store: CountedStore, ask: Callable[[ServiceKnowledge], Any]) -> None:
    store.down = True
    with pytest.raises(Unreachable, match="the store does not answer: down") as caught:
        await ask(one)
    assert caught.value.remedy
