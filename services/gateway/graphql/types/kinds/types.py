"""GraphQL types made from kinds: documented fields of a state, references as what they name, events as their days."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, TypeVar, get_args, get_origin

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

import libs.events.catalog  # noqa: F401  (what refers to a kind is declared by importing it)
from libs.events.catalog.duties import DUTIES_OF
from libs.events.event import KINDS, PAYLOADS, Identified, Kind, kind_of
from libs.events.facts import Facts
from libs.events.judgement import Judgement
from libs.events.values import Among, Called, Inverse, Ref
from services.gateway.graphql.context import Info
from services.gateway.graphql.global_ids import inside, outside
from services.gateway.graphql.types.kinds.annotations import TYPES, Documented, Mapped, Resolver, Shown, documented, person
from services.gateway.graphql.types.kinds.connection import PAGE, After, Connection, First, Listing, page
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.events import SaidEvent, Subject, about, first_of, history_of, judged
from services.gateway.graphql.types.kinds.lists import Whole, listing, many_in_words, one_of, ordered, plural_of, wanted

S = TypeVar("S", bound=Identified)
T = TypeVar("T", bound=type[Shown[Any]])
C = TypeVar("C", bound=type)
V = TypeVar("V")

KNOWN: Final = "Whether it was said what it is: a mere reference to it may be heard first, and then it has no more than its id."
JUDGEMENTS: Final = "Every judgement of it, the latest first, also those that count no more because what they judged was taken back or is another by now."

VERSION: Final = "Its version, for `ifMatch` of a mutation and `If-Match`: how many events of it were heard, whatever the moment that is asked about."

BY_KIND: Final[dict[str, type[Shown[Any]]]] = {}
"""Kind of aggregate -> its type of the schema."""

OWNERS_ALONE: Final = {
    "source": "its owner asks the backlog service",
    "webhook": "its owner asks the portfolio service",
    **{kind.name: "duties are derived; what is announced of them is in the stream of events" for kind in DUTIES_OF.values()},
}
"""Kinds that have no type in the schema, and why. Those that tell of another kind (`Kind.tells_of`) are told there."""


class AttributeField(NamedTuple):
    """A field that is an attribute: its name, its type, what it is, and what gives it of a thing."""

    name: str
    annotation: StrawberryAnnotation
    description: str
    get: Callable[[Any], Any]


def shows(kind: Kind[Any], *, order: str = "", private: str = "", known: str = KNOWN) -> Callable[[T], T]:
    """Completes a subclass of `Shown[State]` to the type of a kind in the schema.

    It has the global id, whether it is known, what of the state is documented, its judgements where it is judged, what it refers to, and what the class
    tells by methods of its own; `order` names those that come first, where that is not their order. The class's docstring describes it, or the state's.
    `private` names the fields of the state that are not shown by their names. Raises TypeError where a field is neither documented, told nor private.
    """

    def complete(cls: T) -> T:
        state = get_args(cls.__orig_bases__[0])[0]  # type: ignore[attr-defined]
        attributes = [*_of_state(kind, state, known)]
        for name, other, words, naming in _named_by(kind):
            if name not in vars(cls):
                setattr(cls, name, many(other, words, naming))
        for name, tells in _said_of(kind):
            if name not in vars(cls):
                setattr(cls, name, tells)
        shown = {one.name for one in documented(state)} | {one.name for one in attributes} | vars(cls).keys()
        hidden = {one.name for one in dataclasses.fields(state)} - shown
        if hidden != {*private.split()}:
            raise TypeError(f"{state.__name__}: document, tell or call private {', '.join(sorted(hidden ^ {*private.split()}))}")
        cls.__init__ = Shown.__init__  # type: ignore[method-assign] # a thing is no more than its facts and its state, whatever is asked of it
        first = order if "known" in order.split() else f"known {order}"
        TYPES[state] = BY_KIND[kind.name] = _completed(cls, attributes, f"id {first}", cls.__doc__ or state.__doc__)
        return cls

    return complete


class DerivedValue(Generic[V]):
    """The value of a rule at a moment, as a type of the schema."""

    def __init__(self, facts: Facts, of: V) -> None:
        self.facts, self.of = facts, of


def tells(value: type, *, order: str = "") -> Callable[[C], C]:
    """Completes a class whose `of` is a documented value to a type of the schema: with what is documented of that, and what the class tells by methods."""

    def complete(cls: C) -> C:
        if "__init__" not in vars(cls):
            cls.__init__ = DerivedValue.__init__  # type: ignore[misc] # a thing is no more than its facts and its value
        attributes = [AttributeField(one.in_python, Mapped(one.shown), one.description, _reader(one)) for one in documented(value)]
        return _completed(cls, attributes, order, cls.__doc__ or value.__doc__)

    return complete


def _completed(cls: C, given: list[AttributeField], order: str, description: str | None) -> C:
    told = {name: one.base_resolver for name, one in vars(cls).items() if isinstance(one, StrawberryField) and one.base_resolver is not None}
    own = (_attribute(name, vars(cls)[name].description, resolver) for name, resolver in told.items())
    attributes = {one.name: one for one in (*given, *filter(None, own))}
    names = dict.fromkeys((*order.split(), *(name for name in attributes if name not in told), *told))
    for one in attributes.values():
        setattr(cls, one.name, strawberry.field(description=one.description, name=one.name[:-1] if one.name.endswith("_") else None))
    cls.__annotations__ = {name: attributes[name].annotation if name in attributes else told[name].type_annotation for name in names}
    made = strawberry.type(cls, description=" ".join((description or "").split()))
    for one in attributes.values():
        setattr(made, one.name, property(one.get))
    return made


def _attribute(name: str, description: str, resolver: StrawberryResolver[Any]) -> AttributeField | None:
    """What a method without arguments tells, as an attribute: to read one costs less than to call a resolver."""
    if resolver.arguments or resolver.info_parameter or resolver.is_async or resolver.type_annotation is None:
        return None
    return AttributeField(name, resolver.type_annotation, description, resolver.wrapped_func)  # type: ignore[arg-type]


def _of_state(kind: Kind[Any], state: type, known: str) -> Iterator[AttributeField]:
    fields = documented(state)
    yield AttributeField("id", Mapped(strawberry.ID), f"`{kind.name}:` and the id that commands use.", lambda self: outside(kind.name, self.of.id))
    yield AttributeField("known", Mapped(bool), known, lambda self: kind.known(self.of))
    yield from (AttributeField(one.in_python, Mapped(one.shown), one.description, _reader(one)) for one in fields if not _kinds(one) and not _among(one))
    yield AttributeField("version", Mapped(int), VERSION, lambda self: self.facts.version(kind, self.of.id))
    if any(issubclass(cls, Judgement) and kind_of(name) is kind for name, cls in PAYLOADS.items()):
        yield AttributeField("judgements", Mapped(list[SaidEvent]), JUDGEMENTS, lambda self: judged(self.facts, kind, self.of.id))
    yield from (_reference(one, KINDS[named]) for one in fields for named in _kinds(one))
    yield from (_subject(one) for one in fields if _among(one))


def _said_of(kind: Kind[Any]) -> Iterator[tuple[str, Any]]:
    """What every thing of a kind tells of its events: all of them, and the first."""

    @told("All that was said of it itself, the latest first; what was taken back is marked. Of what lies in a team or a product, its `story` tells.")
    def history(self: Shown[Any], first: First = PAGE, after: After = None) -> Connection[SaidEvent]:
        return history_of(self.facts, kind.name, self.of.id, first, after)

    @told("The first that was said of it, by the time it was true; null where it was only named.")
    def first_event(self: Shown[Any]) -> SaidEvent | None:
        return first_of(self.facts, kind.name, self.of.id)

    yield "history", history
    yield "first_event", first_event


def _kinds(one: Documented) -> list[str]:
    return [mark.kind for mark in one.marks if isinstance(mark, Ref)]


def _among(one: Documented) -> tuple[str, ...]:
    return next((mark.kinds for mark in one.marks if isinstance(mark, Among)), ())


def _reader(one: Documented) -> Callable[[Any], Any]:
    name, convert = one.name, one.convert
    if Called in one.marks:
        return lambda self: getattr(self.of, name) or self.of.id
    if one.is_person:
        return lambda self: person(self.facts, getattr(self.of, name))
    return attrgetter(f"of.{name}") if convert is None else lambda self: convert(getattr(self.of, name))


def _reference(one: Documented, kind: Kind[Any]) -> AttributeField:
    """What a field of ids names, also where nothing was heard of it yet."""
    name, several, thing = one.name, get_origin(one.plain) is tuple, Shown[kind.state]  # type: ignore[name-defined]
    if several:
        return AttributeField(name, Mapped(list[thing]), one.description, lambda self: [named(self.facts, kind, id) for id in getattr(self.of, name)])  # type: ignore[valid-type]
    if type(None) in get_args(one.plain):
        return AttributeField(name, Mapped(thing | None), one.description, lambda self: named_maybe(self.facts, kind, getattr(self.of, name)))
    return AttributeField(name, Mapped(thing), one.description, lambda self: named(self.facts, kind, getattr(self.of, name)))


def _subject(one: Documented) -> AttributeField:
    """What a field of global ids names, whatever its kind."""
    name = one.name
    if get_origin(one.plain) is tuple:
        return AttributeField(name, Mapped(list[Subject]), one.description, lambda self: [about(self.facts, id) for id in getattr(self.of, name)])
    return AttributeField(name, Mapped(Subject), one.description, lambda self: about(self.facts, getattr(self.of, name)))


def show(facts: Facts, kind: Kind[S], state: S) -> Shown[S]:
    """A thing of a kind."""
    return BY_KIND[kind.name](facts, state)


def named(facts: Facts, kind: Kind[S], id: str) -> Shown[S]:
    """The thing of an id, also where nothing was heard of it yet."""
    return BY_KIND[kind.name](facts, facts.get(kind, id) or kind.initial(id=id))


def named_maybe(facts: Facts, kind: Kind[S], id: str | None) -> Shown[S] | None:
    """The same; None where none is named."""
    return named(facts, kind, id) if id else None


def many(
    kind: Kind[S], description: str, of: Callable[..., Whole[S] | Sequence[S]], *, more: Mapping[str, tuple[Any, Any]] | None = None, default: str = "by id"
) -> Any:
    """A field with a list of a kind, page by page, with its filter and its order: of the whole list, or of these in the order of ids.

    `more` are further arguments that `of` takes (their annotations and their defaults), `default` is in which order it is without any.
    """

    def resolve(self: Any, info: Info, first: int, after: str | None, filter: Any, order_by: Any, **narrowed: Any) -> Any:
        found = of(self, **narrowed)
        whole = found if isinstance(found, Whole) else Whole(f"{kind.plural} of {self.of.id}", found)
        return page_of(self.facts, kind, listing(kind, self.facts, whole, filter, order_by, reading(info, self.facts, kind)), first, after)

    arguments = {
        "info": (Info, None),
        "first": (First, PAGE),
        "after": (After, None),
        **(more or {}),
        "filter": (wanted(kind), None),
        "order_by": (ordered(kind, default), None),
    }
    return _field(resolve, Connection[Shown[kind.state]], description, arguments)  # type: ignore[name-defined]


def reading(info: Info, facts: Facts, kind: Kind[Any]) -> Callable[[str], bool]:
    """Of which of a kind the caller may see the money."""
    return lambda id: info.context.reads_money(facts, kind.name, id)


def every(kind: Kind[S], at: Mapping[str, tuple[Any, Any]]) -> Any:
    """A field with a list of all of a kind, at the moment that the arguments `at` name."""

    def resolve(self: Any, info: Info, first: int, after: str | None, filter: Any, order_by: Any, **moment: Any) -> Any:
        facts = info.context.facts(*moment.values())
        whole = Whole(kind.plural, [state for state in facts.every(kind) if BY_KIND[kind.name].tells(state)])
        return page_of(facts, kind, listing(kind, facts, whole, filter, order_by, reading(info, facts, kind)), first, after)

    arguments = {
        "info": (Info, None),
        "first": (First, PAGE),
        "after": (After, None),
        "filter": (wanted(kind), None),
        "order_by": (ordered(kind, "by id"), None),
    }
    words = f"All {many_in_words(kind)}, by id."
    return _field(resolve, Connection[Shown[kind.state]], words, {**arguments, **at})  # type: ignore[name-defined]


def single(kind: Kind[S], id: Any, at: Mapping[str, tuple[Any, Any]], description: str = "") -> Any:
    """A field with the thing of a kind that has the id `id`, at the moment that the arguments `at` name."""

    def resolve(self: Any, info: Info, id: str, **moment: Any) -> Any:
        facts = info.context.facts(*moment.values())
        state = facts.get(kind, inside(kind.name, id))
        return show(facts, kind, state) if state is not None else None

    arguments = {"info": (Info, None), "id": (id, inspect.Parameter.empty), **at}
    words = description or f"One {one_of(kind).replace('_', ' ')}; null on a day before its first event."
    return _field(resolve, Shown[kind.state] | None, words, arguments)  # type: ignore[name-defined]


def _field(resolve: Callable[..., Any], gives: Any, description: str, arguments: Mapping[str, tuple[Any, Any]]) -> Any:
    """A field that a function gives, whose arguments (their annotations and their defaults) are known by now alone."""
    given = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=one[1], annotation=one[0]) for name, one in arguments.items()]
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    resolve.__signature__ = inspect.Signature([itself, *given], return_annotation=gives)  # type: ignore[attr-defined]
    return strawberry.field(description=description)(Resolver(resolve))


def inverses(kind: Kind[Any]) -> Iterator[tuple[str, Kind[Any]]]:
    """The lists that a thing of a kind has of what names it, and of which kind they are."""
    return ((name, other) for name, other, _, _ in _named_by(kind))


def _named_by(kind: Kind[Any]) -> Iterator[tuple[str, Kind[Any], str, Callable[[Any], Sequence[Any]]]]:
    """What names a kind: how the list of all that name a thing is called there, what is listed, in words, and how it is found."""
    for other in sorted(KINDS.values(), key=lambda one: one.name):
        naming = [one for one in documented(other.state) if kind.name in (*_kinds(one), *_among(one))]
        for one in naming:
            name = plural_of(other) if len(naming) == 1 else f"{plural_of(other)}_as_{one.name}"
            said = next((mark.description for mark in one.marks if isinstance(mark, Inverse)), None)
            words = said or f"The {many_in_words(other)} that name it as their {one.name.replace('_', ' ')}, by id."
            yield name, other, words, _naming(other, one.name, f"{kind.name}:" if _among(one) else "")


def _naming(kind: Kind[Any], field: str, before: str) -> Callable[[Any], Sequence[Any]]:
    return lambda self: self.facts.related(kind, field, f"{before}{self.of.id}")


def page_of(facts: Facts, kind: Kind[S], listing: Listing[S], first: int, after: str | None) -> Connection[Shown[S]]:
    """The page of at most `first` things behind a cursor. Raises Invalid for what is no cursor of this list."""
    made = BY_KIND[kind.name]
    return page(listing, lambda state: made(facts, state), first, after)
