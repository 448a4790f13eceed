"""A portfolio that was learned in one go, each event at an instant of its own: what moved is dated without looking at everything at each instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from libs.calendar.local_time import start_of
from libs.commands.testing import money
from libs.events.catalog.portfolio.investment import ActualRecorded, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.loan import TeamLent
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.team import Staffing, TeamFormed
from libs.events.event import Actor, Event, Payload
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.explanations import FIGURES
from libs.rules.history.changes import changes
from libs.rules.money.amounts import RunningSum, Sum
from tests.rules.way import day

HOMES = 5
IMPORTED = start_of(day(100)).replace(hour=10)


def said(teams: int) -> Iterator[tuple[str, Payload, date, str]]:
    """An organisation after the other, with its teams and their money."""
    for home in range(HOMES):
        yield f"organisation:o{home}", OrganisationRegistered(name=f"Ministry {home}"), day(0), "importer"
    for home in range(HOMES):
        for n in range(home, teams, HOMES):
            yield f"team:t{n}", TeamFormed(name=f"Team {n}", home=f"o{home}"), day(1), "importer"
            yield f"investment:i{n}", InvestmentProposed(team=f"t{n}", enhance=money("70.00"), support=money("30.00")), day(2 + n % 7), "importer"
            yield f"investment:i{n}", InvestmentDecided(approved=True, reason="so"), day(10 + n % 5), f"steering_group@o{home}"
            yield f"investment:i{n}", ActualRecorded(amount=money("20.00"), covers_from=day(20), covers_until=day(39)), day(40 + n % 9), "importer"
            if n % 10 == home:
                lent = TeamLent(team=f"t{n}", lender=f"o{home}", borrower=f"o{(home + 1) % HOMES}", staffing=Staffing.STAFF, agreement="letter", until=day(30))
                yield f"loan:l{n}", lent, day(25), "importer"


def imported(teams: int) -> World:
    """So many teams, learned a second after the other."""
    world = World()
    for n, (aggregate, data, true, by) in enumerate(said(teams)):
        learned = IMPORTED + timedelta(seconds=n)
        world.apply(Event(aggregate, world.last(aggregate) + 1, start_of(true) + timedelta(hours=8), learned, learned, Actor("someone", by), data))
    return world


def moments(world: World) -> tuple[Facts, Facts]:
    """Ten days before it was imported, and the evening of that day."""
    return Facts.on_day(world, day(90), start_of(day(90))), Facts.on_day(world, day(100))


def looks(teams: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a rule's value is asked for while what moved is found."""
    before, after = moments(imported(teams))
    asked = 0
    resting = Facts.resting

    def counted(self: Facts, *given: Any, **named: Any) -> Any:
        nonlocal asked
        asked += 1
        return resting(self, *given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Facts, "resting", counted)
        assert len([one for one in changes(before, after) if one.subject.startswith("investment:")]) > 3 * teams
    return asked


def test_twice_as_much_that_was_imported_takes_twice_as_many_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (looks(teams, monkeypatch) for teams in (40, 80))
    assert many < 2.2 * few, (few, many)


def test_the_money_of_an_organisation_is_known_since_the_instant_from_which_on_it_was_what_it_is() -> None:
    world = imported(20)
    before, after = moments(world)
    found = {(one.subject, one.field): one for one in changes(before, after) if one.subject.startswith("organisation:")}
    instants = sorted({event.recorded for kind in world.tallies() for aggregate in world.all(kind) for event in world.events(aggregate)})
    for (subject, field), change in found.items():
        figure, id = FIGURES["organisation"][field], subject.partition(":")[2]
        now = figure.value(after, id)

        def held(facts: Facts, figure: Any = figure, id: str = id, now: Any = now) -> bool:
            return bool(figure.value(facts, id) == now)

        known = [at for at in instants if not held(Facts.on_day(world, after.day, at))]
        assert change.known_since == _following(instants, known[-1]), (subject, field)
        true = [n for n in range(100) if not held(Facts.on_day(world, day(n)))]
        assert change.at is not None and change.at.date() == day(true[-1] + 1), (subject, field)
        assert change.events and all(event.recorded == change.known_since or event.time.date() == change.at.date() for event in change.events)
    assert {field for _, field in found} >= {"investment.committed", "investment.actual", "investment.forecast"} and len(found) > 5 * HOMES


def _following(instants: list[datetime], one: datetime) -> datetime:
    return instants[instants.index(one) + 1]


def test_a_running_sum_is_the_sum_of_what_its_parts_are_by_now() -> None:
    running, none = RunningSum(), Sum()
    cad, eur = Sum.of(money("3.00")), Sum.of(money("0.00", "EUR"))
    running.replace(none, cad)
    running.replace(none, eur)
    assert running.to_tuple() == (cad + eur).to_tuple()
    running.replace(cad, Sum.of(money("5.00")))
    assert running.to_tuple() == (Sum.of(money("5.00")) + eur).to_tuple(), "a currency that was added stays at zero"
    running.replace(eur, none)
    assert running.to_tuple() == Sum.of(money("5.00")).to_tuple()
