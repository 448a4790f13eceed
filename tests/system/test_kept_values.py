"""What is kept is what would be found anew: after any event, for every rule that looks at one thing, at its relations, or at all of a kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import Event
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules import duties
from libs.rules.graduation import status
from libs.rules.history import stories
from libs.rules.money import breakdowns, figures, warnings
from libs.rules.products import backlogs, phases
from libs.rules.tasks import awaited
from tests.system.demonstrated import TODAY, demonstrated

LOOKS = 24
"""How often the two are compared while the world grows."""


def values(facts: Facts) -> Iterator[tuple[str, Any]]:
    """Values of every sort of rule: of one thing, of what refers to it, of all of a kind."""

    def derived(rule: Callable[..., Any], *args: Any, **named: Any) -> tuple[str, Any]:
        return f"{getattr(rule, '__name__', type(rule).__name__)}{args}", facts.derive(rule, *args, **named)

    yield derived(awaited)
    yield derived(duties.duties, None, overdue=False)
    for organisation in (None, *(one.id for one in facts.every(ORGANISATION))):
        yield derived(figures.of_portfolio, organisation)
        yield derived(phases.phase_counts, organisation)
        yield derived(breakdowns.Others("team"), organisation)
    for team in facts.every(TEAM):
        yield derived(status.graduation, team.id)
        yield derived(warnings.of_team, team.id)
    for product in facts.every(PRODUCT):
        yield derived(backlogs.ordered, product.id)
        yield derived(stories.backlog_over_time, product.id)
        yield derived(warnings.of_product, product.id)


def shuffled(events: dict[str, list[Event]], chance: random.Random) -> Iterator[Event]:
    """The events of all aggregates in some order, those of one in order of their numbers."""
    turns = [aggregate for aggregate, history in events.items() for _ in history]
    chance.shuffle(turns)
    at = dict.fromkeys(events, 0)
    for aggregate in turns:
        yield events[aggregate][at[aggregate]]
        at[aggregate] += 1


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_kept_is_what_would_be_found_anew(seed: int) -> None:
    told = demonstrated()
    events = {aggregate: list(told.events(aggregate)) for kind in told.tallies() for aggregate in told.all(kind)}
    world, chance = World(), random.Random(seed)
    every = sum(map(len, events.values())) // LOOKS
    for n, event in enumerate(shuffled(events, chance), 1):
        world.apply(event)
        if n % every == 0:
            kept, anew = dict(values(world.facts(TODAY))), dict(values(Facts.on_day(world, TODAY)))
            assert kept == anew, (n, event.id, [name for name in anew if kept.get(name) != anew[name]])


@pytest.mark.parametrize("kind", ["bid", "team", "investment", "release", "need", "item"])
def test_an_event_of_a_kind_makes_anew_what_rests_on_all_of_it(kind: str) -> None:
    told = demonstrated()
    world = World()
    last: list[Event] = []
    for of in told.tallies():
        for aggregate in told.all(of):
            history = list(told.events(aggregate))
            if of == kind and len(history) > 1:
                last.append(history.pop())
            for event in history:
                world.apply(event)
    for event in last[:4]:
        assert dict(values(world.facts(TODAY)))
        world.apply(event)
        assert dict(values(world.facts(TODAY))) == dict(values(Facts.on_day(world, TODAY))), event.id
