"""Duties: what somebody must see to by a day, of each declared kind, as it stands at a moment (S0-05, S0-15, S0-24, S0-26, R-04, S4-01)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.catalog.duties import DutyKind
from libs.events.event import Event, Order
from libs.events.facts import Facts
from libs.rules.authority import belonging, roles_on
from libs.rules.duties import backlog, portfolio, roadmap
from libs.rules.duties.terms import DECLARED, DutyDeclaration, terms

__all__ = ["DECLARED", "Duty", "DutyKind", "backlog", "duties", "duties_in", "duties_of", "portfolio", "roadmap"]


@dataclass(frozen=True, slots=True)
class Duty:
    """What has to be done by the end of a day: about what (`subject_kind`, `subject_id`, `name` as people call it), and by which rule.

    `what` says what to do, and `fields` are those of the command that are known besides the thing's id; `began` is the event since which it is a duty.
    """

    kind: Annotated[DutyKind, Doc("What is due.")]
    due_on: Annotated[date, Doc("The day by which it must be seen to.")]
    subject_kind: str
    subject_id: str
    name: str
    rule: Annotated[str, Doc("The id of the rule or criterion that asks for it.")]
    overdue: Annotated[bool, Doc("Whether that day is over.")]
    command: Annotated[str, Doc("The command that ends it, as in a bulk import, such as portfolio.record_bid_outcome.")]
    roles: Annotated[tuple[str, ...], Doc("The roles that may say that command, each within its scope (S4-20).")]
    evidence: Annotated[str | None, Doc("The event (its position) that grows too old; null where the duty is about none.")] = None
    what: str = field(default="", repr=False)
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    began: Event | None = field(default=None, repr=False)


def duties(facts: Facts, organisation: str | None = None, *, overdue: bool = True) -> tuple[Duty, ...]:
    """The duties of one organisation or of all, by the day they are due; with `overdue` only those whose day is past."""
    scope = ("organisation", organisation) if organisation is not None else None
    found = [duty for kind in DECLARED for duty in facts.derive(_of_kind, kind, scope) if duty.overdue or not overdue]
    return tuple(sorted(found, key=_when))


def duties_in(facts: Facts, kind: str, id: str) -> tuple[Duty, ...]:
    """The duties of a thing and of what lies in it, in the same order: of a team or a product, as the table of authority has it."""
    found = [duty for one in DECLARED for duty in facts.derive(_of_kind, one, (kind, id))]
    return tuple(sorted(found, key=_when))


def duties_of(facts: Facts, kind: DutyKind, id: str) -> tuple[Duty, ...]:
    """The duties of one kind that one thing has at this moment, overdue or not yet (a rule, for `Facts.derive`)."""
    declared = DECLARED[kind]
    return tuple(
        Duty(
            kind,
            due := term.due[-1][1],
            declared.subject_kind,
            id,
            term.name,
            declared.rule,
            facts.day > due,
            term.command or declared.command,
            roles_on(term.topic or declared.topic),
            declared.about(term) if declared.ages else None,
            term.what,
            term.fields,
            term.began,
        )
        for term in facts.derive(terms, kind, id)
        if term.end is None
    )


def _of_kind(facts: Facts, kind: DutyKind, scope: tuple[str, str] | None) -> tuple[Duty, ...]:
    """The duties of one kind of all that lies in a scope."""
    declared = DECLARED[kind]
    every = ((id, facts.derive(duties_of, kind, id)) for id in facts.derive(_subjects, kind))
    return tuple(duty for id, found in every if found and (scope is None or _lies_in(facts, declared, id, scope)) for duty in found)


def _subjects(facts: Facts, kind: DutyKind) -> tuple[str, ...]:
    return tuple(DECLARED[kind].subjects(facts))


def _lies_in(facts: Facts, declared: DutyDeclaration, id: str, scope: tuple[str, str]) -> bool:
    """Whether a thing lies in a scope, or names that: an experiment is its team's, and is about its product."""
    return scope in facts.derive(belonging, declared.of.name, id) or getattr(facts.get(declared.of, id), scope[0], None) == scope[1]


def _when(duty: Duty) -> tuple[date, str, tuple[Order, ...], str]:
    """What is due on the same day comes kind by kind, as it began."""
    return duty.due_on, duty.kind, (duty.began.order,) if duty.began else (), duty.subject_id
