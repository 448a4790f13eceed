"""Whoever asks while the same is being made for another gets that answer, where it is of the world that was there when they asked; else one of their own."""

from __future__ import annotations

import asyncio
import gzip
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType as Allowed

from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from services.gateway.capacity.compression import Beginning
from services.gateway.capacity.kept_answers import QueryAnswer
from services.gateway.graphql import execution
from services.gateway.graphql.answers.answer_key import answer_key
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.budget import ASKED
from services.gateway.graphql.execution import answered, awaited, known
from tests.events.any_history import histories
from tests.services.gateway.graphql.answers.random_questions import Question, questions
from tests.services.gateway.graphql.answers.test_kept_answers import LONG, NAMES, QUERIES, ROLES, WORLD, afresh, asking, hear, named, raw
from tests.services.gateway.portfolio import told
from tests.services.gateway.small_world import Gateway

FAILS: Final = GraphQLRequest('{ team(id: "wells-team", asOf: "no day") { id } }', None, {})
MANY: Final = 16


class Making:
    """Operations in execution, each of the world that it holds already; none gets any further before `go`."""

    def __init__(self) -> None:
        self.begun, self.several, self._go = 0, asyncio.Event(), asyncio.Event()

    def go(self) -> None:
        """All go on, and so do those that follow."""
        self._go.set()

    async def stand(self) -> None:
        """Until they go on."""
        self.begun += 1
        if self.begun > 1:
            self.several.set()
        await self._go.wait()


@contextmanager
def standing(monkeypatch: pytest.MonkeyPatch, before: Callable[[], Any]) -> Iterator[None]:
    """Every execution first awaits this, once it holds its world."""
    sliced = execution._sliced

    async def later(work: Any, context: OperationContext) -> Any:
        try:
            await before()
        except BaseException:
            work.close()
            raise
        return await sliced(work, context)

    with monkeypatch.context() as patch:
        patch.setattr(execution, "_sliced", later)
        yield


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch) -> Iterator[Making]:
    made = Making()
    with standing(monkeypatch, made.stand):
        yield made


async def made(asked: GraphQLRequest, context: OperationContext) -> QueryAnswer | None:
    """What is answered, of whichever origin."""
    found = known(asked, context) or await awaited(asked, context) or await answered(asked, context, QUERIES)
    return found if isinstance(found, QueryAnswer) else None


async def begun(asked: GraphQLRequest, context: OperationContext) -> asyncio.Task[QueryAnswer | None]:
    """Somebody who has asked, and waits or executes."""
    task = asyncio.create_task(made(asked, context))
    await asyncio.sleep(0)
    return task


@asynccontextmanager
async def posted(gateway: Gateway, many: int, making: Making, query: str = WORLD.query) -> AsyncIterator[list[asyncio.Task[httpx.Response]]]:
    """So many who ask by POST, and wait or execute."""
    tasks = [asyncio.create_task(gateway.post(query)) for _ in range(many)]
    for _ in range(200):
        await asyncio.sleep(0)
    assert making.begun
    yield tasks
    making.go()
    await asyncio.gather(*tasks, return_exceptions=True)


def counted(exposition: str) -> dict[str, float]:
    """How many answers came how."""
    lines = [line for line in exposition.splitlines() if line.startswith("headway_query_answers_total")]
    return {line.split('"')[1]: float(line.rpartition(" ")[2]) for line in lines}


