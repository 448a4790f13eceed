"""Turns Python annotations into GraphQL types: a thing of a kind into its type, a documented value of a rule into a type of its own."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, cached_property
from operator import attrgetter
from types import UnionType
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar

import strawberry
from annotated_doc import Doc
from pydantic import BaseModel
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import has_object_definition
from strawberry.types.fields.resolver import StrawberryResolver

from libs.events.catalog.portfolio.people.person import PERSON
from libs.events.catalog.portfolio.people.person import Person as PersonFacts
from libs.events.event import Event, Identified, day_of
from libs.events.facts import Facts
from libs.events.values import GlobalIdMark, Money, PersonMark, Ratio, hints_of, marks_of
from services.gateway.graphql.context import Info
from services.gateway.graphql.types.kinds.node import Node

S = TypeVar("S", bound=Identified)


class Shown(Node, Generic[S]):
    """A thing of a kind at a moment: `Shown[Need]`, of the state, is in annotations what the type of the schema for needs is."""

    def __init__(self, facts: Facts, of: S) -> None:
        self.facts, self.of = facts, of

    @classmethod
    def tells(cls, state: Any) -> bool:
        """Whether enough was said of a thing for it to be found by its id."""
        return True


TYPES: Final[dict[type, type[Shown[Any]]]] = {}
"""State -> its type of the schema; filled by `services.gateway.graphql.types.kinds.types`."""


class Documented(NamedTuple):
    """A field of a state or of a value: its name, its type, what is marked within that, and what it is, in words."""

    name: str
    hint: Any
    marks: tuple[Any, ...]
    description: str

    @property
    def in_python(self) -> str:
        """Its name as an attribute of the type: an event is shown as its day, `raised` as `raised_on`."""
        return f"{self.name}_on" if self.is_event else self.name

    @property
    def in_schema(self) -> str | None:
        """Its name in the schema, where camel case alone does not make it: `from_` is `from`."""
        return self.name[:-1] if self.name.endswith("_") else None

    @property
    def shown(self) -> Any:
        """Its type as an annotation."""
        return date | None if self.is_event else self.hint

    @property
    def is_event(self) -> bool:
        """Whether it is an event, of which the day is shown."""
        return Event in (self.plain, *typing.get_args(self.plain))

    @property
    def plain(self) -> Any:
        """Its type without what is marked at it."""
        return typing.get_args(self.hint)[0] if typing.get_origin(self.hint) is Annotated else self.hint

    @property
    def convert(self) -> Callable[[Any], Any] | None:
        """What makes of its value what is shown; None where that is the value itself."""
        return day_of if self.is_event else None

    @property
    def is_person(self) -> bool:
        """Whether it is the id of somebody, who is shown."""
        return PersonMark in self.marks


def person(facts: Facts, id: str | tuple[str, ...] | None) -> Any:
    """The person of this id, also where none was registered, or those of several; None where none is named."""
    if isinstance(id, tuple):
        return [person(facts, one) for one in id]
    return TYPES[PersonFacts](facts, facts.get(PERSON, id) or PERSON.initial(id=id)) if id else None


@cache
def documented(cls: type) -> Sequence[Documented]:
    """The fields and properties of a class that bear a `Doc` (or, in a model, a description), in their order, the properties last."""
    hints = {**hints_of(cls)}
    if issubclass(cls, BaseModel):
        return [Documented(name, hints[name], tuple(marks_of(hints[name])), one.description) for name, one in cls.model_fields.items() if one.description]
    for name, found in vars(cls).items():
        if isinstance(found, property) and found.fget is not None:
            hints[name] = typing.get_type_hints(found.fget, include_extras=True).get("return")
    made = ((name, hint, tuple(marks_of(hint))) for name, hint in hints.items() if typing.get_origin(hint) is Annotated)
    return [Documented(*found, doc.documentation) for found in made if (doc := next((mark for mark in found[2] if isinstance(mark, Doc)), None))]


def shown_as(hint: Any) -> Any:
    """What stands for an annotation in the schema. Raises NameError for a thing whose type is not declared yet, as for any name that is not."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        marks = arguments[1:]
        inner = next((shown_as(_BY_MARK[mark]) for mark in marks if isinstance(mark, type) and mark in _BY_MARK), None) or shown_as(arguments[0])
        return Annotated[(inner, *marks)]
    if origin is Shown:
        if arguments[0] not in TYPES:
            raise NameError(f"{arguments[0].__name__} has no type yet")
        return TYPES[arguments[0]]
    if origin in (typing.Union, UnionType):
        return typing.Union[tuple(_within_union(shown_as(one)) for one in arguments)]  # noqa: UP007
    if origin is Event:
        return said_type(arguments[0])
    if origin is tuple:
        return list[shown_as(arguments[0])]  # type: ignore[misc]
    if origin is not None:
        return origin[tuple(map(shown_as, arguments))]
    return value_type(hint) if isinstance(hint, type) and not has_object_definition(hint) and _is_value(hint) else hint


