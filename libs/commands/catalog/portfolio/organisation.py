"""What can be asked of an organisation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from libs.commands.command import Command, command
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.values import Currency, OrganisationId, Title


@command("portfolio.register_organisation", ORGANISATION, topic="organisations", says=(OrganisationRegistered,), creates=True, requirements=("S1-25", "S1-26"))
class RegisterOrganisation(Command):
    """Register a public body, so that programs, products and teams can have their home there."""

    organisation: Annotated[OrganisationId | None, Field(description="Its id; made where none is given.")] = None
    name: Annotated[Title, Field(description="As people call it.")]
    currency: Annotated[Currency | None, Field(description="In which it plans and pays, ISO 4217.")] = None
    fiscal_year_start: Annotated[
        Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")] | None,
        Field(description="The day its fiscal year begins, MM-DD."),
    ] = None
