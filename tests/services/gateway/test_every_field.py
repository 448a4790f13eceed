"""Whatever was said of a thing, it answers with every field; and every field of every type that it leads to is filled by something that can be said."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument
from hypothesis import given as drawn
from hypothesis import settings

from headway.contracts.samples import sample
from libs.events.event import PAYLOADS, Event
from libs.events.references import thing_of
from libs.events.values import named, references
from libs.events.world import World
from services.gateway.schema import schema
from services.gateway.types.kinds import BY_KIND
from tests.events.any_history import DECLARED, histories, said_of
from tests.given import Read

TYPES: Final = schema()._schema.type_map
NEVER: Final[Mapping[str, str]] = {
    "Health.product": "the example of a reading is of the team",
    "SaidEvent.independent": "told of what explains a criterion of a team alone",
    "StatusPeriod.until": "all examples are of one day",
}
"""Fields that no example of an event fills, and why."""


def type_of(kind: str) -> GraphQLObjectType:
    found = TYPES[BY_KIND[kind].__strawberry_definition__.name]  # type: ignore[attr-defined]
    assert isinstance(found, GraphQLObjectType)
    return found


def fields_of(kind: GraphQLObjectType) -> Iterator[tuple[str, GraphQLObjectType | None]]:
    """The fields of a type that need no argument, each with the type of what it holds; None for what has no fields."""
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if not any(is_required_argument(one) for one in field.args.values()) and (is_leaf_type(inner) or isinstance(inner, GraphQLObjectType)):
            yield name, inner if isinstance(inner, GraphQLObjectType) else None


@cache
def selection(kind: GraphQLObjectType, depth: int = 1) -> str:
    """All these fields, and theirs as deep as that; but for what leads further."""
    found = ((name, inner, selection(inner, depth - 1) if inner is not None and depth else "") for name, inner in fields_of(kind))
    return " ".join(f"{name} {{ {within} }}" if inner is not None else name for name, inner, within in found if inner is None or within)


def shown(world: World, kind: str, id: str) -> Any:
    """Everything of a thing."""
    return Read(world).shown(f"{kind}:{id}", f"{{ {selection(type_of(kind))} }}")


def filled(kind: GraphQLObjectType, found: Any) -> Iterator[tuple[str, bool]]:
    """The fields of a thing and of what it holds, each with whether there is something."""
    if isinstance(found, list):
        for one in found:
            yield from filled(kind, one)
    elif found is not None:
        for name, inner in fields_of(kind):
            if name in found:
                yield f"{kind.name}.{name}", found[name] not in (None, [], "")
                yield from filled(inner, found[name]) if inner is not None else ()


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_whatever_was_said_of_a_thing_it_answers_with_every_field(kind: str) -> None:
    @settings(max_examples=6, deadline=None)
    @drawn(histories(kind))
    def answers(events: list[Event]) -> None:
        world = World()
        for event in events:
            world.apply(event)
        shown(world, kind, "x")

    answers()


def examples() -> Iterator[Event]:
    """One example of every event, kind by kind, first the kinds that most events name."""
    names = {cls: name for name, cls in PAYLOADS.items()}
    often = Counter(kind for cls in names for _, kind in references(cls))
    last: defaultdict[str, int] = defaultdict(int)
    for kind in sorted(DECLARED, key=lambda kind: -often[kind]):
        for event in (sample(names[cls]) for cls in said_of(kind)):
            last[event.aggregate] += 1
            yield replace(event, sequence=last[event.aggregate])


def test_every_field_is_filled_by_something_that_is_said() -> None:
    world, found = World(), defaultdict[str, bool](bool)
    for event in examples():
        world.apply(event)
        about = {thing_of(event.aggregate), *((kind, id) for field, kind in references(type(event.data)) for id in named(getattr(event.data, field)))}
        for kind, id in (one for one in about if one[0] in BY_KIND):
            for name, is_there in filled(type_of(kind), shown(world, kind, id)):
                found[name] |= is_there
    assert {name for name, is_there in found.items() if not is_there} == NEVER.keys()
    assert found.keys() >= {f"{type_of(kind).name}.{name}" for kind in BY_KIND for name, inner in fields_of(type_of(kind)) if inner is None}
