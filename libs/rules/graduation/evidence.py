"""The evidence for criteria: which events, who asserted them, whether they are independent of the team, and until when they count."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from annotated_doc import Doc

from libs.events.catalog.portfolio.organisation import Policy
from libs.events.catalog.portfolio.team import Team
from libs.events.event import Event
from libs.events.facts import Facts
from libs.events.values import PersonId
from libs.rules.products.homes import policy_at


@dataclass(frozen=True, slots=True)
class Evidence:
    """An event that a criterion rests on."""

    event: Annotated[str, Doc("Its position, `kind:id@sequence`.")]
    type: Annotated[str, Doc("Its type, such as headway.roadmap.release.published.v1.")]
    at: Annotated[datetime, Doc("When it was true.")]
    asserted_by: Annotated[str, Doc("The role that said it.")]
    by: Annotated[PersonId, Doc("Who said it.")]
    independent: Annotated[bool, Doc("Whether that was somebody else than the team it is about.")]
    expires_at: Annotated[date | None, Doc("The last day on which it counts; null where it does not expire.")] = None
    says: str | None = None
    """What it shows, in words, where that is not the event's own content."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One of R-01 to R-06."""

    id: Annotated[str, Doc("R-01 to R-06.")]
    title: Annotated[str, Doc("What it asks, in a few words.")]
    met: Annotated[bool, Doc("Whether it is met at this moment.")]
    why: Annotated[str, Doc("Why it is met or not, in words.")]
    evidence: Annotated[tuple[Evidence, ...], Doc("The events that it rests on.")] = ()
    """Of one that is not met what there is, also what has expired."""
    remedy: str = ""
    """What to do where it is not met."""


def evidence(event: Event, team: Team, expires_at: date | None = None, says: str | None = None) -> Evidence:
    """An event as evidence about a team."""
    return Evidence(event.id, event.type, event.time, event.actor.role, event.actor.id, is_independent(event, team), expires_at, says)


def each_once(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """One entry an event, in order of first mention; one that counts for several things expires as the first of them that does."""
    by_event: dict[str, Evidence] = {}
    for one in found:
        before = by_event.get(one.event)
        if before is None:
            by_event[one.event] = one
        elif before.expires_at is None and one.expires_at is not None:
            by_event[one.event] = dataclasses.replace(before, expires_at=one.expires_at)
    return tuple(by_event.values())


def policy_of(facts: Facts, team: Team | None) -> Policy:
    """The thresholds that hold for a team at this moment: those of its home, else the defaults (S1-26)."""
    return policy_at(facts, team.home if team else None)


def role_of(event: Event) -> str:
    """The name of the role that asserted an event, without its scope."""
    return event.actor.role.partition("@")[0]


def is_independent(event: Event, team: Team) -> bool:
    """Not asserted in the team's own name, nor by somebody who was on it at that time."""
    name, _, scope = event.actor.role.partition("@")
    if name == "team" and scope in (team.id, "*", ""):
        return False
    return not any(
        member.person == event.actor.id and member.joined.time <= event.time and (member.left is None or event.time <= member.left.time)
        for member in team.members
    )
