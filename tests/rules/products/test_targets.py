"""Targets: hit, missed, not measured or open, on any day, with what that rests on."""

from datetime import date
from decimal import Decimal

import pytest

import libs.events.catalog  # noqa: F401 - the kinds that authority rests on
from libs.commands.decision import Decisions
from libs.commands.testing import Scenario
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined, MetricKind, MetricRead, TargetSet
from libs.rules.products.targets import TargetState, target_outcomes, target_states, targets

SAT = "metric:sat"


def aiming(baseline: int | None = 62, target: int = 80, id: str = "sat", product: str = "permits", s: Scenario | None = None) -> Scenario:
    s = s or Scenario(Decisions())
    metric = f"metric:{id}"
    words = {"goal": "Better", "method": "Asked", "tool": "Survey", "source": "Exit survey", "responsible": "cy"}
    s.given(metric, MetricDefined(product=product, name=id, kind=MetricKind.QUANTITATIVE, **words), at="2024-03-01")
    if baseline is not None:
        s.given(metric, BaselineMeasured(value=Decimal(baseline)), at="2024-03-15")
    return s.given(metric, TargetSet(value=Decimal(target), due=date(2024, 9, 30)), at="2024-03-20")


def read(s: Scenario, value: int, at: str, id: str = "sat") -> Scenario:
    return s.given(f"metric:{id}", MetricRead(value=Decimal(value)), at=at)


def state(s: Scenario, day: str) -> TargetState:
    (outcome,) = target_states(s.facts(day), "sat")
    return outcome.state


@pytest.mark.requirement("S0-23")
@pytest.mark.requirement("S2-08")
def test_a_target_is_not_measured_then_open_then_hit() -> None:
    s = read(read(aiming(), 70, "2024-06-30"), 81, "2024-09-20")
    assert [state(s, day) for day in ("2024-06-29", "2024-06-30", "2024-09-19", "2024-09-20", "2026-01-01")] == [
        TargetState.NOT_MEASURED,
        TargetState.OPEN,
        TargetState.OPEN,
        TargetState.HIT,
        TargetState.HIT,
    ]
    (outcome,) = target_states(s.facts("2024-12-31"), "sat")
    assert [e.id for e in outcome.evidence] == [f"{SAT}@2", f"{SAT}@3", f"{SAT}@5"]


@pytest.mark.requirement("S0-23")
def test_a_target_is_missed_once_due_read_or_not() -> None:
    assert [state(aiming(), day) for day in ("2024-09-29", "2024-09-30")] == [TargetState.NOT_MEASURED, TargetState.MISSED]
    assert [state(read(aiming(), 79, "2024-09-01"), day) for day in ("2024-09-29", "2024-10-01")] == [TargetState.OPEN, TargetState.MISSED]


@pytest.mark.parametrize(("at", "expected"), [("2024-03-19", "missed"), ("2024-03-20", "hit"), ("2024-09-30", "hit"), ("2024-10-01", "missed")])
def test_only_readings_from_the_day_it_was_set_to_the_day_it_is_due_count(at: str, expected: str) -> None:
    assert state(read(aiming(), 80, at), "2024-12-31") == expected


@pytest.mark.parametrize(("value", "expected"), [(6, "missed"), (5, "hit"), (4, "hit")])
def test_a_target_below_the_baseline_is_hit_from_above(value: int, expected: str) -> None:
    assert state(read(aiming(baseline=12, target=5), value, "2024-06-30"), "2024-12-31") == expected


def test_a_target_that_was_set_without_a_baseline_takes_more_for_better() -> None:
    assert state(read(aiming(baseline=None), 81, "2024-06-30"), "2024-12-31") is TargetState.HIT


def test_a_later_baseline_does_not_turn_a_target_around() -> None:
    s = aiming().given(SAT, BaselineMeasured(value=Decimal(90)), at="2024-04-01")
    assert state(read(s, 85, "2024-06-30"), "2024-12-31") is TargetState.HIT


@pytest.mark.requirement("S0-23")
def test_every_target_is_in_one_of_four_counts() -> None:
    s = read(aiming(), 70, "2024-06-30")
    aiming(id="speed", s=s)
    read(aiming(id="calls", s=s), 81, "2024-06-30", "calls")
    found = targets(s.facts("2024-08-01"), ("permits",))
    assert found._asdict() == {"hit": 1, "missed": 0, "not_measured": 1, "open": 1}
    assert sum(found) == len(target_outcomes(s.facts("2024-08-01"), ("permits",)))
    assert set(found._fields) == {one.value for one in TargetState}, "each state has its count"


@pytest.mark.requirement("S0-23")
def test_targets_are_counted_over_products_each_metric_once() -> None:
    s = read(aiming(), 81, "2024-06-30")
    aiming(id="speed", s=s)
    aiming(id="calls", product="maps", s=s)
    assert targets(s.facts("2024-08-01"), ("permits", "permits")) == (1, 0, 1, 0)
    assert targets(s.facts("2024-12-31"), ("permits", "maps")) == (1, 2, 0, 0)
    assert targets(s.facts("2024-12-31"), ()) == (0, 0, 0, 0)
    assert target_states(s.facts(), "unheard-of") == ()


def test_a_target_leads_away_from_the_baseline_that_held_when_it_was_set_else_from_the_first_one_after() -> None:
    s = read(aiming(baseline=None, target=80), 70, "2024-06-30")
    s.given(SAT, BaselineMeasured(value=Decimal(90)), at="2024-05-01")
    assert state(s, "2024-07-01") is TargetState.HIT, "down from 90"
    s.given(SAT, BaselineMeasured(value=Decimal(60)), at="2024-05-02")
    assert state(s, "2024-07-01") is TargetState.HIT, "the first one"
    s = Scenario(Decisions()).given(SAT, BaselineMeasured(value=Decimal(90)), at="2024-03-01")
    s = read(aiming(baseline=60, target=80, s=s), 70, "2024-06-30")
    assert state(s, "2024-07-01") is TargetState.OPEN, "up from 60, which held then"


@pytest.mark.parametrize(("value", "expected"), [(79, TargetState.OPEN), (80, TargetState.HIT), (85, TargetState.HIT)])
def test_a_target_at_its_baseline_is_to_be_held_or_exceeded(value: int, expected: TargetState) -> None:
    assert state(read(aiming(baseline=80, target=80), value, "2024-06-30"), "2024-07-01") is expected
