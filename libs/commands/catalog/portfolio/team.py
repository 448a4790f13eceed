"""What can be asked of a team."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.portfolio.team import (
    TEAM,
    CoreRoleUncovered,
    HealthReading,
    HealthRecorded,
    HealthSubject,
    MemberJoined,
    MemberLeft,
    ProductsLeft,
    ProductsServed,
    Staffing,
    TeamFormed,
    TeamPivotedAway,
    TeamRole,
)
from libs.events.values import OrganisationId, PersonId, ProductId, TeamId, Text, Title


@command("portfolio.form_team", TEAM, topic="teams", says=(TeamFormed,), creates=True, requirements=("S0-09", "S4-08"), binds=("products",))
class FormTeam(Command):
    """Form a team at its home organisation, for the products that it serves."""

    team: Annotated[TeamId | None, Field(description="Its id; made where none is given.")] = None
    name: Annotated[Title, Field(description="As people call it.")]
    home: Annotated[OrganisationId, Field(description="The organisation that it belongs to.")]
    products: Annotated[list[ProductId], Field(max_length=100, description="The products that it serves.")] = Field(default_factory=list)


@command("portfolio.serve_product", TEAM, topic="teams", says=(ProductsServed,), requirements=("S4-08",), binds=("product", "products"))
class ServeProduct(Command):
    """Say that a team serves another product as well."""

    team: Annotated[TeamId, Field(description="The team.")]
    product: Annotated[ProductId, Field(description="The product.")]


@command("portfolio.stop_serving", TEAM, topic="teams", says=(ProductsLeft,), requirements=("S4-08",))
class StopServing(Command):
    """Say that a team serves a product no longer."""

    team: Annotated[TeamId, Field(description="The team.")]
    product: Annotated[ProductId, Field(description="The product.")]


@command("portfolio.join_team", TEAM, topic="members", says=(MemberJoined,), requirements=("S0-09", "S0-10", "S0-11"))
class JoinTeam(Command):
    """Say that a person is on a team in a role. Said again of the same role it is a change, of seat or of staffing; the time served goes on."""

    team: Annotated[TeamId, Field(description="The team.")]
    person: Annotated[PersonId, Field(description="The person's id; never a name or an address.")]
    role: Annotated[TeamRole, Field(description="One of the five core roles, or a skill that is drawn on.")]
    core: Annotated[bool | None, Field(description="Whether it is a core seat; by the role unless given.")] = None
    staffing: Annotated[Staffing, Field(description="Staff of the public service, or contracted.")]


@command("portfolio.leave_team", TEAM, topic="members", says=(MemberLeft, CoreRoleUncovered), requirements=("S0-09", "S0-10"))
class LeaveTeam(Command):
    """Say that a person is no longer on a team, or no longer in one of its roles."""

    team: Annotated[TeamId, Field(description="The team.")]
    person: Annotated[PersonId, Field(description="The person's id.")]
    role: Annotated[TeamRole | None, Field(description="The role that is left; all unless given.")] = None


@command("portfolio.record_health", TEAM, topic="health", says=(HealthRecorded,), counts=True, requirements=("S4-01", "S1-24"))
class RecordHealth(Command):
    """Record what a health check of a team, or of its product, found."""

    team: Annotated[TeamId, Field(description="The team.")]
    subject: Annotated[HealthSubject, Field(description="Of what it speaks; both are needed to enter Sustain.")]
    reading: Annotated[HealthReading, Field(description="What was found.")]
    source: Annotated[Text, Field(description="The check that it comes from.")]


@command("portfolio.pivot_away", TEAM, topic="pivots", says=(TeamPivotedAway,))
class PivotAway(Command):
    """Say that a team leaves the path to graduation, for good."""

    team: Annotated[TeamId, Field(description="The team.")]
    reason: Annotated[Text, Field(description="Why.")]
