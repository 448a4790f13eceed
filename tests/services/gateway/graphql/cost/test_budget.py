"""What an operation may cost, what it has cost, and what is left to whoever asked: by counts, and by clocks that are told what time it is."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date
from typing import Any

import pytest
from graphql import build_schema
from starlette.exceptions import HTTPException

from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.product import PRODUCT, ProductRegistered
from libs.events.catalog.portfolio.program import PROGRAM, ProgramOpened
from libs.rules.roles import Principal
from services.gateway.capacity.allowances import A_MINUTE, Allowances
from services.gateway.capacity.bounded_cache import Bounded
from services.gateway.graphql import context
from services.gateway.graphql.cost.budget import ASKED, Budget, Most, SpentUp
from services.gateway.graphql.cost.limits import _PREPARED, prepared
from tests.services.gateway.small_world import Gateway

WIDE = '{ program(id: "wide") { products { program { products { program { products { id } } } } } } }'


_DEFAULTS: dict[str, Any] = context.OperationContext.__init__.__kwdefaults__ or {}


class Clock:
    """Seconds that pass when it is said."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations that may cost little."""
    most = Most(objects=500, found=400, seconds=2.0, size=20_000)
    monkeypatch.setitem(_DEFAULTS, "most", most)


def wide(gateway: Gateway, products: int) -> None:
    """A program of many products."""
    gateway.tell(PROGRAM, "wide", ProgramOpened(name="Wide", home="water"), "2025-01-01")
    for n in range(products):
        gateway.tell(PRODUCT, f"w{n}", ProductRegistered(name=f"W {n}", home="water", program="wide"), "2025-01-02")


async def test_lists_count_at_their_real_length_and_an_operation_over_its_objects_says_so(told_gateway: Gateway, small: None) -> None:
    wide(told_gateway, 7)
    body = (await told_gateway.post(WIDE)).json()
    assert "errors" not in body and body["extensions"]["cost"]["took"] >= 1 + 7 + 7 + 49 + 49 + 343
    for n in range(2):
        told_gateway.tell(PRODUCT, f"more{n}", ProductRegistered(name="More", home="water", program="wide"), "2025-01-02")
    answer = await told_gateway.post(WIDE)
    (error,) = answer.json()["errors"]
    assert answer.status_code == 200 and answer.json()["data"] is None
    assert error["extensions"]["code"] == "COST" and "more than 500 objects" in error["message"] and error["extensions"]["remedy"]


async def test_a_list_is_refused_before_its_first_object_is_made() -> None:
    budget = Budget(Most(objects=10, found=10, seconds=1, size=10))
    budget.make(4)
    budget.must_have_room(6)
    with pytest.raises(SpentUp, match="more than 10 objects"):
        budget.must_have_room(7)
    assert budget.objects == 4


async def test_what_is_derived_counts_by_moments_times_aggregates(told_gateway: Gateway, small: None) -> None:
    wide(told_gateway, 40)
    aliases = " ".join(f'a{n}: changes(from: "2025-01-{n + 1:02}", first: 1) {{ totalCount }}' for n in range(15))
    body = (await told_gateway.post("{" + aliases + "}", persona="subscriber")).json()
    assert body["data"] is None and body["errors"][0]["extensions"]["code"] == "COST"
    assert "states and values must be derived for it" in body["errors"][0]["message"]


async def test_an_answer_of_too_many_bytes_is_refused(told_gateway: Gateway, small: None) -> None:
    for n in range(60):
        told_gateway.tell(ORGANISATION, f"long{n}", OrganisationRegistered(name="x" * 400), "2025-01-01")
    body = (await told_gateway.post("{ portfolio { organisations { name } } }")).json()
    assert body["data"] is None and "more than 20,000 bytes" in body["errors"][0]["message"]
    assert body["errors"][0]["extensions"]["code"] == "COST"


def test_computing_counts_while_it_goes_on_and_not_while_others_have_their_turn() -> None:
    clock, computing = Clock(), Clock()
    budget = Budget(dataclasses.replace(ASKED, seconds=2.0), clock=clock, computing=computing)
    for _ in range(3):
        budget.go()
        clock.now, computing.now = clock.now + 1, computing.now + 0.6
        budget.stand()
        clock.now, computing.now = clock.now + 9, computing.now + 9
    assert budget.seconds == pytest.approx(1.8) and budget.took == 90_000
    budget.go()
    computing.now += 0.3
    clock.now += 1
    with pytest.raises(SpentUp, match="more than 2 seconds of computing") as refused:
        budget.spend(1_000)
    assert "that were found are kept" in refused.value.error.extensions["remedy"]  # type: ignore[index]


