"""What of a product has a day of its own: the releases that were published, and the targets by the day they are due (S0-13, S0-23)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.choice import Choice, choice
from libs.events.event import Event
from libs.events.facts import Facts
from libs.rules.targets import TargetState, target_outcomes


class MilestoneKind(Choice):
    """What of a product has a day."""

    RELEASE = choice("release", "A release that was published (S0-13).")
    TARGET = choice("target", "A target of a metric, on the day it is due (S0-23).")


class Milestone(NamedTuple):
    """Something of a product that has a day."""

    kind: Annotated[MilestoneKind, Doc("What it is.")]
    title: Annotated[str, Doc("As people call it.")]
    on: Annotated[date, Doc("The day of the release, or the day by which the target is due.")]
    reached: Annotated[bool | None, Doc("Whether a release is out, or a target was hit; null while that is open.")]


def milestones(facts: Facts, product: str) -> tuple[Milestone, ...]:
    """The releases and targets of a product that have a day, by day, those of one day as they were said."""
    found = sorted((*_releases(facts, product), *_targets(facts, product)), key=lambda one: (one[1].on, one[1].kind, one[0].order))
    return tuple(one for _, one in found)


def _releases(facts: Facts, product: str) -> Iterator[tuple[Event, Milestone]]:
    for release in facts.related(RELEASE, "product", product):
        if release.published is not None:
            yield release.published, Milestone(MilestoneKind.RELEASE, release.title or release.id, release.published.time.date(), True)


def _targets(facts: Facts, product: str) -> Iterator[tuple[Event, Milestone]]:
    for outcome in facts.derive(target_outcomes, (product,)):
        metric = facts.get(METRIC, outcome.metric)
        if metric is not None:
            unit = f" {metric.unit}" if metric.unit else ""
            decided = outcome.state in (TargetState.HIT, TargetState.MISSED)
            reached = outcome.state is TargetState.HIT if decided else None
            title = f"{metric.name}: {outcome.target.value.normalize():f}{unit}"
            yield outcome.target.event, Milestone(MilestoneKind.TARGET, title, outcome.target.due, reached)
