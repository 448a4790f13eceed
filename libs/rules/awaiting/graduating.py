"""What waits on a team's way to graduation, and of a graduate so that it stays one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from libs.events.catalog.portfolio.graduation import GRADUATION, GraduationStatus, HandoffState
from libs.events.catalog.portfolio.graduation import Graduation as Said
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthSubject, Team
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.event import position, split
from libs.events.facts import Facts
from libs.rules.awaiting.awaited import Awaited, AwaitedKind, day_of, waits
from libs.rules.criteria import FUNCTIONS
from libs.rules.duties import evidence_duties
from libs.rules.graduation import Graduation, graduation

_ON_THE_WAY: Final = (GraduationStatus.SUSTAIN, GraduationStatus.HANDING_OFF)
_NOT_AT_THE_END: Final = (*_ON_THE_WAY, GraduationStatus.AT_RISK)


def of_team(facts: Facts, team_id: str) -> tuple[Awaited, ...]:
    """All of it; nothing for a team that left the path for good."""
    team, stands = facts.get(TEAM, team_id), facts.derive(graduation, team_id)
    if team is None or stands.status is GraduationStatus.PIVOTED_AWAY:
        return ()
    said = facts.get(GRADUATION, team_id) or Said(id=team_id)
    return (*_to_sustain(facts, team, stands), *_handoffs(facts, team, said, stands), *_words(facts, team, said, stands), *_lapsing(facts, team))


def _to_sustain(facts: Facts, team: Team, stands: Graduation) -> Iterator[Awaited]:
    """LabOps enters Sustain once the pre-conditions are met (S4-02)."""
    healthy = [health for subject in HealthSubject if (health := team.health(subject)) and health.reading is HealthReading.GOOD]
    if stands.status is GraduationStatus.IN_RESIDENCY and all(c.met for c in stands.criteria[:2]) and len(healthy) == len(HealthSubject):
        since = max(health.event.time.date() for health in healthy)
        yield _of(facts, team, AwaitedKind.ENTER_SUSTAIN, f"Enter Sustain with {_name(team)}: its pre-conditions are met.", since)


def _handoffs(facts: Facts, team: Team, said: Said, stands: Graduation) -> Iterator[Awaited]:
    """LabOps prepares the hand-off with each function (S4-17), and its executive accepts (R-06)."""
    for handoff in said.handoffs if stands.status in _NOT_AT_THE_END else ():
        function = FUNCTIONS[handoff.function]
        if handoff.state is HandoffState.PREPARED:
            what, since = f"Accept the hand-off of {_name(team)} for {function}.", day_of(handoff.prepared[-1])
            yield _of(facts, team, AwaitedKind.ACCEPT_HANDOFF, what, since, function=handoff.function.value)
        elif handoff.state in (HandoffState.OPEN, HandoffState.FAILED):
            what, since = f"Prepare the hand-off of {_name(team)} with {function}.", day_of(handoff.failed[-1] if handoff.failed else said.sustain)
            yield _of(facts, team, AwaitedKind.PREPARE_HANDOFF, what, since, function=handoff.function.value)


def _words(facts: Facts, team: Team, said: Said, stands: Graduation) -> Iterator[Awaited]:
    """An executive attests (R-04), tells the story once the hand-off is accepted (R-05), and holds the ceremony (S4-18)."""
    criteria = {criterion.id: criterion for criterion in stands.criteria}
    if stands.status in _ON_THE_WAY:
        counting = [e for e in criteria["R-04"].evidence if e.event.startswith("graduation:") and e.expires_at is not None and facts.day <= e.expires_at]
        if not counting:
            yield _of(facts, team, AwaitedKind.ATTEST, f"Attest that {_name(team)} meets expectations (R-04).", day_of(said.sustain), criterion="R-04")
    if stands.status in _NOT_AT_THE_END and not criteria["R-05"].met and criteria["R-06"].met:
        since = max((day_of(handoff.acceptance) or date.min for handoff in said.handoffs), default=None)
        yield _of(facts, team, AwaitedKind.TELL_STORY, f"Tell the story of {_name(team)}, with what failed (R-05).", since)
    if stands.status is GraduationStatus.READY:
        yield _of(facts, team, AwaitedKind.HOLD_CEREMONY, f"Hold the graduation ceremony of {_name(team)}.", stands.since)


def _lapsing(facts: Facts, team: Team) -> Iterator[Awaited]:
    """What a graduate rests on is said again before it no longer counts (R-04): the executive's word, and the reading of satisfaction."""
    for duty in facts.derive(evidence_duties, team.id):
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
