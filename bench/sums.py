"""What sums over everything cost after nothing, one reading of health, and one amount of money, in CPU: `python -m bench.sums [TEAMS]`."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.portfolio import NOW, fill
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthRecorded, HealthSubject
from libs.events.event import Actor, Event, Payload
from libs.events.facts import Facts
from libs.events.values import Money
from libs.events.world import World
from libs.rules.duties import duties
from libs.rules.graduation.status import graduation
from libs.rules.money.figures import of_organisation, of_portfolio, of_program
from libs.rules.products.homes import product_ids
from libs.rules.products.needs import needs
from libs.rules.products.phases import phase_counts
from libs.rules.products.targets import targets
from libs.runtime.call_stack import with_room

TURNS: Final = 7
CHANGES: Final[dict[str, tuple[str, Callable[[int], Payload]] | None]] = {
    "nothing": None,
    "a reading of health": (TEAM.key("t1"), lambda n: HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source=f"check {n}")),
    "an amount spent": (
        INVESTMENT.key("i1"),
        lambda n: ActualRecorded(amount=Money(amount=Decimal(n), currency="CAD"), covers_from=date(2025, 1, 1), covers_until=date(2025, 1, 31)),
    ),
}


def main(teams: int) -> None:
    """Measures and prints."""
    world = World()
    fill(world, teams)
    day = NOW.date()
    first = {what: _took(lambda ask=ask: ask(world.facts(day))) for what, ask in QUESTIONS.items()}  # type: ignore[misc]
    table = Table("ms of CPU", "first", *(f"after {what}" for what in CHANGES), title=f"{teams} teams")
    found: dict[tuple[str, str], list[float]] = {}
    for changing, change in CHANGES.items():
        for n in range(1, TURNS + 1):
            if change is not None:
                aggregate, data = change
                world.apply(Event(aggregate, world.last(aggregate) + 1, NOW, NOW, NOW, Actor("bench", "importer"), data(n)))
            for what, ask in QUESTIONS.items():
                found.setdefault((what, changing), []).append(_took(lambda ask=ask: ask(world.facts(day))))  # type: ignore[misc]
    for what in QUESTIONS:
        table.add_row(what, f"{first[what]:,.2f}", *(f"{statistics.median(found[what, changing]):,.3f}" for changing in CHANGES))
    table.add_row("all of these", f"{sum(first.values()):,.2f}", *(f"{sum(statistics.median(found[w, c]) for w in QUESTIONS):,.3f}" for c in CHANGES))
    Console().print(table)
    beside = min(_took(lambda: sorted(str(n) for n in range(100_000))) for _ in range(5))
    Console().print(f"beside: sorting 100,000 texts takes {beside:,.1f} ms; {len(world.kept(day, None)):,} entries are kept")


def _took(work: Callable[[], Any]) -> float:
    """Milliseconds of computing."""
    begun = time.thread_time()
    work()
    return 1000 * (time.thread_time() - begun)


QUESTIONS: Final[dict[str, Callable[[Facts], object]]] = {
    "hearing of it": lambda facts: facts,
    "the portfolio's investment": lambda facts: facts.derive(of_portfolio, None),
    "the organisations'": lambda facts: [facts.derive(of_organisation, one.id) for one in facts.every(ORGANISATION)],
    "the programs'": lambda facts: [facts.derive(of_program, one.id) for one in facts.every(PROGRAM)],
    "duties": lambda facts: facts.derive(duties, None, overdue=False),
    "needs": lambda facts: facts.derive(needs, facts.derive(product_ids, None)),
    "targets": lambda facts: facts.derive(targets, facts.derive(product_ids, None)),
    "phases": lambda facts: facts.derive(phase_counts, None),
    "graduation of every team": lambda facts: [facts.derive(graduation, one.id) for one in facts.every(TEAM)],
}


if __name__ == "__main__":
    with_room(main, int(sys.argv[1]) if len(sys.argv) > 1 else 200)
