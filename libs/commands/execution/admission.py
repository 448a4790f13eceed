"""Judges one command: authority, existence, then rules. Pure: histories in, events out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

import orjson

from libs.calendar.local_time import local
from libs.commands.authorization import speaker
from libs.commands.command import COMMANDS, Command, changing, creating
from libs.commands.decision import Case, Decision
from libs.commands.errors import AlreadyExists, Invalid, NotFound, StaleVersion, TooLarge
from libs.commands.execution.correction import correct
from libs.commands.execution.idempotency import nothing_new
from libs.commands.execution.overrides import demand_approval
from libs.commands.existence import called, demand_begun, demand_going_on, demand_named
from libs.commands.import_revision import plain
from libs.commands.retraction import Correct, Retract, retract
from libs.events.envelope import payload
from libs.events.event import KINDS, Event, Kind, Overridden, Payload, split
from libs.events.facts import Facts
from libs.events.judgement import recorded
from libs.events.ports.histories import Histories
from libs.events.ports.log import LARGEST
from libs.rules.roles import Principal
from libs.rules.text import with_article
from libs.rules.time_zones import zone_of, zone_of_new


@dataclass(frozen=True, slots=True)
class Ask:
    """A command as it came in: by whom, under which key, after what, and on which condition."""

    command: Command
    principal: Principal
    key: str | None = None
    revise: bool = False
    if_match: int | None = None
    after: tuple[str, ...] = ()
    traceparent: str | None = None
    trying: bool = False


def judge(
    histories: Histories,
    decisions: Mapping[type[Command], Decision],
    ask: Ask,
    aggregate: str,
    now: datetime,
    *,
    revising: bool = False,
    row: tuple[str, ...] = (),
    correcting: datetime | None = None,
) -> tuple[Event, ...]:
    """The events that a command leads to at an instant, numbered on from the aggregate's last; none where they say nothing new.

    `revising` says that the command is a changed row of an import, `row` what that row said last (positions); `correcting` that it is said instead of what was
    said of this instant, and is taken back. Raises NotAllowed, Invalid, NotFound,
    AlreadyExists, StaleVersion, TooLarge or Refused.
    """
    command = ask.command
    kind, id = KINDS[aggregate.partition(":")[0]], split(aggregate)[1]
    history = histories.events(aggregate)
    current = Facts.at(histories, now)
    dated = correcting or command.at or command.known  # before it is known by which clock a day alone begins
    then = current if dated is None else Facts.at(histories, dated)
    there = _place(current, then, kind, id, command)
    at, known = _times(command, now, there, correcting)
    exists = _exists(command, current, aggregate, history)
    state = current.get(kind, id)
    lasts = isinstance(command, Retract) or (command.SPEC.taken_back and bool(history))
    missing = state is None and command.SPEC.creates is False and not lasts
    if missing and ask.principal.roles:  # whoever has a role may read that it is not there
        raise _not_there(command, kind, id)
    who = speaker(command, ask.principal, ask.revise, current, aggregate, exists=exists, history=history)
    if ask.if_match is not None and ask.if_match != len(history):
        raise StaleVersion(f"{aggregate} is at version {len(history)}, not {ask.if_match}", remedy="Read it again, then decide.", field="If-Match")
    if exists and state is not None and command.SPEC.creates and not revising:
        raise _already_there(kind, id, command.SPEC.id_field)
    current = current if there is UTC else Facts.at(histories, local(now, there))
    facts = current if at == now else then if at is dated else Facts.at(histories, at)
    importing = ask.principal.has("importer")
    case: Case[Any] = Case(kind, id, at, state, facts.get(kind, id), facts, current, who.actor, importing, revising, row, command.override)
    if isinstance(command, Correct):

        def say(beside: Histories, right: Command, time: datetime) -> tuple[Event, ...]:
            return judge(beside, decisions, replace(ask, command=right, if_match=None), aggregate, now, correcting=time)

        def out(n: int, data: Payload) -> Event:
            return Event(aggregate, len(history) + 1 + n, at, known, now, who.actor, data, ask.traceparent)

        return correct(command, case, history, out, say)
    said = list(retract(command, case, history) if isinstance(command, Retract) else _decided(decisions[type(command)], command, case))
    if not isinstance(command, Retract):
        if command.SPEC.creates is False:
            demand_begun(case)
            demand_going_on(case, kind, id)
        demand_named(case, said)
    lifted = command.override
    if lifted and not case.lifted:
        raise Invalid(f"{lifted.rule} does not stand in the way: there is nothing to override", field="override", remedy="Leave the override out.")
    if correcting is None and nothing_new(command, case, kind, history, said, known, own=ask.key is not None and not revising):
        return ()
    demand_approval(command, case, aggregate)
    spoken = [(who.actor, data) for data in said]
    if said and lifted:
        spoken.insert(0, (who.overriding, Overridden(rule=lifted.rule, reason=lifted.reason, command=command.SPEC.name, approval=lifted.approval)))
    events = [Event(aggregate, len(history) + 1 + n, at, known, now, actor, data, ask.traceparent) for n, (actor, data) in enumerate(spoken)]
    return tuple(_sendable(event) for event in recorded(events, history, histories.events))


def _decided(decision: Decision, command: Command, case: Case[Any]) -> Iterable[Payload]:
    """What a decision says; where it judges the rules alone, the event that the command records."""
    said = decision(command, case)
    return plain(command, case) if said is None else said


def _sendable(event: Event) -> Event:
    """The event, unless no log would take it: once acknowledged it would wait in the store for ever, and all that follows of its aggregate with it."""
    size = len(orjson.dumps(payload(event)))
    if size > LARGEST:
        raise TooLarge(
            f"it would be an event of {size:,} bytes, and {LARGEST:,} is the most", remedy="Say it in fewer or shorter texts, or in several commands."
        )
    return event


def may_say(histories: Histories, ask: Ask, aggregate: str, now: datetime) -> None:
    """Whether somebody may say a command now that was answered before; its rules are not judged again. Raises NotAllowed, and Invalid for its `by`."""
    history = histories.events(aggregate)
    current = Facts.at(histories, now)
    exists = _exists(ask.command, current, aggregate, history)
    speaker(ask.command, ask.principal, ask.revise, current, aggregate, exists=exists, history=history)


def _exists(command: Command, current: Facts, aggregate: str, history: Sequence[Event]) -> bool:
    """Whether what a command speaks of is there already, for one that creates: whether what brought it into being stands."""
    kind, id = KINDS[aggregate.partition(":")[0]], split(aggregate)[1]
    return bool(history) and (not command.SPEC.creates or _created(kind, current.history(kind, id)))


def _not_there(command: Command, kind: Kind[Any], id: str) -> NotFound:
    first = _named(creating(kind))
    return NotFound(
        f"there is no {called(kind)} {id!r}", field=command.SPEC.id_field, remedy=f"Check the id, or create it first{f': {first}' if first else ''}."
    )


def _already_there(kind: Kind[Any], id: str, field: str) -> AlreadyExists:
    """Says that what a command would create is there, and by which commands it is changed."""
    others = _named(changing(kind))
    remedy = f"Use another id{f', or change it: {others}' if others else ''}."
    return AlreadyExists(f"there is {with_article(called(kind))} {id!r} already", field=field, remedy=remedy)


def _named(commands: Iterable[type[Command]]) -> str:
    return ", ".join(f"`{of.SPEC.name}`" for of in commands)


def _created(kind: Kind[Any], history: Iterable[Event]) -> bool:
    """Whether what brought an aggregate into being stands: once that is retracted it may be said again, whatever else was said of it meanwhile."""
    creating = {of.SPEC.says[0] for of in COMMANDS.values() if of.SPEC.kind is kind and of.SPEC.creates}
    return any(type(event.data) in creating for event in history)


def _place(current: Facts, then: Facts, kind: Kind[Any], id: str, command: Command) -> tzinfo:
    """The time zone in which a command is said: that of what it is about, at the time of which it speaks."""
    found = current.get(kind, id)
    if kind.tells_of or (found is not None and kind.known(found)):
        return then.derive(zone_of, kind.name, id)
    return zone_of_new(then, command, command.SPEC.id_field)


def _times(command: Command, now: datetime, there: tzinfo, correcting: datetime | None) -> tuple[datetime, datetime]:
    """When it was true, in the time of its place, and when it was learned; a day alone begins there."""
    known = local(command.known, there).astimezone(UTC) if command.known is not None else now
    at = correcting or local(command.at or known, there)
    for field, instant in (("known", known), ("at", at)):
        if instant > now:
            raise Invalid(f"'{field}' lies in the future", field=field, remedy="Say it once it is true.")
    if at > known:
        raise Invalid("it cannot have been known before it was true", field="known")
    return at, known
