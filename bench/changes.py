"""What moved since a day, a month, a year and ever, with 200 teams of whom a busy year is told, and where all was imported this morning, an organisation
after the other and each event at an instant of its own: `python -m bench.changes [TEAMS]`.
"""

from __future__ import annotations

import re
import sys
import time
from dataclasses import replace
from datetime import date, timedelta

from rich.console import Console
from rich.table import Table

from bench.portfolio import HOMES, NOW, START, fill
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered
from libs.events.catalog.portfolio.graduation import Attested
from libs.events.catalog.portfolio.investment import ActualRecorded, ForecastRecorded
from libs.events.catalog.portfolio.product import PhaseEntered
from libs.events.catalog.portfolio.team import MemberLeft
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemMoved, RoadmapItemRedated
from libs.events.event import Actor, Event, Payload
from libs.events.facts import Facts
from libs.events.values import Money
from libs.events.world import World
from libs.rules.history.changes import changes

TURNS = 3


def main(teams: int) -> None:
    """Measures and prints: the processor's time of the best of three turns, nothing derived before, and with the later moment derived already."""
    world = World()
    events = fill(world, teams) + _busy_year(world, teams)
    table = Table("since", "changes", "ms", "ms, the later moment known", title=f"{teams} teams, {events:,} events")
    for what, days in (("a day", 1), ("30 days", 30), ("a year", 365), ("ever", (NOW - START).days + 1)):
        since = NOW - timedelta(days=days)
        cold, warm, found = float("inf"), float("inf"), 0
        for _ in range(TURNS):
            after = Facts.on_day(world, NOW.date())
            seconds, found = _timed(Facts.on_day(world, since.date(), since), after)
            cold = min(cold, seconds)
            warm = min(warm, _timed(Facts.on_day(world, since.date(), since), after)[0])
        table.add_row(what, f"{found:,}", f"{cold * 1000:,.0f}", f"{warm * 1000:,.0f}")
    world, events = _imported(teams)
    since = NOW - timedelta(days=30)
    seconds, found = _timed(Facts.on_day(world, since.date(), since), Facts.on_day(world, NOW.date()))
    table.add_row(f"30 days; {events:,} events imported", f"{found:,}", f"{seconds * 1000:,.0f}", "")
    Console().print(table)


def _imported(teams: int) -> tuple[World, int]:
    """The portfolio without the busy year, all learned within a minute."""
    told, world = World(), World()
    fill(told, teams)
    events = [event for kind in told.tallies() for aggregate in told.all(kind) for event in told.events(aggregate)]
    events.sort(key=lambda event: (int(re.findall(r"\d+", event.aggregate)[0]) % HOMES, event.aggregate, event.sequence))
    for n, event in enumerate(events):
        learned = NOW - timedelta(hours=3) + timedelta(milliseconds=n)
        world.apply(replace(event, recorded=learned, stored=learned))
    return world, len(events)


def _timed(before: Facts, after: Facts) -> tuple[float, int]:
    begun = time.process_time()
    found = changes(before, after)
    return time.process_time() - begun, len(found)


def _busy_year(world: World, teams: int) -> int:
    """The year before `NOW`: of each team money every month, forecasts, plans that move, a backlog that goes on, a phase, a word of the executive."""
    told = 0

    def tell(aggregate: str, data: Payload, day: int, hour: int, role: str = "importer") -> None:
        nonlocal told
        at = NOW - timedelta(days=day, hours=hour % 11)
        world.apply(Event(aggregate, world.last(aggregate) + 1, at, at, at, Actor("bench", role), data))
        told += 1

    for n in range(teams):
        for month in range(12):
            ago = 360 - 30 * month
            spent = ActualRecorded(amount=_cad(30_000 + n), covers_from=date(2025, 1, 1), covers_until=date(2025, 1, 31))
            tell(f"investment:i{n}", spent, ago, n)
            tell(f"item:y{n}-{month}", ItemAdded(product=f"p{n}", title="Another item"), ago - 2, n)
            tell(f"item:y{n}-{month}", ItemDelivered(), ago - 9, n)
        for ago in (300, 200, 100):
            tell(f"investment:i{n}", ForecastRecorded(amount=_cad(1_000_000 + 1_000 * ago + n)), ago - n % 7, n)
        for m in range(6):
            tell(f"roadmap_item:r{n}-{m}", RoadmapItemRedated(ends=date(2026, 4 + m, 1)), 250 - 20 * m - n % 5, n)
            tell(f"roadmap_item:r{n}-{m}", RoadmapItemMoved(horizon=Horizon.NOW if m % 2 else Horizon.DONE), 150 - 20 * m - n % 5, n)
        tell(f"product:p{n}", PhaseEntered(phase="live"), 180 - n % 30, n)
        tell(f"graduation:t{n}", Attested(criterion="R-04", statement="as hoped"), 60 + n % 30, n, f"executive@o{n % 10}")
        if n % 3 == 0:
            tell(f"team:t{n}", MemberLeft(person=f"person{n}-4"), 90 + n % 30, n)
    return told


def _cad(amount: int) -> Money:
    return Money.model_validate({"amount": f"{amount}.00", "currency": "CAD"})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
