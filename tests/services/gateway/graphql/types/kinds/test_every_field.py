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
from libs.events.event import PAYLOADS, Event, split
from libs.events.references import thing_of
from libs.events.values import among, named, references
from libs.events.world import World
from services.gateway.graphql.schema import schema
from services.gateway.graphql.types.kinds.types import BY_KIND
from tests.events.any_history import DECLARED, histories, said_of
from tests.given import Read

TYPES: Final = schema()._schema.type_map
NEVER: Final[Mapping[str, str]] = {
    "Duty.evidence": "the example of a team has not graduated",
    "OverrideApproval.used": "no example is of an override",
    "Product.dependents": "the product that the example of a change names is looked at before the board decides",
    "Organisation.mergedInto": "the example merges an organisation with itself",
    "Person.address": "no event tells one",
    "Product.checklist": "the example of a lifecycle has none",
    "Product.nextEvaluationOn": "the example of a product is looked at before its evaluation ends",
    "Evaluation.heard": "the example of an evaluation is looked at before anything is heard",
    "Opportunity.affects": "the example of a roadmap item is of a product at home elsewhere than the team",
    "Confidence.trend": "the example of a rating is the first of its subject",
    "Confidence.derived": "the example of a team is rated before anything is known of it",
    **dict.fromkeys(("Organisation.standing", "Program.standing"), "the examples of what lies in them are looked at later"),
    **dict.fromkeys((f"{one}.confidence" for one in ("Organisation", "Program", "Product", "InvestmentCase")), "the example of a rating is of a team"),
    "Experiment.followUp": "the example of a conclusion names all that it asks for",
    "Experiment.warnings": "the example ends after its planning, and is at its end",
    "Improvement.warnings": "the example has a goal, and has ended",
    "ImprovementSummary.share": "the example was dropped",
    "Health.product": "the example of a reading is of the team",
    "RedesignCrossing.until": "the example of a metric is read once",
    "SaidEvent.independent": "told of what explains a criterion of a team alone",
    "StatusPeriod.until": "all examples are of one day",
    **dict.fromkeys(("Organisation.accountable", "Product.accountable", "Program.accountable"), "the example of who answers is of a team"),
    **dict.fromkeys(("Precedent.alike", "Loan.precedentsAlike"), "the one example of a precedent is like no other and like no agreement"),
    **dict.fromkeys(("Organisation.vision", "Product.vision", "Program.vision", "Initiative.ownVision"), "the example of a vision is of a team"),
    **dict.fromkeys(("BeforeAndAfter.after", "BeforeAndAfter.afterOn"), "all examples are of one instant, and nothing was read after it"),
    "InitiativeObjective.fails": "the example of an objective is SMART",
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
        cls, data = type(event.data), event.data
        about = {thing_of(event.aggregate), *((kind, id) for field, kind in references(cls) for id in named(getattr(data, field)))}
        about |= {split(id) for field in among(cls) for id in named(getattr(data, field))}
        for kind, id in (one for one in about if one[0] in BY_KIND):
            for name, is_there in filled(type_of(kind), shown(world, kind, id)):
                found[name] |= is_there
    assert {name for name, is_there in found.items() if not is_there} == NEVER.keys()
    assert found.keys() >= {f"{type_of(kind).name}.{name}" for kind in BY_KIND for name, inner in fields_of(type_of(kind)) if inner is None}
