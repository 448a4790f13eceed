"""Decides what to announce of a team's graduation, from how it looks at instants and from what was announced before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from libs.events.catalog.portfolio.graduation import (
    GRADUATION,
    CriterionLapsed,
    CriterionMet,
    EvidenceExpired,
    GraduationState,
    GraduationStatus,
    GraduationStatusChanged,
)
from libs.events.catalog.portfolio.team import TEAM, Team
from libs.events.catalog.withdrawal import Withdrawn
from libs.events.event import Event, Payload, split
from libs.events.facts import Facts
from libs.rules.duties.instant import AnnouncedMoment
from libs.rules.graduation.evidence import Criterion
from libs.rules.graduation.status import criteria, status_on

Announcement = GraduationStatusChanged | CriterionMet | CriterionLapsed | EvidenceExpired


@dataclass(frozen=True, slots=True)
class GraduationAtInstant:
    """A team's graduation at an instant: its status, the events (their positions) that this rests on, and R-01 to R-06 by their ids.

    A team that is not there is in residency and has no criteria.
    """

    status: GraduationStatus = GraduationStatus.IN_RESIDENCY
    evidence: tuple[str, ...] = ()
    criteria: Mapping[str, Criterion] = field(default_factory=dict)


def view(facts: Facts, team_id: str) -> GraduationAtInstant:
    """A team's graduation by these facts (a rule, for `Facts.derive`)."""
    team = facts.get(TEAM, team_id)
    if team is None:
        return GraduationAtInstant()
    found = facts.derive(criteria, team_id)
    status = facts.derive(status_on, team_id, facts.day)
    said = facts.get(GRADUATION, team_id) or GraduationState(id=team_id)
    return GraduationAtInstant(status, tuple(dict.fromkeys(_resting_on(status, team, said, found))), {criterion.id: criterion for criterion in found})


def announced(history: Iterable[Event]) -> list[Event]:
    """The announcements that stand, in the order in which they were made: those that were not withdrawn."""
    events = list(history)
    withdrawn = {e.data.event for e in events if isinstance(e.data, Withdrawn)}
    return [e for e in events if isinstance(e.data, Announcement) and e.id not in withdrawn]


def due(history: Sequence[Event], views: Mapping[datetime, GraduationAtInstant], now: datetime) -> tuple[Payload, ...]:
    """What is to be announced now: withdrawals first, then evidence that has expired, criteria, and the status.

    `history` is all that was said of `graduation:<team>`; `views` holds how the team is seen at the instants of the announcements that stand, and now.
    A change that was announced today and stands is not announced again today, and a piece of evidence expires once for a criterion. Where nothing is
    announced yet, a team counts as in residency and no criterion as met.
    """
    standing = announced(history)
    withdrawn = [Withdrawn(event=e.id, reason=reason) for e in standing if (reason := _disproof(e, views[e.time]))]
    gone = {one.event for one in withdrawn}
    left = [e.data for e in standing if e.id not in gone]
    made = {change(data) for data in left}
    return (*withdrawn, *(data for data in _news(left, views[now], now.date()) if change(data) not in made))


def change(data: Payload) -> str:
    """The name of what is announced: the same once a day, a piece of evidence's expiry and a withdrawal once for ever. Raises TypeError."""
    match data:
        case GraduationStatusChanged():
            return f"{data.status}:{data.day}"
        case CriterionMet():
            return f"{data.criterion}:met:{data.day}"
        case CriterionLapsed():
            return f"{data.criterion}:lapsed:{data.day}"
        case EvidenceExpired():
            return f"{data.criterion}:expired:{data.event}"
        case Withdrawn():
            return f"withdrawn:{data.event}"
    raise TypeError(f"{type(data).__name__} is not announced of a graduation")


