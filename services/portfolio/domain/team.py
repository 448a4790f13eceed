"""Teams: members who come and go, and products they serve."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.team import DissolveTeam, JoinTeam, LeaveTeam, PivotAway, ServeProduct, StopServing
from libs.commands.decision import Case
from libs.commands.errors import AlreadyExists, Invalid, NotFound
from libs.commands.import_revision import anew, besides, of_row, take_back
from libs.events.catalog.portfolio.team import (
    CORE_ROLES,
    CoreRoleUncovered,
    MemberJoined,
    MemberLeft,
    Membership,
    ProductsLeft,
    ProductsServed,
    Team,
)
from libs.events.event import Event, Payload
from services.portfolio.domain import decisions
from services.portfolio.domain.reorganisation import was_there


@decisions.decides(ServeProduct)
def serve_product(command: ServeProduct, case: Case[Team]) -> Iterator[Payload]:
    """One more product (S4-08)."""
    yield from anew(case, ProductsServed(products=(command.product,)))


@decisions.decides(StopServing)
def stop_serving(command: StopServing, case: Case[Team]) -> Iterator[Payload]:
    """One product less. Raises NotFound where the team does not serve it at that time; a repeated row changes nothing."""
    if of_row(case) or (case.then is not None and command.product in case.then.products):
        yield from anew(case, ProductsLeft(products=(command.product,)))
    elif not case.revising:
        raise NotFound(f"{case.id} does not serve {command.product} at that time", field="product", remedy="Check the day, and the products of the team.")


@decisions.decides(JoinTeam)
def join_team(command: JoinTeam, case: Case[Team]) -> Iterator[Payload]:
    """A person in a role, or what changed about it. Raises Invalid for a core seat in a drawn-on role (S0-11)."""
    drawn_on = command.role not in CORE_ROLES
    core = command.core if command.core is not None else not drawn_on
    if core and drawn_on:
        raise Invalid(f"{command.role.spoken} is drawn on, never a core seat", field="core", remedy="Say `core: false`.")
    yield from anew(case, MemberJoined.of(command, core=core))


@decisions.decides(LeaveTeam)
def leave_team(command: LeaveTeam, case: Case[Team]) -> Iterator[Payload]:
    """A person is gone, out of one role or all, and the core roles that nobody fills then are announced (S0-10). Raises NotFound for who is not there."""
    row = of_row(case)
    seats = [seat for seat in _seats(case.then, command.person, row) if command.role in (None, seat.role)]
    if not seats or case.then is None:
        if case.revising:
            return
        role = f" as {command.role.spoken}" if command.role else ""
        raise NotFound(f"{command.person} is not on {case.id}{role} at that time", field="person", remedy="Check the day, and who is on the team.")
    left = MemberLeft.of(command)
    if row is not None and (row.data, row.time) == (left, case.at):
        return
    yield from take_back(case, row, *besides(case, row))
    yield left
    stays = {member.role for member in case.then.core if member not in seats}
    for role in CORE_ROLES:
        if role not in stays and any(seat.core and seat.role is role for seat in seats):
            yield CoreRoleUncovered(role=role)


@decisions.decides(PivotAway)
def pivot_away(command: PivotAway, case: Case[Team]) -> None:
    """For good, and once. Raises AlreadyExists."""
    if case.there.pivoted and not case.revising:
        raise AlreadyExists(f"{case.id} pivoted away on {case.there.pivoted.time.date()}", field="team")


@decisions.decides(DissolveTeam)
def dissolve_team(command: DissolveTeam, case: Case[Team]) -> None:
    """Once, of a team that was formed by then. Raises AlreadyExists, and Invalid."""
    if case.there.dissolved and not case.revising:
        raise AlreadyExists(f"{case.id} was dissolved on {case.there.dissolved.time.date()}", field="team")
    was_there(case)


def _seats(team: Team | None, person: str, row: Event | None = None) -> list[Membership]:
    """Where somebody sits; also the seats left by what a changed row of an import had said, which it takes back."""
    return [member for member in team.members if member.person == person and (member.left is None or member.left is row)] if team else []
