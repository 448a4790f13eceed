"""Commands about a team."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.team import (
    TEAM,
    CoreRoleUncovered,
    ExposureRecorded,
    HealthRecorded,
    MemberJoined,
    MemberLeft,
    ProductsLeft,
    ProductsServed,
    TeamDissolved,
    TeamFormed,
    TeamPivotedAway,
)
from libs.events.values import ProductId, TeamId, Truth


class OfTeam(Command):
    """Is asked of a team that was formed."""

    team: Annotated[TeamId, Field(description="The team's id.")]


@command("portfolio.form_team", TEAM, topic="teams", creates=True, requirements=("S0-09", "S4-08"), binds=("products",))
class FormTeam(Command, TeamFormed):
    """Form a team at its home organisation, for the products that it serves."""

    team: Annotated[TeamId | None, MADE] = None


@command("portfolio.serve_product", TEAM, topic="teams", says=(ProductsServed,), requirements=("S4-08",), binds=("product", "products"))
class ServeProduct(OfTeam):
    """Say that a team serves another product as well."""

    product: Annotated[ProductId, Field(description="The product that it serves from now on.")]


@command("portfolio.stop_serving", TEAM, topic="teams", says=(ProductsLeft,), requirements=("S4-08",))
class StopServing(OfTeam):
    """Say that a team serves a product no longer."""

    product: Annotated[ProductId, Field(description="The product that it no longer serves.")]


@command("portfolio.join_team", TEAM, topic="members", requirements=("S0-09", "S0-10", "S0-11"))
class JoinTeam(OfTeam, MemberJoined):
    """Say that a person is on a team in a role. Said again of the same role it is a change, of seat or of staffing; the time served goes on."""

    core: Annotated[Truth | None, Field(description="Whether it is a core seat; by the role unless given.")] = None  # type: ignore[assignment]


@command("portfolio.leave_team", TEAM, topic="members", says=(CoreRoleUncovered,), requirements=("S0-09", "S0-10"))
class LeaveTeam(OfTeam, MemberLeft):
    """Say that a person is no longer on a team, or no longer in one of its roles."""


@command("portfolio.record_health", TEAM, topic="health", counts=True, requirements=("S4-01", "S1-24"))
class RecordHealth(OfTeam, HealthRecorded):
    """Record what a health check of a team, or of its product, found."""


@command("portfolio.record_exposure", TEAM, topic="exposures", counts=True, requirements=("S4-06",))
class RecordExposure(OfTeam, ExposureRecorded):
    """Record that specialists of a function saw how a team operates and what it needs."""


@command("portfolio.pivot_away", TEAM, topic="pivots")
class PivotAway(OfTeam, TeamPivotedAway):
    """Say that a team leaves the path to graduation, for good."""


@command("portfolio.dissolve_team", TEAM, topic="corrections", requirements=("S0-09",))
class DissolveTeam(OfTeam, TeamDissolved):
    """Say that a team is no more, from the day of the command on: whoever is on it has left."""
