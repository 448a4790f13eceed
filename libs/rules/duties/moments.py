"""The moments of duties: when each fell due, became overdue and was done, and what of that is to be announced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from libs.calendar.local_time import clock_at, start_of
from libs.events.catalog.duties import DUTIES_OF, DutyDone, DutyFellDue, DutyOverdue, OfDuty
from libs.events.catalog.withdrawal import Withdrawn
from libs.events.envelope import iso
from libs.events.event import Event, Kind, Payload, split
from libs.events.facts import Facts
from libs.rules.duties.instant import AnnouncedMoment
from libs.rules.duties.terms import DECLARED, DutyDeclaration, Term, terms
from libs.rules.time_zones import zone_of


def moments(facts: Facts, kind: str, id: str) -> tuple[AnnouncedMoment, ...]:
    """All moments of the duties of an aggregate of a kind, in order of time; also those to come unless something is done (a rule, for `Facts.derive`)."""
    found = [
        moment
        for declared in DECLARED.values()
        if declared.of.name == kind
        for term in facts.derive(terms, declared.kind, id)
        for moment in _of_term(declared, f"{declared.subject_kind}:{id}", term, facts.derive(zone_of, kind, id))
    ]
    return tuple(sorted(found, key=lambda moment: moment.at))


def _of_term(declared: DutyDeclaration, subject: str, term: Term, there: tzinfo) -> Iterator[AnnouncedMoment]:
    """It falls due as its last day begins, by the clock by which it began itself, and is overdue once that is over.

    Where the day is moved it may be due no longer, and fall due again.
    """
    about, common = declared.about(term), {"kind": declared.kind.value, "subject": subject, "rule": declared.rule}
    fell = over = False
    days = [(at, due) for at, due in term.due if term.end is None or at < term.end]  # a policy of later does not concern it
    last = term.due[0][1]
    for (since, due), until in zip(days, (*(at for at, _ in days[1:]), term.end), strict=bool(days)):
        start, clock = max(since, term.start), clock_at(term.began.time, there)
        day, after = max(start, start_of(due, clock)), max(start, start_of(due + timedelta(days=1), clock))
        if fell and day > start:
            yield AnnouncedMoment(start, DutyDone(**common, due_on=last, about=about, done=False))
            fell = over = False
        if not fell and (until is None or day < until):
            yield AnnouncedMoment(day, DutyFellDue(**common, due_on=due, about=about))
            fell = True
        if fell and not over and (until is None or after < until):
            yield AnnouncedMoment(after, DutyOverdue(**common, due_on=due, about=about))
            over = True
        last = due if fell else last
    if fell and term.end is not None:
        yield AnnouncedMoment(term.end, DutyDone(**common, due_on=last, about=about, done=term.done, by=term.by.id if term.by else None))


class DutiesOf:
    """What is announced of the duties of the things of one kind: `libs.service.announcements.clock.Announces`.

    What stands announced is always what the moments are by what is known now: what is lacking is said, each of its own instant, and what is no such moment is
    withdrawn. So it makes no difference when the clock looks, or what it believed before.
    """

    def __init__(self, of: Kind[Any]) -> None:
        self.of = of
        self._said_of = DUTIES_OF[of.service]

    def aggregate(self, id: str) -> str:
        """All that is announced of things of this id is said of one aggregate."""
        return self._said_of.key(id)

    def things(self, facts: Facts) -> Iterable[str]:
        """Those that may have a duty, and those of which something was announced: what they rested on may have been taken back."""
        found = {id for declared in DECLARED.values() if declared.of is self.of for id in declared.subjects(facts)}
        return found | {split(aggregate)[1] for aggregate in facts.histories.all(self._said_of.name)}

    def view(self, facts: Facts, id: str) -> tuple[AnnouncedMoment, ...]:
        """All moments, those to come among them."""
        return facts.derive(moments, self.of.name, id)

    def instants(self, id: str, history: Sequence[Event]) -> Iterable[datetime]:
        """None but now: the moments of all instants are found at once."""
        return ()

    def due(self, id: str, history: Sequence[Event], views: Mapping[datetime, tuple[AnnouncedMoment, ...]], now: datetime) -> list[AnnouncedMoment]:
        """Withdrawals first, then what is lacking, in order of time. What was announced of an instant that is yet to come waits for it."""
        withdrawn = {event.data.event for event in history if isinstance(event.data, Withdrawn)}
        named = {event: name for event in history if event.id not in withdrawn and (name := self._moment(id, event.data, event.time)) is not None}
        found = {name: moment for moment in views[now] if moment.at <= now and (name := self._moment(id, moment.data, moment.at)) is not None}
        gone = [event for event, name in named.items() if name not in found and event.time <= now]
        said = set(named.values())
        return [
            *(AnnouncedMoment(now, Withdrawn(event=event.id, reason=_DISPROVED[type(event.data)])) for event in gone),
            *(moment for name, moment in found.items() if name not in said),
        ]

    def next(self, view: tuple[AnnouncedMoment, ...], now: datetime) -> datetime | None:
        """The next moment."""
        return min((moment.at for moment in view if moment.at > now), default=None)

    def change(self, id: str, data: Payload, at: datetime) -> str | None:
        """A moment by all that makes it another one, a withdrawal by what it withdraws."""
        return f"withdrawn:{data.event}" if isinstance(data, Withdrawn) else self._moment(id, data, at)

    def _moment(self, id: str, data: Payload, at: datetime) -> str | None:
        if not isinstance(data, OfDuty) or data.subject != f"{self.of.tells_of or self.of.name}:{id}":
            return None
        end = f":{data.done}:{data.by or ''}" if isinstance(data, DutyDone) else ""
        return f"{data.subject}:{data.kind}:{data.about or ''}:{data.due_on}:{_VERBS[type(data)]}:{iso(at)}{end}"


_VERBS = {DutyFellDue: "fell_due", DutyOverdue: "overdue", DutyDone: "done"}
_DISPROVED = {
    DutyFellDue: "By what is known now it did not fall due then.",
    DutyOverdue: "By what is known now it was not overdue then.",
    DutyDone: "By what is known now it did not end then.",
}


def announced_duties(service: str) -> tuple[DutiesOf, ...]:
    """What a service announces of duties: of each kind of its things that has some."""
    kinds = {declared.of.name: declared.of for declared in DECLARED.values() if declared.of.service == service}
    return tuple(DutiesOf(of) for of in kinds.values())
