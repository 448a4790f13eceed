"""How a team is: its core roles, how long it has stayed together, its health, and its loans (S0-09, S0-10, S4-01, S4-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.team import CORE_ROLES, TEAM, HealthReading, Membership, Staffing, Team, TeamRole
from libs.events.event import began_by
from libs.events.facts import Facts
from libs.events.values import Share

YEAR = 365
"""Days after which a member has served a year."""

_PLACES = Decimal("0.0001")


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


def core(facts: Facts, team_id: str) -> tuple[CoreRole, ...]:
    """The five core roles in their order, each covered or not (S0-10)."""
    team = facts.get(TEAM, team_id)
    filled = {member.role for member in team.core} if team else set()
    return tuple(CoreRole(role, role in filled) for role in CORE_ROLES)


def continuity(facts: Facts, team_id: str) -> Continuity | None:
    """How long the core has stayed together (S0-09), None without a core: a year is 365 days without a break on the team, in whatever role."""
    team = facts.get(TEAM, team_id)
    joined = {person: _joined(team, person) for person in {member.person for member in team.core}} if team else {}
    if not joined:
        return None
    served = sum(facts.day - day >= timedelta(days=YEAR) for day in joined.values())
    return Continuity((Decimal(served) / len(joined)).quantize(_PLACES, ROUND_HALF_EVEN), min(joined.values()))


def health(facts: Facts, team_id: str) -> Health | None:
    """How team and product are, as read last (S4-01); None before the first reading."""
    team = facts.get(TEAM, team_id)
    its, products = (team.team_health, team.product_health) if team else (None, None)
    read = [one.event.time.date() for one in (its, products) if one is not None]
    return Health(its.reading if its else None, products.reading if products else None, max(read)) if read else None


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
