"""The commands `retract` and `correct`, for every aggregate: one earlier event is out of the history, for every day, from now on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from libs.commands.command import COMMANDS, Command, command
from libs.commands.decision import Case
from libs.commands.errors import AlreadyExists, Invalid
from libs.events.event import Event, Payload, Retracted, position
from libs.events.history import History
from libs.events.values import POSITION_PATTERN, POSITION_WORDS, Text, worded
from libs.rules.roles import CLOCK


class Fields(dict[str, Any]):
    """Fields of whatever shape by their names, as a JSON object."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler(dict[str, Any])


EventId = Annotated[str, worded(POSITION_PATTERN, POSITION_WORDS)]


class Retract(Command):
    """Take back what was said: the event is out from now on, for every day. By whoever may say the thing itself."""

    event: Annotated[EventId, Field(description="The event's id, its position: `team:biohub@3`.")]
    reason: Annotated[Text, Field(description="Why it was wrong.")]

    @property
    def aggregate(self) -> str | None:
        return position(self.event)[0]


@command("backlog.retract", None, topic="", says=(Retracted,), id_field="event")
class RetractInBacklog(Retract):
    __doc__ = Retract.__doc__


@command("roadmap.retract", None, topic="", says=(Retracted,), id_field="event")
class RetractInRoadmap(Retract):
    __doc__ = Retract.__doc__


@command("portfolio.retract", None, topic="", says=(Retracted,), id_field="event")
class RetractInPortfolio(Retract):
    __doc__ = Retract.__doc__


class Correct(Retract):
    """Take back what was said, and say it right at the same time, in one go. By whoever may say the thing itself, and what is right."""

    data: Annotated[Fields, Field(description="The fields that were wrong, as the command has them that said it; the others stay as they were said.")]


@command("backlog.correct", None, topic="", says=(Retracted,), id_field="event")
class CorrectInBacklog(Correct):
    __doc__ = Correct.__doc__


@command("roadmap.correct", None, topic="", says=(Retracted,), id_field="event")
class CorrectInRoadmap(Correct):
    __doc__ = Correct.__doc__


@command("portfolio.correct", None, topic="", says=(Retracted,), id_field="event")
class CorrectInPortfolio(Correct):
    __doc__ = Correct.__doc__


def retract(command: Retract, case: Case[Any], history: Sequence[Event]) -> Iterable[Payload]:
    """Takes back an event, with what was announced beside it.

    Refuses what is no event of the aggregate, what a service announced, what was announced beside another, a retraction, and what is out already.
    """
    sequence = position(command.event)[1]
    wrong, alone = history[sequence - 1], announced_alone()
    if wrong.actor.role == CLOCK:
        raise Invalid("what the system announced is not retracted", field="event", remedy="Retract what it rests on: then it is withdrawn.")
    if isinstance(wrong.data, Retracted):
        raise Invalid("a retraction cannot be retracted", field="event", remedy="Say the thing again.")
    if (history if isinstance(history, History) else History(history)).retracted(sequence):
        raise AlreadyExists(f"{command.event} is retracted already", field="event")
    if type(wrong.data) in alone:
        said = next(event for event in reversed(history[: sequence - 1]) if type(event.data) not in alone)
        raise Invalid("it was announced with what makes it so, and goes with that", field="event", remedy=f"Retract {said.id}: then it is withdrawn.")
    yield Retracted(event=command.event, reason=command.reason)
    for event in history[sequence:]:
        if type(event.data) not in alone or (event.stored, event.actor) != (wrong.stored, wrong.actor):
            return
        yield Retracted(event=event.id, reason=command.reason)


@cache
def announced_alone() -> frozenset[type[Payload]]:
    """The events that no command says but beside what makes them so, such as the crossing of a threshold."""
    first = {of.SPEC.says[0] for of in COMMANDS.values() if of.SPEC.says}
    return frozenset(beside for of in COMMANDS.values() for beside in of.SPEC.says[1:] if beside not in first)
