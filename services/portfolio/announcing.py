"""What there is to announce of a team's graduation: pure, from how it is seen at instants and from what was announced before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from libs.events.catalog.portfolio.graduation import (
    GRADUATION,
    CriterionLapsed,
    CriterionMet,
    EvidenceExpired,
    Graduation,
    GraduationStatus,
    GraduationStatusChanged,
    Withdrawn,
)
from libs.events.catalog.portfolio.team import TEAM, Team
from libs.events.event import Event, Payload, Retracted
from libs.events.facts import Facts, Histories
from libs.rules.evidence import Criterion
from libs.rules.graduation import criteria, status_on

Announcement = GraduationStatusChanged | CriterionMet | CriterionLapsed | EvidenceExpired


@dataclass(frozen=True, slots=True)
class View:
    """A team's graduation at an instant: its status, the events (their positions) that this rests on, and R-01 to R-06 by their ids.

    A team that is not there is in residency and has no criteria.
    """

    status: GraduationStatus = GraduationStatus.IN_RESIDENCY
    evidence: tuple[str, ...] = ()
    criteria: Mapping[str, Criterion] = field(default_factory=dict)


class Said:
    """The histories without what was true only after an instant. What was retracted since is out nevertheless."""

    def __init__(self, histories: Histories, until: datetime) -> None:
        self.histories, self.until = histories, until

    def events(self, aggregate: str) -> Sequence[Event]:
        return [e for e in self.histories.events(aggregate) if e.time <= self.until or isinstance(e.data, Retracted)]

    def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
        return self.histories.referring(kind, field, id)

    def all(self, kind: str) -> Iterable[str]:
        return self.histories.all(kind)


def seen_at(histories: Histories, instant: datetime) -> Facts:
    """The facts of the day of an instant, without what came later on that day, by all that is known now.

    So what a team achieves in the afternoon does not disprove what was announced in the morning, but what is learned of the morning does.
    """
    return Facts.on_day(Said(histories, instant), instant.date())


def view(facts: Facts, team_id: str) -> View:
    """A team's graduation by these facts (a rule, for `Facts.derive`)."""
    team = facts.get(TEAM, team_id)
    if team is None:
        return View()
    found = facts.derive(criteria, team_id)
    status = facts.derive(status_on, team_id, facts.day)
    said = facts.get(GRADUATION, team_id) or Graduation(id=team_id)
    return View(status, tuple(dict.fromkeys(_resting_on(status, team, said, found))), {criterion.id: criterion for criterion in found})


def announced(history: Iterable[Event]) -> list[Event]:
    """The announcements that stand, in the order in which they were made: those that were not withdrawn."""
    events = list(history)
    withdrawn = {e.data.event for e in events if isinstance(e.data, Withdrawn)}
    return [e for e in events if isinstance(e.data, Announcement) and e.id not in withdrawn]


def due(history: Sequence[Event], views: Mapping[datetime, View], now: datetime) -> tuple[Payload, ...]:
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


def times_made(history: Iterable[Event], data: Payload) -> int:
    """How often the same was announced before: more than once only where it was withdrawn in between."""
    name = change(data)
    return sum(isinstance(e.data, Announcement | Withdrawn) and change(e.data) == name for e in history)


def _news(standing: Sequence[Payload], seen: View, day: date) -> Iterator[Payload]:
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


def _disproof(announcement: Event, seen: View) -> str | None:
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


def _resting_on(status: GraduationStatus, team: Team, said: Graduation, found: Iterable[Criterion]) -> Iterator[str]:
    """The events that a status rests on: the steps that led to it, and the evidence of the criteria that decide it."""
    if status is GraduationStatus.PIVOTED_AWAY and team.pivoted is not None:
        yield team.pivoted.id
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
