"""Tasks on a team's way to graduation, and those by which a graduate stays one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from libs.events.catalog.portfolio.graduation import GRADUATION, GraduationStatus, HandoffState
from libs.events.catalog.portfolio.graduation import GraduationState as Said
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthSubject, Team
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.event import Event, day_of, position, split
from libs.events.facts import Facts
from libs.rules.duties import DutyKind, duties_of
from libs.rules.graduation.preconditions import preconditions
from libs.rules.graduation.status import Graduation, graduation
from libs.rules.graduation.status_change_dates import sustain_days
from libs.rules.tasks.task import Awaited, AwaitedKind, waits

_ON_THE_WAY: Final = (GraduationStatus.SUSTAIN, GraduationStatus.HANDING_OFF)
_NOT_AT_THE_END: Final = (*_ON_THE_WAY, GraduationStatus.AT_RISK)


def of_team(facts: Facts, team_id: str) -> tuple[Awaited, ...]:
    """All of it; nothing for one that left the path for good, whose status waits for nothing, or is dissolved."""
    team, stands = facts.get(TEAM, team_id), facts.derive(graduation, team_id)
    if team is None or team.dissolved is not None:
        return ()
    said = facts.get(GRADUATION, team_id) or Said(id=team_id)
    return (*_to_sustain(facts, team, stands), *_handoffs(facts, team, said, stands), *_words(facts, team, said, stands), *_lapsing(facts, team))


def _to_sustain(facts: Facts, team: Team, stands: Graduation) -> Iterator[Awaited]:
    """LabOps enters Sustain once the pre-conditions are met (S4-02)."""
    if stands.status is GraduationStatus.IN_RESIDENCY and _may_enter(facts, team.id):
        since = None
        for day in sorted(sustain_days(facts, team.id), reverse=True):
            if not facts.on(day).derive(_may_enter, team.id):
                break
            since = day
        yield _of(facts, team, AwaitedKind.ENTER_SUSTAIN, f"Enter Sustain with {_name(team)}: its pre-conditions are met.", since)


def _may_enter(facts: Facts, team_id: str) -> bool:
    """Whether a team and its product are healthy, and R-01 and R-02 are met."""
    team = facts.get(TEAM, team_id)
    read = [team.health(subject) for subject in HealthSubject] if team else []
    healthy = bool(read) and all(health is not None and health.reading is HealthReading.GOOD for health in read)
    return healthy and all(criterion.met for criterion in facts.derive(preconditions, team_id))


def _handoffs(facts: Facts, team: Team, said: Said, stands: Graduation) -> Iterator[Awaited]:
    """LabOps prepares the hand-off with each function (S4-17), and its executive accepts (R-06)."""
    for handoff in said.handoffs if stands.status in _NOT_AT_THE_END else ():
        function = handoff.function.spoken
        if handoff.state is HandoffState.PREPARED:
            what, began = f"Accept the hand-off of {_name(team)} for {function}.", _first_after(handoff.prepared, (*handoff.accepted, *handoff.failed))
            yield _of(facts, team, AwaitedKind.ACCEPT_HANDOFF, what, day_of(began), function=handoff.function.value)
        elif handoff.state in (HandoffState.OPEN, HandoffState.FAILED):
            what = f"Prepare the hand-off of {_name(team)} with {function}."
            began = _first_after(handoff.failed, (*handoff.accepted, *handoff.prepared)) or said.sustain
            yield _of(facts, team, AwaitedKind.PREPARE_HANDOFF, what, day_of(began), function=handoff.function.value)


def _words(facts: Facts, team: Team, said: Said, stands: Graduation) -> Iterator[Awaited]:
    """An executive attests (R-04), tells the story once the hand-off is accepted (R-05), and holds the ceremony (S4-18)."""
    criteria = {criterion.id: criterion for criterion in stands.criteria}
    if stands.status in _ON_THE_WAY:
        counting = [e for e in criteria["R-04"].evidence if e.event.startswith("graduation:") and e.expires_at is not None and facts.day <= e.expires_at]
        if not counting:
            lapsed = [e.expires_at + timedelta(days=1) for e in criteria["R-04"].evidence if e.event.startswith("graduation:") and e.expires_at is not None]
            since = max((day for day in (day_of(said.sustain), *lapsed) if day is not None), default=None)
            yield _of(facts, team, AwaitedKind.ATTEST, f"Attest that {_name(team)} meets expectations (R-04).", since, criterion="R-04")
    if stands.status in _NOT_AT_THE_END and not criteria["R-05"].met and criteria["R-06"].met:
        accepted = [event for handoff in said.handoffs if (event := _first_after(handoff.accepted, handoff.failed)) is not None]
        last = max(accepted, default=None, key=lambda event: event.time)
        yield _of(facts, team, AwaitedKind.TELL_STORY, f"Tell the story of {_name(team)}, with what failed (R-05).", day_of(last))
    if stands.status is GraduationStatus.READY:
        yield _of(facts, team, AwaitedKind.HOLD_CEREMONY, f"Hold the graduation ceremony of {_name(team)}.", stands.since)


def _first_after(events: Sequence[Event], others: Sequence[Event]) -> Event | None:
    """The first of some events that came after all the others: what is said once more has waited since it was said first."""
    last = max(((event.time, event.sequence) for event in others), default=None)
    return next((event for event in events if last is None or (event.time, event.sequence) > last), None)


def _lapsing(facts: Facts, team: Team) -> Iterator[Awaited]:
    """What a graduate rests on is said again before it no longer counts (R-04): the executive's word, and the reading of satisfaction."""
    for duty in facts.derive(duties_of, DutyKind.EVIDENCE_EXPIRES, team.id):
        kind, id = split(position(duty.evidence or "")[0])
        metric = facts.get(METRIC, id) if kind == "metric" else None
        if kind == "graduation":
            what = f"Attest again that {_name(team)} meets expectations (R-04): the last word counts until {duty.due_on}."
            yield _of(facts, team, AwaitedKind.ATTEST, what, None, due=duty.due_on, criterion=duty.rule)
        elif metric is not None:
            what = f"Read {metric.name or id} again: {_name(team)} rests on a reading that counts until {duty.due_on}."
            yield waits(facts, AwaitedKind.READ_METRIC, ("metric", id), metric.name or id, what, None, due=duty.due_on, rule=duty.rule)


def _of(facts: Facts, team: Team, kind: AwaitedKind, what: str, since: date | None, *, due: date | None = None, **data: str) -> Awaited:
    return waits(facts, kind, ("team", team.id), _name(team), what, since, due=due, **data)


def _name(team: Team) -> str:
    return team.name or team.id
