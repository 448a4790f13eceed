"""A team's graduation status: since when, why, and what comes next, derived from facts and the day and never typed in (R-01 to R-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from annotated_doc import Doc

from libs.events.catalog.portfolio.graduation import GRADUATION, GraduationStatus, Handoff, HandoffState, HomeFunction, StoryTold
from libs.events.catalog.portfolio.graduation import GraduationState as Said
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthSubject, Team
from libs.events.facts import Facts
from libs.events.values import PersonId
from libs.rules.graduation.criteria import (
    all_met,
    criteria,
    delivery_team,
    executive_stories,
    handed_off,
    meets_expectations,
    story_told,
    tells_what_failed,
)
from libs.rules.graduation.evidence import Criterion, Evidence, policy_of
from libs.rules.graduation.preconditions import backlog_diminishes, beta_released, on
from libs.rules.graduation.status_change_dates import graduated, turning_days

__all__ = [
    "Ceremony",
    "Criterion",
    "Evidence",
    "Graduation",
    "HandoffRow",
    "backlog_diminishes",
    "beta_released",
    "criteria",
    "delivery_team",
    "graduation",
    "handed_off",
    "handoff",
    "meets_expectations",
    "status_on",
    "story_told",
]


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """The hand-off to one function of the home organisation."""

    SHOWN_AS: ClassVar = "Handoff"

    function: Annotated[HomeFunction, Doc("The function that takes over its part of the support.")]
    state: Annotated[HandoffState, Doc("How far it has come.")]
    late: Annotated[bool, Doc("Whether the function prepared only after sustain was entered (S4-17).")]
    """On a later day, not on that day."""


@dataclass(frozen=True, slots=True)
class Ceremony:
    """The celebration of a graduation."""

    held_on: Annotated[date, Doc("The day on which it was held.")]
    story: Annotated[str | None, Doc("What was told to have been achieved.")]
    """The story told last by an executive (S4-18)."""
    asserted_by: Annotated[str, Doc("The role that said that it was held.")]
    by: Annotated[PersonId, Doc("Who said that it was held.")]
    event: Annotated[str, Doc("The event that says so: its position, `kind:id@sequence`.")]


@dataclass(frozen=True, slots=True)
class Graduation:
    """Where a team stands on its way to graduation, and why."""

    team: str
    status: Annotated[GraduationStatus, Doc("Where it stands.")]
    since: Annotated[date | None, Doc("The day since which it stands there.")]
    criteria: Annotated[tuple[Criterion, ...], Doc("R-01 to R-06, each with its evidence.")]
    blocked_by: Annotated[tuple[str, ...], Doc("The ids of the criteria that stand in the way.")]
    next_step: Annotated[str | None, Doc("What to do next; null where nothing is left.")]
    handoff: Annotated[tuple[HandoffRow, ...], Doc("The hand-off to each of the five functions.")]
    ceremony: Annotated[Ceremony | None, Doc("The ceremony; null before it was held.")]


def graduation(facts: Facts, team_id: str) -> Graduation:
    """Everything about a team's graduation at this moment; in residency, nothing met, where the team is unknown."""
    found = facts.derive(criteria, team_id)
    status = facts.derive(status_on, team_id, facts.day)
    said = facts.get(GRADUATION, team_id) or Said(id=team_id)
    return Graduation(
        team_id,
        status,
        _since(facts, team_id, status),
        found,
        tuple(criterion.id for criterion in found if not criterion.met),
        _next_step(status, found, facts.get(TEAM, team_id)),
        facts.derive(handoff, team_id),
        _ceremony(facts, said),
    )


def handoff(facts: Facts, team_id: str) -> tuple[HandoffRow, ...]:
    """How far the hand-off to each of the five functions has come (S4-17)."""
    said = facts.get(GRADUATION, team_id) or Said(id=team_id)
    return tuple(HandoffRow(one.function, one.state, _late(one, said)) for one in said.handoffs)


def status_on(facts: Facts, team_id: str, day: date) -> GraduationStatus:
    """Where a team stood at the end of a day, by what these facts know; on their own day, or later, where it stands.

    A status rests on the facts of that day, of the day of Sustain, and of the day on which the team graduated, not on the statuses before it.
    """
    then = on(facts, day)
    team, said = then.get(TEAM, team_id), then.get(GRADUATION, team_id)
    if team is not None and team.ended is not None:
        return GraduationStatus.PIVOTED_AWAY
    if said is None or said.sustain is None:
        return GraduationStatus.IN_RESIDENCY
    met = facts.derive(all_met, team_id, min(day, facts.day))
    since = facts.derive(graduated, team_id)
    if since is None or since.day > then.day:
        return _before_graduation(said, met)
    if not met:
        return GraduationStatus.AT_RISK
    days = (then.day - since.day).days
    return GraduationStatus.ALUMNI if days >= policy_of(then, team).alumni_days else GraduationStatus.GRADUATED


def _before_graduation(said: Said, met: bool) -> GraduationStatus:
    if met:
        return GraduationStatus.READY
    return GraduationStatus.HANDING_OFF if any(handoff.accepted for handoff in said.handoffs) else GraduationStatus.SUSTAIN


def _since(facts: Facts, team_id: str, status: GraduationStatus) -> date | None:
    """The day on which the status began: back over the days on which it may have changed, until it was another."""
    days = facts.derive(turning_days, team_id)
    since = None
    for day in days:
        if status_on(facts, team_id, day) is not status:
            return since or facts.day
        since = day
    return since


def _late(handoff: Handoff, said: Said) -> bool:
    prepared = handoff.preparation
    return prepared is not None and said.sustain is not None and prepared.time.date() > said.sustain.time.date()


def _ceremony(facts: Facts, said: Said) -> Ceremony | None:
    """The ceremony by which the team graduated, else the last one that was held."""
    since = facts.derive(graduated, said.id)
    held = since.ceremony if since else said.ceremonies[-1] if said.ceremonies else None
    return Ceremony(held.time.date(), _story(said), held.actor.role, held.actor.id, held.id) if held else None


def _story(said: Said) -> str | None:
    stories = executive_stories(said)
    told = next((event.data for event in (*reversed([e for e in stories if tells_what_failed(e)]), *stories[-1:])), None)
    if not isinstance(told, StoryTold):
        return None
    return f"{told.achieved}. What failed: {told.failed}" if told.failed else told.achieved


def _next_step(status: GraduationStatus, found: tuple[Criterion, ...], team: Team | None) -> str | None:
    match status:
        case GraduationStatus.GRADUATED | GraduationStatus.ALUMNI:
            return None
        case GraduationStatus.PIVOTED_AWAY:
            return "None on this path: the team left it for good. Share what was learned, and form a team anew if the work is taken up again."
        case GraduationStatus.READY:
            return "Hold the graduation ceremony."
        case GraduationStatus.IN_RESIDENCY:
            return next((f"{c.id}: {c.remedy}" for c in found[:2] if not c.met), None) or _to_sustain(team)
    return next((f"{c.id}: {c.remedy}" for c in found if not c.met), None)


def _to_sustain(team: Team | None) -> str:
    for subject in HealthSubject:
        health = team.health(subject) if team else None
        if health is None:
            return f"Record the health of the {subject.spoken}, which must be good to enter Sustain."
        if health.reading is not HealthReading.GOOD:
            return f"Bring the health of the {subject.spoken} from {health.reading.spoken} to good, and record it; then enter Sustain."
    return "Enter Sustain: R-01, R-02 and the health of team and product are there."
