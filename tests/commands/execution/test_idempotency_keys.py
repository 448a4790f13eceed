"""An idempotency key is a pair of its sender and what the sender chose; what it stored is for whoever may still say the command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.item import AddItem, StartItem
from libs.commands.errors import KeyReused, NotAllowed
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.commands.execution.idempotency_keys import earlier, is_of, joined, key_of
from libs.commands.retraction import RetractInBacklog
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.event import Actor, Event
from libs.events.ports.store import CommandKey, Commit, StoredAnswer
from tests.commands.conftest import IMPORTER, NOW, add, principal

TEXT = st.text(alphabet='ab:/%"[],é', max_size=6)


def ask(subject: str, key: str) -> Ask:
    return Ask(add("b1"), principal("importer", id=subject), key=key)


@given(TEXT, TEXT, TEXT, TEXT)
def test_no_two_pairs_have_one_text_and_none_that_of_a_pair_as_it_was_stored(subject: str, key: str, other: str, others: str) -> None:
    assert (key_of(ask(subject, key)) == key_of(ask(other, others))) == ((subject, key) == (other, others))
    assert key_of(ask(subject, key)) != joined(ask(other, others))


@pytest.mark.parametrize(("subject", "key", "other", "others"), [("ann", "b:1", "ann:b", "1"), ("source", "gh:7", "source:gh", "7"), ("a/b", "c", "a", "b/c")])
async def test_a_colon_gives_nobody_anothers_key(opened: Handling, subject: str, key: str, other: str, others: str) -> None:
    first = await opened.answer(Ask(AddItem(product="p", title="Pay"), principal("importer", id=subject), key=key))
    second = await opened.answer(Ask(AddItem(product="p", title="Pay"), principal("importer", id=other), key=others))
    assert second.created and first.id != second.id
    again = await opened.answer(Ask(AddItem(product="p", title="Pay"), principal("importer", id=other), key=others))
    assert (again.created, again.id) == (False, second.id)


async def stored_before(store: SqliteCommitStore, asked: Ask, *, said_by: str, item: str = "b1") -> None:
    """What a command of an item left behind when its key was a joined text."""
    event = Event(f"item:{item}", 1, NOW, NOW, NOW, Actor(said_by, "importer"), ItemAdded(product="p", title="Pay online"))
    reply = {"id": item, "version": 1, "events": [event.id], "position": event.id}
    await store.append([Commit(event.aggregate, 1, (event,), CommandKey(joined(asked), 1, asked.command.digest()), reply)])


async def test_a_key_that_was_stored_before_is_found(opened: Handling, store: SqliteCommitStore) -> None:
    asked = Ask(add("b1"), IMPORTER, key="story:1")
    await stored_before(store, asked, said_by="importer")
    again = await opened.answer(asked)
    assert (again.created, again.id) == (False, "b1")
    with pytest.raises(KeyReused):
        await opened.answer(Ask(add("b1", "Pay by card"), IMPORTER, key="story:1"))
    revised = Ask(add("b1", "Pay by card"), IMPORTER, key="story:1", revise=True)
    assert (await opened.answer(revised)).version == 2
    assert not (await opened.answer(revised)).created, "and from then on under the pair"


async def test_so_is_one_of_an_importer_who_named_somebody(opened: Handling, store: SqliteCommitStore) -> None:
    asked = Ask(add("b1", by="lab-import"), IMPORTER, key="story:1")
    await stored_before(store, asked, said_by="lab-import")
    assert not (await opened.answer(asked)).created


async def test_what_was_stored_before_by_somebody_of_the_same_joined_text_is_not(opened: Handling, store: SqliteCommitStore) -> None:
    theirs = Ask(AddItem(product="p", title="Pay online"), principal("importer", id="importer:story"), key="1")
    mine = Ask(AddItem(product="p", title="Pay online"), IMPORTER, key="story:1")
    await stored_before(store, theirs, said_by="importer:story")
    answer = await opened.answer(mine)
    assert answer.created and answer.id != "b1"
    assert (await opened.answer(theirs)).id == "b1"


async def test_a_stored_reply_is_for_whoever_may_still_say_the_command(opened: Handling) -> None:
    ann = principal("product_owner@p", id="ann")
    first = await opened.answer(Ask(add("b1"), ann, key="k"))
    assert (await opened.answer(Ask(add("b1"), ann, key="k"))).body() == first.body()
    for left in (principal("product_owner@q", id="ann"), principal("executive@*", id="ann"), principal("auditor", id="ann")):
        with pytest.raises(NotAllowed) as refused:
            await opened.answer(Ask(add("b1"), left, key="k"))
        assert "product_owner@p" in refused.value.detail
    assert not (await opened.answer(Ask(add("b1"), principal("team@*", id="ann"), key="k"))).created


async def test_an_importers_too(opened: Handling) -> None:
    await opened.answer(Ask(add("b1", known="2026-04-01"), IMPORTER, key="k"))
    with pytest.raises(NotAllowed):
        await opened.answer(Ask(add("b1", known="2026-04-01"), principal("product_owner@p", id="importer"), key="k"))


async def test_whoever_took_a_thing_back_hears_so_again(opened: Handling) -> None:
    ann = principal("product_owner@p", id="ann")
    await opened.answer_all([Ask(add("b1"), ann), Ask(StartItem(item="b1"), ann)])
    retract = Ask(RetractInBacklog(event="item:b1@1", reason="A slip"), ann, key="r")
    assert (await opened.answer(retract)).created
    assert not (await opened.answer(retract)).created
    assert (await opened.answer(Ask(RetractInBacklog(event="item:b1@2", reason="A slip"), ann))).created, "and takes back what is left of it"


def answered(*events: str) -> StoredAnswer:
    return StoredAnswer("k", 1, "hash", "item:b1", {"events": list(events)})


def test_what_was_stored_before_is_looked_for_where_nothing_is_stored_under_the_pair() -> None:
    asks = {key: ask("ann", key) for key in ("both", "before", "neither")}
    stored = {key: answered() for key in ("both", "ann:both", "ann:before", "bob:neither")}
    assert earlier(asks, stored) == {"before": stored["ann:before"]}


@pytest.mark.parametrize(
    ("speakers", "replied", "own"),
    [(["ann"], [1], True), (["bob"], [1], False), (["ann", "bob"], [1, 2], True), (["bob", "ann"], [1], False), (["lab"], [1], True), ([], [], False)],
)
def test_it_is_the_senders_where_one_of_the_events_of_the_reply_was_said_in_a_name_of_the_senders(speakers: list[str], replied: list[int], own: bool) -> None:
    said = [Event("item:b1", n, NOW, NOW, NOW, Actor(name, "importer"), ItemAdded(product="p", title="Pay")) for n, name in enumerate(speakers, 1)]
    asked = Ask(add("b1", by="lab"), principal("importer", id="ann"), key="k")
    assert is_of(asked, answered(*(f"item:b1@{n}" for n in replied)), said) is own


def test_a_key_may_have_what_no_text_has() -> None:
    assert len({key_of(ask("ann", key)) for key in ("\ud800", "\ud801", "?", "%ED%A0%80")}) == 4