def _within_union(shown: Any) -> Any:
    """A member of a union: of what is a union itself, such as a person, without what is marked at it."""
    inner = typing.get_args(shown)[0] if typing.get_origin(shown) is Annotated else shown
    return inner if typing.get_origin(inner) in (typing.Union, UnionType) else shown


_BY_MARK: Final[dict[type, Any]] = {Ratio: float, PersonMark: Shown[PersonFacts] | None, GlobalIdMark: strawberry.ID}
"""What is marked -> what it is in the schema."""


def _is_value(cls: type) -> bool:
    return (hasattr(cls, "_fields") or dataclasses.is_dataclass(cls) or issubclass(cls, BaseModel)) and bool(documented(cls))


@cache
def value_type(cls: type) -> type:
    """The type of the schema of a documented value (a NamedTuple, a dataclass or a model), of which the value itself is what answers.

    It bears the name of its class, or what that calls `SHOWN_AS`; `ORDER` names its fields in an order that is not theirs.
    """
    fields = [*documented(cls)]
    if order := getattr(cls, "ORDER", ""):
        fields.sort(key=lambda one: order.split().index(one.name))
    own: dict[str, Any] = {one.in_python: _field(one) for one in fields}
    own["__annotations__"] = {one.in_python: Mapped(one.shown) for one in fields}
    made = type(cls.__name__, (), own | {"__module__": cls.__module__})
    return strawberry.type(made, name=getattr(cls, "SHOWN_AS", cls.__name__), description=" ".join((cls.__doc__ or "").split()))


@cache
def said_type(payload: type) -> type:
    """The type of the schema of an event that says this, by the name and docstring of what it says: with each of its fields, and its day.

    Raises TypeError for what says money, which is told by methods that ask who reads it.
    """
    fields = documented(payload)
    if any(Money in (one.plain, *typing.get_args(one.plain)) for one in fields):
        raise TypeError(f"{payload.__name__} says money: tell it by a method that asks who reads it")
    own: dict[str, Any] = {one.in_python: _field(one, attrgetter(f"data.{one.name}")) for one in fields}
    own["on"] = strawberry.field(resolver=day_said, description="The day on which it was true.")
    own["__annotations__"] = {one.in_python: Mapped(one.shown) for one in fields}
    made = type(payload.__name__, (), own | {"__module__": payload.__module__})
    return strawberry.type(made, description=" ".join((payload.__doc__ or "").split()))


def day_said(self: Event) -> date:
    """The day of an event."""
    return self.time.date()


def _field(one: Documented, get: Callable[[Any], Any] | None = None) -> Any:
    convert = one.convert
    if one.is_person:
        get = get or attrgetter(one.name)

        def show(self: Any, info: Info) -> Any:
            # A value knows no moment; of people there is nothing to say but how they stand today.
            return person(info.context.facts(None, None), get(self))

        return strawberry.field(resolver=show, name=one.in_schema, description=one.description)
    if convert is None and get is None and one.in_python == one.name:
        return strawberry.field(name=one.in_schema, description=one.description)

    def resolve(self: Any) -> Any:
        found = get(self) if get else getattr(self, one.name)
        return found if convert is None else convert(found)

    return strawberry.field(resolver=resolve, name=one.in_schema, description=one.description)


class Mapped(StrawberryAnnotation):
    """An annotation that is read as `shown_as` has it, when it is read: by then all types are declared."""

    _shown: Any = None

    def evaluate(self) -> type:
        """The annotation with what stands for it in the schema."""
        if self._shown is None:
            self._shown = shown_as(super().evaluate())
        return self._shown  # type: ignore[no-any-return]


class Resolver(StrawberryResolver[Any]):
    """A method whose annotation is so read."""

    @cached_property
    def type_annotation(self) -> StrawberryAnnotation | None:
        """The type of what it returns."""
        found = super().type_annotation
        return None if found is None else Mapped(found.raw_annotation, namespace=found.namespace)
