"""A kept answer is the one that would be made now, byte for byte, for whoever has the same rights, and for nobody else."""

from __future__ import annotations

import asyncio
import gzip
import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.event import Event
from libs.events.ports.people import Particulars
from libs.rules.roles import Principal, Role
from services.gateway.capacity.compression import Beginning
from services.gateway.capacity.kept_answers import BESIDE, KeptAnswers, QueryAnswer
from services.gateway.gateway import Gateway as Shared
from services.gateway.graphql import execution
from services.gateway.graphql.answers.answer_key import answer_key
from services.gateway.graphql.answers.entry_points import BEYOND
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.budget import ASKED, PAGE, Most, SpentUp
from services.gateway.graphql.execution import WORTH_IT, answered, known
from services.gateway.graphql.schema import schema
from tests.events.any_history import histories
from tests.services.gateway.graphql.answers.random_questions import QUERY, Question, questions
from tests.services.gateway.portfolio import told
from tests.services.gateway.small_world import Gateway

ROLES: Final = ("executive", "executive@water", "steering_group@roads", "team@wells-team", "product_owner@wells", "subscriber", "auditor", "lab_ops")
NAMES: Final = {"ana": "Ana Ruiz", "bo": "Bo Lind"}
WORLD: Final = GraphQLRequest("{ portfolio { world teams { nodes { name } } } }", None, {})
QUERIES: Final = {OperationType.QUERY}


def asking(gateway: Shared, roles: str = "executive", who: str = "somebody", most: Most = ASKED, day: date | None = None) -> OperationContext:
    held = frozenset(Role.parse(one) for one in roles.split(" ") if one)
    return OperationContext(gateway, Principal(who, held), most=most, day=day)


async def made(asked: GraphQLRequest, context: OperationContext) -> QueryAnswer | None:
    """What is answered now, kept or not; None for what may not be kept."""
    found = known(asked, context) or await answered(asked, context, QUERIES)
    return found if isinstance(found, QueryAnswer) else None


async def afresh(asked: GraphQLRequest, context: OperationContext) -> tuple[ExecutionResult, list[str]]:
    """What the library itself makes of a question, and what was withheld."""
    with context.holding():
        result = await schema().execute(asked.query, variable_values=asked.variables, context_value=context)
    return result, list(context.withheld)


def named(gateway: Gateway, names: dict[str, str]) -> None:
    """These are the names that are known of people from now on."""
    people = gateway.process.people
    people.entries = MappingProxyType({person: Particulars(name, None, datetime(2026, 1, 1, tzinfo=UTC)) for person, name in names.items()})
    people.revision += 1


# Whatever is asked


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_kept_answer_is_the_one_that_would_be_made_now(data: st.DataObject) -> None:
    asked = data.draw(st.lists(questions(), min_size=1, max_size=3))
    said = [event for kind in ("person", "team", "investment", "organisation") for event in data.draw(histories(kind))]
    steps = data.draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("ask"), st.sampled_from(asked), st.sampled_from(ROLES)),
                st.tuples(st.just("ask"), st.sampled_from(asked), st.sampled_from(ROLES)),
                st.tuples(st.just("hear"), st.integers(1, 3)),
                st.tuples(st.just("name"), st.dictionaries(st.sampled_from(sorted(NAMES)), st.sampled_from(sorted(NAMES.values())))),
                st.tuples(st.just("midnight")),
            ),
            min_size=4,
            max_size=12,
        )
    )

    async def walk(gateway: Gateway) -> None:
        told(gateway)
        for step in steps:
            match step:
                case ("ask", Question() as question, str(roles)):
                    await same(gateway, GraphQLRequest(question.query, None, question.variables), roles)
                case ("hear", int(many)):
                    for _ in range(many):
                        hear(gateway, said)
                case ("name", dict(names)):
                    named(gateway, names)
                case _:
                    gateway.clock.now += timedelta(days=1)
        await gateway.client.aclose()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(walk(Gateway(Path(folder))))


def hear(gateway: Gateway, said: list[Event]) -> None:
    if said:
        event = said.pop(0)
        gateway.process.world.apply(replace(event, sequence=gateway.process.world.last(event.aggregate) + 1))


