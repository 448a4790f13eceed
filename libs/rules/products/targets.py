"""Whether targets of metrics were hit, by readings compared in the direction from baseline to target (S0-23)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.roadmap.metric import METRIC, Metric, Reading, Target
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event
from libs.events.facts import Facts


class TargetState(Choice):
    """What became of a target (S0-23): hit or missed for good; not measured while nothing was read since it was set; else open until it is due."""

    HIT = choice("hit", "A reading reached it in time.", tone=Tone.GOOD)
    MISSED = choice("missed", "It is due, and no reading reached it.", tone=Tone.BAD)
    NOT_MEASURED = choice("not_measured", "Nothing was read since it was set, and it is not due.", tone=Tone.GOING)
    OPEN = choice("open", "It was read, not reached, and is not due.", tone=Tone.GOING)


@dataclass(frozen=True, slots=True)
class TargetOutcome:
    """What a metric shall reach, and by when (S2-08)."""

    SHOWN_AS: ClassVar = "Target"
    ORDER: ClassVar = "value due set_on state"

    metric: str
    target: Target
    state: Annotated[TargetState, Doc("What became of it so far.")]
    evidence: tuple[Event, ...]
    """What this rests on: baseline, target, then the reading that hit it or all that did not."""

    @property
    def value(self) -> Annotated[Decimal, Doc("The value to reach, at least or at most, whichever leads away from the baseline.")]:
        """In the metric's unit."""
        return self.target.value

    @property
    def due(self) -> Annotated[date, Doc("The last day for it.")]:
        """The day by the end of which it is to be reached."""
        return self.target.due

    @property
    def set_on(self) -> Annotated[date, Doc("The day on which it was set.")]:
        """The day of its event."""
        return self.target.day


class Targets(NamedTuple):
    """Targets of metrics (S2-08)."""

    hit: Annotated[int, Doc("How many were reached by the day they were due.")]
    missed: Annotated[int, Doc("How many were not.")]
    not_measured: Annotated[int, Doc("How many wait for their first reading.")]
    open: Annotated[int, Doc("How many were read, not reached, and are not due.")]


def target_states(facts: Facts, metric_id: str) -> tuple[TargetOutcome, ...]:
    """What became of each target of a metric, in the order they were set; none where the metric is unknown.

    Hit when a reading from the day it was set to the day it is due reaches it; else missed from the day it is due; else not measured while there is no
    reading since it was set; else open.
    """
    metric = facts.get(METRIC, metric_id)
    return tuple(_outcome(facts, metric, target) for target in metric.targets) if metric else ()


def target_outcomes(facts: Facts, product_ids: tuple[str, ...]) -> tuple[TargetOutcome, ...]:
    """What became of each target of these products' metrics, each metric once."""
    metrics = dict.fromkeys(m.id for product in product_ids for m in facts.related(METRIC, "product", product))
    return tuple(outcome for id in metrics for outcome in facts.derive(target_states, id))


def targets(facts: Facts, product_ids: tuple[str, ...]) -> Targets:
    """How many targets of these products were hit and missed, are not measured, and are open (S0-23)."""
    found = [facts.derive(_targets_of, product) for product in dict.fromkeys(product_ids)]
    return Targets(*map(sum, zip(*found, strict=True))) if found else Targets(0, 0, 0, 0)


def _targets_of(facts: Facts, product: str) -> Targets:
    states = [outcome.state for outcome in facts.derive(target_outcomes, (product,))]
    return Targets(*(states.count(TargetState(name)) for name in Targets._fields))


def _outcome(facts: Facts, metric: Metric, target: Target) -> TargetOutcome:
    baseline = target.baseline or next(iter(metric.baselines), None)
    counting = [reading for reading in metric.readings if target.day <= reading.day <= target.due]
    hit = next((reading for reading in counting if _reaches(reading, target, baseline)), None)
    if hit is not None:
        state, rests_on = TargetState.HIT, [hit]
    elif facts.day >= target.due:
        state, rests_on = TargetState.MISSED, counting
    else:
        state, rests_on = (TargetState.OPEN if counting else TargetState.NOT_MEASURED), counting
    return TargetOutcome(metric.id, target, state, tuple(_events(baseline, target, rests_on)))


def _reaches(reading: Reading, target: Target, baseline: Reading | None) -> bool:
    """At least the target where it lies at or above the baseline (or nothing was measured before), else at most."""
    if baseline is None or target.value >= baseline.value:
        return reading.value >= target.value
    return reading.value <= target.value


def _events(baseline: Reading | None, target: Target, readings: list[Reading]) -> Iterator[Event]:
    if baseline is not None:
        yield baseline.event
    yield target.event
    yield from (reading.event for reading in readings)