async def test_a_long_text_that_narrows_an_answer_is_refused(told_gateway: Gateway) -> None:
    ask = "query ($t: String!) { portfolio { teams(filter: {name: $t}) { totalCount } } }"
    for length, code in ((900_000, "TEXT"), (1_001, "INVALID")):
        assert (await told_gateway.post(ask, {"t": "x" * length})).json()["errors"][0]["extensions"]["code"] == code
    assert (await told_gateway.post(ask, {"t": "x" * 1_000})).json()["data"]["portfolio"]["teams"]["totalCount"] == 0


def test_what_is_left_fills_up_again_in_a_minute() -> None:
    clock = Clock()
    clock.now = 1_000.0
    allowances, one, other = Allowances(6_000, clock), Principal("one", frozenset()), Principal("other", frozenset())
    assert allowances.headers(one) == {"RateLimit-Policy": '"cost";q=6000;w=60', "RateLimit": '"cost";r=6000;t=0'}
    allowances.take(one, 7_000)
    with pytest.raises(HTTPException) as refused:
        allowances.must_be_left(one)
    assert refused.value.status_code == 429 and refused.value.headers == {
        "Retry-After": "10",
        "RateLimit-Policy": '"cost";q=6000;w=60',
        "RateLimit": '"cost";r=0;t=70',
    }
    allowances.must_be_left(other)
    clock.now += 10.01
    allowances.must_be_left(one)
    clock.now += 600
    assert allowances.left(one) == 6_000


def test_callers_are_remembered_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.capacity.allowances.MOST_CALLERS", 3)
    allowances = Allowances(clock=Clock())
    for n in range(9):
        allowances.take(Principal(str(n), frozenset()), 1)
    assert list(allowances._left) == ["6", "7", "8"]


async def test_each_answer_says_what_is_left_and_nothing_is_answered_when_nothing_is(told_gateway: Gateway) -> None:
    answer = await told_gateway.post("{ portfolio { world } }")
    assert answer.headers["ratelimit-policy"] == f'"cost";q={A_MINUTE};w=60'
    assert A_MINUTE / 2 < int(answer.headers["ratelimit"].partition("r=")[2].partition(";")[0]) < A_MINUTE
    allowances = told_gateway.shared.allowances
    allowances._clock = Clock()
    allowances._left = type(allowances._left)(dict.fromkeys(allowances._left, (-1.0, 0.0)))
    refused = await told_gateway.post("{ portfolio { world } }")
    assert refused.status_code == 429 and refused.headers["retry-after"] == "1" and refused.headers["ratelimit"].startswith('"cost";r=0')
    assert (await told_gateway.post("{ portfolio { world } }", persona="subscriber")).status_code == 200


def test_what_is_kept_is_bounded_and_what_was_not_asked_for_longest_goes_first() -> None:
    kept: Bounded[str, str] = Bounded(10, len)
    for text in ("aaaa", "bbbb"):
        kept.keep(text[0], text)
    assert kept.get("a") == "aaaa"
    kept.keep("c", "cccc")
    assert (kept.get("a"), kept.get("b"), kept.get("c"), kept.held, len(kept)) == ("aaaa", None, "cccc", 8, 2)
    kept.keep("a", "a")
    kept.keep("d", "d" * 11)
    assert (kept.get("a"), kept.get("d"), kept.held) == ("a", None, 5)
    kept.clear()
    assert kept.held == len(kept) == 0


def test_documents_are_kept_by_what_they_take() -> None:
    schema = build_schema("type Query { a: String }")
    for n in range(400):
        prepared(schema, "{ a } #" + "x" * 3_000 + str(n))
    assert 0 < _PREPARED.held <= _PREPARED.most and len(_PREPARED) < 200


