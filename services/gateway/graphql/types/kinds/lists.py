"""Filters and orders of lists, made from the fields of a kind's state, and their application."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, partial
from types import new_class
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar, get_args, get_origin

import strawberry

from libs.commands.errors import Invalid
from libs.events.catalog.portfolio.lifecycle import DEFAULT_LIFECYCLE
from libs.events.choice import Choice, choice
from libs.events.cost import spend
from libs.events.derivations.memo import EVENTS
from libs.events.event import KINDS, Event, Identified, Kind, day_of
from libs.events.facts import Facts
from libs.events.values import Among, Called, OrganisationId, PersonMark, Ref, hints_of, marks_of
from libs.rules.authority import belonging, has_scope
from libs.rules.text import fold
from services.gateway.graphql.global_ids import chosen, inside
from services.gateway.graphql.types.kinds.annotations import Documented, documented
from services.gateway.graphql.types.kinds.connection import Listing
from services.gateway.graphql.types.kinds.list_fields import LIST_FIELDS, By, ListFields

S = TypeVar("S", bound=Identified)

MOST_SOUGHT: Final = 1_000
"""Characters of a text that a field must hold."""
ANYTHING: Final = "*"
_GIVEN: Final = {"lifecycle": DEFAULT_LIFECYCLE.id}
"""What is there without anybody's having said so."""


class Direction(Choice):
    """Which end comes first. What has no such value comes last either way."""

    ASC = choice("asc", "The smallest, the earliest, A.", words="Ascending")
    DESC = choice("desc", "The largest, the latest, Z.", words="Descending")


@dataclass(frozen=True)
class Whole(Generic[S]):
    """A list before anything of it is wanted: its name, by which its cursors know it, and all of it in its own order.

    `shown` is what of it is there to be wanted (None: all); `own` the field of the order that means its own order, where that is not the order of ids, and
    `mark` changes where somebody has put a thing at another place by hand.
    """

    name: str
    states: Sequence[S]
    shown: Sequence[S] | None = None
    own: str | None = None
    mark: Callable[[S], int] = lambda state: 0


class Value(NamedTuple):
    """What something is wanted or ordered by, where it is of a thing, and what it is: a choice, a kind's id, a text, a day, …"""

    by: By
    get: Callable[[Facts, Any], Any]
    plain: type
    marks: tuple[Any, ...]

    @property
    def refers(self) -> str | None:
        """The kind whose ids it holds; `ANYTHING` where they are global ids."""
        if PersonMark in self.marks:
            return "person"
        return next((mark.kind if isinstance(mark, Ref) else ANYTHING for mark in self.marks if isinstance(mark, Ref | Among)), None)

    def readable(self, reads: Callable[[str], bool]) -> Callable[[Facts, Any], Any]:
        """What it is, for whoever reads the money of these; None of the others, where it is money."""
        get = self.get
        return (lambda facts, thing: get(facts, thing) if reads(thing.id) else None) if self.by.money else get

    @property
    def sort(self) -> type:
        """By what it is looked up how it can be wanted, and ordered by."""
        if Called in self.marks:
            return Called
        return Ref if self.refers else Choice if issubclass(self.plain, Choice) else self.plain


def fields_of(kind: Kind[Any]) -> ListFields:
    """What a list of this kind says beside the state's own fields."""
    return LIST_FIELDS.get(kind.name, ListFields())


def plural_of(kind: Kind[Any]) -> str:
    """The name of a field of the schema that has many of a kind."""
    name = fields_of(kind).name
    return f"{name}s" if name else kind.plural


def one_of(kind: Kind[Any]) -> str:
    """The name of a field of the schema that has one of a kind."""
    return fields_of(kind).name or kind.name


def many_in_words(kind: Kind[Any]) -> str:
    """What many of a kind are called."""
    return fields_of(kind).words or plural_of(kind).replace("_", " ")


