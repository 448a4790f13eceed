"""What waits so that what was learned leads somewhere: the conclusions of experiments (S3-05)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from libs.events.catalog.backlog.experiment import EXPERIMENT, ExperimentStep
from libs.events.facts import Facts
from libs.rules.improvement.experiments import FollowUp, follow_up
from libs.rules.tasks.task import Awaited, AwaitedKind, waits

_MISSING: Final = {
    FollowUp.NEXT_PLAN: "Name the experiment by which {} is tried again, or plan one that follows it.",
    FollowUp.ROADMAP_ITEMS: "Name the roadmap items that take up what {} has shown.",
}


def experiments(facts: Facts) -> Iterator[Awaited]:
    """A team says what it does with what an experiment has shown, and names what its conclusion asks for."""
    for one in facts.every(EXPERIMENT):
        if one.step is ExperimentStep.CHECK:
            what = f"Say what is done with what the experiment {one.id} has shown: adopt, adapt or abandon."
            yield waits(facts, AwaitedKind.CONCLUDE_EXPERIMENT, ("experiment", one.id), one.hypothesis, what, one.checked)
        elif one.outcome is not None and (missing := facts.derive(follow_up, one.id)) is not None:
            what, outcome = _MISSING[missing].format(one.id), one.outcome.value
            yield waits(facts, AwaitedKind.CONCLUDE_EXPERIMENT, ("experiment", one.id), one.hypothesis, what, one.concluded, outcome=outcome)
