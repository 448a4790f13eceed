"""At any (`asOf`, `knownAt`) the answer equals the state rebuilt from the log alone, from the events of that moment and no others."""

from __future__ import annotations

import copy
import itertools
import os
import random
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from headway.demonstration.story import lines
from headway.importers.line import ImportLine
from libs.calendar.local_time import start_of
from libs.events.envelope import all_topics, from_record
from libs.events.event import KINDS, Event, Retracted
from libs.events.world import World
from libs.rules.roles import Principal, Role
from libs.service.host.process import Process
from services.gateway.documents import EXECUTIVE, PRODUCT
from services.gateway.gateway import Gateway
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.schema import schema
from tests.given import Read
from tests.system.conftest import Running, running
from tests.system.demonstrated import TODAY, demonstrated

INSTANTS = int(os.environ.get("HEADWAY_TEST_INSTANTS", "100"))
"""How many random moments are compared; `make faults` takes a thousand."""
EXECUTIVE_EVERYWHERE = Principal("executive@*", frozenset({Role.parse("executive")}))


async def tell(stack: Running, story: Iterable[ImportLine]) -> None:
    """Says these lines, and lets each service hear what the others said before."""
    position = ""
    for service, batch in itertools.groupby(story, key=lambda line: line.service):
        said = list(batch)
        for line, result in zip(said, await stack.bulk(service, [line.as_object() for line in said]), strict=True):
            assert result["status"] == "created" or "T" in (line.at or ""), result  # at another hour something may not be so yet
            position = result["position"] or position
        await stack.ask("{ __typename }", after=position)


def zoned(story: Iterable[ImportLine]) -> Iterator[ImportLine]:
    """The story in organisations on both sides of the date line, where much of what was said was so at other hours than midnight."""
    chance, places = random.Random(20261201), itertools.cycle(["America/Vancouver", "Pacific/Kiritimati", None, "Europe/Paris"])
    for line in story:
        if line.command == "portfolio.register_organisation":
            line = replace(line, data={**line.data, "time_zone": next(places)})
        elif line.command in _AT_ANY_HOUR and line.at is not None and chance.random() < 0.7:
            line = replace(line, at=f"{line.at}T{chance.randrange(24):02}:{chance.randrange(60):02}:00Z")
        yield line


_AT_ANY_HOUR = {"portfolio.record_actual", "portfolio.record_exposure", "backlog.deliver_item"}


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[tuple[Running, list[Event]]]:
    """The demonstration portfolio, corrected here and there, and its log."""
    async with running(tmp_path) as stack:
        await tell(stack, zoned(lines(datetime.now(UTC).date())))
        for event in ("item:driving-licences-3@3", "metric:court-dates-satisfaction@5", "team:permits-team@9"):
            service = "backlog" if event.startswith("item") else "roadmap" if event.startswith("metric") else "portfolio"
            answer = await stack.command(f"{service}.retract", {"event": event, "reason": "A slip"})
            assert answer.status_code == 200, answer.text
            await stack.ask("{ __typename }", after=answer.json()["position"])
        process: Process = stack.app.process
        topics = all_topics(stack.settings.namespace)
        events = [from_record(d.record) async for batch in process.adapters.log.read(topics, follow=False) for d in batch]
        assert sum(event.time.date() != event.time.astimezone(UTC).date() for event in events) > 20
        yield stack, events


def moments(count: int) -> Iterator[tuple[date, datetime | None]]:
    """Random days and instants, among them the very ends."""
    chance, today = random.Random(20261124), datetime.now(UTC).date()
    yield today, None
    for _ in range(count - 1):
        day = today - timedelta(days=chance.randrange(1100))
        known = start_of(today) - timedelta(minutes=chance.randrange(1100 * 24 * 60))
        yield day, known if chance.random() < 0.7 else None


def rebuilt(events: Sequence[Event], day: date, known_at: datetime | None) -> World:
    """A world that has heard of the events of this moment alone, and of what things are, which holds also before the day of its saying."""
    world = World()
    for e in events:
        known = known_at is None or e.recorded <= known_at
        if known and (e.time.date() <= day or isinstance(e.data, (Retracted, *KINDS[e.kind].defined_by))):
            world.apply(e)
        else:
            world.pass_over(e.aggregate, "not of this moment", "test", e.stored)
    return world


async def answered(process: Process, world: World, document: str, variables: dict[str, Any]) -> Any:
    asked = copy.copy(process)
    asked.world = world
    result = await schema().execute(document, variable_values=variables, context_value=OperationContext(Gateway(asked), EXECUTIVE_EVERYWHERE))
    assert not result.errors, result.errors
    return result.data


async def test_every_moment_is_the_fold_of_its_own_events(told: tuple[Running, list[Event]]) -> None:
    stack, events = told
    process: Process = stack.app.process
    for day, known_at in moments(INSTANTS):
        fresh = rebuilt(events, day, known_at)
        known = known_at.isoformat() if known_at else None
        seen = await answered(process, process.world, EXECUTIVE, {"asOf": day.isoformat(), "knownAt": known, "first": 100})
        alone = await answered(process, fresh, EXECUTIVE, {"asOf": day.isoformat(), "first": 100})
        for answer in (seen, alone):
            del answer["portfolio"]["world"], answer["portfolio"]["knownAt"]
        assert seen == alone, (day, known_at)
        product = await answered(process, process.world, PRODUCT, {"id": "fines", "asOf": day.isoformat(), "knownAt": known})
        assert product == await answered(process, fresh, PRODUCT, {"id": "fines", "asOf": day.isoformat()}), (day, known_at)


async def test_a_restarted_stack_answers_as_before(told: tuple[Running, list[Event]], tmp_path: Path) -> None:
    stack, _ = told
    before = await stack.ask(EXECUTIVE, {"first": 100})
    async with running(tmp_path) as again:
        after = await again.ask(EXECUTIVE, {"first": 100})
    del before["portfolio"]["world"], after["portfolio"]["world"]  # the owner's clock announces meanwhile
    assert after == before


def test_the_demonstration_holds_an_improvement_whose_end_was_learned_late() -> None:
    read = Read(demonstrated(), today=start_of(TODAY)).on(str(TODAY - timedelta(days=80)))
    read.shows("improvement:fines-pay-page", "state", "FINISHED")
    read.knowing(str(TODAY - timedelta(days=60))).shows("improvement:fines-pay-page", "state", "STARTED")
