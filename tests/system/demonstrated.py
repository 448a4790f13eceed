"""The demonstration portfolio as a world: its lines judged one after the other, as the services would, without store or log."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from headway.demonstration.story import lines
from libs.calendar.local_time import start_of
from libs.commands.execution.admission import Ask, judge
from libs.commands.routes import Line, command_of
from libs.events.envelope import SERVICES
from libs.events.event import Actor, Event, Retracted, position
from libs.events.world import World
from libs.rules.roles import Principal, Role

TODAY = date(2026, 11, 24)
TAKEN_BACK = ("item:driving-licences-3@3", "metric:court-dates-satisfaction@5", "team:permits-team@9")
"""What is retracted in the end: a delivery, a reading and a member's leaving."""


@cache
def demonstrated() -> World:
    """Everything that the demonstration tells up to a day, and three corrections of it."""
    world = World()
    decisions: dict[type, Any] = {}
    for service in SERVICES:
        decisions |= importlib.import_module(f"services.{service}.domain").decisions.by_command
    now = start_of(TODAY)
    importer = Principal("importer", frozenset({Role.parse("importer")}))
    for line in lines(TODAY):
        command = command_of(Line.model_validate(line.as_object()), line.service)
        assert command.aggregate, line
        for event in judge(world, decisions, Ask(command, importer, line.key), command.aggregate, now):
            world.apply(event)
    for text in TAKEN_BACK:
        aggregate = position(text)[0]
        said = Retracted(event=text, reason="A slip")
        world.apply(Event(aggregate, world.last(aggregate) + 1, now, now, now, Actor("importer", "importer"), said))
    return world


def all_events(world: World) -> Iterator[Event]:
    """Every event of a world, aggregate by aggregate."""
    for kind in world.tallies():
        for aggregate in world.all(kind):
            yield from world.events(aggregate)


def only(world: World, kept: Iterable[Event]) -> World:
    """A world that has heard of these events of another alone: in the place of each other one is a gap that nobody sees."""
    names = {event.id for event in kept}
    reduced = World()
    for aggregate in dict.fromkeys(position(name)[0] for name in names):
        for event in world.events(aggregate):
            if event.id in names:
                reduced.apply(event)
            else:
                reduced.pass_over(aggregate, "not named", "test", event.stored)
    return reduced


def at(days_ago: int, known_days_ago: int | None = None) -> tuple[date, datetime | None]:
    """A day, and an instant of knowing."""
    known = None if known_days_ago is None else datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) - timedelta(days=known_days_ago)
    return TODAY - timedelta(days=days_ago), known