def listing(kind: Kind[S], facts: Facts, whole: Whole[S], wanted: Any, order: Any, reads: Callable[[str], bool] = lambda id: False) -> Listing[S]:
    """What is wanted of a list, in the order that was asked for; `reads` says of which (its id) the reader may see the money.

    Raises Invalid and NotFound for ids of something else, and of nothing.
    """
    shown = whole.states if whole.shown is None else whole.shown
    states = shown if wanted is None else list(_fitting(kind, facts, shown, wanted, reads))
    by_id = whole.own is None
    if order is None:
        return Listing(whole.name, whole.states, states, by_id=by_id, mark=whole.mark)
    backwards, get = order.direction is Direction.DESC, orders(kind)[order.by].readable(reads)
    key = None if order.by == whole.own else lambda state: _sortable(get(facts, state))
    name = f"{whole.name} by {order.by.name} {order.direction.name}"
    return Listing(name, whole.states, _ordered(states, key, backwards), key, backwards, by_id, whole.mark)


def _fitting(kind: Kind[S], facts: Facts, states: Iterable[S], wanted: Any, reads: Callable[[str], bool]) -> Iterator[S]:
    """Those that every field of a filter fits; what is derived is looked at last."""
    given = {name: value for name, value in filters(kind).items() if getattr(wanted, name) is not None}
    first = sorted(given, key=lambda name: not isinstance(given[name].by.get, str))
    tests = [(given[name].readable(reads), _test(facts, name, given[name], getattr(wanted, name))) for name in first]
    return (state for state in _through(states) if all(fits(get(facts, state)) for get, fits in tests))


def _test(facts: Facts, name: str, value: Value, wanted: Any) -> Callable[[Any], bool]:
    """Whether what a thing has fits what is wanted."""
    if value.by.check is not None:
        value.by.check(facts, wanted, f"filter.{name}")
    if isinstance(wanted, str):
        sought = _folded(wanted)
        return lambda found: any(sought in fold(one) for one in _each(found))
    if isinstance(wanted, list):
        one_of = frozenset(_id(facts, value, one, f"filter.{name}") for one in wanted)
        return lambda found: not one_of.isdisjoint(_each(found))
    if isinstance(wanted, bool):
        return lambda found: found is wanted
    if name.endswith(("_from", "_at_least")):
        return lambda found: found is not None and _comparable(found) >= wanted
    return lambda found: found is not None and _comparable(found) <= wanted


def _each(found: Any) -> Iterable[Any]:
    return found if isinstance(found, tuple | list | frozenset | set) else (found,) if found is not None else ()


def _comparable(found: Any) -> Any:
    return day_of(found) if isinstance(found, Event) else found


def _id(facts: Facts, value: Value, wanted: Any, name: str) -> Any:
    """A plain id, from a global or a plain one; what is no id stays as it is. Raises Invalid and NotFound as `chosen` does."""
    kind = value.refers
    if kind == ANYTHING:
        return wanted
    if kind is None or (kind in _GIVEN and inside(kind, wanted) == _GIVEN[kind]):
        return inside(kind, wanted) if kind else wanted
    if kind == "person":
        if (id := inside(kind, wanted)) is None:
            raise Invalid(f"{wanted[:80]!r} is not the id of a person", field=name)
        return id
    return chosen(facts.histories, kind, wanted, name)


def _folded(text: str) -> str:
    if len(text) > MOST_SOUGHT:
        raise Invalid(f"longer than {MOST_SOUGHT:,} characters", field="filter", remedy="Give a part of the name.")
    return fold(text)


def _sortable(found: Any) -> Any:
    """What a list is ordered by: of a choice its place, of an event when it was said, of a text its letters."""
    match found:
        case Event():
            return found.order
        case Choice():
            return list(type(found)).index(found)
        case str():
            return fold(found)
        case Decimal():
            return float(found)
    return found


