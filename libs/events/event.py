"""What an event is: payloads under stable type names, kinds of aggregates, and what is visible of a history at a moment."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Generic, Protocol, Self, TypeVar, dataclass_transform

from annotated_doc import Doc
from pydantic import TypeAdapter
from typing_extensions import TypeVar as TypeVarOr

from libs.calendar.local_time import HOME, wall
from libs.events.values import OverrideApprovalId, named, naming, shared
from libs.runtime.frozen_dataclasses import copier


class Payload:
    """What an event says: frozen fields in the domain's words. `TYPE` is its stable name, for ever."""

    __slots__ = ()
    TYPE: ClassVar[str]

    @classmethod
    def of(cls, given: object, /, **more: Any) -> Self:
        """What a command (or whatever has fields of the same names) gives for its fields, and what is said besides; no id or text stands there twice."""
        return cls(**shared(cls, given, without=more), **more)

    def known_as(self) -> Iterable[tuple[str, str]]:
        """Further (field, name) pairs by which its aggregate is found again: names that others gave it, which are no ids of aggregates."""
        return ()


P = TypeVar("P", bound=Payload)
Newer = TypeVar("Newer", bound=Payload)
Said = TypeVarOr("Said", bound=Payload, default=Payload, covariant=True)


class Identified(Protocol):
    """What every state has."""

    @property
    def id(self) -> str: ...


S = TypeVar("S", bound=Identified)

