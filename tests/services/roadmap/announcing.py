"""What the clock of the roadmap service says in a scenario, as on the first of June."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from libs.commands.testing import Scenario
from libs.events.event import Actor, Event
from libs.rules.duties.instant import AnnouncedMoment
from libs.rules.roles import CLOCK
from libs.service.announcements.clock import Announces

NOW: Final = datetime(2026, 6, 1, 9, tzinfo=UTC)


def due_of(says: Announces[Any], s: Scenario, id: str) -> list[AnnouncedMoment]:
    """What is to be said of a thing."""
    return list(says.due(id, list(s.world.events(says.aggregate(id))), {NOW: says.view(s.facts(), id)}, NOW))


def say_due(says: Announces[Any], s: Scenario, id: str) -> list[AnnouncedMoment]:
    """What is due, said."""
    found, aggregate = due_of(says, s, id), says.aggregate(id)
    for one in found:
        s.world.apply(Event(aggregate, s.world.last(aggregate) + 1, one.at, NOW, NOW, Actor("roadmap", CLOCK), one.data))
    return found
