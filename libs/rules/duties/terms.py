"""Declares kinds of duties by their terms: when each begins, is due and ends. All else about duties is derived from these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from libs.events.catalog.duties import DutyKind
from libs.events.catalog.portfolio.organisation import ORGANISATION, Policy
from libs.events.event import Event, Kind
from libs.events.facts import Facts

Due = tuple[tuple[datetime, date], ...]
"""The day by the end of which something must be seen to, each with the instant from which on it is that day."""


@dataclass(frozen=True, slots=True)
class Term:
    """One time at which a thing must be seen to: since an event began it (or, given `since`, from that instant on), until something ended it.

    `by` is the event that ended it, `ended` the instant where time alone did; neither while it is open. `done` says whether that was somebody who saw to it.
    `about` tells apart several duties of one kind of the same thing. `name` is what people call the thing, `what` says what to do, and `fields` are those of
    the command that are known besides the thing's id. `topic` and `command` are given where another command than that of the kind ends it.
    """

    began: Event
    due: Due
    by: Event | None = None
    ended: datetime | None = None
    since: datetime | None = None
    done: bool = True
    about: str | None = None
    name: str = ""
    what: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    topic: str = ""
    command: str = ""

    @property
    def start(self) -> datetime:
        """The instant from which on it is a duty."""
        return self.since or self.began.time

    @property
    def end(self) -> datetime | None:
        """The instant at which it ceased to be one; None while it is open."""
        return self.ended if self.by is None else self.by.time


Terms = Callable[[Facts, str], Iterable[Term]]
"""All terms of a thing (by its id) so far, those that have ended too: what was due on an earlier day is what these say of it."""


@dataclass(frozen=True, slots=True)
class DutyDeclaration:
    """A kind of duty: of which kind of aggregate, by which rule, which command ends it, and the topic by which the table of authority says who may.

    `ages` says that what is due is to renew what the beginning event says. `things` are the ids of those that may have such a duty; all unless given.
    """

    kind: DutyKind
    of: Kind[Any]
    rule: str
    topic: str
    command: str
    terms: Terms
    ages: bool = False
    things: Callable[[Facts], Iterable[str]] | None = None

    @property
    def subject_kind(self) -> str:
        """The kind of thing that it is about."""
        return self.of.tells_of or self.of.name

    @property
    def statement(self) -> str:
        """When it is due, in a sentence."""
        return " ".join((self.terms.__doc__ or "").split())

    def about(self, term: Term) -> str | None:
        """What of the thing a term is about."""
        return term.began.id if self.ages else term.about

    def subjects(self, facts: Facts) -> Iterable[str]:
        """The ids of the things that may have such a duty."""
        return self.things(facts) if self.things else (state.id for state in facts.every(self.of))


DECLARED: dict[DutyKind, DutyDeclaration] = {}
"""Every kind of duty."""


def duty(
    kind: DutyKind,
    of: Kind[Any],
    *,
    rule: str,
    topic: str,
    command: str,
    ages: bool = False,
    things: Callable[[Facts], Iterable[str]] | None = None,
) -> Callable[[Terms], Terms]:
    """Declares a kind of duty by its terms, whose docstring says in a sentence when it is due. Raises ValueError where it is declared twice."""

    def declare(terms: Terms) -> Terms:
        if kind in DECLARED:
            raise ValueError(f"the duty {kind} is declared twice")
        DECLARED[kind] = DutyDeclaration(kind, of, rule, topic, command, terms, ages, things)
        return terms

    return declare


def terms(facts: Facts, kind: DutyKind, id: str) -> tuple[Term, ...]:
    """The terms of a kind of duty of one thing, by all that is known at this moment (a rule, for `Facts.derive`)."""
    return tuple(DECLARED[kind].terms(facts, id))


def until(began: Event, day: date) -> Due:
    """Due on a day that was agreed."""
    return ((began.time, day),)


def within(began: Event, days: int) -> Due:
    """Due so many days after the day of an event."""
    return until(began, began.time.date() + timedelta(days=days))


def by_policy(facts: Facts, organisation: str | None, began: Event, days: Callable[[Policy], int]) -> Due:
    """The same with the days that the organisation's policy says; a policy that is set later moves the day from then on (S1-26)."""
    found = facts.get(ORGANISATION, organisation)
    first = began.time.date()
    due = [(began.time, first + timedelta(days=days(Policy())))]
    for policy in found.policies if found else ():
        day = first + timedelta(days=days(policy))
        if policy.since is None or policy.since <= began.time:
            due = [(began.time, day)]
        elif day != due[-1][1]:
            due.append((policy.since, day))
    return tuple(due)


def followed(events: Iterable[Event]) -> Iterator[tuple[Event, Event | None]]:
    """Each event with the next one of its sort, in their order of time; None after the last."""
    said = sorted(events, key=lambda event: event.order)
    return ((one, following) for one, following in pairwise((*said, None)) if one is not None)