async def test_an_answer_is_of_the_world_at_which_it_began_whatever_is_heard_meanwhile(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.graphql.cost.budget.SLICE", 0)
    monkeypatch.setattr("services.gateway.graphql.cost.budget.AT_ONCE", 1)
    wide(told_gateway, 30)
    ask = "{ a: portfolio { world products(first: 100) { totalCount nodes { id } } } b: portfolio { world products(first: 100) { totalCount } } }"
    began = told_gateway.process.world.digest
    context = asyncio.create_task(told_gateway.post(ask))
    heard = 0
    while not context.done():
        told_gateway.tell(PRODUCT, f"late{heard}", ProductRegistered(name="Late", home="water"), "2025-01-02")
        heard += 1
        await asyncio.sleep(0.001)
    answer = context.result()
    data = answer.json()["data"]
    # It may have begun a little after the first was heard; it is the same world all over.
    assert data["a"]["world"] == data["b"]["world"] == answer.headers["x-headway-world"] != began
    assert data["a"]["products"]["totalCount"] == data["b"]["products"]["totalCount"] == len(data["a"]["products"]["nodes"])
    assert heard > 5


async def test_what_takes_long_before_the_present_was_derived_is_asked_again_after_that_once(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.graphql.cost.budget.SLICE", 0)
    monkeypatch.setattr("services.gateway.graphql.cost.budget.AT_ONCE", 1)
    warmed: list[date] = []

    async def derive(day: date) -> None:
        warmed.append(day)

    told_gateway.shared.prefetch.derive = derive
    monkeypatch.setitem(_DEFAULTS, "most", dataclasses.replace(ASKED, seconds=0))
    for _ in range(2):
        body = (await told_gateway.post("{ portfolio { teams(first: 500) { nodes { graduation { status } } } } }")).json()
        assert body["errors"][0]["extensions"]["code"] == "COST" and warmed == [told_gateway.clock.now.date()]


def test_as_much_as_may_be_spent_passes_and_one_more_does_not() -> None:
    budget = Budget(Most(objects=10, found=20, seconds=1, size=30))
    budget.make(10)
    budget.spend(20)
    budget.weigh(30)
    budget.must_have_room(0)
    for more, words in ((budget.make, "more than 10 objects"), (budget.spend, "more than 20 states and values"), (budget.weigh, "more than 30 bytes")):
        with pytest.raises(SpentUp, match=words) as refused:
            more(31 if more == budget.weigh else 1)
        assert refused.value.error.extensions == {"code": "COST", "remedy": "Ask for smaller pages, for less of each, or in several requests."}
    assert budget.took == 11 + 21


def test_work_within_work_counts_once_and_others_have_their_turn_after_each_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, computing, turns = Clock(), Clock(), list[float]()
    monkeypatch.setattr("services.gateway.graphql.cost.budget.pause", lambda: turns.append(clock.now))
    budget = Budget(ASKED, clock=clock, computing=computing)
    budget.go()
    computing.now = 1.0
    budget.go()
    budget.stand()
    assert budget.seconds == 0, "the outer goes on"
    assert budget.took == 50_000 and budget.seconds == 1.0
    clock.now = 0.02
    budget.spend(100)
    assert turns == [], "nobody else may see the world yet"
    budget.pauses = True
    budget.spend(15)
    assert turns == []
    budget.spend(1)
    assert turns == [0.02]
    budget.stand()
    assert budget.seconds == 1.0 and not budget.exhausted
    budget.spend(100)
    assert turns == [0.02], "it stands still"
    budget.go()
    budget.spend(100)
    assert turns == [0.02], "its slice has just begun"


def test_who_asks_again_is_remembered_before_others_who_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.capacity.allowances.MOST_CALLERS", 2)
    allowances, callers = Allowances(100, Clock()), {name: Principal(name, frozenset()) for name in "abc"}
    for name in "abac":
        allowances.take(callers[name], 10)
    assert {name: allowances.left(who) for name, who in callers.items()} == {"a": 80, "b": 100, "c": 90}


def test_who_has_nothing_left_at_all_waits_a_second_and_one_app_has_one_allowance() -> None:
    clock = Clock()
    allowances, one = Allowances(60, clock), Principal("one", frozenset())
    allowances.take(one, 59)
    allowances.must_be_left(one)
    assert allowances.headers(one)["RateLimit"] == '"cost";r=1;t=59'
    allowances.take(one, 1)
    with pytest.raises(HTTPException) as refused:
        allowances.must_be_left(one)
    assert refused.value.headers and refused.value.headers["Retry-After"] == "1" and "(60)" in refused.value.detail
    clock.now += 0.5
    assert allowances.left(one) == 0.5
    assert Allowances().most == A_MINUTE
