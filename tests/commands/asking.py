"""Commands of the examples, and the small world in which more was said."""

from __future__ import annotations

from typing import Any

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.command import COMMANDS, Command
from libs.events.event import Actor, Event, Payload
from libs.events.world import World
from tests.commands.examples import EXAMPLES, OWNER, SAID, world


def command(name: str, **fields: Any) -> Command:
    """The example of a command, but for these fields."""
    return COMMANDS[name].model_validate(EXAMPLES[name] | fields)


def also(aggregate: str, *said: Payload, role: str = "importer") -> World:
    """The small world, in which this was said as well."""
    made = world()
    for data in said:
        made.apply(Event(aggregate, made.last(aggregate) + 1, SAID, SAID, SAID, Actor(OWNER, role), data))
    return made
