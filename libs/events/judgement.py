"""Judgements: what each judging event judges, and whether that still stands as it was judged (S0-13 to S0-16).

An event class declares once what it judges (`judges`). Which statement that was is recorded when a command is decided (`recorded`), and read wherever states
are folded (`lapsed`): a judgement whose statement was retracted, or says something else now in what was judged, stays in the history and counts no more.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple, TypeVar

from annotated_doc import Doc

from libs.events.event import KINDS, Discarded, Event, Overridden, Payload, Retracted, position, split
from libs.events.values import Decided

J = TypeVar("J", bound=Payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement(Payload):
    """An event that judges something else: `judges` is the position of what it judges. Two that say the same of different statements are equal."""

    judges: Annotated[str | None, Decided, Doc("What it judges: the position of that event.")] = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Of:
    """What is judged: statements of these classes, and what they together (and `shaped_by`) make of these fields of their aggregate's state.

    `alike` names fields in which a statement must agree with the judgement to be what it judges. `kind` is that of another aggregate of the same id (None:
    the judgement's own). `given` says that there always is such a statement, so that one dated later than its judgement is meant as well.
    """

    statements: tuple[type[Payload], ...]
    fields: tuple[str, ...] = ()
    shaped_by: tuple[type[Payload], ...] = ()
    alike: tuple[str, ...] = ()
    kind: str | None = None
    given: bool = True

    def concerns(self, judgement: Payload, statement: Event) -> bool:
        """Whether an event has a part in what such a judgement judges."""
        return isinstance(statement.data, (*self.statements, *self.shaped_by)) and all(
            getattr(statement.data, name) == getattr(judgement, name) for name in self.alike
        )

    def aggregate(self, judgement: Event) -> str:
        """The aggregate (`kind:id`) of what it judges."""
        return judgement.aggregate if self.kind is None else f"{self.kind}:{split(judgement.aggregate)[1]}"

    def says(self, event: Event) -> bool:
        """Whether an event is such a statement, and says something of what is judged."""
        return isinstance(event.data, self.statements) and (not self.fields or any(getattr(event.data, name, None) is not None for name in self.fields))


JUDGED: Final[dict[type[Payload], tuple[Of, ...]]] = {}
"""Every class of events that judge -> what they judge, the most telling first."""

_STATEMENTS: set[type[Payload]] = set()
_JUDGING: set[type[Payload]] = {Overridden}

NO_JUDGEMENT: Final[frozenset[int]] = frozenset()


def judges(*what: Of) -> Callable[[type[J]], type[J]]:
    """Declares what the events of a class judge. Raises TypeError for a class that could not record it."""

    def declare(cls: type[J]) -> type[J]:
        if not issubclass(cls, Judgement):
            raise TypeError(f"{cls.__name__} judges something, so it is a Judgement")
        JUDGED[cls] = what
        _JUDGING.add(cls)
        _STATEMENTS.update(statement for of in what for statement in (*of.statements, *of.shaped_by))
        return cls

    return declare


class SeenHistory(NamedTuple):
    """Of one aggregate all that was ever said, by sequence, and what a moment shows of it, by (time, sequence)."""

    history: Sequence[Event]
    shown: Sequence[Event]


def judging(event: Event) -> bool:
    """Whether an event judges something."""
    return type(event.data) in _JUDGING


def recorded(said: Sequence[Event], history: Sequence[Event], events_of: Callable[[str], Sequence[Event]]) -> list[Event]:
    """What one command says, each judgement with the position of what it judges; `history` is what was said of the aggregate before."""
    found: list[Event] = []
    for n, event in enumerate(said):
        if judging(event) and _named(event) is None:
            known = [*history, *(said if isinstance(event.data, Overridden) else said[:n])]
            judged = judged_by(event, lambda name, own=event.aggregate, known=known: known if name == own else events_of(name))  # type: ignore[misc]
            event = dataclasses.replace(event, data=dataclasses.replace(event.data, judges=judged))  # type: ignore[type-var]
        found.append(event)
    return found


def judged_by(event: Event, events_of: Callable[[str], Sequence[Event]]) -> str | None:
    """The position of what an event judges: as recorded, else what stood at its own instant; None for one that judges nothing."""
    if not judging(event) or _named(event) is not None:
        return _named(event)
    if isinstance(event.data, Overridden):
        through = _let_through(event, events_of(event.aggregate))
        return through.id if through else None
    for of in JUDGED[type(event.data)]:
        said = _object(of, _Told(of, SeenHistory(events_of(of.aggregate(event)), ())).then(event))
        if said is not None:
            return said.id
    return None


def lapsed(shown: Sequence[Event], look: Callable[[str], SeenHistory]) -> frozenset[int]:
    """The sequences of those judgements among what a moment shows of an aggregate that count no more at that moment."""
    # A judgement may judge another one, said before it; an override comes before what it let through.
    found = sorted((event for event in shown if judging(event)), key=lambda event: (isinstance(event.data, Overridden), event.sequence))
    if not found:
        return NO_JUDGEMENT
    moment, gone = _Moment(look), set[int]()
    for event in found:
        if not (moment.let_stand(event, gone) if isinstance(event.data, Overridden) else moment.stands(event, gone)):
            gone.add(event.sequence)
    return frozenset(gone)


class Course:
    """The course of what a history says and judges: `plain` while every judgement counts wherever it is seen, so that nothing need be looked for.

    That is while each was said, true and learned after all that it judges, of which nothing was said since, and nothing taken back before or since.
    """

    __slots__ = ("_judged", "_recorded", "_taken_back", "_time", "plain")

    def __init__(self) -> None:
        self.plain, self._judged, self._taken_back = True, False, False
        self._time: datetime | None = None
        self._recorded: datetime | None = None

    @classmethod
    def of(cls, history: Sequence[Event]) -> Course:
        """The course of a whole history."""
        course = cls()
        for event in history:
            if isinstance(event.data, Retracted):
                sequence = position(event.data.event)[1]
                course.take(event, history[sequence - 1] if 0 < sequence <= len(history) else None)
            else:
                course.take(event)
        return course

    def take(self, event: Event, taken_back: Event | None = None) -> None:
        """Takes in what follows; of a retraction with what it takes back."""
        cls = type((taken_back or event).data)
        if taken_back is not None:
            of_judgements = cls in _STATEMENTS or cls in JUDGED
            self.plain = self.plain and not (self._judged and of_judgements)
            self._taken_back = self._taken_back or of_judgements  # nothing may be left for a later one to judge
            self._recorded = _later(self._recorded, event.recorded)
            return
        if cls in _STATEMENTS:
            self.plain = self.plain and not self._judged
            self._time, self._recorded = _later(self._time, event.time), _later(self._recorded, event.recorded)
        if cls in JUDGED:
            self._judged = True
            ahead = (self._time is not None and event.time < self._time) or (self._recorded is not None and event.recorded < self._recorded)
            self.plain = self.plain and not ahead and not self._taken_back and all(of.kind is None for of in JUDGED[cls])
            self._time, self._recorded = _later(self._time, event.time), _later(self._recorded, event.recorded)  # another one may judge it

    def copy(self) -> Course:
        """The same course, which goes on for itself."""
        other = Course()
        other.plain, other._judged, other._taken_back = self.plain, self._judged, self._taken_back
        other._time, other._recorded = self._time, self._recorded
        return other


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


class _Told:
    """What an aggregate was told that judgements of a class judge: each statement once, whatever the number of judgements."""

    def __init__(self, of: Of, seen: SeenHistory) -> None:
        classes = (*of.statements, *of.shaped_by)
        self.of = of
        self.said = [one for one in seen.history if isinstance(one.data, classes)]
        self.shown = [one for one in seen.shown if isinstance(one.data, classes)]
        taken_back = {one.data.event: one for one in seen.history if isinstance(one.data, Retracted)} if self.said else {}
        self.taken_back = {one.sequence: taken_back[one.id] for one in self.said if one.id in taken_back}
        self._views: dict[tuple[int, ...], tuple[Any, ...] | None] = {}

    def then(self, event: Event) -> list[Event]:
        """What a judgement judged: the statements visible at its own instant, by both clocks where there were any."""
        named, aggregate = _named(event), self.of.aggregate(event)
        until = position(named)[1] if self.of.kind is not None and named is not None and named.startswith(f"{aggregate}@") else None

        def before(one: Event) -> bool:
            """Of its own aggregate by sequence; of another by what is recorded, else by the owner's clock."""
            if self.of.kind is None:
                return one.sequence < event.sequence
            return one.sequence <= until if until is not None else one.stored <= event.stored

        earlier = [one for one in self.said if before(one) and self.of.concerns(event.data, one)]
        said = [one for one in earlier if one.sequence not in self.taken_back or not before(self.taken_back[one.sequence])]
        true = [one for one in said if one.time <= event.time]
        return [one for one in true if one.recorded <= event.recorded] or true or ((said or earlier) if self.of.given else [])

    def differ(self, then: Sequence[Event], now: Sequence[Event]) -> bool:
        """Whether what these events say differs in what is judged."""
        return bool(self.of.fields) and self._view(then) != self._view(now)

    def _view(self, said: Sequence[Event]) -> tuple[Any, ...] | None:
        key = tuple(sorted(one.sequence for one in said))
        if key not in self._views:
            events = sorted(said, key=lambda one: (one.time, one.sequence))
            self._views[key] = self._folded(events) if events else None
        return self._views[key]

    def _folded(self, events: Sequence[Event]) -> tuple[Any, ...]:
        """What events come to; of a time before it was said what the thing is, it is what was said first (as `Facts.get` reads it)."""
        name, id = split(events[0].aggregate)
        kind = KINDS[name]
        state = kind.fold(id, events)
        if kind.definition and not any(isinstance(one.data, kind.defined_by) for one in events):
            stands = sorted((one for one in self.said if one.sequence not in self.taken_back), key=lambda one: (one.time, one.sequence))
            state = kind.with_definition(state, kind.first_defined(id, stands))
        return tuple(getattr(state, field) for field in self.of.fields)


class _Moment:
    """What a moment shows of the aggregates that judgements speak of, each looked at once."""

    def __init__(self, look: Callable[[str], SeenHistory]) -> None:
        self._look = look
        self._seen: dict[str, tuple[SeenHistory, frozenset[int]]] = {}
        self._told: dict[tuple[Of, str], _Told] = {}

    def stands(self, event: Event, gone: set[int]) -> bool:
        """Whether what a judgement judges is there, and says what it said when it was judged. `gone` are judgements that count no more."""
        named = _named(event)
        if named is not None and not self._is_shown(named, event.aggregate, gone):
            return False
        for of in JUDGED[type(event.data)]:
            told = self._of(of, of.aggregate(event))
            then, now = told.then(event), [one for one in told.shown if of.concerns(event.data, one)]
            judged = _object(of, then)
            if judged is not None and all(one.sequence != judged.sequence for one in now):
                return False
            if then and told.differ(then, now):
                return False
        return True

    def let_stand(self, event: Event, gone: set[int]) -> bool:
        """Whether what a lifted rule let through stands: it is there, counts, and nothing else was said in its place."""
        seen, sequences = self._at(event.aggregate)
        through = _let_through(event, seen.history)
        if through is None or isinstance(through.data, Discarded):
            return True  # nobody can read what it let through
        if through.sequence in gone or through.sequence not in sequences:
            return False
        for of in {of for ofs in JUDGED.values() for of in ofs if of.kind is None and not of.alike and isinstance(through.data, of.statements)}:
            told = self._of(of, event.aggregate)
            if told.differ([one for one in told.shown if one.sequence <= through.sequence], told.shown):
                return False
        return True

    def _is_shown(self, named: str, own: str, gone: set[int]) -> bool:
        """Whether what is named as judged is there, and, where it is a judgement itself, counts."""
        try:
            aggregate, sequence = position(named)
        except ValueError:
            return True  # it names nothing that there could be: what stood at its own instant decides alone
        return sequence in self._at(aggregate)[1] and (aggregate != own or sequence not in gone)

    def _at(self, aggregate: str) -> tuple[SeenHistory, frozenset[int]]:
        if aggregate not in self._seen:
            seen = self._look(aggregate)
            self._seen[aggregate] = seen, frozenset(one.sequence for one in seen.shown)
        return self._seen[aggregate]

    def _of(self, of: Of, aggregate: str) -> _Told:
        if (of, aggregate) not in self._told:
            self._told[of, aggregate] = _Told(of, self._at(aggregate)[0])
        return self._told[of, aggregate]


def _object(of: Of, then: Iterable[Event]) -> Event | None:
    """Of what was judged the statement that was said last."""
    return max((one for one in then if of.says(one)), key=lambda one: one.sequence, default=None)


def _let_through(override: Event, history: Iterable[Event]) -> Event | None:
    """What a lifted rule let through: as recorded, else what was said behind it first, but for what was taken back for that."""
    named = _named(override)
    if named is not None:
        return next((one for one in history if one.id == named), None)
    behind = (one for one in history if one.sequence > override.sequence and not isinstance(one.data, Retracted | Overridden))
    return next(behind, None)


def _named(event: Event) -> str | None:
    data = event.data
    return data.judges if isinstance(data, Judgement | Overridden) else None
