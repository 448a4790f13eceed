"""`retract`, on every aggregate: takes one earlier event out, for every day, from now on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import Field

from libs.commands.command import Command, command
from libs.commands.deciding import Case
from libs.commands.errors import AlreadyExists, Invalid
from libs.events.event import Event, Payload, Retracted, position
from libs.events.history import History
from libs.events.values import POSITION_PATTERN, POSITION_WORDS, Text, worded
from libs.rules.roles import CLOCK

EventId = Annotated[str, worded(POSITION_PATTERN, POSITION_WORDS)]


class Retract(Command):
    """Take back what was said: the event is out from now on, for every day. By whoever may say the thing itself."""

    event: Annotated[EventId, Field(description="The event's id, its position: `team:biohub@3`.")]
    reason: Annotated[Text, Field(description="Why it was wrong.")]

    @property
    def target(self) -> str | None:
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


def retract(command: Retract, case: Case[Any], history: Sequence[Event]) -> Iterable[Payload]:
    """Refuses what is no event of the aggregate, what a service announced, a retraction, and what is out already."""
    sequence = position(command.event)[1]
    if history[sequence - 1].actor.role == CLOCK:
        raise Invalid("what the system announced is not retracted", field="event", remedy="Retract what it rests on: then it is withdrawn.")
    if isinstance(history[sequence - 1].data, Retracted):
        raise Invalid("a retraction cannot be retracted", field="event", remedy="Say the thing again.")
    if (history if isinstance(history, History) else History(history)).retracted(sequence):
        raise AlreadyExists(f"{command.event} is retracted already", field="event")
    yield Retracted(event=command.event, reason=command.reason)
