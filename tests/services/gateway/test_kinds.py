"""Every kind shows itself: what of its state is documented is in the schema, described once, and what is not shown is called private."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Final

import pytest
from annotated_doc import Doc
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

import libs.events.catalog  # noqa: F401  (the kinds are declared by importing them)
from libs.events.catalog.backlog.need import NEED
from libs.events.catalog.roadmap.metric import METRIC, MetricDefined, MetricKind
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleaseStage
from libs.events.event import KINDS
from services.gateway.schema import schema
from services.gateway.types.annotations import Shown, documented
from services.gateway.types.kinds import BY_KIND, shows
from services.gateway.types.saying import camel
from tests.services.gateway.small_world import Gateway

WITHOUT_A_TYPE: Final = {"graduation": "the team's", "backlog": "the product's", "source": "its owner's alone", "webhook": "its owner's alone"}
"""Kinds that have no type of their own in the schema, and whose they are."""
DECLARED: Final = {name: kind for name, kind in KINDS.items() if type(kind.initial(id="")).__module__.startswith("libs.")}
"""The kinds of the catalogue. Other tests declare some of their own."""


def _objects() -> dict[str, GraphQLObjectType]:
    return {name: one for name, one in schema()._schema.type_map.items() if isinstance(one, GraphQLObjectType) and not name.startswith("__")}


def test_every_kind_has_a_type_or_it_is_said_whose_it_is() -> None:
    schema()
    assert BY_KIND.keys() | WITHOUT_A_TYPE.keys() == DECLARED.keys() and not BY_KIND.keys() & WITHOUT_A_TYPE.keys()


@pytest.mark.parametrize("kind", sorted(DECLARED.keys() - WITHOUT_A_TYPE.keys()))
def test_what_of_a_state_is_documented_is_a_field_of_its_type_in_those_words(kind: str) -> None:
    shown = _objects()[BY_KIND[kind].__strawberry_definition__.name]  # type: ignore[attr-defined]
    fields = documented(type(DECLARED[kind].initial(id="")))
    assert fields
    for one in fields:
        assert shown.fields[one.in_schema or camel(one.in_python)].description == one.description, f"{kind}.{one.name}"


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
