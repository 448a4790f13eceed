"""What a command costs does not grow with what was said before: it reads and folds only what is new, whoever said it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from libs.commands.catalog.backlog.item import EstimateItem
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.commands.retraction import RetractInBacklog
from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.backlog.item import ITEM, Item, ItemAdded, ItemEstimated
from libs.events.event import Actor, Event
from libs.events.history import STEP
from libs.events.ports.store import NOTHING, Commit
from libs.events.world import World
from services.backlog.domain import decisions
from tests.adapters.contracts.memory import Disk, MemoryStore
from tests.commands.conftest import IMPORTER, NOW

LONG = 2_000


class Store(MemoryStore):
    """Counts the events that it gives."""

    given = 0

    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        found = await super().load(aggregates, behind)
        self.given += sum(map(len, found.values()))
        return found


@pytest.fixture
async def store() -> Store:
    made = Store(Disk())
    began = NOW - timedelta(days=10)
    events = [
        Event("item:a", n, began + timedelta(minutes=n), began, began, Actor("x", "importer"), ItemEstimated(points=Decimal(n % 7))) for n in range(2, LONG)
    ]
    first = Event("item:a", 1, began, began, began, Actor("x", "importer"), ItemAdded(product="p", title="Pay"))
    opened = Event("backlog:p", 1, began, began, began, Actor("x", "importer"), BacklogOpened())
    await made.append([Commit("backlog:p", 1, (opened,), None, {}), Commit("item:a", 1, (first, *events), None, {})])
    return made


@pytest.fixture
def folded(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """Every event that is folded into an item."""
    taken: list[Event] = []
    evolve = ITEM.evolve

    def counted(item: Item, event: Event) -> Item:
        taken.append(event)
        return evolve(item, event)

    monkeypatch.setattr(ITEM, "evolve", counted)
    return taken


def handling(store: Store) -> Handling:
    return Handling("backlog", store, World(), decisions, clock=lambda: NOW)


async def test_a_command_on_a_long_history_reads_and_folds_what_is_new(store: Store, folded: list[Event]) -> None:
    service = handling(store)
    await service.answer(Ask(EstimateItem(item="a", points=Decimal(20)), IMPORTER))
    for n, at in enumerate((None, None, NOW - timedelta(days=9), NOW - timedelta(minutes=1))):
        store.given = 0
        folded.clear()
        await service.answer(Ask(EstimateItem(item="a", points=Decimal(21 + n), at=at), IMPORTER))
        assert store.given <= 1 and len(folded) <= 4 * STEP
    store.given = 0
    folded.clear()
    await service.answer(Ask(RetractInBacklog(event="item:a@1000", reason="a slip"), IMPORTER))
    await service.answer(Ask(EstimateItem(item="a", points=Decimal(30)), IMPORTER))
    assert store.given <= 2 and len(folded) <= 8 * STEP


async def test_what_another_process_said_counts(store: Store) -> None:
    here, there = handling(store), handling(store)
    for n in range(4):
        service = (here, there)[n % 2]
        answer = await service.answer(Ask(EstimateItem(item="a", points=Decimal(20 + n)), IMPORTER))
        assert answer.version == LONG + n
        assert (await (there, here)[n % 2].see(lambda facts: facts.get(ITEM, "a"))).points == Decimal(20 + n)  # type: ignore[union-attr]


async def test_a_history_that_is_another_one_by_now_is_read_anew(store: Store) -> None:
    service = handling(store)
    await service.answer(Ask(EstimateItem(item="a", points=Decimal(20)), IMPORTER))
    store.disk.commits.pop()  # the store was set back
    await service.see(lambda facts: facts.get(ITEM, "a"))
    answer = await service.answer(Ask(EstimateItem(item="a", points=Decimal(21)), IMPORTER))
    assert answer.version == LONG