class Graduations:
    """What is announced of the graduation of teams: `libs.service.announcements.clock.Announces`."""

    of = TEAM

    def aggregate(self, id: str) -> str:
        """The team's graduation."""
        return GRADUATION.key(id)

    def things(self, facts: Facts) -> Iterable[str]:
        """All teams, also those of which everything was taken back."""
        return [split(aggregate)[1] for aggregate in facts.histories.all(TEAM.name)]

    def view(self, facts: Facts, id: str) -> GraduationAtInstant:
        """The team's graduation by these facts."""
        return view(facts, id)

    def instants(self, id: str, history: Sequence[Event]) -> Iterable[datetime]:
        """Those of the announcements that stand: each is judged at its own."""
        return (event.time for event in announced(history))

    def due(self, id: str, history: Sequence[Event], views: Mapping[datetime, GraduationAtInstant], now: datetime) -> list[AnnouncedMoment]:
        """What is to be announced now, as of now."""
        return [AnnouncedMoment(now, data) for data in due(history, views, now)]

    def next(self, view: GraduationAtInstant, now: datetime) -> datetime | None:
        """None: a status rests on the day, and is looked at as each begins."""
        return None

    def change(self, id: str, data: Payload, at: datetime) -> str | None:
        """The name of the change, of this team."""
        return f"{id}:{change(data)}" if isinstance(data, Announcement | Withdrawn) else None


def _news(standing: Sequence[Payload], seen: GraduationAtInstant, day: date) -> Iterator[Payload]:
    for criterion in seen.criteria.values():
        so_far = [data for data in standing if isinstance(data, CriterionMet | CriterionLapsed) and data.criterion == criterion.id]
        was_met = bool(so_far) and isinstance(so_far[-1], CriterionMet)
        evidence = tuple(one.event for one in criterion.evidence)
        if was_met:
            yield from (EvidenceExpired(criterion=criterion.id, event=event, day=expired) for event, expired in _expired(criterion, day))
        if criterion.met and not was_met:
            yield CriterionMet(criterion=criterion.id, why=criterion.why, day=day, evidence=evidence)
        elif was_met and not criterion.met:
            yield CriterionLapsed(criterion=criterion.id, why=criterion.why, day=day, evidence=evidence)
    statuses = [data.status for data in standing if isinstance(data, GraduationStatusChanged)]
    before = statuses[-1] if statuses else GraduationStatus.IN_RESIDENCY
    if seen.status is not before:
        yield GraduationStatusChanged(status=seen.status, day=day, before=before, evidence=seen.evidence)


def _expired(criterion: Criterion, day: date) -> Iterator[tuple[str, date]]:
    """The evidence that no longer counts on a day, and the first day on which it did not."""
    for one in criterion.evidence:
        if one.expires_at is not None and one.expires_at < day:
            yield one.event, one.expires_at + timedelta(days=1)


def _disproof(announcement: Event, seen: GraduationAtInstant) -> str | None:
    """Why an announcement was wrong, given how its own instant is seen now; None where it was right."""
    match announcement.data:
        case GraduationStatusChanged(status=status) if seen.status is not status:
            return f"By what is known now the team was {seen.status.spoken} then, not {status.spoken}."
        case CriterionMet(criterion=id) if id not in seen.criteria or not seen.criteria[id].met:
            return f"By what is known now {id} was not met then: {seen.criteria[id].why if id in seen.criteria else 'there was no such team'}."
        case CriterionLapsed(criterion=id) if id in seen.criteria and seen.criteria[id].met:
            return f"By what is known now {id} was met then: {seen.criteria[id].why}."
        case EvidenceExpired(criterion=id, event=event):
            if id not in seen.criteria or event not in dict(_expired(seen.criteria[id], announcement.time.date())):
                return f"By what is known now {id} did not rest on expired evidence then."
    return None


def _resting_on(status: GraduationStatus, team: Team, said: GraduationState, found: Iterable[Criterion]) -> Iterator[str]:
    """The events that a status rests on: the steps that led to it, and the evidence of the criteria that decide it."""
    if status is GraduationStatus.PIVOTED_AWAY and team.ended is not None:
        yield team.ended.id
        return
    if said.sustain is None:
        return
    yield said.sustain.id
    if status is GraduationStatus.SUSTAIN:
        return
    if status is GraduationStatus.HANDING_OFF:
        yield from (event.id for handoff in said.handoffs for event in handoff.accepted)
        return
    lapsed = status is GraduationStatus.AT_RISK
    yield from (one.event for criterion in found if criterion.met is not lapsed for one in criterion.evidence)
    if status is not GraduationStatus.READY:
        yield from (event.id for event in said.ceremonies)
