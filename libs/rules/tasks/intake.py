"""Tasks of what comes in: candidates for onboarding, opportunities, and submissions to the Treasury Board (S4-10, S4-13, S4-14)."""

from __future__ import annotations

from collections.abc import Iterator

from libs.events.catalog.portfolio.intake.opportunity import OPPORTUNITY, OpportunityState
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.submission import SUBMISSION, SubmissionState
from libs.events.catalog.portfolio.team import TEAM
from libs.events.facts import Facts
from libs.rules.intake.candidates import onboarding, queue
from libs.rules.intake.opportunities import affects
from libs.rules.intake.redesigns import counts
from libs.rules.tasks.task import Awaited, AwaitedKind, waits


def candidates(facts: Facts) -> Iterator[Awaited]:
    """Lab Operations takes a candidate on, or says why not, in whatever order it sees fit (S4-10)."""
    for one in facts.derive(queue):
        place, name = facts.derive(onboarding, one.id), one.name or one.id
        if place is not None:
            what = f"Onboard {name}, {place.place} of {place.waiting} in the queue, or decline and say why. {place.why}"
            yield waits(facts, AwaitedKind.ANSWER_CANDIDATE, ("candidate", one.id), name, what, one.applied)


def opportunities(facts: Facts) -> Iterator[Awaited]:
    """The executive of the team's home agrees to an opportunity, or says why not, knowing what falls into its time (S4-14)."""
    for one in facts.every(OPPORTUNITY):
        if one.recorded is not None and one.state is OpportunityState.OPEN:
            team, items = facts.get(TEAM, one.team), len(facts.derive(affects, one.id))
            falls = f"{items} item{'s' if items != 1 else ''} of the home's roadmap {'fall' if items != 1 else 'falls'} into its time"
            what = f"Say whether {(team.name if team else '') or one.team} takes it up, or decline and say why: {falls}."
            yield waits(facts, AwaitedKind.ANSWER_OPPORTUNITY, ("opportunity", one.id), one.text, what, one.recorded)


def submissions(facts: Facts) -> Iterator[Awaited]:
    """What the Treasury Board says goes on record (S4-13)."""
    for one in facts.every(SUBMISSION):
        if one.submitted is not None and one.state is SubmissionState.WAITING and facts.derive(counts, one.id):
            program = facts.get(PROGRAM, one.program)
            what = f"Record what the Treasury Board said for {(program.name if program else '') or one.program}, once it has decided."
            yield waits(facts, AwaitedKind.RECORD_SUBMISSION_OUTCOME, ("submission", one.id), one.text, what, one.submitted)
