"""The state of a team: core roles, how long it has stayed together, health, and loans (S0-09, S0-10, S4-01, S4-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.team import (
    CORE_ROLES,
    TEAM,
    ExposureRecorded,
    HealthReading,
    HealthRecorded,
    HealthSubject,
    MemberJoined,
    MemberLeft,
    Membership,
    SpecialistFunction,
    Staffing,
    Team,
    TeamDissolved,
    TeamRole,
)
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.event import Event, began_by
from libs.events.facts import Facts
from libs.events.values import GlobalId, Share
from libs.rules.statements import explains

YEAR = 365
"""Days after which a member has served a year."""

_PLACES = Decimal("0.0001")
_MEMBERS = (MemberJoined, MemberLeft, TeamDissolved)


class CoreRole(NamedTuple):
    """A seat of the core team (S0-10)."""

    role: Annotated[TeamRole, Doc("Which of the five.")]
    covered: Annotated[bool, Doc("Whether somebody sits there.")]


class Continuity(NamedTuple):
    """How long the core of a team has stayed together (S0-09)."""

    share: Annotated[Share, Doc("Share of core members who have served a year: 0 to 1, four places.")]
    since: Annotated[date, Doc("The day on which the longest-serving of them joined.")]


class Health(NamedTuple):
    """The latest health checks (S4-01)."""

    team: Annotated[HealthReading | None, Doc("Of the team; null before its first.")]
    product: Annotated[HealthReading | None, Doc("Of its product; null before its first.")]
    recorded_on: Annotated[date, Doc("The day of the later of the two.")]


class Specialists(NamedTuple):
    """What the specialists of one function have seen of how a team operates (S4-06)."""

    function: Annotated[SpecialistFunction, Doc("The function that they are of.")]
    times: Annotated[int, Doc("How often they saw it; 0 where they never did.")] = 0
    last: Annotated[Event[ExposureRecorded] | None, Doc("The last time; null where they never did.")] = None


@dataclass(frozen=True, slots=True)
class TeamLoan:
    """A loan of a team; `until` the day of return, or, while it is away, the day that is planned (None: open)."""

    loan: str
    lender: str | None
    borrower: str | None
    product: str | None
    starts: date
    until: date | None
    returned: bool
    staffing: Staffing


class FirstDelivery(NamedTuple):
    """The first release that came of a loan, and how long it took (S4-15)."""

    release: Annotated[GlobalId, Doc("The release that went out first, by its global id.")]
    released_on: Annotated[date, Doc("The day on which it was published.")]
    days: Annotated[int, Doc("Days from the first day of the loan until then.")]


@explains("team", "core", team=_MEMBERS)
def core(facts: Facts, team_id: str) -> tuple[CoreRole, ...]:
    """A core role is covered while somebody sits in it (S0-10). The five come in their order."""
    team = facts.get(TEAM, team_id)
    filled = {member.role for member in team.core} if team else set()
    return tuple(CoreRole(role, role in filled) for role in CORE_ROLES)


@explains("team", "continuity", team=_MEMBERS)
def continuity(facts: Facts, team_id: str) -> Continuity | None:
    """The share of core members who have been on the team for 365 days, and the day on which the longest-serving of them joined (S0-09).

    None without a core. The days are without a break on the team, in whatever role.
    """
    team = facts.get(TEAM, team_id)
    joined = {person: _joined(team, person) for person in {member.person for member in team.core}} if team else {}
    if not joined:
        return None
    served = sum(facts.day - day >= timedelta(days=YEAR) for day in joined.values())
    return Continuity((Decimal(served) / len(joined)).quantize(_PLACES, ROUND_HALF_EVEN), min(joined.values()))


@explains("team", "health", team=(HealthRecorded,))
def health(facts: Facts, team_id: str) -> Health | None:
    """The latest reading of the team's health and of its product's, and the day of the later of the two (S4-01). None before the first."""
    team = facts.get(TEAM, team_id)
    its, products = (team.health(HealthSubject.TEAM), team.health(HealthSubject.PRODUCT)) if team else (None, None)
    read = [one.event.time.date() for one in (its, products) if one is not None]
    return Health(its.reading if its else None, products.reading if products else None, max(read)) if read else None


@explains("team", "specialists", team=(ExposureRecorded,))
def specialists(facts: Facts, team_id: str) -> tuple[Specialists, ...]:
    """Of each of the six specialist functions, how often it is on record that they saw the team at work, and the last time (S4-06)."""
    team = facts.get(TEAM, team_id)
    found = {one: Specialists(one) for one in SpecialistFunction}
    for one in team.exposures if team else ():
        found[one.data.function] = Specialists(one.data.function, found[one.data.function].times + 1, one)
    return tuple(found.values())


def first_delivery(facts: Facts, loan_id: str) -> FirstDelivery | None:
    """The release that went out first of those that came of a loan, and how long that took (S4-15). None while nothing is on record that is published."""
    loan = facts.get(LOAN, loan_id)
    if loan is None or loan.starts is None:
        return None
    releases = [facts.get(RELEASE, said.data.release) for said in loan.deliveries]
    out = [(one.released_on, one.id) for one in releases if one is not None and one.released_on is not None]
    if not out:
        return None
    day, release = min(out)
    return FirstDelivery(RELEASE.key(release), day, (day - loan.starts).days)


def loans(facts: Facts, team_id: str) -> tuple[TeamLoan, ...]:
    """Every loan of a team, by its first day (S4-15)."""
    found = [
        TeamLoan(one.id, one.lender, one.borrower, one.product, one.starts, one.last_day or one.until, one.returned is not None, one.staffing)
        for one in sorted(facts.related(LOAN, "team", team_id), key=lambda loan: began_by(loan.lent, loan.id))
        if one.starts is not None
    ]
    return tuple(found)


def _joined(team: Team | None, person: str) -> date:
    """The first day of the time that somebody has been on the team until now; whoever takes another seat on the day of leaving one has stayed."""
    seats = [member for member in team.members if member.person == person] if team else []
    since = min(_first(member) for member in seats if member.left is None)
    while (earlier := min((_first(m) for m in seats if m.left is not None and m.left.time.date() >= since), default=since)) < since:
        since = earlier
    return since


def _first(member: Membership) -> date:
    return member.joined.time.date()
