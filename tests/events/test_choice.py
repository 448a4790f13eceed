"""Closed choices: declared once, with what people read of them, and otherwise the texts that they always were."""

from __future__ import annotations

import copy
import enum
import importlib
import pickle
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import orjson
import pytest
from graphql import GraphQLEnumType
from pydantic import TypeAdapter

import libs.events.catalog
import libs.rules
import services.gateway.graphql.types
from libs.events.catalog.portfolio.graduation import GraduationStatus, HomeFunction
from libs.events.catalog.portfolio.investment import Funding, InvestmentProposed, Spending
from libs.events.catalog.portfolio.team import ProductsServed
from libs.events.catalog.roadmap.roadmap_item import Horizon
from libs.events.choice import CHOICES, Choice, Tone, choice, choices_of
from services.gateway.graphql.schema import schema

PLACES: tuple[ModuleType, ...] = (libs.events.catalog, libs.rules, services.gateway.graphql.types)
MEND = 'derive it from libs.events.choice.Choice, and declare each member as NAME = choice("name", "What it means.")'


def _declared() -> Iterator[type[enum.Enum]]:
    """Every enum that the catalogue of events, the rules or the types of the schema declare."""
    for place in PLACES:
        for found in pkgutil.walk_packages(place.__path__, f"{place.__name__}."):
            module = importlib.import_module(found.name)
            yield from (one for one in vars(module).values() if isinstance(one, type) and issubclass(one, enum.Enum) and one.__module__ == module.__name__)


def _lacks(one: type[enum.Enum]) -> Iterator[str]:
    """What the declaration of an enum lacks for people to read it."""
    if not issubclass(one, Choice):
        yield f"{one.__module__}.{one.__name__} says of its members neither words nor meaning: {MEND}"
        return
    for member in one:
        where = f"{one.__name__}.{member.name}"
        if member.value != member.name.lower():
            yield f"{where} stands for {member.value!r}: its value is its name in small letters, since the schema has the one and commands have the other"
        if len(member.description.split()) < 3 or not member.description.endswith("."):
            yield f"{where} is described as {member.description!r}: say what it means in a sentence"
        if not member.words[:1].isupper() or "_" in member.words:
            yield f"{where} reads {member.words!r}: give `words=` as people read them in a cell"


@pytest.mark.parametrize("one", list(_declared()), ids=lambda one: one.__name__)
def test_every_choice_says_what_it_means_and_how_it_reads(one: type[enum.Enum]) -> None:
    assert list(_lacks(one)) == []


def test_an_enum_that_says_nothing_is_told_what_to_add() -> None:
    class Bare(enum.StrEnum):
        NEW = "new"

    assert [lack for lack in _lacks(Bare) if "Bare" in lack and MEND in lack]


def test_a_member_that_is_not_described_is_told_what_to_add() -> None:
    with pytest.raises(TypeError, match=r'Undescribed does not say what .new. means: declare it as NEW = choice\("new", "What it means."\)'):

        class Undescribed(Choice):
            """What is chosen."""

            NEW = "new"


def test_a_choice_says_what_is_chosen() -> None:
    with pytest.raises(TypeError, match="Untold does not say what is chosen: give it a docstring"):

        class Untold(Choice):
            NEW = choice("new", "It is new here.")


def test_no_two_choices_bear_one_name() -> None:
    with pytest.raises(TypeError, match=r"Horizon is declared twice, in libs\.events\.catalog\.roadmap\.roadmap_item and in"):

        class Horizon(Choice):
            """Another horizon."""

            FAR = choice("far", "It cannot be seen yet.")


def test_the_schema_says_of_every_choice_what_its_declaration_says() -> None:
    kinds = {name: kind for name, kind in schema()._schema.type_map.items() if isinstance(kind, GraphQLEnumType) and not name.startswith("__")}
    assert len(kinds) > 30
    for name, kind in kinds.items():
        of = CHOICES[name]
        assert kind.description == " ".join((of.__doc__ or "").split())
        assert {value: about.description for value, about in kind.values.items()} == {one.name: one.description for one in of}


def test_a_choice_reads_as_its_value_unless_it_says_otherwise() -> None:
    assert (GraduationStatus.AT_RISK.words, GraduationStatus.AT_RISK.spoken, GraduationStatus.AT_RISK.tone) == ("At risk", "at risk", Tone.BAD)
    assert (HomeFunction.IT_AGENCY.words, HomeFunction.IT_AGENCY.spoken, HomeFunction.IT_AGENCY.tone) == ("IT agency", "the IT agency", None)
    assert HomeFunction.STRATEGIC_HR.spoken == "strategic HR"


def test_the_fields_of_an_event_that_hold_choices_are_found_by_their_types() -> None:
    assert choices_of(InvestmentProposed) == {"funding": Funding, "kind": Spending}
    assert choices_of(ProductsServed) == {}


def test_a_choice_is_its_value_wherever_it_travels() -> None:
    now, adapter = Horizon.NOW, TypeAdapter(Horizon)
    assert now == "now" and f"{now}" == "now" and hash(now) == hash("now") and {"now": 1}[now] == 1
    assert (orjson.dumps([now]), adapter.dump_json(now), adapter.validate_json('"now"')) == (b'["now"]', b'"now"', now)
    assert pickle.loads(pickle.dumps(now)) is now and copy.deepcopy(now) is now and Horizon("now") is Horizon["NOW"] is now  # noqa: S301
    assert adapter.json_schema() == {
        "title": "Horizon",
        "type": "string",
        "description": "How near it is; what is done stays on the roadmap.",
        "enum": ["now", "next", "later", "done"],
    }
