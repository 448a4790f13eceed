"""What comes after an experiment, what its conclusion still asks for, and what should be looked at before its check (S3-04, S3-05)."""

from __future__ import annotations

from collections.abc import Iterator

from libs.events.catalog.backlog.experiment import EXPERIMENT, ExperimentOutcome, ExperimentStep
from libs.events.choice import Choice, choice
from libs.events.event import day_of
from libs.events.facts import Facts
from libs.rules.money.warnings import Warning


class FollowUp(Choice):
    """What is still missing after the conclusion of an experiment (S3-05)."""

    NEXT_PLAN = choice("next_plan", "What is tried again waits for its next plan: an experiment that follows it.")
    ROADMAP_ITEMS = choice("roadmap_items", "What was adopted waits for the roadmap items that take it up.")


def planned_in_the_past(facts: Facts, id: str) -> tuple[Warning, ...]:
    """What of an experiment that has not been checked should be looked at: that it was to end before anybody had planned it (S3-04)."""
    one = facts.get(EXPERIMENT, id)
    planned = day_of(one.planned) if one is not None and one.step in (ExperimentStep.PLAN, ExperimentStep.DO) else None
    if one is None or planned is None or one.ends is None or one.ends >= planned:
        return ()
    return (Warning("S3-04", f"it was to end on {one.ends}, before it was planned on {planned}", EXPERIMENT.key(id)),)


def after(facts: Facts, id: str) -> Iterator[str]:
    """The ids of all experiments that come after one, since its conclusion names them or they say what they follow, and of those after these."""
    seen, left = {id}, [id]
    while left:
        one = left.pop()
        named = facts.get(EXPERIMENT, one)
        later = {each.id for each in facts.related(EXPERIMENT, "follows", one)} | ({named.next} if named is not None and named.next else set())
        left += sorted(later - seen)
        yield from sorted(later - seen)
        seen |= later


def follow_up(facts: Facts, id: str) -> FollowUp | None:
    """What the conclusion of an experiment asks for and nobody has given; None where nothing is missing.

    What is to be adapted is tried again by another plan: its conclusion names it, or that one says what it follows. What is adopted goes on in roadmap items.
    """
    experiment = facts.get(EXPERIMENT, id)
    if experiment is None:
        return None
    if experiment.outcome is ExperimentOutcome.ADAPT and experiment.next is None and not facts.related(EXPERIMENT, "follows", id):
        return FollowUp.NEXT_PLAN
    return FollowUp.ROADMAP_ITEMS if experiment.outcome is ExperimentOutcome.ADOPT and not experiment.roadmap_items else None