def _ordered(states: Sequence[S], key: Callable[[S], Any] | None, backwards: bool) -> Sequence[S]:
    """By a key, without one in the order as it is; what has none comes last either way, and equals stay as they were."""
    if key is None:
        return states[::-1] if backwards else states
    keyed = [(key(state), state) for state in _through(states)]
    known = sorted(((k, s) for k, s in keyed if k is not None), key=lambda one: one[0], reverse=backwards)
    return [s for _, s in known] + [s for k, s in keyed if k is None]


def _through(states: Iterable[S]) -> Iterator[S]:
    """Each of them; looking at a long list costs what it costs."""
    for n, state in enumerate(states):
        if n % EVENTS == 0:
            spend()
        yield state


_DAYS: Final = (("_from", "{0}: this one or later."), ("_until", "{0}: this one or earlier."))
_NUMBERS: Final = (("_at_least", "{0}: this or more."), ("_at_most", "{0}: this or less."))
_ONE_OF_THESE: Final = (("", "{0}: one of these."),)
_ANY_CASE: Final = "without regard to case and accents"
_FILTERS: Final[Mapping[type, Sequence[tuple[str, str]]]] = {
    Called: (("", f"With a {{1}} that holds this, {_ANY_CASE}."),),
    Ref: _ONE_OF_THESE,
    Choice: _ONE_OF_THESE,
    str: (("", f"{{0}}: holding this, {_ANY_CASE}."),),
    bool: (("", "{0}."),),
    **dict.fromkeys((date, Event), _DAYS),
    **dict.fromkeys((int, Decimal), _NUMBERS),
}
"""What a value is -> by what it can be wanted: what the field's name ends with, and how it is described."""
_ORDERS: Final[Mapping[type, str]] = {
    Called: f"Its {{1}}, {_ANY_CASE}.",
    Ref: f"{{0}}: its name, {_ANY_CASE}.",
    Choice: "{0}: in the order of {2}.",
    str: f"{{0}}, {_ANY_CASE}.",
    **dict.fromkeys((bool, int, Decimal, date, Event), "{0}."),
}
"""What a value is -> how it is described as what a list is ordered by."""


@cache
def filters(kind: Kind[Any]) -> Mapping[str, Value]:
    """Field of the filter of a kind -> what it looks at: those that are declared, then those of the state."""
    given = fields_of(kind).filter
    found = {name: _value(kind, by) for name, by in given.items() if by}
    if "organisation" not in found and has_scope(kind.state):
        within = By("Within one of these: at home there, or of a product or a team that is.", partial(_answering, kind), OrganisationId)
        found["organisation"] = _value(kind, within)
    for one, value in _of_state(kind, given):
        for end, words in _FILTERS.get(value.sort, ()):
            found.setdefault(f"{one.name.removesuffix('_on')}{end}", _worded(value, one, words))
    return {name: found[name] for name in (*given, *(name for name in found if name not in given))}


@cache
def orders(kind: Kind[Any]) -> Mapping[str, Value]:
    """Field of the order of a kind -> what it looks at: those that are declared, then the id, then those of the state."""
    given = fields_of(kind).order
    found = {name: _value(kind, by) for name, by in given.items() if by}
    found["id"] = _value(kind, By("Its id, character by character.", "id"))
    for one, value in _of_state(kind, given):
        if value.sort in _ORDERS and get_origin(one.plain) is not tuple and value.refers != ANYTHING:
            get = _name_of(KINDS[value.refers], one.name) if value.refers in KINDS else value.get
            found.setdefault(one.name.removesuffix("_on"), _worded(value, one, _ORDERS[value.sort])._replace(get=get))
    return {name: found[name] for name in (*given, *(name for name in found if name not in given))}


def _of_state(kind: Kind[Any], given: Mapping[str, By | None]) -> Iterator[tuple[Documented, Value]]:
    """What of a state is documented and no declaration looks at."""
    looked_at = {by.get for by in given.values() if by}
    return ((one, _value(kind, By("", one.name))) for one in documented(kind.state) if one.name not in looked_at)


