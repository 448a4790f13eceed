"""Teams: formed at a home, with members who come and go, products they serve, and health that is checked."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.team import FormTeam, JoinTeam, LeaveTeam, PivotAway, RecordHealth, ServeProduct, StopServing
from libs.commands.deciding import Case
from libs.commands.errors import AlreadyExists, Invalid, NotFound
from libs.commands.rows import anew, besides, of_row, take_back
from libs.events.catalog.portfolio.team import (
    CORE_ROLES,
    TEAM,
    CoreRoleUncovered,
    HealthRecorded,
    MemberJoined,
    MemberLeft,
    Membership,
    ProductsLeft,
    ProductsServed,
    Team,
    TeamFormed,
    TeamPivotedAway,
)
from libs.events.event import Event, Payload
from services.portfolio.domain import decisions


@decisions.decides(FormTeam)
def form_team(command: FormTeam, case: Case[Team]) -> Iterator[Payload]:
    """A team, once (S0-09); a row of an import that changed says the whole again, and keeps what was said of the team since."""
    yield TeamFormed(name=command.name, home=command.home, products=tuple(dict.fromkeys(command.products)))


@decisions.decides(ServeProduct)
def serve_product(command: ServeProduct, case: Case[Team]) -> Iterator[Payload]:
    """One more product (S4-08)."""
    yield from anew(case, _row(case), ProductsServed(products=(command.product,)))


@decisions.decides(StopServing)
def stop_serving(command: StopServing, case: Case[Team]) -> Iterator[Payload]:
    """One product less. Raises NotFound where the team does not serve it at that time; a repeated row changes nothing."""
    if _row(case) or (case.then is not None and command.product in case.then.products):
        yield from anew(case, _row(case), ProductsLeft(products=(command.product,)))
    elif not case.revising:
        raise NotFound(f"{case.id} does not serve {command.product} at that time", field="product", remedy="Check the day, and the products of the team.")


@decisions.decides(JoinTeam)
def join_team(command: JoinTeam, case: Case[Team]) -> Iterator[Payload]:
    """A person in a role, or what changed about it. Raises Invalid for a core seat in a drawn-on role (S0-11)."""
    drawn_on = command.role not in CORE_ROLES
    core = command.core if command.core is not None else not drawn_on
    if core and drawn_on:
        raise Invalid(f"{command.role.spoken} is drawn on, never a core seat", field="core", remedy="Say `core: false`.")
    yield from anew(case, _row(case), MemberJoined(person=command.person, role=command.role, core=core, staffing=command.staffing))


@decisions.decides(LeaveTeam)
def leave_team(command: LeaveTeam, case: Case[Team]) -> Iterator[Payload]:
    """A person is gone, out of one role or all, and the core roles that nobody fills then are announced (S0-10). Raises NotFound for who is not there."""
    row = _row(case)
    seats = [seat for seat in _seats(case.then, command.person, row) if command.role in (None, seat.role)]
    if not seats or case.then is None:
        if case.revising:
            return
        role = f" as {command.role.spoken}" if command.role else ""
        raise NotFound(f"{command.person} is not on {case.id}{role} at that time", field="person", remedy="Check the day, and who is on the team.")
    left = MemberLeft(person=command.person, role=command.role)
    if row is not None and (row.data, row.time) == (left, case.at):
        return
    yield from take_back(case, row, *besides(case, TEAM, row))
    yield left
    stays = {member.role for member in case.then.core if member not in seats}
    for role in CORE_ROLES:
        if role not in stays and any(seat.core and seat.role is role for seat in seats):
            yield CoreRoleUncovered(role=role)


@decisions.decides(RecordHealth)
def record_health(command: RecordHealth, case: Case[Team]) -> Iterator[Payload]:
    """A reading of the health of the team or of its product (S4-01): each is a fact of its day, also where it says the same."""
    yield from anew(case, _row(case), HealthRecorded(subject=command.subject, reading=command.reading, source=command.source))


@decisions.decides(PivotAway)
def pivot_away(command: PivotAway, case: Case[Team]) -> Iterator[Payload]:
    """For good, and once. Raises AlreadyExists."""
    if case.there.pivoted and not case.revising:
        raise AlreadyExists(f"{case.id} pivoted away on {case.there.pivoted.time.date()}", field="team")
    yield from anew(case, _row(case), TeamPivotedAway(reason=command.reason))


def _seats(team: Team | None, person: str, row: Event | None = None) -> list[Membership]:
    """Where somebody sits; also the seats left by what a changed row of an import had said, which it takes back."""
    return [member for member in team.members if member.person == person and (member.left is None or member.left is row)] if team else []


def _row(case: Case[Team]) -> Event | None:
    """What a changed row of an import had said."""
    return of_row(case, TEAM)