async def same(gateway: Gateway, asked: GraphQLRequest, roles: str) -> None:
    """Asks twice, as two people with the same roles, and once without anything that was kept."""
    first, second = [await made(asked, asking(gateway.shared, roles, who)) for who in ("ana", "bo")]
    result, withheld = await afresh(asked, asking(gateway.shared, roles, "cy"))
    if result.errors:
        assert first is second is None
        return
    assert first is not None and second is first, "the second is kept of the first"
    shown = {"data": result.data, "extensions": ({"withheld": withheld} if withheld else {}) | {"cost": {"took": 1}}}
    assert first.beginning + first.ending({"took": 1}) == orjson.dumps(shown)
    assert first.decoded() == result.data and first.withheld is bool(withheld)
    assert first.world == gateway.process.world.digest


async def test_no_two_rights_days_limits_variables_or_operations_share_an_answer(told_gateway: Gateway) -> None:
    shared = told_gateway.shared
    two = "query A($n: ID) { portfolio(organisation: $n) { world } } query B($n: ID) { portfolio(organisation: $n) { asOf } }"
    a = GraphQLRequest(two, "A", {"n": "water"})
    keys = {
        *(answer_key(a, asking(shared, roles)) for roles in (*ROLES, "", "team@wells-team product_owner@wells", "team@signs-team")),
        answer_key(a, asking(shared, most=PAGE)),
        answer_key(a, asking(shared, day=date(2026, 3, 1))),
        answer_key(replace(a, operation="B"), asking(shared)),
        *(answer_key(replace(a, variables=given), asking(shared)) for given in ({}, {"n": None}, {"n": "roads"}, {"n": "water", "m": 1})),
        answer_key(replace(a, query=two + " "), asking(shared)),
    }
    assert len(keys) == len(ROLES) + 3 + 8 and None not in keys
    assert answer_key(a, asking(shared, "executive", "ana")) == answer_key(a, asking(shared, "executive", "bo"))
    assert answer_key(a, asking(shared, "team@b product_owner@a")) == answer_key(a, asking(shared, "product_owner@a team@b"))


async def test_the_days_of_an_answer_are_of_one_look_at_the_clock(told_gateway: Gateway) -> None:
    context = asking(told_gateway.shared)
    today = context.today
    told_gateway.clock.now += timedelta(days=1)
    assert (context.today, context.latest) == (today, today)
    context.begin()
    assert context.today == context.latest == today + timedelta(days=1)


