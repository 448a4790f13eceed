"""What is asked again after something was heard is made of the pieces that were not touched, and is what would be made afresh, byte for byte."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final
from unittest import mock

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.commands.testing import money
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.reorganisation import Renamed
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM
from libs.events.event import Kind, Overridden, Payload
from services.gateway.capacity.kept_pieces import BESIDE, KeptPieces, QuestionPieces
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.plan import compiler
from services.gateway.graphql.plan.pieces import PieceKeeper, piece
from services.gateway.graphql.plan.query_execution import planned
from tests.events.any_history import histories
from tests.services.gateway.graphql.answers.random_questions import questions
from tests.services.gateway.graphql.answers.test_kept_answers import NAMES, ROLES, asking, hear, named
from tests.services.gateway.graphql.answers.test_kept_answers import afresh as by_library
from tests.services.gateway.portfolio import told
from tests.services.gateway.small_world import Gateway

TEAMS: Final = """{ portfolio { world teams { totalCount nodes { id name home { id name } products { id name } core { role covered }
    continuity { share since } investment { actual { amount currency } } graduation { status blockedBy } members { role person { name } } } } } }"""


def by_plan(gateway: Gateway, query: str, variables: dict[str, Any] | None = None, roles: str = "executive") -> tuple[bytes, list[str]]:
    context = asking(gateway.shared, roles)
    with context.holding():
        found = planned(GraphQLRequest(query, None, variables or {}), context)
    assert found is not None
    return found.data, context.withheld


async def afresh(gateway: Gateway, query: str, variables: dict[str, Any] | None = None, roles: str = "executive") -> tuple[bytes, list[str]] | None:
    result, withheld = await by_library(GraphQLRequest(query, None, variables or {}), asking(gateway.shared, roles))
    return None if result.errors else (orjson.dumps(result.data), withheld)


@contextmanager
def made_pieces() -> Iterator[list[str]]:
    """The ids of the things of which pieces are made in the block."""
    made = list[str]()
    add = QuestionPieces.add

    def noted(self: QuestionPieces, key: Any, length: int) -> None:
        made.append(key[1][0]._asked[2])
        add(self, key, length)

    with mock.patch.object(QuestionPieces, "add", noted):
        yield made


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_answer_of_pieces_is_the_one_that_would_be_made_now(data: st.DataObject) -> None:
    asked = [replace_moment(one) for one in data.draw(st.lists(questions(), min_size=1, max_size=2))]
    said = [event for kind in ("person", "team", "investment", "organisation", "product") for event in data.draw(histories(kind))]
    steps = data.draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("ask"), st.sampled_from(asked), st.sampled_from(ROLES[:3])),
                st.tuples(st.just("ask"), st.sampled_from(asked), st.sampled_from(ROLES[:3])),
                st.tuples(st.just("hear"), st.integers(1, 2)),
                st.tuples(st.just("name"), st.dictionaries(st.sampled_from(sorted(NAMES)), st.sampled_from(sorted(NAMES.values())))),
            ),
            min_size=6,
            max_size=16,
        )
    )

    async def walk(gateway: Gateway) -> None:
        told(gateway)
        for step in steps:
            match step:
                case ("ask", (str(query), dict(variables)), str(roles)):
                    context = asking(gateway.shared, roles)
                    with context.holding():
                        found = planned(GraphQLRequest(query, None, variables), context)
                    assert found is None or (found.data, context.withheld) == await afresh(gateway, query, variables, roles)
                case ("hear", int(many)):
                    for _ in range(many):
                        hear(gateway, said)
                case ("name", dict(names)):
                    named(gateway, names)
        await gateway.client.aclose()

    with tempfile.TemporaryDirectory() as folder, mock.patch.object(compiler, "WORTH_IT", 1):
        asyncio.run(walk(Gateway(Path(folder))))


def replace_moment(question: Any) -> tuple[str, dict[str, Any]]:
    """The same of today: of another moment there are no pieces."""
    return question.query + "\n# in pieces", {**question.variables, "asOf": None, "knownAt": None}


SPENT: Final = ActualRecorded(amount=money("10.00"), covers_from=date(2025, 3, 1), covers_until=date(2025, 3, 2))
SAID: Final[dict[str, tuple[Kind[Any], str, Payload, str]]] = {
    "money of a team": (
        INVESTMENT,
        "inv-wells",
        SPENT,
        "wells-team",
    ),
    "the name of its product": (PRODUCT, "wells", Renamed(name="Springs", reason="It is one"), "wells-team"),
    "the name of its home": (ORGANISATION, "roads", Renamed(name="Ministry of Ways", reason="It has others too"), "signs-team"),
    "itself": (TEAM, "signs-team", Renamed(name="Sign makers", reason="They make them"), "signs-team"),
}


@pytest.mark.parametrize("what", SAID)
async def test_after_an_event_the_pieces_alone_are_made_again_that_rest_on_it(told_gateway: Gateway, what: str) -> None:
    with made_pieces() as made:
        by_plan(told_gateway, TEAMS)
        assert made == [], "of the first time it is only noted that it was asked"
        by_plan(told_gateway, TEAMS)
        assert sorted(made) == ["signs-team", "wells-team"]
    kind, id, event, team = SAID[what]
    told_gateway.tell(kind, id, event, "2026-02-01")
    with made_pieces() as made:
        assert by_plan(told_gateway, TEAMS) == await afresh(told_gateway, TEAMS)
        assert made == [team]


async def test_a_version_is_that_of_now_also_where_nothing_else_of_what_a_rule_gives_became_another(told_gateway: Gateway) -> None:
    query = TEAMS.replace("members {", "roadmap { later { id version } } members {")
    for _ in range(2):
        by_plan(told_gateway, query)
    told_gateway.tell(ROADMAP_ITEM, "tap", Overridden(rule="S1-10", reason="Flood", command="roadmap.redate"), "2026-02-01")
    assert by_plan(told_gateway, query) == await afresh(told_gateway, query)


async def test_what_is_withheld_in_a_piece_is_said_where_it_stands_by_then(told_gateway: Gateway) -> None:
    for _ in range(2):
        assert by_plan(told_gateway, TEAMS, roles="executive@water")[1] == ["portfolio.teams.nodes.0.investment"]
    told_gateway.tell(TEAM, "a-team", TeamFormed(name="A team", home="roads", products=()), "2025-02-01")
    withheld = ["portfolio.teams.nodes.0.investment", "portfolio.teams.nodes.1.investment"]
    found = by_plan(told_gateway, TEAMS, roles="executive@water")
    assert found[1] == withheld and found == await afresh(told_gateway, TEAMS, roles="executive@water")


async def test_another_name_of_a_person_lets_go_of_all_pieces(told_gateway: Gateway) -> None:
    for names in ({"ana": "Ana Ruiz"}, {"ana": "Ana Lind"}):
        named(told_gateway, names)
        for _ in range(2):
            assert by_plan(told_gateway, TEAMS) == await afresh(told_gateway, TEAMS)
        assert names["ana"].encode() in by_plan(told_gateway, TEAMS)[0]


async def test_other_rights_other_variables_and_a_moment_of_the_past_take_no_pieces_of_each_other(told_gateway: Gateway) -> None:
    query = TEAMS.replace("{ portfolio {", "query A($o: ID, $day: Date) { portfolio(organisation: $o, asOf: $day) {", 1)
    for _ in range(3):
        for roles in ("executive", "team@wells-team", "executive@roads"):
            for variables in ({}, {"o": "water"}, {"day": "2025-06-30"}):
                assert by_plan(told_gateway, query, variables, roles) == await afresh(told_gateway, query, variables, roles)
    with made_pieces() as made:
        by_plan(told_gateway, query, {"day": "2025-06-29"})
        by_plan(told_gateway, query, {"day": "2025-06-29"})
    assert made == []


async def test_who_holds_an_older_world_takes_and_leaves_no_pieces_of_a_later_one(told_gateway: Gateway) -> None:
    for _ in range(2):
        by_plan(told_gateway, TEAMS)
    before = by_plan(told_gateway, TEAMS)
    keep, late = PieceKeeper.piece, list[Any]()

    def meanwhile(self: PieceKeeper, *given: Any) -> Any:
        if not late:  # others have their turn while the first piece is taken: they hear more, and ask the same
            told_gateway.tell(TEAM, "signs-team", Renamed(name="Sign makers", reason="They make them"), "2026-02-01")
            late.append(None)
            late[0] = by_plan(told_gateway, TEAMS)
        return keep(self, *given)

    with mock.patch.object(PieceKeeper, "piece", meanwhile):
        assert by_plan(told_gateway, TEAMS) == before
    assert late[0] == by_plan(told_gateway, TEAMS) == await afresh(told_gateway, TEAMS) != before


async def test_pieces_cost_what_is_sent_and_are_counted(told_gateway: Gateway) -> None:
    costs = []
    for _ in range(4):
        context = asking(told_gateway.shared)
        with context.holding():
            assert planned(GraphQLRequest(TEAMS, None, {}), context) is not None
        costs.append(context.budget.objects)
    assert costs[0] == costs[1] > costs[2] == costs[3]
    text = (await told_gateway.client.get("/metrics")).text
    found = {line.split('"')[1]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith("headway_answer_pieces_total")}
    assert found == {"kept": 4.0, "made": 2.0}


async def test_pieces_that_take_too_much_room_are_let_go_of_among_what_is_derived(told_gateway: Gateway) -> None:
    context = asking(told_gateway.shared)

    def kept() -> int:
        return sum(key[0] is piece for key in context.facts(None, None).kept.values)

    told_gateway.shared.pieces = KeptPieces(most=3 * BESIDE)
    for _ in range(3):
        by_plan(told_gateway, TEAMS)
    assert kept() == 0, "two pieces take more than there is room for"
    told_gateway.shared.pieces = KeptPieces(most=6 * BESIDE)
    for query in (TEAMS, TEAMS, TEAMS + " # another", TEAMS + " # another"):
        by_plan(told_gateway, query)
        assert 0 <= kept() <= 2
    assert kept() == 2 and told_gateway.shared.pieces.held <= 6 * BESIDE
    assert by_plan(told_gateway, TEAMS) == await afresh(told_gateway, TEAMS)


async def test_pieces_of_a_moment_that_was_let_go_of_and_found_anew_take_no_more_room(told_gateway: Gateway) -> None:
    told_gateway.shared.pieces = KeptPieces(most=6 * BESIDE)
    for _ in range(2):
        by_plan(told_gateway, TEAMS)
        by_plan(told_gateway, TEAMS)
        told_gateway.process.world._let_go(next(iter(told_gateway.process.world._moments)))
    for query in (TEAMS, TEAMS, TEAMS + " # another", TEAMS + " # another"):
        by_plan(told_gateway, query)
    assert sum(key[0] is piece for key in asking(told_gateway.shared).facts(None, None).kept.values) == 2


async def test_what_was_kept_of_an_answer_holds_on_to_nobody_who_asked(told_gateway: Gateway) -> None:
    contexts = []
    for _ in range(3):
        context = asking(told_gateway.shared)
        contexts.append(weakref.ref(context))
        with context.holding():
            assert planned(GraphQLRequest(TEAMS, None, {}), context) is not None
        del context
    gc.collect()
    assert [one() for one in contexts] == [None, None, None]
