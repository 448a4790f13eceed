"""What annotations mean in the schema: a thing of a kind is its type, and a documented value of a rule is a type of its own."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache, cached_property
from types import UnionType
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar

import strawberry
from annotated_doc import Doc
from pydantic import BaseModel
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import has_object_definition
from strawberry.types.fields.resolver import StrawberryResolver

from libs.events.event import Event, Identified, day_of
from libs.events.facts import Facts
from libs.events.values import GlobalIdMark, PersonMark, Ratio
from services.gateway.types.node import Node
from services.gateway.types.person import Person, person

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
"""State -> its type of the schema; filled by `services.gateway.types.kinds`."""


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
        if self.is_event:
            return day_of
        return person if PersonMark in self.marks else None


@cache
def documented(cls: type) -> Sequence[Documented]:
    """The fields and properties of a class that bear a `Doc` (or, in a model, a description), in their order, the properties last."""
    hints = typing.get_type_hints(cls, include_extras=True)
    if issubclass(cls, BaseModel):
        return [Documented(name, hints[name], tuple(marks_of(hints[name])), one.description) for name, one in cls.model_fields.items() if one.description]
    for name, found in vars(cls).items():
        if isinstance(found, property) and found.fget is not None:
            hints[name] = typing.get_type_hints(found.fget, include_extras=True).get("return")
    made = ((name, hint, tuple(marks_of(hint))) for name, hint in hints.items() if typing.get_origin(hint) is Annotated)
    return [Documented(*found, doc.documentation) for found in made if (doc := next((mark for mark in found[2] if isinstance(mark, Doc)), None))]


def marks_of(hint: Any) -> Iterator[Any]:
    """Whatever an annotation, or one within it, is marked with."""
    yield from getattr(hint, "__metadata__", ())
    for inner in typing.get_args(hint):
        yield from marks_of(inner)


def shown_as(hint: Any) -> Any:
    """What stands for an annotation in the schema. Raises NameError for a thing whose type is not declared yet, as for any name that is not."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        marks = arguments[1:]
        inner = next((_BY_MARK[mark] for mark in marks if isinstance(mark, type) and mark in _BY_MARK), None) or shown_as(arguments[0])
        return Annotated[(inner, *marks)]
    if origin is Shown:
        if arguments[0] not in TYPES:
            raise NameError(f"{arguments[0].__name__} has no type yet")
        return TYPES[arguments[0]]
    if origin in (typing.Union, UnionType):
        return typing.Union[tuple(map(shown_as, arguments))]  # noqa: UP007
    if origin is tuple:
        return list[shown_as(arguments[0])]  # type: ignore[misc]
    if origin is not None:
        return origin[tuple(map(shown_as, arguments))]
    return value_type(hint) if isinstance(hint, type) and not has_object_definition(hint) and _is_value(hint) else hint


_BY_MARK: Final[dict[type, Any]] = {Ratio: float, PersonMark: Person | None, GlobalIdMark: strawberry.ID}
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


def _field(one: Documented) -> Any:
    convert = one.convert
    if convert is None and one.in_python == one.name:
        return strawberry.field(name=one.in_schema, description=one.description)

    def resolve(self: Any) -> Any:
        found = getattr(self, one.name)
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