async def test_sixteen_who_ask_the_same_at_once_are_answered_by_one_execution(told_gateway: Gateway, making: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Counter[int]()
    monkeypatch.setattr(told_gateway.shared.allowances, "take", lambda _, cost: taken.update([cost]))
    async with posted(told_gateway, MANY, making) as tasks:
        assert making.begun == 1
        making.go()
        answers = [await task for task in tasks]
    world = told_gateway.process.world.digest
    assert {answer.status_code for answer in answers} == {200} and making.begun == 1
    assert {(answer.headers["x-headway-world"], answer.json()["data"]["portfolio"]["world"]) for answer in answers} == {(world, world)}
    assert len({(answer.headers["etag"], orjson.dumps(answer.json()["data"])) for answer in answers}) == 1
    cost = [answer.json()["extensions"]["cost"] for answer in answers]
    assert len({one["asked"] for one in cost}) == 1 and taken == Counter(one["took"] for one in cost), "each is charged with what it took"
    assert sorted(one["took"] for one in cost)[-2] < max(one["took"] for one in cost), "who waited as for a kept one"
    exposition = (await told_gateway.client.get("/metrics")).text
    assert counted(exposition) == {"kept": 0, "shared": MANY - 1, "made": 1}
    assert f'headway_query_seconds_count{{operation="query"}} {MANY}.0' in exposition


async def test_what_was_withheld_is_said_to_all_and_other_rights_execute_their_own(told_gateway: Gateway, making: Making) -> None:
    asked = GraphQLRequest("{ portfolio { investment { committed { amount } } } }", None, {})
    roles = ("team@wells-team", "team@wells-team", "executive")
    tasks = [await begun(asked, asking(told_gateway.shared, one, who)) for one, who in zip(roles, ("ana", "bo", "cy"), strict=True)]
    assert making.begun == 2
    making.go()
    first, second, other = [await task for task in tasks]
    assert first is second and first is not None and first.withheld and other is not None and not other.withheld


@pytest.mark.parametrize("asked", [GraphQLRequest("{ viewer { id } }", None, {}), GraphQLRequest("mutation { __typename }", None, {})])
async def test_nobody_waits_for_what_is_not_of_the_world_alone(told_gateway: Gateway, making: Making, asked: GraphQLRequest) -> None:
    both = [asyncio.create_task(answered(asked, asking(told_gateway.shared), set(Allowed))) for _ in range(2)]
    await asyncio.sleep(0)
    assert making.begun == 2 and await awaited(asked, asking(told_gateway.shared)) is None
    making.go()
    assert not any([isinstance(await task, QueryAnswer) for task in both])


async def test_whoever_goes_away_ends_the_work_for_nobody_else(told_gateway: Gateway, making: Making) -> None:
    executes, waits, stays = [await begun(WORLD, asking(told_gateway.shared, who=who)) for who in ("ana", "bo", "cy")]
    waits.cancel()
    await asyncio.sleep(0)
    assert not executes.done() and not stays.done() and making.begun == 1
    executes.cancel()
    await asyncio.wait({executes})
    making.go()
    answer = await stays
    assert answer is not None and answer.world == told_gateway.process.world.digest and making.begun == 2
    assert executes.cancelled() and waits.cancelled() and len(told_gateway.shared.in_the_making) == 0


async def test_where_it_goes_wrong_each_executes_by_itself(told_gateway: Gateway, making: Making) -> None:
    async with posted(told_gateway, 3, making, FAILS.query) as tasks:
        assert making.begun == 1
        making.go()
        bodies = [(await task).json() for task in tasks]
    assert making.begun == 3 and bodies[0]["errors"]
    assert all(body["errors"] == bodies[0]["errors"] for body in bodies)


async def test_nobody_waits_longer_than_their_own_operation_might_compute(told_gateway: Gateway, making: Making) -> None:
    small = replace(ASKED, seconds=0.02)
    tasks = [await begun(WORLD, asking(told_gateway.shared, most=small)) for _ in range(2)]
    await making.several.wait()
    making.go()
    assert None not in [await task for task in tasks]


@pytest.mark.parametrize("what", ["event", "name"])
async def test_whoever_asks_after_something_was_heard_does_not_wait_for_an_answer_of_before(told_gateway: Gateway, making: Making, what: str) -> None:
    before = told_gateway.process.world.digest
    early = [await begun(WORLD, asking(told_gateway.shared)) for _ in range(2)]
    if what == "event":
        told_gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
    else:
        named(told_gateway, NAMES)
    late = await begun(WORLD, asking(told_gateway.shared))
    assert making.begun == 2
    making.go()
    first, second, third = [await task for task in (*early, late)]
    assert first is second and first is not None and first.world == before, "who asked before is told of what was so then"
    assert third is not first and third is not None and third.world == told_gateway.process.world.digest


async def test_what_was_begun_before_midnight_and_tells_of_the_day_after_is_nobody_elses_answer(told_gateway: Gateway, making: Making) -> None:
    contexts = [asking(told_gateway.shared) for _ in range(2)]
    tasks = [await begun(WORLD, context) for context in contexts]
    told_gateway.clock.now += timedelta(days=1)
    making.go()
    first, second = [await task for task in tasks]
    assert first is not None and second is not None and first is not second
    assert first.key == second.key == answer_key(WORLD, asking(told_gateway.shared)), "each is kept as one of the day that it tells of"
    assert making.begun == 2 and contexts[0].today == contexts[1].today == told_gateway.clock.now.date()


async def test_what_is_executed_again_of_a_later_world_is_nobody_elses_answer(told_gateway: Gateway, making: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    execute = execution.execute

    async def again(asked: GraphQLRequest, context: OperationContext, allowed: Any) -> Any:
        await execute(asked, context, allowed)
        context.again()
        return await execute(asked, context, allowed)

    monkeypatch.setattr(execution, "execute", again)
    tasks = [await begun(WORLD, asking(told_gateway.shared)) for _ in range(2)]
    told_gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
    making.go()
    first, second = [await task for task in tasks]
    assert first is not second and making.begun == 4


async def test_a_long_answer_is_compressed_once_for_all_who_take_that(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    compressed, times = Beginning.of, 0
    computed = execution.computed

    async def later(work: Any, budget: Any) -> Any:
        for _ in range(300):
            await asyncio.sleep(0)
        return await computed(work, budget)

    def counting(text: bytes) -> Beginning:
        nonlocal times
        times += 1
        return compressed(text)

    monkeypatch.setattr(Beginning, "of", counting)
    monkeypatch.setattr(execution, "computed", later)
    found = await asyncio.gather(*(raw(told_gateway, LONG, "gzip") for _ in range(MANY)))
    assert times == 1
    assert len({gzip.decompress(body).partition(b'"cost"')[0] for _, body in found}) == 1


TURNS: Final = ContextVar("TURNS", default=0)
"""How many turns others have while an operation of a caller is executed."""


class Caller:
    """Somebody who asks, and all that they may rightly be told: of each state of the world and of the names, from when they ask until they are answered."""

    task: asyncio.Task[bytes | None]

    def __init__(self, gateway: Gateway, asked: GraphQLRequest, roles: str) -> None:
        self.gateway, self.asked, self.roles = gateway, asked, roles
        self.right = set[bytes | None]()

    @classmethod
    async def asks(cls, gateway: Gateway, asked: GraphQLRequest, roles: str, turns: int) -> Caller:
        """Somebody who has begun to ask."""
        caller = cls(gateway, asked, roles)
        TURNS.set(turns)
        caller.task = asyncio.create_task(caller.answer())
        await caller.notes()
        await asyncio.sleep(0)
        return caller

    async def answer(self) -> bytes | None:
        """The text that is sent, but for what it took; None where something goes wrong."""
        context = asking(self.gateway.shared, self.roles)
        found = known(self.asked, context) or await awaited(self.asked, context) or await answered(self.asked, context, QUERIES)
        if not isinstance(found, QueryAnswer):
            if found.errors:
                return None
            found = text_of(found, context)
        return context.digest.encode() + found.beginning

    async def notes(self) -> None:
        """What would be said now is right as long as there is no answer."""
        if self.task.done():
            return
        result, _ = await afresh(self.asked, fresh := asking(self.gateway.shared, self.roles))
        self.right.add(None if result.errors else fresh.digest.encode() + text_of(result, fresh).beginning)

    async def must_be_answered_well(self) -> None:
        """Unless they went away."""
        with suppress(asyncio.CancelledError):
            assert await self.task in self.right


def text_of(result: ExecutionResult, context: OperationContext) -> QueryAnswer:
    return QueryAnswer.of((), context.digest, orjson.dumps(result.data), context.withheld, 0)


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_whoever_asks_at_the_same_time_is_answered_as_if_alone(data: st.DataObject) -> None:
    asked = data.draw(st.lists(questions(), min_size=1, max_size=2))
    said = [event for kind in ("team", "organisation") for event in data.draw(histories(kind).filter(bool))]
    ask = st.tuples(st.just("ask"), st.sampled_from(asked), st.sampled_from(ROLES[:2]), st.integers(2, 9))
    steps = data.draw(
        st.lists(
            st.one_of(
                *[ask] * 6,
                st.tuples(st.just("turns"), st.integers(1, 9)),
                st.tuples(st.just("hear"), st.integers(1, 2)),
                st.tuples(st.just("name"), st.dictionaries(st.sampled_from(sorted(NAMES)), st.sampled_from(sorted(NAMES.values())))),
                st.tuples(st.just("gone"), st.integers(0, 5)),
                st.tuples(st.just("midnight")),
            ),
            min_size=8,
            max_size=20,
        )
    )

    async def walk(gateway: Gateway) -> None:
        told(gateway)
        callers = list[Caller]()
        for step in steps:
            match step:
                case ("ask", Question() as question, str(roles), int(turns)):
                    callers.append(await Caller.asks(gateway, GraphQLRequest(question.query, None, question.variables), roles, turns))
                case ("turns", int(many)):
                    for _ in range(many):
                        await asyncio.sleep(0)
                case ("hear", int(many)):
                    for _ in range(many):
                        hear(gateway, said)
                case ("name", dict(names)):
                    named(gateway, names)
                case ("gone", int(which)) if which < len(callers):
                    callers[which].task.cancel()
                case ("midnight",):
                    gateway.clock.now += timedelta(days=1)
                case _:
                    pass
            for caller in callers:
                await caller.notes()
        for caller in callers:
            await caller.must_be_answered_well()
        assert len(gateway.shared.in_the_making) == 0
        await gateway.client.aclose()

    async def some_turns() -> None:
        for _ in range(TURNS.get()):
            await asyncio.sleep(0)

    with pytest.MonkeyPatch.context() as patch, standing(patch, some_turns), tempfile.TemporaryDirectory() as folder:
        asyncio.run(walk(Gateway(Path(folder))))
