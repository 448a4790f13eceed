"""Corrects what was said: it is taken back, and what is right is said at its own time, in one commit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from libs.commands.command import COMMANDS, COMMON, Command
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.retraction import Correct, Retract, retract
from libs.commands.validation import validated
from libs.events.event import KINDS, Event, Payload, adapter, position
from libs.events.ports.histories import Histories
from libs.events.values import Decided, asked_as, hints_of, marks_of

Say = Callable[[Histories, Command, datetime], Sequence[Event]]
"""What a command leads to over these histories at the time of what it is said instead of."""


class Beside:
    """Histories in which one aggregate has gone on."""

    def __init__(self, histories: Histories, aggregate: str, history: Sequence[Event]) -> None:
        self._histories, self._aggregate, self._history = histories, aggregate, history

    def events(self, aggregate: str) -> Sequence[Event]:
        return self._history if aggregate == self._aggregate else self._histories.events(aggregate)

    def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
        return self._histories.referring(kind, field, id)

    def all(self, kind: str) -> Iterable[str]:
        return self._histories.all(kind)


def correct(command: Correct, case: Case[Any], history: Sequence[Event], out: Callable[[int, Payload], Event], say: Say) -> tuple[Event, ...]:
    """What is taken back, with what was announced with it, and what is said instead; nothing where that is the same.

    `out` makes an event of this command's own, numbered on by so many. Raises what `retract` does and what the command is refused by that says it; Invalid
    for what no command says by its fields, for fields that do not fit, and for another day.
    """
    taking = list(retract(command, case, history))
    wrong = history[position(command.event)[1] - 1]
    if command.at is not None:
        raise Invalid("what is right is said at the same time", field="at", remedy="Retract it, and say it at its own time.")
    right = _right(command, wrong)
    taken = [out(n, one) for n, one in enumerate(taking)]
    said = [_as_decided(one, wrong) for one in say(Beside(case.facts.histories, wrong.aggregate, [*history, *taken]), right, wrong.time)]
    return () if any(one.data == wrong.data for one in said) else (*taken, *said)


def _right(command: Correct, wrong: Event) -> Command:
    """The command that said it, with what is right. Raises Invalid."""
    event = type(wrong.data)
    called = asked_as(event)
    said = {called.get(name, name): value for name, value in adapter(event).dump_python(wrong.data, mode="json").items() if value is not None}
    saying = [of for of in COMMANDS.values() if event in (of.RECORDS or of.SPEC.says[:1]) and not issubclass(of, Retract)]
    fitting = [of for of in saying if of.SPEC.kind in (None, KINDS[wrong.kind]) and not of.SPEC.private]
    if not fitting:
        raise Invalid(f"{command.event} is not said by the fields of a command", field="event", remedy="Retract it, and say the thing again.")
    of = max(fitting, key=lambda one: len(said.keys() & one.model_fields.keys()))
    id = wrong.aggregate if of.SPEC.kind is None else wrong.aggregate.partition(":")[2]
    unfit = COMMON & command.data.keys() or (command.data.get(of.SPEC.id_field, id) != id and {of.SPEC.id_field})
    if unfit or not command.data:
        raise Invalid("say which fields were wrong, and nothing else", field="data", remedy="Give the fields of what it says, with what is right.")
    own = {name: getattr(command, name) for name in ("known", "by", "override")}
    try:
        return validated(of, {name: said[name] for name in said.keys() & of.model_fields.keys()} | command.data | {of.SPEC.id_field: id} | own)
    except ValidationError as e:
        first = e.errors()[0]
        raise Invalid(first["msg"], field=".".join(map(str, ("data", *first["loc"])))) from e


def _as_decided(event: Event, wrong: Event) -> Event:
    """With what no command gives as it was decided then, where nothing is decided anew."""
    if type(event.data) is not type(wrong.data):
        return event
    decided = [name for name, hint in hints_of(type(event.data)).items() if Decided in marks_of(hint) and name != JUDGES]
    # A flag is never anew: what was lent before the borrower was asked is not offered by being corrected.
    decided = [name for name in decided if not getattr(event.data, name) or isinstance(getattr(wrong.data, name), bool)]
    data: Any = event.data
    return dataclasses.replace(event, data=dataclasses.replace(data, **{name: getattr(wrong.data, name) for name in decided})) if decided else event


JUDGES: Final = "judges"
"""The field of what is judged, which is what stands now."""