async def test_an_answer_is_another_once_it_is_another_day_anywhere(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    here = asking(told_gateway.shared)
    before, tag = answer_key(WORLD, here), (await told_gateway.post(WORLD.query)).headers["etag"]
    monkeypatch.setattr(told_gateway.process, "latest", lambda day: day + timedelta(days=1))
    there = asking(told_gateway.shared)
    assert answer_key(WORLD, there) != before and there.today == here.today
    assert (await told_gateway.post(WORLD.query)).headers["etag"] != tag


# What is kept, and until when


async def test_what_was_asked_before_is_not_executed_again(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (await told_gateway.post(WORLD.query)).json()
    monkeypatch.setattr(execution, "_once", None)
    again = await told_gateway.post(WORLD.query)
    assert again.json()["data"] == before["data"] and again.headers["x-headway-world"] == before["data"]["portfolio"]["world"]


async def test_the_second_answer_costs_what_it_takes_and_was_reckoned_to_cost_the_same(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = list[int]()
    monkeypatch.setattr(told_gateway.shared.allowances, "take", lambda _, cost: taken.append(cost))
    first, second = [(await told_gateway.post(WORLD.query)).json()["extensions"]["cost"] for _ in range(2)]
    assert first["asked"] == second["asked"] > 0
    assert 1 <= second["took"] < first["took"]
    assert taken[1] == second["took"], "and so much is missing from the caller's minute"


async def test_of_what_is_sent_each_four_kilobytes_cost_one(told_gateway: Gateway) -> None:
    context = asking(told_gateway.shared)
    key = answer_key(WORLD, context)
    assert key is not None
    told_gateway.shared.answers.keep(QueryAnswer.of(key, context.digest, b"7" * 40_960, [], 7))
    assert known(WORLD, context) is not None and context.budget.found == 11 and context.budget.asked == 7


async def test_what_was_withheld_is_said_again(told_gateway: Gateway) -> None:
    asked = "{ portfolio { investment { committed { amount } } } }"
    first, second = [(await told_gateway.post(asked, persona="team@wells-team")).json() for _ in range(2)]
    assert first["extensions"]["withheld"] == second["extensions"]["withheld"] != [] and first["data"] == second["data"]


async def test_prometheus_is_told_how_many_were_kept_and_that_each_was_answered(told_gateway: Gateway) -> None:
    for query in (WORLD.query, WORLD.query, WORLD.query, "{ viewer { id } }", "mutation { __typename }"):
        await told_gateway.post(query)
    text = (await told_gateway.client.get("/metrics")).text
    found = {line.split("{")[1].split('"')[1]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith("headway_query_answers_total")}
    assert found == {"kept": 2, "shared": 0, "made": 1}
    assert 'headway_query_seconds_count{operation="query"} 4.0' in text


@pytest.mark.parametrize("what", ["event", "name"])
async def test_all_are_let_go_of_when_something_is_heard_or_a_name_is_another(told_gateway: Gateway, what: str) -> None:
    answers = told_gateway.shared.answers
    await made(WORLD, asking(told_gateway.shared))
    assert len(answers) == 1
    if what == "event":
        told_gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
    else:
        named(told_gateway, NAMES)
    assert known(WORLD, asking(told_gateway.shared)) is None and len(answers) == 0


@pytest.mark.parametrize("what", ["event", "name"])
async def test_what_was_told_of_a_world_that_is_gone_is_sent_and_not_kept(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    executed = execution.execute

    async def meanwhile(*given: Any) -> Any:
        result = await executed(*given)
        if what == "event":
            told_gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
        else:
            named(told_gateway, NAMES)
        return result

    monkeypatch.setattr(execution, "execute", meanwhile)
    before = told_gateway.process.world.digest
    answer = await told_gateway.post(WORLD.query)
    assert answer.json()["data"]["portfolio"]["world"] == answer.headers["x-headway-world"] == before
    assert len(told_gateway.shared.answers) == 0


async def test_what_is_used_least_goes_first_where_there_is_no_room(told_gateway: Gateway) -> None:
    answers = KeptAnswers(told_gateway.process, most=3 * BESIDE)
    a, b, c = (QueryAnswer.of((key,), "w", b"1", [], 1) for key in "abc")
    answers.keep(a)
    answers.keep(b)
    assert answers.get(a.key) is a
    answers.keep(c)
    assert (answers.get(a.key), answers.get(b.key), answers.get(c.key)) == (a, None, c)
    answers.keep(replace(c, compressed=Beginning(b"x" * BESIDE, 0, 0)))
    assert len(answers) == 1, "what is compressed counts too"


# As which bytes it is sent

_SAID: Final = "{ nodes { history { nodes { id type at recorded assertedBy data subject { id name } } } } }"
LONG: Final = f"{{ teams {_SAID} products {_SAID} investments {_SAID} organisations {_SAID} }}"


async def raw(gateway: Gateway, query: str, accepted: str) -> tuple[httpx.Response, bytes]:
    """An answer, and its bytes as they came."""
    asked = gateway.client.build_request("POST", "/graphql", json={"query": query}, headers=gateway.signed_in("executive") | {"Accept-Encoding": accepted})
    answer = await gateway.client.send(asked, stream=True)
    return answer, b"".join([piece async for piece in answer.aiter_raw()])


def without_cost(body: bytes) -> bytes:
    return body.partition(b'"cost"')[0]


async def test_whoever_takes_gzip_gets_the_same_compressed_and_that_is_done_once(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, whole = await raw(told_gateway, LONG, "identity")
    assert "content-encoding" not in plain.headers and len(whole) > 2 * WORTH_IT
    zipped, found = await raw(told_gateway, LONG, "br, gzip")
    assert zipped.headers["content-encoding"] == "gzip" and len(found) < len(whole) / 3
    assert without_cost(gzip.decompress(found)) == without_cost(whole) and json.loads(gzip.decompress(found))["extensions"]["cost"]["took"] > 0
    monkeypatch.setattr(Beginning, "of", None)
    again = (await raw(told_gateway, LONG, "gzip"))[1]
    assert without_cost(gzip.decompress(again)) == without_cost(whole)
    assert without_cost((await raw(told_gateway, LONG, "identity, gzip;q=0"))[1]) == without_cost(whole)
    assert plain.headers["etag"] == zipped.headers["etag"] and "Accept-Encoding" in plain.headers["vary"]


async def test_a_kept_answer_is_sent_as_it_is_kept_and_what_it_took_behind_it(told_gateway: Gateway) -> None:
    pieces = [await execution.sent(answer, context, gzip=False) for answer, context in [await kept_of(told_gateway) for _ in range(2)]]
    (first, _), (again, _) = pieces
    assert first[0] is again[0] and len(first) == 2, "nothing of it is copied"
    plain, whole = await raw(told_gateway, WORLD.query, "identity")
    assert whole.startswith(again[0]) and int(plain.headers["content-length"]) == len(whole)


async def kept_of(gateway: Gateway) -> tuple[QueryAnswer, OperationContext]:
    context = asking(gateway.shared)
    answer = await made(WORLD, context)
    assert answer is not None
    return answer, context


async def test_what_is_short_is_not_compressed(told_gateway: Gateway) -> None:
    assert "content-encoding" not in (await raw(told_gateway, WORLD.query, "gzip"))[0].headers


async def test_what_has_no_time_left_to_be_compressed_is_sent_as_it_is(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def spent(_: bytes) -> Beginning:
        raise SpentUp("it takes too long", "")

    monkeypatch.setattr(Beginning, "of", spent)
    answer, found = await raw(told_gateway, LONG, "gzip")
    assert "content-encoding" not in answer.headers and json.loads(found)["data"]["teams"]["nodes"]


async def test_what_was_compressed_of_a_world_that_is_gone_is_not_kept(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Beginning.of

    def meanwhile(content: bytes) -> Beginning:
        told_gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
        return made(content)

    monkeypatch.setattr(Beginning, "of", meanwhile)
    await raw(told_gateway, LONG, "gzip")
    assert known(GraphQLRequest(LONG, None, {}), asking(told_gateway.shared)) is None and len(told_gateway.shared.answers) == 0


# What is never kept


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { name } } }",
        '{ portfolio { world } __type(name: "Team") { name } }',
        "{ viewer { id } }",
        "{ ...V portfolio { world } } fragment V on Query { viewer { id } }",
        "{ portfolio { ",
        "{ nothing }",
        '{ team(id: "wells-team", asOf: "no day") { id } }',
        "query A { __typename } query B { __typename }",
        "mutation { __typename }",
    ],
)
async def test_what_the_world_does_not_answer_alone_or_what_goes_wrong_is_not_kept(told_gateway: Gateway, query: str) -> None:
    for persona in ("executive", "executive"):
        await told_gateway.post(query, persona=persona)
    assert len(told_gateway.shared.answers) == 0


@pytest.mark.parametrize(
    "look",
    [lambda context: context.process, lambda context: context.principal, lambda context: context.forwarding, lambda context: context.authorization],
    ids=["process", "principal", "forwarding", "authorization"],
)
async def test_what_looks_beyond_the_world_bars_an_answer_from_being_kept(
    told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch, look: Callable[[OperationContext], object]
) -> None:
    monkeypatch.setattr("services.gateway.graphql.root_fields._scope", lambda info, organisation: bool(look(info.context)) and None)
    assert await made(WORLD, asking(told_gateway.shared)) is None
    assert len(told_gateway.shared.answers) == 0


async def test_what_is_larger_than_may_be_sent_is_not_kept(told_gateway: Gateway) -> None:
    small = replace(ASKED, size=20)
    assert await made(WORLD, asking(told_gateway.shared, most=small)) is not None
    assert known(WORLD, asking(told_gateway.shared, most=small)) is None and len(told_gateway.shared.answers) == 0


async def test_a_number_that_is_longer_than_others_read_is_answered_and_not_kept(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "execute", lambda *_: result())

    async def result() -> ExecutionResult:
        return ExecutionResult({"n": 10**30}, None)

    assert await made(WORLD, asking(told_gateway.shared)) is None


def test_every_entry_point_that_is_said_to_lie_beyond_the_world_is_there() -> None:
    assert QUERY.fields.keys() >= BEYOND
