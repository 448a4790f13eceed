"""Graduation: Sustain entered in good health, hand-off function by function, the word of executives, and a ceremony once all is there."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.graduation import (
    AcceptHandoff,
    Attest,
    EnterSustain,
    HoldCeremony,
    PrepareHandoff,
    RecordFailedHandoff,
    TellStory,
)
from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided, AlreadyExists, Invalid, NotFound
from libs.commands.existence import demand_going_on
from libs.commands.import_revision import anew
from libs.events.catalog.portfolio.graduation import (
    GraduationState,
    StoryTold,
)
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthSubject
from libs.events.event import Payload
from libs.events.values import tells
from libs.rules.graduation.status import backlog_diminishes, beta_released
from services.portfolio.domain import decisions


@decisions.decides(EnterSustain)
def enter_sustain(command: EnterSustain, case: Case[GraduationState]) -> None:
    """Once, when R-01 and R-02 are met and both healths are good (S4-01, S4-02). Raises NotFound, AlreadyExists, Refused (S4-02)."""
    _on_its_way(case)
    if case.now and case.now.sustain and not case.revising:
        raise AlreadyExists(f"{case.id} entered Sustain on {case.now.sustain.time.date()}", field="team")
    team = case.facts.get(TEAM, case.id)
    lacking = []
    for criterion, rule in (("R-01", beta_released), ("R-02", backlog_diminishes)):
        found = case.facts.derive(rule, case.id)
        if not found.met:
            lacking.append(f"{criterion}: {found.why}")
    for subject in HealthSubject:
        health = team.health(subject) if team else None
        if health is None or health.reading is not HealthReading.GOOD:
            lacking.append(f"the health of the {subject.spoken} is {health.reading.spoken if health else 'not recorded'}")
    case.demand("S4-02", not lacking, f"Sustain cannot be entered: {'; '.join(lacking)}", field="team")


@decisions.decides(PrepareHandoff)
def prepare_handoff(command: PrepareHandoff, case: Case[GraduationState]) -> None:
    """A function has prepared (S4-17), perhaps with more evidence than before. Raises NotFound."""
    _on_its_way(case)


@decisions.decides(AcceptHandoff)
def accept_handoff(command: AcceptHandoff, case: Case[GraduationState]) -> None:
    """A function takes over (R-06), once, unless it failed since. Raises NotFound, AlreadyDecided, Refused (S4-17) where it has not prepared by then.

    After a failure it prepares again: what it had prepared before did not do.
    """
    _on_its_way(case)
    accepted = case.now.handoff(command.function).acceptance if case.now else None
    if accepted and not case.revising:
        detail = f"{command.function.spoken} accepted on {accepted.time.date()}"
        raise AlreadyDecided(
            "S4-17",
            detail,
            field="function",
            remedy="Retract the acceptance (portfolio.retract), or record that the hand-off failed: portfolio.record_failed_handoff.",
        )
    handoff = (case.then or GraduationState(id=case.id)).handoff(command.function)
    if handoff.prepared and handoff.failed:
        detail = f"the hand-off to {command.function.spoken} failed on {handoff.failed[-1].time.date()}, and it has not prepared again by {case.at.date()}"
        remedy = "Prepare the hand-off again, then have it accepted."
    else:
        detail, remedy = f"{command.function.spoken} has not prepared by {case.at.date()}", "Prepare the hand-off first."
    case.demand("S4-17", handoff.readiness, detail, field="function", remedy=remedy)


@decisions.decides(RecordFailedHandoff, Attest)
def of_a_team(command: RecordFailedHandoff | Attest, case: Case[GraduationState]) -> None:
    """A hand-off that did not succeed stays on record (S4-07); an executive's word on a criterion is a fact of its day (R-04). Raises NotFound."""
    _there(case)


@decisions.decides(TellStory)
def tell_story(command: TellStory, case: Case[GraduationState]) -> Iterator[Payload]:
    """What was achieved, and what failed (R-05, S4-18); blanks and signs alone tell nothing. Raises NotFound."""
    _there(case)
    failed = command.failed if command.failed and tells(command.failed) else None
    return anew(case, StoryTold.of(command, failed=failed))


@decisions.decides(HoldCeremony)
def hold_ceremony(command: HoldCeremony, case: Case[GraduationState]) -> None:
    """Celebrated once Sustain was entered, all five functions accepted and the story is told with what failed (S4-18).

    Whether the criteria that rest on facts of other services were met that day is judged by the status, which counts a ceremony only while the team is ready.
    Raises NotFound, Invalid after pivoting away, Refused (S4-18).
    """
    _on_its_way(case)
    then = case.then or GraduationState(id=case.id)
    lacking = [f"{handoff.function.spoken} has not accepted" for handoff in then.handoffs if handoff.acceptance is None]
    if then.sustain is None:
        lacking.insert(0, "Sustain was not entered")
    if not any(isinstance(event.data, StoryTold) and event.data.failed for event in then.stories):
        lacking.append("no story is told that also says what failed")
    detail = f"there is nothing to celebrate by {case.at.date()}: {'; '.join(lacking)}"
    case.demand(
        "S4-18",
        not lacking,
        detail,
        field="team",
        remedy="Finish the hand-off (portfolio.accept_handoff) and tell the story (portfolio.tell_story), then celebrate.",
    )


def _there(case: Case[GraduationState]) -> None:
    """A team that exists. Raises NotFound."""
    if case.current.get(TEAM, case.id) is None:
        raise NotFound(f"there is no team {case.id!r}", field="team", remedy="Check the id, or form the team first: portfolio.form_team.")


def _on_its_way(case: Case[GraduationState]) -> None:
    """A team that exists and has not pivoted away or been dissolved by then. Raises NotFound and Invalid."""
    _there(case)
    team = case.facts.get(TEAM, case.id)
    if team is not None and team.pivoted is not None:
        raise Invalid(f"{case.id} pivoted away on {team.pivoted.time.date()}, for good", field="team")
    demand_going_on(case, TEAM, case.id)
