"""Commands about an organisation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered, PolicySet
from libs.events.values import OrganisationId


@command("portfolio.register_organisation", ORGANISATION, topic="organisations", creates=True, requirements=("S1-25", "S1-26"))
class RegisterOrganisation(Command, OrganisationRegistered):
    """Register a public body, so that programs, products and teams can have their home there."""

    organisation: Annotated[OrganisationId | None, MADE] = None


@command("portfolio.set_policy", ORGANISATION, topic="organisations", requirements=("S1-26",))
class SetPolicy(Command, PolicySet):
    """Set thresholds of an organisation, which hold for its teams from the day of the command on; those left out stay."""

    organisation: Annotated[OrganisationId, Field(description="The id of the organisation whose policy it is.")]
