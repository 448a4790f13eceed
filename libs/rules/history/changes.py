"""Changes between two moments: statuses, criteria, money, dates, horizons, members, phases and releases, each with the events that caused it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import partial
from typing import Annotated, Any, Final, NamedTuple

from annotated_doc import Doc

from libs.calendar.local_time import start_of
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM
from libs.events.choice import Choice, choice
from libs.events.event import Event
from libs.events.facts import Facts
from libs.events.rewind import EventSpread
from libs.rules.explanations import FIGURES, Figure, RelevantEvents
from libs.rules.graduation.evidence import Criterion
from libs.rules.history.diff import Moments, name_of, scopes_of
from libs.rules.history.provenance import Origin, Traced, origins
from libs.rules.money.amounts import Amount


class ChangeKind(Choice):
    """What of something moved between two moments."""

    STATUS = choice("status", "The graduation status of a team.")
    CRITERION = choice("criterion", "Whether one of R-01 to R-06 is met.")
    MONEY = choice("money", "A figure of an investment.")
    DATE = choice("date", "When something is planned to start or to end.")
    HORIZON = choice("horizon", "Under which heading a roadmap item stands.")
    MEMBER = choice("member", "Who is on a team.")
    PHASE = choice("phase", "The phase of a product.")
    RELEASE = choice("release", "How far a release is.")


class ChangeNature(Choice):
    """Whether a value became another, came to be or went: what comes into being has not moved."""

    NEW = choice("new", "There was none at the first moment: it was placed, approved, formed, joined or said for the first time.")
    CHANGED = choice("changed", "There was another at the first moment.")
    GONE = choice("gone", "There is none at the second moment: it left, or was taken back.")


TRUE_SINCE: Final = (
    "Since when it is so: the first day on which `after` held in a row up to the second moment's day, by what is known at the second moment, "
    "with the time of the event that made it; null where it never was otherwise, as after a beginning that was taken back."
)
KNOWN_SINCE: Final = (
    "Since when that is known: the first instant from which on it was known without a break that `after` holds on the second moment's day; "
    "null where the first moment knew, and no event was needed, but time."
)


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One changed figure of a subject (`kind:id`): `before` and `after` in words (None: none), money with its currency.

    `events` made it; those in `struck` were taken back. `about` are the scopes it lies in, `part` which one it is where a field has several.
    """

    kind: Annotated[ChangeKind, Doc("Which kind of change it is.")]
    subject: str
    name: str
    field: Annotated[str, Doc("Which of its figures: graduation.status, investment.actual, horizon, ends, members and so on.")]
    before: str | None
    after: str | None
    at: Annotated[datetime | None, Doc(TRUE_SINCE)]
    known_since: Annotated[datetime | None, Doc(KNOWN_SINCE)]
    late: Annotated[bool, Doc("Whether it was true on a day before the first moment, which was learned only after it.")]
    events: tuple[Event, ...]
    struck: frozenset[str]
    about: frozenset[tuple[str, str]]
    part: str = ""

    @property
    def id(self) -> str:
        """Names it among the changes between two moments."""
        return f"{self.subject}/{self.field}/{self.part}"

    @property
    def nature(self) -> Annotated[ChangeNature, Doc("Whether it became another, came to be or went.")]:
        """New where there was none before, gone where there is none any more."""
        if self.before is None:
            return ChangeNature.NEW
        return ChangeNature.GONE if self.after is None else ChangeNature.CHANGED

    @property
    def event_count(self) -> Annotated[int, Doc("How many events made it, by being true or learned then; none where time alone did.")]:
        """How many events made it."""
        return len(self.events)


def changes(before: Facts, after: Facts) -> tuple[FigureChange, ...]:
    """Everything that is otherwise at a later moment than at an earlier one, by the time it came true, at one instant as it was said.

    Both are moments of the same histories. Compared is what an event between them touched, and what time alone changes: the way of each team, and what
    organisations bear for loans that are open.
    """
    moments, spread, said = Moments(before, after), EventSpread(after.histories), RelevantEvents(after.histories)
    groups = (*_ways(moments), *_money(moments), *_members(moments), *_pieces(moments))
    found = [change for group in groups for change in _told(moments, spread, said, [one for one in group if one.moved(moments)])]
    return tuple(sorted(found, key=_coming))


def _coming(change: FigureChange) -> tuple[bool, datetime, tuple[object, ...], str]:
    said = change.events[-1].order[1:] if change.events else ()
    return change.at is None, change.at or _NEVER, said, change.id


_NEVER: Final = start_of(date.min)
_TOLD_OTHERWISE: Final = ("investment.warnings", "investment.firstBaseline", "investment.fiscalYears")
"""What is no amount, or moves only where another amount does."""
_AMOUNTS: Final = tuple(field for field in FIGURES["team"] if field.startswith("investment.") and field not in _TOLD_OTHERWISE)
_OF_INVESTMENT: Final = tuple(field for field in FIGURES["investment"] if "." not in field)
"""The amounts of one investment; how sure somebody is of it is none."""
_CRITERIA: Final = tuple(figure for field, figure in FIGURES["team"].items() if field.startswith("graduation.criteria."))
_PIECES: Final = (
    (ChangeKind.PHASE, PRODUCT, ("phase.id",)),
    (ChangeKind.HORIZON, ROADMAP_ITEM, ("horizon",)),
    (ChangeKind.DATE, ROADMAP_ITEM, ("starts", "ends")),
    (ChangeKind.RELEASE, RELEASE, ("state",)),
)
"""What is compared of an aggregate of its own: what moved then, its kind, its figures."""


