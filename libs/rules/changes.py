"""What moved between two moments: statuses, criteria, money, dates, horizons, members, phases and releases, each with the events that made it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any, Final

from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM
from libs.events.event import Event
from libs.events.facts import Facts
from libs.events.values import start_of
from libs.rules.comparing import Moments, name_of, scopes_of
from libs.rules.evidence import Criterion
from libs.rules.explaining import FIGURES, Figure
from libs.rules.graduation import graduation
from libs.rules.money import Amount


class ChangeKind(StrEnum):
    """What moved."""

    STATUS = "status"
    CRITERION = "criterion"
    MONEY = "money"
    DATE = "date"
    HORIZON = "horizon"
    MEMBER = "member"
    PHASE = "phase"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of a subject (`kind:id`) that moved: `before` and `after` in words (None: none), money with its currency.

    `at` is when it came true (None: not known), `known_since` when the last of its events was recorded (None: it took no event, but time). It is `late` where
    it was true on a day before the first moment and learned after it. `events` made it; those in `struck` were taken back. `about` are the scopes it lies in,
    `part` which one it is where a field has several.
    """

    kind: ChangeKind
    subject: str
    name: str
    field: str
    before: str | None
    after: str | None
    at: datetime | None
    known_since: datetime | None
    late: bool
    events: tuple[Event, ...]
    struck: frozenset[str]
    about: frozenset[tuple[str, str]]
    part: str = ""

    @property
    def id(self) -> str:
        """Names it among the changes between two moments."""
        return f"{self.subject}/{self.field}/{self.part}"


def changes(before: Facts, after: Facts) -> tuple[Change, ...]:
    """Everything that is otherwise at a later moment than at an earlier one, by the time it came true, then by what it is of.

    Both are moments of the same histories. Compared is what an event between them touched, and what time alone changes: the way of each team, and what
    organisations bear for loans that are open.
    """
    moments = Moments(before, after)
    found = (*_ways(moments), *_money(moments), *_members(moments), *_pieces(moments))
    return tuple(sorted(found, key=lambda change: (change.at is None, change.at or _NEVER, change.id)))


_NEVER: Final = start_of(date.min)
_TOLD_OTHERWISE: Final = ("investment.warnings", "investment.firstBaseline", "investment.fiscalYears")
"""What is no amount, or moves only where another amount does."""
_AMOUNTS: Final = tuple(field for field in FIGURES["team"] if field.startswith("investment.") and field not in _TOLD_OTHERWISE)
_PIECES: Final = (
    (ChangeKind.PHASE, PRODUCT, ("phase.id",)),
    (ChangeKind.HORIZON, ROADMAP_ITEM, ("horizon",)),
    (ChangeKind.DATE, ROADMAP_ITEM, ("starts", "ends")),
    (ChangeKind.RELEASE, RELEASE, ("state",)),
)
"""What is compared of an aggregate of its own: what moved then, its kind, its figures."""


def _ways(moments: Moments) -> Iterator[Change]:
    """The status of each team and its criteria; a team that does not exist has neither."""
    for team in moments.ids(TEAM):
        there = [state is not None for state in moments.both(TEAM, team)]
        then, now = (facts.derive(graduation, team) for facts in moments)
        stood, stands = then.status if there[0] else None, now.status if there[1] else None
        if stood is not stands:
            since = start_of(now.since) if now.since is not None and there[1] else None
            yield _change(moments, ChangeKind.STATUS, FIGURES["team"]["graduation.status"], team, stood, stands, at=since)
        for earlier, later in zip(then.criteria, now.criteria, strict=True):
            if earlier.met is not later.met:
                figure = FIGURES["team"][f"graduation.criteria.{later.id}"]
                yield _change(moments, ChangeKind.CRITERION, figure, team, earlier, later, by_time=_expired(later, moments.after.day))