PAYLOADS: dict[str, type[Payload]] = {}
"""Type name -> class, for every event that has ever been published."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(type_name: str) -> Callable[[type[P]], type[P]]:
    """Declares an event class under its stable name (`headway.backlog.item.delivered.v1`)."""

    def declare(cls: type[P]) -> type[P]:
        frozen = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        frozen.TYPE = type_name
        return register(type_name, frozen)

    return declare


def register(type_name: str, cls: type[P]) -> type[P]:
    """Binds a type name to its class, once; declaring it twice is a fault of the programmer."""
    if type_name in PAYLOADS:
        raise ValueError(f"{type_name} is declared twice")
    PAYLOADS[type_name] = cls
    return cls


def upcasts(older: type[P], newer: type[Newer]) -> Callable[[Callable[[P], Newer]], Callable[[P], Newer]]:
    """Declares how what an older version of an event said is said in the next one: a pure function, asked whenever such an event is read.

    Raises ValueError unless `newer` is the version after `older` of the same event, or where `older` has one already.
    """
    (name, number), (same, following) = _version(older), _version(newer)
    if name != same or following != number + 1 or older in UPCASTS:
        raise ValueError(f"{newer.TYPE} cannot be what follows {older.TYPE}")

    def declare(upcast: Callable[[P], Newer]) -> Callable[[P], Newer]:
        UPCASTS[older] = upcast
        return upcast

    return declare


def current(data: Payload) -> Payload:
    """What was said, in the newest version of its event. Raises ValueError where an upcaster fails."""
    while (upcast := UPCASTS.get(type(data))) is not None:
        try:
            data = upcast(data)
        except Exception as e:
            raise ValueError(f"{data.TYPE} cannot be read as its next version: {type(e).__name__}: {e}") from e
    return data


UPCASTS: dict[type[Payload], Callable[[Any], Payload]] = {}
"""Older version of an event -> the function that says it in the next one."""


def _version(cls: type[Payload]) -> tuple[str, int]:
    name, _, number = cls.TYPE.rpartition(".v")
    return name, int(number)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def state(cls: type[S]) -> type[S]:
    """Declares the state that the events of an aggregate fold to."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(Payload):
    """An earlier event of the same aggregate (its position) is out, for every day, from this event's `recorded` on."""

    event: Annotated[str, Doc("The event that is taken back: its position.")]
    reason: Annotated[str, Doc("Why it is taken back.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden(Payload):
    """A rule was lifted for the command whose events follow it, and for what they say alone: `judges` is the position of the first of them."""

    rule: Annotated[str, Doc("The rule that was lifted.")]
    reason: Annotated[str, Doc("Why it was lifted.")]
    command: Annotated[str, Doc("The command for which it was.")]
    judges: Annotated[str | None, Doc("The first event of that command: its position.")] = dataclasses.field(default=None, compare=False)
    approval: Annotated[OverrideApprovalId | None, Doc("The approval that it rests on, where somebody else than an approver said the command.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded(Payload):
    """Stands in a world's history for an event that could not be read and that an operator passed over; it is never stored or published."""

    reason: str


Discarded.TYPE = "headway.discarded"

EVERYWHERE: dict[str, type[Payload]] = {"retracted": Retracted, "overridden": Overridden}
"""Said of any aggregate; the type name takes the aggregate's service and kind."""


Order = tuple[datetime, datetime, datetime, str, int]
"""What sorts events in time (`Event.order`)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asserted something: a person's or a program's id, and the role in which it spoke."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class Event(Generic[Said]):
    """One fact: what was said, of which aggregate, by whom, and the three times (true, learned, arrived).

    `time` is said in the time of the place that it is about (`libs.calendar.local_time`), so that its day is the day there; the others in UTC.
    `data` is what it says in the newest version of the event; `written` what it was written as, where that was an older one. `Event[HealthRecorded]` is one
    that says that; where a state documents one, the schema shows what it says and its day.
    """

    aggregate: str
    sequence: int
    time: datetime
    recorded: datetime
    stored: datetime
    actor: Actor
    data: Said
    traceparent: str | None = None
    written: Payload | None = None

    @property
    def id(self) -> str:
        """Its position, `kind:id@sequence`, which no other event has."""
        return f"{self.aggregate}@{self.sequence}"

    @property
    def order(self) -> Order:
        """By what events of several aggregates come in an order of time, the same on every replica: when they were true, and at one instant as they were said.

        That is, as they were learned, then as they were stored: an owner stores each command later than the one before it. What earlier releases stored
        of one bulk at one instant comes in order of its aggregates' ids.
        """
        return self.time, self.recorded, self.stored, self.aggregate, self.sequence

    @property
    def kind(self) -> str:
        return self.aggregate.partition(":")[0]

    @property
    def type(self) -> str:
        """The stable name of what was written: an older version keeps its own."""
        return type_of(self.kind, type(self.data if self.written is None else self.written))


def began_by(event: Event | None, id: str) -> tuple[bool, Order | str]:
    """By what things come in the order in which they began, each by its event; those that none began come last, by id."""
    return (False, event.order) if event is not None else (True, id)


def earliest(*events: Event | None) -> Event | None:
    """The first of these by their order of time; None where there is none."""
    return min((event for event in events if event is not None), key=lambda event: event.order, default=None)


class Kind(Generic[S]):
    """A kind of aggregate: who owns it, what its events fold to, and how.

    `defined_by` are the payloads that say what it is, and `definition` the fields of its state that are so said and do not come and go with time: its name, its
    home, its lifecycle. Of a moment before they were said they are read as they were said first (`Facts.get`, `Facts.defined`). `tells_of` names the kind of
    thing that it is a part of and whose id it bears: a graduation is a team's, a backlog a product's. `noun` is what the types of its events call it, where
    kinds of several services are called the same, and `says` the events, by their verbs, that other kinds say too.
    `merged` is the field, of its state and of the event that says so, with the things of its kind that were merged into it: what names one of them names this
    one from then on (`Facts.heir`).

    `begins` says that a thing of it comes about by what defines it, as a metric does: nothing is true of it before that. A team or a product was there before
    anybody registered it, so that earlier days may be told of it. `ends` is the field of its state with the event after which nothing more is said of it.
    """

    def __init__(
        self,
        service: str,
        name: str,
        plural: str,
        initial: Callable[..., S],
        evolve: Callable[[S, Event], S],
        *,
        defined_by: tuple[type[Payload], ...] = (),
        definition: tuple[str, ...] = (),
        tells_of: str = "",
        noun: str = "",
        begins: bool = False,
        ends: str = "",
        says: Mapping[str, type[Payload]] = MappingProxyType({}),
        merged: str = "",
    ) -> None:
        self.service, self.name, self.plural, self.evolve = service, name, plural, evolve
        self.defined_by, self.definition, self.tells_of, self.noun = defined_by, definition, tells_of, noun or name
        self.begins, self.ends, self.merged = begins, ends, merged
        self._unsaid = initial(id="")
        # A class makes the same for every id, so that copying what it made once will do.
        self.initial = partial(changed, self._unsaid) if isinstance(initial, type) else initial
        if name in KINDS:
            raise ValueError(f"the kind {name} is declared twice")
        KINDS[name] = _BY_NOUN[service, self.noun] = self
        for verb, cls in {**EVERYWHERE, **says}.items():
            _VERBS[cls] = verb
            register(f"headway.{service}.{self.noun}.{verb}.v1", cls)

    def key(self, id: str) -> str:
        """The aggregate's name everywhere: `kind:id`."""
        return f"{self.name}:{id}"

    @property
    def state(self) -> type:
        """The class of its states."""
        return type(self._unsaid)

    def fold(self, id: str, events: Iterable[Event]) -> S | None:
        """The state after these events, in this order; None without any."""
        state: S | None = None
        for e in events:
            state = self.evolve(self.initial(id=id) if state is None else state, e)
        return state

    def first_defined(self, id: str, events: Iterable[Event]) -> S | None:
        """The definition as it was said first, and nothing else; None where it never was. `events` are visible ones, of all days, in order."""
        said = [e for e in events if isinstance(e.data, self.defined_by)]
        return self.with_definition(self.initial(id=id), self.fold(id, (e for e in said if e.time == said[0].time))) if said else None

    def known(self, state: S) -> bool:
        """Whether it was said what it is: a mere reference to it may be heard first. Of a kind without a definition, such as a person, whether anything was."""
        if not self.definition:
            return state != changed(self._unsaid, id=state.id)
        return any(getattr(state, field) != getattr(self._unsaid, field) for field in self.definition)

    def with_definition(self, state: S, defined: S | None) -> S:
        """A state with what a definition says, in the fields of which nothing was said yet."""
        if defined is None:
            return state
        unsaid = self.initial(id=state.id)
        return changed(state, **{f: getattr(defined, f) for f in self.definition if getattr(state, f) == getattr(unsaid, f)})

    def __repr__(self) -> str:
        return f"Kind({self.name})"


KINDS: dict[str, Kind[Any]] = {}
"""Every kind of aggregate by its name."""

_BY_NOUN: dict[tuple[str, str], Kind[Any]] = {}


def kind_of(type_name: str) -> Kind[Any]:
    """The kind of which events of this type are said. Raises KeyError where there is none."""
    _, service, noun, *_ = type_name.split(".")
    return _BY_NOUN[service, noun]


def day_of(event: Event | None) -> date | None:
    """The day on which something was true, at its own place; None where nothing says it."""
    return event.time.date() if event is not None else None


def type_of(kind: str, cls: type[Payload]) -> str:
    """The stable name under which a payload of this class is published for an aggregate of this kind."""
    verb = _VERBS.get(cls)
    return f"headway.{KINDS[kind].service}.{KINDS[kind].noun}.{verb}.v1" if verb else cls.TYPE


def adapter(cls: type[Payload]) -> TypeAdapter[Payload]:
    """Reads and writes a payload as JSON; a payload that does not fit raises pydantic's ValidationError."""
    found = _ADAPTERS.get(cls)
    if found is None:
        found = _ADAPTERS[cls] = TypeAdapter(cls)
    return found


_VERBS: dict[type[Payload], str] = {}
_ADAPTERS: dict[type[Payload], TypeAdapter[Payload]] = {}


def hash_of(aggregate: str, sequence: int) -> int:
    """64 bits of a position. Summed, they say whether two sets of positions are equal, whatever the order."""
    return int.from_bytes(hashlib.blake2b(f"{aggregate}@{sequence}".encode(), digest_size=8).digest())


def split(aggregate: str) -> tuple[str, str]:
    """`kind:id` -> (kind, id)."""
    kind, _, id = aggregate.partition(":")
    return kind, id


def position(text: str) -> tuple[str, int]:
    """`kind:id@sequence` -> (aggregate, sequence). Raises ValueError."""
    aggregate, _, sequence = text.rpartition("@")
    if ":" not in aggregate:
        raise ValueError(f"{text!r} is not a position (kind:id@sequence)")
    return aggregate, int(sequence)


def mentions(data: Payload) -> Sequence[tuple[str, str]]:
    """The (field, id) pairs of other aggregates that a payload names, some by global ids, and the names that others gave its own."""
    found: list[tuple[str, str]] = []
    for field in naming(type(data)):
        value = getattr(data, field)
        if isinstance(value, str):
            found.append((field, value))
        elif value is not None:
            found.extend((field, id) for id in named(value))
    found.extend(data.known_as())
    return found


def visible(events: Sequence[Event], *, before: datetime | None = None, known_at: datetime | None = None) -> list[Event]:
    """History: `time` before an instant, or by the end of a day at its own place (`precedes`), and `recorded` by `known_at`, less what was retracted by then or
    discarded, sorted by (time, sequence).

    `events` are those of one aggregate in order of sequence. A retraction counts for every day from its `recorded` on.
    """
    known = [e for e in events if e.recorded <= known_at] if known_at is not None else events
    struck = {position(e.data.event)[1] for e in known if isinstance(e.data, Retracted)}
    if before is not None:
        known = by_day(known, before) if before.tzinfo is HOME else [e for e in known if e.time < before]
    shown = [e for e in known if e.sequence not in struck and not isinstance(e.data, _UNSEEN)]
    return sorted(shown, key=lambda e: (e.time, e.sequence))


def by_day(events: Iterable[Event], end: datetime) -> list[Event]:
    """Those that lie before the end of a day at their own places: `precedes`, of many."""
    limit = wall(end)
    return [e for e in events if (e.time if e.time.tzinfo is UTC else wall(e.time)) < limit]


def seen(event: Event) -> bool:
    """Whether an event is itself part of a history: what retracts another, or was passed over, is not."""
    return not isinstance(event.data, _UNSEEN)


_UNSEEN = (Retracted, Discarded)


def changed(state: S, /, **fields: Any) -> S:
    """The same state with other fields: `dataclasses.replace` for states, at a tenth of its cost, since every fold is made of it."""
    new: S = copier(type(state))(state, fields)
    return new
