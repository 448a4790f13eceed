"""Sums end where a change ends: what is said of one team has its own figures computed, and of the sums those alone that come out otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from bench.portfolio import fill
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthRecorded, HealthSubject
from libs.events.derivations.memo import RuleMemo
from libs.events.event import Actor, Event, Payload
from libs.events.facts import Facts
from libs.events.values import Money
from libs.events.world import World
from libs.rules.duties import duties
from libs.rules.money import warnings
from libs.rules.money.figures import of_organisation, of_portfolio, of_program, sums, total
from libs.rules.products.homes import product_ids
from libs.rules.products.needs import needs
from libs.rules.products.phases import phase_counts
from libs.rules.products.targets import targets

NOW: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEAMS: Final = 30


def asked(facts: Facts) -> list[object]:
    """The sums over everything."""
    products = facts.derive(product_ids, None)
    return [
        facts.derive(of_portfolio, None),
        [facts.derive(of_organisation, one.id) for one in facts.every(ORGANISATION)],
        [facts.derive(of_program, one.id) for one in facts.every(PROGRAM)],
        facts.derive(needs, products),
        facts.derive(targets, products),
        facts.derive(phase_counts, None),
        facts.derive(duties, None, overdue=False),
    ]


@pytest.fixture
def world() -> World:
    found = World()
    fill(found, TEAMS)
    asked(found.facts(NOW.date()))
    return found


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, tuple[Any, ...]]]:
    """The rules that are computed, with what they are asked about."""
    found, compute = list[tuple[Any, tuple[Any, ...]]](), RuleMemo._computed

    def noted(self: RuleMemo, key: Any) -> Any:
        found.append(key[:2])
        return compute(self, key)

    monkeypatch.setattr(RuleMemo, "_computed", noted)
    return found


def tell(world: World, aggregate: str, data: Payload) -> None:
    world.apply(Event(aggregate, world.last(aggregate) + 1, NOW, NOW, NOW, Actor("ada", "importer"), data))


def test_a_reading_of_health_has_no_sum_computed(world: World, computed: list[tuple[Any, tuple[Any, ...]]]) -> None:
    before = asked(world.facts(NOW.date()))
    assert computed == []
    tell(world, TEAM.key("t1"), HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="check"))
    after = asked(world.facts(NOW.date()))
    sums_over_much = {total, sums, of_portfolio, of_organisation, of_program, needs, targets, phase_counts, warnings.of_investment, warnings.of_product}
    assert [rule for rule, _ in computed if rule in sums_over_much] == [] and len(computed) < 20
    assert before[:-1] == after[:-1] and before[-1] != after[-1], "its next check is due later"
    assert after == asked(Facts.on_day(world, NOW.date()))


def test_an_amount_of_one_team_has_the_sums_computed_in_which_it_counts_and_no_others(world: World, computed: list[tuple[Any, tuple[Any, ...]]]) -> None:
    amount = Money(amount=Decimal("7.00"), currency="CAD")
    tell(world, INVESTMENT.key("i1"), ActualRecorded(amount=amount, covers_from=date(2025, 1, 1), covers_until=date(2025, 1, 31)))
    after = asked(world.facts(NOW.date()))
    assert [args for rule, args in computed if rule is sums] == [("i1",)]
    assert {args for rule, args in computed if rule is total} == {("portfolio", None), ("organisation", "o1"), ("program", "g1")}
    assert [args for rule, args in computed if rule in (of_organisation, of_program)] == [("o1",), ("g1",)]
    assert not any(rule in (needs, targets, phase_counts, duties) for rule, _ in computed)
    assert after == asked(Facts.on_day(world, NOW.date()))