def _worded(value: Value, one: Documented, words: str) -> Value:
    """With what a field is as its words: what it is, without when it is null."""
    said = re.split("[;:]", one.description, maxsplit=1)[0].removesuffix(".")
    return value._replace(by=By(words.format(said, one.name.replace("_", " "), value.plain.__name__), value.by.get))


@cache
def filter_type(kind: Kind[Any]) -> Any:
    """The input type by which a list of a kind is narrowed."""
    fields = filters(kind)
    made = type(f"{_pascal(kind)}Filter", (), {name: strawberry.field(default=None, description=one.by.words) for name, one in fields.items()})
    made.__annotations__ = {name: _as_input(one) | None for name, one in fields.items()}
    of = f"Which {many_in_words(kind)} are wanted: every field that is given must fit, and of a list one of its values."
    return strawberry.input(made, description=of)


@cache
def order_type(kind: Kind[Any]) -> Any:
    """The input type by which a list of a kind is put in order."""
    called = many_in_words(kind)

    def members(body: dict[str, Any]) -> None:
        body["__doc__"], body["__module__"] = f"By what {called} can be ordered.", __name__
        for name, one in orders(kind).items():
            body[name.upper()] = choice(name, one.by.words)

    by = new_class(f"{_pascal(kind)}OrderField", (Choice,), exec_body=members)
    direction = strawberry.field(default=Direction.ASC, description="Which end comes first.")
    made = type(f"{_pascal(kind)}Order", (), {"by": strawberry.field(description="The value by which they are ordered."), "direction": direction})
    made.__annotations__ = {"by": by, "direction": Direction}
    return strawberry.input(made, description=f"In which order {called} come.")


def wanted(kind: Kind[Any]) -> Any:
    """The argument by which a list of a kind is narrowed, as an annotation."""
    return Annotated[filter_type(kind) | None, strawberry.argument(description="Which of them. Default: all.")]


def ordered(kind: Kind[Any], default: str) -> Any:
    """The argument by which it is put in order, as an annotation."""
    return Annotated[order_type(kind) | None, strawberry.argument(description=f"In which order. Default: {default}.")]


def _value(kind: Kind[Any], by: By) -> Value:
    """What a declaration looks at."""
    get, state = by.get, kind.state
    if not isinstance(get, str):
        return Value(by, get, _plain(by.type), tuple(marks_of(by.type)))
    hint = next((one.hint for one in documented(state) if one.name == get), None) or hints_of(state)[get]
    marks, name = tuple(marks_of(hint)), get
    if Called in marks:
        return Value(by, lambda _, thing: getattr(thing, name) or thing.id, str, marks)
    return Value(by, lambda _, thing: getattr(thing, name), _plain(hint), marks)


def _as_input(value: Value) -> Any:
    if value.refers:
        return list[strawberry.ID]
    if value.by.exact or issubclass(value.plain, Choice):
        return list[value.plain]  # type: ignore[name-defined]
    return date if value.plain is Event else value.plain


def _plain(hint: Any) -> type:
    """The one class that a value is of, or several of it: without marks, without None."""
    if get_origin(hint) is Annotated:
        return _plain(get_args(hint)[0])
    arguments = [one for one in get_args(hint) if one not in (type(None), ...)]
    return _plain(arguments[0]) if arguments else hint if isinstance(hint, type) else object


def _name_of(kind: Kind[Any], field: str) -> Callable[[Facts, Any], Any]:
    """The name of what a field names; its id while it has none."""
    name = next((one.name for one in documented(kind.state) if Called in one.marks), "id")

    def of(facts: Facts, thing: Any) -> Any:
        id = getattr(thing, field)
        return (getattr(facts.get(kind, id), name, None) or id) if id else None

    return of


def _answering(kind: Kind[Any], facts: Facts, thing: Any) -> tuple[str, ...]:
    return tuple(id for of, id in belonging(facts, kind.name, thing.id) if of == "organisation")


def _pascal(kind: Kind[Any]) -> str:
    return kind.name.title().replace("_", "")
