"""Milestones of a product: releases that were published or are planned, and targets by their due days (S0-13, S0-23)."""

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
from libs.rules.products.targets import TargetState, target_outcomes


class MilestoneKind(Choice):
    """What of a product has a day."""

    RELEASE = choice("release", "A release, on the day it was published, or is planned to be (S0-13).")
    TARGET = choice("target", "A target of a metric, on the day it is due (S0-23).")


class Milestone(NamedTuple):
    """Something of a product that has a day."""

    kind: Annotated[MilestoneKind, Doc("What it is.")]
    title: Annotated[str, Doc("As people call it.")]
    on: Annotated[date, Doc("The day of the release, or for which it is planned, or by which the target is due.")]
    reached: Annotated[bool | None, Doc("Whether a release is out, or a target was hit; null while that is open. A release that is late is not out.")]


def milestones(facts: Facts, product: str) -> tuple[Milestone, ...]:
    """The releases and targets of a product that have a day, by day, those of one day as they were said."""
    found = sorted((*_releases(facts, product), *_targets(facts, product)), key=lambda one: (one[1].on, one[1].kind, one[0].order))
    return tuple(one for _, one in found)


def _releases(facts: Facts, product: str) -> Iterator[tuple[Event, Milestone]]:
    for release in facts.related(RELEASE, "product", product):
        if release.published is not None:
            yield release.published, Milestone(MilestoneKind.RELEASE, release.title or release.id, release.published.time.date(), True)
        elif release.planned is not None and release.proposed is not None:
            late = False if release.planned < facts.day else None
            yield release.proposed, Milestone(MilestoneKind.RELEASE, release.title or release.id, release.planned, late)


def _targets(facts: Facts, product: str) -> Iterator[tuple[Event, Milestone]]:
    for outcome in facts.derive(target_outcomes, (product,)):
        metric = facts.get(METRIC, outcome.metric)
        if metric is not None:
            unit = f" {metric.unit}" if metric.unit else ""
            decided = outcome.state in (TargetState.HIT, TargetState.MISSED)
            reached = outcome.state is TargetState.HIT if decided else None
            title = f"{metric.name}: {outcome.target.value.normalize():f}{unit}"
            yield outcome.target.event, Milestone(MilestoneKind.TARGET, title, outcome.target.due, reached)