def _money(moments: Moments) -> Iterator[Change]:
    """Of the investments that were touched and of what they are for; of organisations, where anything that they bear was touched or a day went by."""
    touched = moments.touched(INVESTMENT)
    states = [state for id in touched for state in moments.both(INVESTMENT, id) if state is not None]
    subjects = [("investment", id) for id in touched]
    subjects += [("team", id) for id in sorted({state.team for state in states if state.team is not None})]
    subjects += [("product", id) for id in sorted({state.product for state in states if state.product is not None})]
    for subject, id in subjects:
        for field in FIGURES["investment"] if subject == "investment" else _AMOUNTS:
            yield from _moved(moments, ChangeKind.MONEY, FIGURES[subject][field], id)
    if moments.before.day != moments.after.day or any(moments.touched(kind) for kind in (INVESTMENT, LOAN, TEAM, PRODUCT, PROGRAM)):
        for id in moments.ids(ORGANISATION):
            for field in _AMOUNTS:
                yield from _moved(moments, ChangeKind.MONEY, FIGURES["organisation"][field], id)


def _members(moments: Moments) -> Iterator[Change]:
    """Who joined a team, who left it, and whose seat is another one now."""
    figure = FIGURES["team"]["members"]
    for team in moments.touched(TEAM):
        seats = [
            {(m.person, m.role): f"{m.person}: {m.role}, {'core' if m.core else 'drawn on'}, {m.staffing}" for m in s.present} if s else {}
            for s in moments.both(TEAM, team)
        ]
        for person, role in sorted(seats[0].keys() | seats[1].keys()):
            then, now = (of.get((person, role)) for of in seats)
            if then != now:
                yield _change(moments, ChangeKind.MEMBER, figure, team, then, now, part=f"{person}/{role}", person=person)


def _pieces(moments: Moments) -> Iterator[Change]:
    for kind, of, fields in _PIECES:
        for id in moments.touched(of):
            for field in fields:
                yield from _moved(moments, kind, FIGURES[of.name][field], id)


def _moved(moments: Moments, kind: ChangeKind, figure: Figure, id: str) -> Iterator[Change]:
    then, now = (figure.value(facts, id) for facts in moments)
    if then != now:
        yield _change(moments, kind, figure, id, then, now)


def _change(
    moments: Moments,
    kind: ChangeKind,
    figure: Figure,
    id: str,
    then: object,
    now: object,
    *,
    at: datetime | None = None,
    by_time: datetime | None = None,
    part: str = "",
    person: str | None = None,
) -> Change:
    """A change, with the events among those of its figure that made it: `at` where that is known, `by_time` where no event made it."""
    made = moments.between(figure, id, lambda event: person is None or getattr(event.data, "person", None) == person)
    came = at or max((event.time for event in (*made.new, *made.struck)), default=by_time)
    said = sorted((*made.new, *made.struck, *made.takings_back), key=lambda event: (event.recorded, event.aggregate, event.sequence))
    return Change(
        kind,
        f"{figure.subject}:{id}",
        name_of(moments, figure.subject, id),
        figure.field,
        _words(then),
        _words(now),
        came,
        max((event.recorded for event in (*made.new, *made.takings_back)), default=None),
        came is not None and came.date() < moments.before.day,
        tuple(said),
        frozenset(event.id for event in made.struck),
        scopes_of(moments, figure.subject, id),
        part,
    )


def _expired(criterion: Criterion, day: date) -> datetime | None:
    """The first day on which evidence of a criterion that is not met no longer counted."""
    past = [one.expires_at for one in criterion.evidence if one.expires_at is not None and one.expires_at < day]
    return start_of(min(past) + timedelta(days=1)) if past and not criterion.met else None


def _words(value: Any) -> str | None:
    """A value of a figure, briefly: choices in capitals, money with its currency; None for none."""
    match value:
        case None | ():
            return None
        case Criterion(met=met):
            return "met" if met else "not met"
        case Enum():
            return value.name
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(f"{one.amount} {one.currency}" if isinstance(one, Amount) else str(one) for one in value)
    return str(value)