class _Compared(NamedTuple):
    """A value that is read at both moments."""

    kind: ChangeKind
    value: Traced
    part: str = ""

    def may_move(self, moments: Moments) -> bool:
        """Whether anything that it rests on was touched between the moments."""
        return any(moments.move(self.value.figure.reach(facts, self.value.id)) for facts in moments)

    def moved(self, moments: Moments) -> bool:
        """Whether it is otherwise. Nobody is told of each criterion that a team does not meet when the team is formed."""
        then, now = self.value.read(moments.before), self.value.read(moments.after)
        return bool(then != now) and not (self.kind is ChangeKind.CRITERION and {then, now} == {None, _NOT_MET})


def _ways(moments: Moments) -> Iterator[list[_Compared]]:
    """The status of each team and its criteria; a team that does not exist has neither."""
    status = FIGURES["team"]["graduation.status"]
    for team in moments.ids(TEAM):
        there = partial(_said_of_team, team=team)
        yield [
            _Compared(ChangeKind.STATUS, Traced(status, team, partial(_status, figure=status, team=team), besides=there)),
            *(_Compared(ChangeKind.CRITERION, Traced(one, team, partial(_met, figure=one, team=team), besides=there)) for one in _CRITERIA),
        ]


def _money(moments: Moments) -> Iterator[list[_Compared]]:
    """Of the investments that were touched and of what they are for; of organisations, where anything that their amounts rest on was."""
    seen: set[tuple[str, str]] = set()
    for id in moments.touched(INVESTMENT):
        states = [state for state in moments.both(INVESTMENT, id) if state is not None]
        about = [(kind, its) for state in states for kind, its in (("team", state.team), ("product", state.product)) if its is not None]
        subjects = {("investment", id), *about}
        yield [one for subject, its in sorted(subjects - seen) for one in _amounts(subject, its)]
        seen |= subjects
    yield [one for id in moments.ids(ORGANISATION) for one in _amounts("organisation", id) if one.may_move(moments)]


def _amounts(subject: str, id: str) -> Iterator[_Compared]:
    figures = FIGURES[subject]
    for field in _OF_INVESTMENT if subject == "investment" else _AMOUNTS:
        yield _Compared(ChangeKind.MONEY, _plain(figures[field], id))


def _members(moments: Moments) -> Iterator[list[_Compared]]:
    """Who joined a team, who left it, and whose seat is another one now."""
    for team in moments.touched(TEAM):
        seats = {(member.person, member.role) for state in moments.both(TEAM, team) if state is not None for member in state.present}
        yield [_Compared(ChangeKind.MEMBER, _seat(team, person, role), f"{person}/{role}") for person, role in sorted(seats)]


def _pieces(moments: Moments) -> Iterator[list[_Compared]]:
    for kind, of, fields in _PIECES:
        for id in moments.touched(of):
            yield [_Compared(kind, _plain(FIGURES[of.name][field], id)) for field in fields]


def _plain(figure: Figure, id: str) -> Traced:
    return Traced(figure, id, partial(figure.value, id=id))


def _seat(team: str, person: str, role: str) -> Traced:
    """Somebody's seat in a role."""
    return Traced(
        FIGURES["team"]["members"], team, partial(_seated, team=team, person=person, role=role), lambda event: getattr(event.data, "person", person) == person
    )


def _seated(facts: Facts, team: str, person: str, role: str) -> str | None:
    state = facts.get(TEAM, team)
    found = [m for m in state.present if (m.person, m.role) == (person, role)] if state else []
    return f"{person}: {role}, {'core' if found[-1].core else 'drawn on'}, {found[-1].staffing}" if found else None


def _status(facts: Facts, figure: Figure, team: str) -> Any:
    return figure.value(facts, team) if facts.get(TEAM, team) else None


def _met(facts: Facts, figure: Figure, team: str) -> str | None:
    if facts.get(TEAM, team) is None:
        return None
    found: Criterion = figure.value(facts, team)
    return _MET if found.met else _NOT_MET


_MET, _NOT_MET = "met", "not met"


def _said_of_team(facts: Facts, team: str) -> Iterator[Event]:
    """By whatever is said of a team it is there."""
    return iter(facts.histories.events(TEAM.key(team)))


def _told(moments: Moments, spread: EventSpread, said: RelevantEvents, compared: list[_Compared]) -> Iterator[FigureChange]:
    """The changes of what is otherwise of one subject."""
    found = origins(moments.after, moments.before.known_at, [one.value for one in compared], spread, said) if compared else ()
    for one, origin in zip(compared, found, strict=True):
        yield _change(moments, one, origin)


def _change(moments: Moments, one: _Compared, origin: Origin) -> FigureChange:
    figure, id = one.value.figure, one.value.id
    then, now = (one.value.read(facts) for facts in moments)
    return FigureChange(
        one.kind,
        f"{figure.subject}:{id}",
        name_of(moments, figure.subject, id),
        figure.field,
        _words(then),
        _words(now),
        origin.at,
        origin.learned,
        origin.at is None or origin.at.date() < moments.before.day,
        origin.events,
        origin.struck,
        scopes_of(moments, figure.subject, id),
        one.part,
    )


def _words(value: Any) -> str | None:
    """A value of a figure, briefly: choices in capitals, money with its currency; None for none."""
    match value:
        case None | ():
            return None
        case Enum():
            return value.name
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(f"{one.amount} {one.currency}" if isinstance(one, Amount) else str(one) for one in value)
    return str(value)
