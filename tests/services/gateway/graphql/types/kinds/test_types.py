"""Every kind shows itself: what of its state is documented is in the schema, described once, and what is not shown is called private."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

import pytest
from annotated_doc import Doc
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

import libs.events.catalog  # noqa: F401  (the kinds are declared by importing them)
from headway.contracts.samples import sample
from libs.events.catalog.backlog.need import NEED
from libs.events.catalog.portfolio.investment import ActualRecorded
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthRecorded, HealthSubject
from libs.events.catalog.roadmap.metric import METRIC, MetricDefined, MetricKind
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleaseStage
from libs.events.choice import Choice
from libs.events.event import EVERYWHERE, KINDS, PAYLOADS, Event, split
from libs.events.values import Ref
from libs.rules.explanations import FIGURES, UNEXPLAINED
from services.gateway.graphql.schema import schema
from services.gateway.graphql.types.kinds.annotations import Shown, documented, said_type
from services.gateway.graphql.types.kinds.events import camel, shown
from services.gateway.graphql.types.kinds.lists import Value, filters, one_of, orders, plural_of
from services.gateway.graphql.types.kinds.types import BY_KIND, OWNERS_ALONE, shows
from tests.events.any_history import DECLARED
from tests.services.gateway.small_world import TODAY, Gateway, Telling
from tools.tables import kinds

SHOWN: Final = sorted(DECLARED.keys() & BY_KIND.keys())


def _objects() -> dict[str, GraphQLObjectType]:
    return {name: one for name, one in schema()._schema.type_map.items() if isinstance(one, GraphQLObjectType) and not name.startswith("__")}


def test_every_kind_has_a_type_or_it_is_said_whose_it_is() -> None:
    schema()
    theirs = {name for name, kind in DECLARED.items() if kind.tells_of}
    assert BY_KIND.keys() | OWNERS_ALONE.keys() | theirs == DECLARED.keys() and not BY_KIND.keys() & (OWNERS_ALONE.keys() | theirs)


@pytest.mark.parametrize("kind", SHOWN)
def test_what_of_a_state_is_documented_is_a_field_of_its_type_in_those_words(kind: str) -> None:
    shown = _objects()[BY_KIND[kind].__strawberry_definition__.name]  # type: ignore[attr-defined]
    fields = documented(DECLARED[kind].state)
    assert fields
    for one in fields:
        assert shown.fields[one.in_schema or camel(one.in_python)].description == one.description, f"{kind}.{one.name}"


def test_every_kind_explains_what_rules_make_of_it_or_it_is_said_why_not() -> None:
    assert {*SHOWN} - FIGURES.keys() == UNEXPLAINED.keys()


@pytest.mark.parametrize("kind", SHOWN)
def test_every_kind_is_read_by_its_id_and_as_a_list_that_is_narrowed_and_ordered(kind: str) -> None:
    one, every = (_objects()["Query"].fields[camel(name(DECLARED[kind]))] for name in (one_of, plural_of))
    assert {"id", "asOf", "knownAt"} == one.args.keys()
    assert {"first", "after", "filter", "orderBy", "asOf", "knownAt"} == every.args.keys()


@pytest.mark.parametrize("kind", SHOWN)
def test_whatever_names_a_thing_is_a_list_there_or_told_there_in_another_way(kind: str) -> None:
    plural = plural_of(DECLARED[kind])
    for one in documented(DECLARED[kind].state):
        for named in (mark.kind for mark in one.marks if isinstance(mark, Ref)):
            fields = _objects()[BY_KIND[named].__strawberry_definition__.name].fields  # type: ignore[attr-defined]
            assert {camel(plural), camel(f"{plural}_as_{one.name}")} & fields.keys(), f"{kind}.{one.name}"


def test_every_type_every_field_and_every_argument_is_described() -> None:
    kinds = schema()._schema.type_map
    silent = [name for name, one in kinds.items() if not name.startswith("__") and not one.description]
    for name, one in kinds.items():
        if isinstance(one, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType) and not name.startswith("__"):
            for field, found in one.fields.items():
                silent += [] if found.description else [f"{name}.{field}"]
                silent += [f"{name}.{field}({argument}:)" for argument, given in getattr(found, "args", {}).items() if not given.description]
    assert silent == []


def test_a_field_that_is_neither_documented_nor_private_is_refused_by_name() -> None:
    @dataclasses.dataclass(frozen=True)
    class Wish:
        id: str
        text: Annotated[str, Doc("What is wished.")] = ""
        secret: str = ""

    class WishType(Shown[Wish]):
        """A wish."""

    with pytest.raises(TypeError, match=r"Wish: document, tell or call private secret"):
        shows(NEED)(WishType)


def test_an_event_that_a_state_documents_has_what_it_says_and_its_day_and_says_no_money() -> None:
    *_, source, day = said_type(HealthRecorded).__strawberry_definition__.fields  # type: ignore[attr-defined]
    assert (source.python_name, source.description) == ("source", "The check that it comes from.")
    assert (day.python_name, day.description) == ("on", "The day on which it was true.")
    said = Telling().tell(TEAM, "t", HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.FAIR, source="visit"), "2025-05-01")
    assert shown(said) == {"subject": "TEAM", "reading": "FAIR", "source": "visit", "on": "2025-05-01"}, "so it stands in explanations"
    with pytest.raises(TypeError, match="ActualRecorded says money"):
        said_type(ActualRecorded)


def _tell_all_that_can_be_said_of(g: Gateway, kind: str) -> None:
    for name in PAYLOADS:
        _, _, of, verb, _ = name.split(".")
        if of == kind and verb not in EVERYWHERE:
            event = sample(name)
            g.tell(KINDS[kind], split(event.aggregate)[1], event.data, "2025-05-01")


@pytest.mark.parametrize("kind", SHOWN)
async def test_a_thing_is_found_by_each_of_its_values_and_stands_in_every_order(told_gateway: Gateway, kind: str) -> None:
    _tell_all_that_can_be_said_of(told_gateway, kind)
    of, facts = DECLARED[kind], told_gateway.process.world.facts(TODAY.date(), None)
    inputs = "".join(f"${name}: {schema()._schema.query_type.fields[camel(plural_of(of))].args[name].type}, " for name in ("filter", "orderBy"))  # type: ignore[union-attr]
    ask = f"query({inputs}) {{ found: {camel(plural_of(of))}(filter: $filter, orderBy: $orderBy, first: 100) {{ nodes {{ id }} }} }}"

    async def listed(**variables: Any) -> list[str]:
        return [node["id"] for node in (await told_gateway.ask(ask, variables))["found"]["nodes"]]

    every = {f"{kind}:{state.id}": state for state in facts.every(of) if BY_KIND[kind].tells(state)}
    assert every.keys() == {*await listed()} and every
    for name, value in filters(of).items():
        for id, has in ((id, has) for id, state in every.items() if (has := value.get(facts, state)) not in (None, (), "")):
            assert id in await listed(filter={camel(name): _wanted(value, has)}), name
            break
    for name in orders(of):
        for way in ("ASC", "DESC"):
            assert {*await listed(orderBy={"by": name.upper(), "direction": way})} == every.keys(), name


@pytest.mark.parametrize("kind", SHOWN)
async def test_pages_in_every_order_hold_each_thing_once(told_gateway: Gateway, kind: str) -> None:
    _tell_all_that_can_be_said_of(told_gateway, kind)
    of, order = DECLARED[kind], schema()._schema.query_type.fields[camel(plural_of(DECLARED[kind]))].args["orderBy"].type  # type: ignore[union-attr]
    page = "nodes { id } pageInfo { endCursor hasNextPage }"
    ask = f"query($o: {order}, $n: Int!, $a: String) {{ found: {camel(plural_of(of))}(orderBy: $o, first: $n, after: $a) {{ {page} }} }}"
    for by in orders(of):
        for way in ("ASC", "DESC"):
            wanted = {"by": by.upper(), "direction": way}
            whole = (await told_gateway.ask(ask, {"o": wanted, "n": 100}))["found"]["nodes"]
            found: list[Any] = []
            after, more = None, True
            while more:
                got = (await told_gateway.ask(ask, {"o": wanted, "n": 2, "a": after}))["found"]
                found += got["nodes"]
                after, more = got["pageInfo"]["endCursor"], got["pageInfo"]["hasNextPage"]
            assert found == whole, wanted


def _wanted(value: Value, has: Any) -> Any:
    """What a thing has, as whoever wants just that gives it."""
    one = next(one for one in has if one) if isinstance(has, tuple) else has
    match one:
        case Event():
            return one.time.date().isoformat()
        case Choice():
            return [one.name]
        case date() | Decimal():
            return str(one)
    return [one] if value.refers or value.by.exact else one


async def test_a_list_of_a_kind_is_of_any_moment_and_what_a_thing_is_of_is_one_of_that(told_gateway: Gateway) -> None:
    said: dict[str, Any] = {"goal": "fewer", "method": "counted", "tool": "a log", "source": "the line"}
    told_gateway.tell(METRIC, "calls", MetricDefined(product="wells", name="Calls", kind=MetricKind.QUANTITATIVE, responsible="ana", **said), "2025-05-01")
    told_gateway.tell(METRIC, "jams", MetricDefined(product="signs", name="Jams", kind=MetricKind.QUALITATIVE, responsible="bo", **said), "2025-06-01")
    ask = """query($day: Date, $f: MetricFilter) {
        metrics(asOf: $day, filter: $f, orderBy: {by: NAME, direction: DESC}) { nodes { name } }
        product(id: "signs") { metrics(filter: $f) { nodes { name } } }
    }"""

    async def listed(**variables: Any) -> tuple[list[str], list[str]]:
        found = await told_gateway.ask(ask, variables)
        return [one["name"] for one in found["metrics"]["nodes"]], [one["name"] for one in found["product"]["metrics"]["nodes"]]

    assert await listed() == (["Speed", "Jams", "Calls"], ["Jams"])
    assert await listed(day="2025-05-31") == (["Speed", "Calls"], ["Jams"])
    assert await listed(f={"organisation": ["organisation:water"]}) == (["Speed", "Calls"], [])
    assert await listed(f={"kind": ["QUALITATIVE"], "responsible": ["person:bo"]}) == (["Jams"], ["Jams"])
    assert await listed(f={"name": "CA"}) == (["Calls"], [])
    assert await listed(f={"latestAtLeast": "4", "latestAtMost": "4", "latestFrom": "2025-05-01", "latestUntil": "2025-05-01"}) == (["Speed"], [])
    assert await listed(f={"latestAtLeast": "4.5"}) == await listed(f={"latestFrom": "2025-05-02"}) == ([], [])
    body = (await told_gateway.post(ask, {"f": {"responsible": ["team:bo"]}})).json()
    assert body["errors"][0]["extensions"]["field"] == "filter.responsible"


async def test_a_thing_says_its_version_by_which_a_command_is_told_what_it_was_decided_on(told_gateway: Gateway) -> None:
    ask = '{ team(id: "wells-team", asOf: "2025-01-10") { version } product(id: "dams") { version } node(id: "metric:speed") { ... on Metric { version } } }'
    assert await told_gateway.ask(ask) == {"team": {"version": 4}, "product": {"version": 1}, "node": {"version": 4}}
    told_gateway.tell(PRODUCT, "dams", PhaseEntered(phase="beta"), "2025-06-01")
    assert (await told_gateway.ask(ask))["product"]["version"] == 2


def test_a_kind_that_nobody_shows_and_of_which_nobody_says_why_is_named_by_make_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(BY_KIND, "loan")
    with pytest.raises(ValueError, match=r"loan: .*services/gateway/graphql/types"):
        kinds()


async def test_a_reference_is_the_thing_it_names_also_where_nothing_was_heard_of_that(told_gateway: Gateway) -> None:
    told_gateway.tell(RELEASE, "early", ReleaseProposed(product="unheard", stage=ReleaseStage.BETA, title="Early"), "2025-05-01")
    ask = '{ node(id: "release:early") { ... on Release { known releasedOn product { id name known home { id } metrics { totalCount } } signOff { on } } } }'
    product = {"id": "product:unheard", "name": "unheard", "known": False, "home": None, "metrics": {"totalCount": 0}}
    assert (await told_gateway.ask(ask))["node"] == {"known": True, "releasedOn": None, "product": product, "signOff": None}


async def test_all_that_a_definition_says_is_read_where_the_thing_is(told_gateway: Gateway) -> None:
    said: dict[str, Any] = {"goal": "fewer calls", "method": "counted", "tool": "the log", "source": "the line", "measures": "calls", "unit": "a day"}
    told_gateway.tell(METRIC, "calls", MetricDefined(product="wells", name="Calls", kind=MetricKind.QUANTITATIVE, responsible="ana", **said), "2025-05-01")
    found = await told_gateway.ask('{ node(id: "metric:calls") { ... on Metric { goal method tool source measures unit responsible { id name } latest } } }')
    assert found["node"] == said | {"responsible": {"id": "person:ana", "name": "ana"}, "latest": None}
