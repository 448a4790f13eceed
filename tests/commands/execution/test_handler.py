"""Load, decide, append: what a caller may rely on, over a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.backlog import OpenBacklog, ReorderBacklog
from libs.commands.catalog.backlog.improvement import RaiseImprovement
from libs.commands.catalog.backlog.item import AddItem, DeliverItem, StartItem
from libs.commands.catalog.backlog.source import ConnectSource
from libs.commands.command import Command
from libs.commands.errors import (
    AlreadyExists,
    HeadwayError,
    Invalid,
    KeyReused,
    NotAllowed,
    NotFound,
    NotHeardYet,
    StaleVersion,
    Unreachable,
)
from libs.commands.execution.admission import Ask
from libs.commands.execution.answers import Answer
from libs.commands.execution.handler import Handling
from libs.commands.execution.idempotency_keys import key_of
from libs.commands.retraction import RetractInBacklog
from libs.events.catalog.backlog.source import System
from libs.events.world import World
from services.backlog.domain import decisions
from tests.commands.conftest import IMPORTER, NOW, add, principal, short


async def test_a_command_is_answered_with_its_position_and_is_in_the_store(opened: Handling, store: SqliteCommitStore) -> None:
    answer = await opened.answer(Ask(add("b1"), IMPORTER))
    assert answer.body() == {"id": "b1", "version": 1, "events": ["item:b1@1"], "position": "item:b1@1"}
    (event,) = (await store.load(["item:b1"]))["item:b1"]
    later = NOW + timedelta(microseconds=1)  # the fixture has opened the backlog before
    assert (event.time, event.recorded, event.stored) == (later, later, later)


async def test_nothing_is_decided_before_the_store_was_held_against_the_log(store: SqliteCommitStore, world: World) -> None:
    recovered = False
    handling = Handling("backlog", store, world, decisions, clock=lambda: NOW, open=lambda: recovered)
    with pytest.raises(Unreachable):
        await handling.answer(Ask(add("b1"), IMPORTER))
    assert (await store.load(["item:b1"]))["item:b1"] == []
    recovered = True
    with pytest.raises(HeadwayError) as caught:  # the rules are asked from now on: there is no backlog yet
        await handling.answer(Ask(add("b1"), IMPORTER))
    assert not isinstance(caught.value, Unreachable)


async def test_an_id_is_made_where_none_is_given(opened: Handling) -> None:
    first, second = [await opened.answer(Ask(AddItem(product="p", title="Pay"), IMPORTER)) for _ in range(2)]
    assert first.id != second.id


async def test_the_same_key_and_body_get_the_stored_reply(opened: Handling, store: SqliteCommitStore) -> None:
    first = await opened.answer(Ask(add("b1"), IMPORTER, key="k"))
    again = await opened.answer(Ask(add("b1"), IMPORTER, key="k"))
    assert (first.created, again.created) == (True, False)
    assert again.body() == first.body()
    assert len((await store.load(["item:b1"]))["item:b1"]) == 1


async def test_a_repeated_command_without_an_id_is_the_same_thing(opened: Handling) -> None:
    made = [await opened.answer(Ask(AddItem(product="p", title="Pay"), IMPORTER, key="k")) for _ in range(2)]
    assert made[0].id == made[1].id


async def test_another_body_under_a_key_is_refused(opened: Handling) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER, key="k"))
    with pytest.raises(KeyReused):
        await opened.answer(Ask(add("b1", "Other"), IMPORTER, key="k"))


async def test_a_key_belongs_to_its_sender(opened: Handling) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER, key="1"))
    other = await opened.answer(Ask(add("b2"), principal("importer", id="another"), key="1"))
    assert other.created


async def test_what_is_refused_leaves_no_trace_and_no_key(opened: Handling, store: SqliteCommitStore) -> None:
    with pytest.raises(NotFound):
        await opened.answer(Ask(DeliverItem(item="missing"), IMPORTER, key="k"))
    assert await store.answered(["importer:k"]) == {}
    assert (await store.load(["item:missing"]))["item:missing"] == []


async def test_trying_answers_without_doing(opened: Handling, store: SqliteCommitStore) -> None:
    answer = await opened.answer(Ask(add("b1"), IMPORTER, key="k", trying=True))
    assert answer.position == "item:b1@1"
    assert (await store.load(["item:b1"]))["item:b1"] == []
    assert (await opened.answer(Ask(add("b1"), IMPORTER, key="k"))).created


async def test_a_stale_version_is_refused(opened: Handling) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER))
    await opened.answer(Ask(StartItem(item="b1"), IMPORTER, if_match=1))
    with pytest.raises(StaleVersion):
        await opened.answer(Ask(DeliverItem(item="b1"), IMPORTER, if_match=1))


@pytest.mark.parametrize("field", ["at", "known"])
async def test_nothing_is_said_in_the_future(opened: Handling, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        later = NOW + timedelta(seconds=1)
        await opened.answer(Ask(AddItem.model_validate({"item": "b1", "product": "p", "title": "Pay", field: later}), IMPORTER))
    assert refused.value.field == field


async def test_nothing_is_known_before_it_was_true(opened: Handling) -> None:
    with pytest.raises(Invalid) as refused:
        await opened.answer(Ask(add("b1", at="2026-04-02", known="2026-04-01"), IMPORTER))
    assert refused.value.field == "known"


@pytest.mark.parametrize("given", [{"known": "2026-04-01"}, {"by": "lab_ops"}])
async def test_only_importers_date_what_is_known_and_speak_for_others(opened: Handling, given: dict[str, str]) -> None:
    with pytest.raises(NotAllowed):
        await opened.answer(Ask(add("b1", **given), principal("product_owner@*")))


async def test_an_importer_speaking_for_a_role_is_judged_as_that_role(opened: Handling, store: SqliteCommitStore) -> None:
    with pytest.raises(NotAllowed):
        await opened.answer(Ask(add("b1", by="cab@env"), IMPORTER))
    await opened.answer(Ask(add("b1", by="product_owner@p"), IMPORTER))
    await opened.answer(Ask(add("b2", by="lab-import"), IMPORTER))
    events = await store.load(["item:b1", "item:b2"])
    assert (events["item:b1"][0].actor.role, events["item:b2"][0].actor.id) == ("product_owner@p", "lab-import")


async def test_what_must_have_been_heard_is_waited_for(opened: Handling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.commands.execution.knowledge.PATIENCE", 0.02)
    with pytest.raises(NotHeardYet):
        await opened.answer(Ask(add("b1"), IMPORTER, after=("product:p@1",)))
    with pytest.raises(NotHeardYet):
        await opened.answer(Ask(add("b1"), IMPORTER, after=("backlog:p@2",)))
    assert (await opened.answer(Ask(add("b1"), IMPORTER, after=("backlog:p@1",)))).created


async def test_many_commands_are_answered_in_order_each_alone(handling: Handling) -> None:
    results = await handling.answer_all(
        [
            Ask(OpenBacklog(product="p"), IMPORTER, key="1"),
            Ask(add("b1"), IMPORTER, key="2"),
            Ask(DeliverItem(item="nothing"), IMPORTER, key="3"),
            Ask(DeliverItem(item="b1"), IMPORTER, key="4"),
            Ask(add("b1"), IMPORTER, key="2"),
            Ask(add("b1"), IMPORTER, key="5"),
            Ask(DeliverItem(item="b1"), IMPORTER, key="6"),
        ]
    )
    assert [short(r) for r in results] == ["created 1", "created 1", "NotFound", "created 2", "unchanged 1", "AlreadyExists", "unchanged 2"]


async def test_a_command_sees_what_others_of_the_same_call_have_said_of_a_relation(opened: Handling) -> None:
    asks = [Ask(add(f"b{n}"), IMPORTER) for n in range(3)]
    asks.append(Ask(ReorderBacklog(product="p", item="b2", position=1, reason="Everyone needs it"), IMPORTER))
    assert [short(r) for r in await opened.answer_all(asks)] == ["created 1", "created 1", "created 1", "created 2"]


async def test_a_changed_row_is_a_change_of_the_same_thing(opened: Handling, store: SqliteCommitStore) -> None:
    rows = [AddItem(product="p", title=title) for title in ("Pay", "Pay", "Pay online", "Pay online", "Pay")]
    answers = [await opened.answer(Ask(row, IMPORTER, key="row:7", revise=True)) for row in rows]
    assert [a.created for a in answers] == [True, False, True, False, True]
    assert len({a.id for a in answers}) == 1


async def test_a_changed_row_says_that_it_replaced_what_was_said_and_nothing_else_does(opened: Handling) -> None:
    rows = [AddItem(product="p", title=title) for title in ("Pay", "Pay", "Pay online")]
    answers = [await opened.answer(Ask(row, IMPORTER, key="row:7", revise=True)) for row in rows]
    assert [a.replaced for a in answers] == [False, False, True]
    assert not (await opened.answer(Ask(AddItem(product="p", title="Other"), IMPORTER, key="row:8", revise=True))).replaced


async def test_what_is_tried_says_what_it_would_replace_rests_on_what_was_tried_before_it_and_stores_nothing(
    opened: Handling, store: SqliteCommitStore
) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER, key="b1", revise=True))
    asks = [
        Ask(add("b1", "Pay by card"), IMPORTER, key="b1", revise=True, trying=True),
        Ask(add("b2"), IMPORTER, key="b2", revise=True, trying=True),
        Ask(StartItem(item="b2"), IMPORTER, key="b2:start", revise=True, trying=True),
        Ask(StartItem(item="b3"), IMPORTER, key="b3:start", revise=True, trying=True),
    ]
    for _ in range(2):
        results = await opened.answer_all(asks)
        assert [short(result) for result in results] == ["created 2", "created 1", "created 2", "NotFound"]
        assert [result.replaced for result in results if isinstance(result, Answer)] == [True, False, False]
    found = await store.load(["item:b1", "item:b2"])
    assert [len(events) for events in found.values()] == [1, 0]


async def test_a_row_counts_its_revisions(opened: Handling, store: SqliteCommitStore) -> None:
    asks = [Ask(AddItem(product="p", title=title), IMPORTER, key="row:7", revise=True) for title in ("Pay", "Pay online", "Pay", "Pay")]
    for ask in asks:
        await opened.answer(ask)
    key = str(key_of(asks[0]))
    assert (await store.answered([key]))[key].revision == 3


async def test_a_secret_is_stored_beside_its_event_and_nothing_else_is(opened: Handling, store: SqliteCommitStore) -> None:
    secret = "of sixteen characters, and more"
    await opened.answer(Ask(ConnectSource(source="jira", product="p", system=System.JIRA, secret=secret), IMPORTER))
    await opened.answer(Ask(add("b1"), IMPORTER))
    assert (await store.private("source:jira"), await store.private("item:b1")) == ([{"secret": secret}], [])


async def test_a_row_cannot_become_another_thing(opened: Handling) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER, key="row", revise=True))
    with pytest.raises(Invalid):
        await opened.answer(Ask(add("b2"), IMPORTER, key="row", revise=True))


async def test_retracting_takes_an_event_out_once_and_not_a_retraction(opened: Handling) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER))
    await opened.answer(Ask(StartItem(item="b1"), IMPORTER))
    await opened.answer(Ask(RetractInBacklog(event="item:b1@2", reason="A slip"), principal("team@*")))
    for event, error in (("item:b1@2", AlreadyExists), ("item:b1@3", Invalid), ("item:b1@9", NotFound)):
        with pytest.raises(error):
            await opened.answer(Ask(RetractInBacklog(event=event, reason="A slip"), IMPORTER))
    with pytest.raises(NotAllowed):
        await opened.answer(Ask(RetractInBacklog(event="item:b1@1", reason="A slip"), principal("cab@*")))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["add", "start", "deliver"]), st.integers(1, 3)), max_size=12), st.integers(1, 12))
async def test_one_call_of_many_commands_ends_as_many_calls_of_one(tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]], size: int) -> None:
    says: dict[str, Callable[[str], Command]] = {"add": add, "start": lambda i: StartItem(item=i), "deliver": lambda i: DeliverItem(item=i)}
    commands = [says[act](f"b{n}") for act, n in acts]
    ends = []
    for step in (1, size):
        store = SqliteCommitStore(tmp_path_factory.mktemp("s") / "s.sqlite3")
        await store.open()
        handling = Handling("backlog", store, World(), decisions, clock=lambda: NOW)
        await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER))
        said = []
        for at in range(0, len(commands), step):
            said += [short(r) for r in await handling.answer_all([Ask(c, IMPORTER) for c in commands[at : at + step]])]
        ends.append((said, await store.load(["item:b1", "item:b2", "item:b3"])))
        await store.close()
    assert ends[0] == ends[1]


async def test_a_line_may_rest_on_what_an_earlier_line_of_its_call_makes(handling: Handling) -> None:
    asks = [
        Ask(OpenBacklog(product="p"), IMPORTER),
        Ask(add("b1"), IMPORTER, after=("backlog:p@1",)),
        Ask(StartItem(item="b1"), IMPORTER, after=("item:b1@1",)),
        Ask(DeliverItem(item="b1"), IMPORTER, after=("item:b1@7",)),
    ]
    assert [short(r) for r in await handling.answer_all(asks)] == ["created 1", "created 1", "created 2", "NotHeardYet"]


async def test_two_lines_are_enough_for_that_and_nothing_is_waited_for(opened: Handling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.commands.execution.knowledge.PATIENCE", 0.0)
    asks = [Ask(add("b1"), IMPORTER), Ask(StartItem(item="b1"), IMPORTER, after=("item:b1@1",))]
    assert [short(r) for r in await opened.answer_all(asks)] == ["created 1", "created 2"]


@pytest.mark.parametrize("then", [add("b2"), StartItem(item="b1")], ids=["of another thing", "of the thing itself"])
async def test_a_position_of_its_own_that_comes_in_time_is_waited_for(opened: Handling, then: Command) -> None:
    waiting = asyncio.create_task(opened.answer(Ask(then, IMPORTER, after=("item:b1@1",))))
    await asyncio.sleep(0.02)
    await opened.answer(Ask(add("b1"), IMPORTER))
    assert (await waiting).created


async def test_what_a_service_does_not_follow_is_not_waited_for(store: SqliteCommitStore) -> None:
    handling = Handling("backlog", store, World(), decisions, clock=lambda: NOW, follows=lambda kind: kind == "product")
    assert (await handling.answer(Ask(OpenBacklog(product="p"), IMPORTER, after=("loan:l@7",)))).created


@pytest.mark.requirement("S1-07")
async def test_one_command_is_answered_with_what_should_be_looked_at_and_so_is_its_repetition_and_its_try(opened: Handling) -> None:
    raised = RaiseImprovement.model_validate(
        {"improvement": "i", "team": "t", "title": "Ask less", "why": "It is much", "level": "operational", "scope": "team", "target": "practice"}
    )
    said = Ask(raised, IMPORTER, "k")
    tried, first, again = [await opened.answer(one) for one in (replace(said, trying=True), said, said)]
    assert [(one.rule, one.about) for one in first.warnings] == [("S1-07", "improvement:i"), ("S1-07", "improvement:i")]
    assert tried.warnings == first.warnings == again.warnings and not again.created
    (one_of_many,) = await opened.answer_all([said])
    assert isinstance(one_of_many, Answer) and not one_of_many.warnings
