"""A newer version of an event reads the older ones: from logs and from stores, and both stay as they were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.catalog.roadmap.change import CHANGE, ChangeRaised, ChangeRaisedV1, Effect, named_effect
from libs.events.envelope import Undecodable, from_record, from_stored, to_record, to_stored, to_structured
from libs.events.event import UPCASTS, Actor, Event, Payload, current, upcasts
from libs.events.facts import Facts
from libs.events.ports.log import Record
from libs.events.ports.store import Commit
from libs.events.world import World

SAID = datetime(2026, 1, 5, tzinfo=UTC)
V1 = {"product": "permits", "title": "Depend on maps", "on": "maps"}


def stored(data: Mapping[str, object], sequence: int = 1) -> dict[str, object]:
    """A document as version 1.0 left it in a commit."""
    at = "2026-01-05T00:00:00Z"
    return {
        "seq": sequence,
        "id": f"change:maps@{sequence}",
        "type": "headway.roadmap.change.raised.v1",
        "time": at,
        "recorded": at,
        "stored": at,
        "data": data,
        "actor": {"id": "ann", "role": "product_owner@permits"},
        "traceparent": None,
    }


@pytest.fixture
def upcasters() -> Iterator[None]:
    """What a test declares is gone after it."""
    before = dict(UPCASTS)
    yield
    UPCASTS.clear()
    UPCASTS.update(before)


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        ({"on": "maps", "adds": True}, Effect.BEGINS),
        ({"on": "maps"}, Effect.BEGINS),
        ({"on": "maps", "adds": False}, Effect.CEASES),
        ({}, None),
        ({"adds": True}, None),
    ],
)
def test_version_2_of_a_raised_change_reads_version_1(said: dict[str, object], effect: Effect | None) -> None:
    event = from_stored("change:maps", stored({"product": "permits", "title": "Maps", **said}))
    assert event.data == ChangeRaised(product="permits", title="Maps", on=said.get("on"), effect=effect)  # type: ignore[arg-type]


def test_a_store_of_version_1_folds_and_is_published_as_it_was_written() -> None:
    event = from_stored("change:maps", stored(V1))
    assert event.type == "headway.roadmap.change.raised.v1"
    assert to_stored(event) == stored(V1)
    record = to_record("headway", event)
    assert (record.headers["ce_type"], orjson.loads(record.value)) == ("headway.roadmap.change.raised.v1", V1)
    assert to_structured(record)["data"] == V1
    state = CHANGE.fold("maps", [event])
    assert state is not None and state.dependency is not None
    assert (state.dependency.on, state.dependency.adds) == ("maps", True)


def test_a_log_of_both_versions_makes_one_world() -> None:
    world = World()
    world.apply(from_record(to_record("headway", from_stored("change:maps", stored(V1)))))
    newer = ChangeRaised(product="permits", title="No longer depend on maps", on="maps", effect=Effect.CEASES)
    world.apply(from_record(to_record("headway", Event("change:maps", 2, SAID, SAID, SAID, Actor("ann", "cab@env"), newer))))
    facts = Facts(world, day=SAID.date(), before=None)
    found = facts.get(CHANGE, "maps")
    assert found is not None and found.adds is False
    assert [change.id for change in facts.related(CHANGE, "on", "maps")] == ["maps"]
    assert [event.type for event in facts.history(CHANGE, "maps")] == ["headway.roadmap.change.raised.v1", "headway.roadmap.change.raised.v2"]


def test_a_label_that_an_earlier_version_let_in_is_read_as_it_was_said() -> None:
    data = {"product": "permits", "title": "Pay", "source": {"system": "jira", "reference": "PER\u200e-1", "url": "https://jira.example/\u200e1"}}
    event = from_stored("item:pay", stored(data) | {"id": "item:pay@1", "type": "headway.backlog.item.added.v1"})
    assert isinstance(event.data, ItemAdded) and event.data.source is not None and event.data.source.reference == "PER\u200e-1"


async def test_a_commit_store_gives_an_older_event_in_its_newest_version_and_keeps_it_as_written(tmp_path: Path) -> None:
    store = SqliteCommitStore(tmp_path / "roadmap.sqlite3")
    await store.open()
    try:
        await store.append([Commit("change:maps", 1, (from_stored("change:maps", stored(V1)),), None, {})])
        (event,) = (await store.load(["change:maps"]))["change:maps"]
        (waiting,) = await store.unpublished(None, 10)
        assert event.data == ChangeRaised(product="permits", title="Depend on maps", on="maps", effect=Effect.BEGINS)
        assert event.written == ChangeRaisedV1(product="permits", title="Depend on maps", on="maps")
        assert to_record("headway", waiting.events[0]).headers["ce_type"] == "headway.roadmap.change.raised.v1"
    finally:
        await store.close()


def test_what_is_said_today_is_written_in_the_newest_version() -> None:
    data = ChangeRaised(product="permits", title="Maps")
    event = Event("change:maps", 1, SAID, SAID, SAID, Actor("ann", "cab@env"), data)
    assert event.type == "headway.roadmap.change.raised.v2"
    assert current(data) is data
    assert from_record(to_record("headway", event)).written is None


def test_a_version_that_is_not_known_yet_is_undecodable() -> None:
    record = to_record("headway", Event("change:maps", 1, SAID, SAID, SAID, Actor("ann", "cab@env"), ChangeRaised(product="permits", title="Maps")))
    later = Record(record.topic, record.key, {**record.headers, "ce_type": "headway.roadmap.change.raised.v3"}, record.value)
    with pytest.raises(Undecodable, match="v3 is not known"):
        from_record(later)


def test_an_upcaster_that_fails_leaves_the_event_undecodable(upcasters: None) -> None:
    def failing(said: ChangeRaisedV1) -> Payload:
        raise AttributeError("no such thing")

    UPCASTS[ChangeRaisedV1] = failing
    with pytest.raises(Undecodable, match="cannot be read as its next version"):
        from_stored("change:maps", stored(V1))


def test_upcasters_are_taken_one_after_the_other(upcasters: None) -> None:
    class Third(Payload):
        TYPE = "headway.roadmap.change.raised.v3"

    @upcasts(ChangeRaised, Third)
    def _third(said: ChangeRaised) -> Third:
        return Third()

    assert isinstance(from_stored("change:maps", stored(V1)).data, Third)


@pytest.mark.parametrize("older", [ChangeRaisedV1, ChangeRaised])
def test_an_upcaster_leads_to_the_next_version_of_its_event_alone_and_once(older: type[Payload]) -> None:
    with pytest.raises(ValueError, match="cannot be what follows"):
        upcasts(older, ChangeRaised)


def test_an_upcaster_is_pure() -> None:
    said = ChangeRaisedV1(product="permits", title="Maps", on="maps", adds=False)
    assert named_effect(said) == named_effect(said)
