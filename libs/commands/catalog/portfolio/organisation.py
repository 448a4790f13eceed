"""What can be asked of an organisation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered, PolicySet
from libs.events.values import Currency, OrganisationId, Title, worded

Days = Annotated[int, Field(ge=1, le=3660)]


@command("portfolio.register_organisation", ORGANISATION, topic="organisations", says=(OrganisationRegistered,), creates=True, requirements=("S1-25", "S1-26"))
class RegisterOrganisation(Command):
    """Register a public body, so that programs, products and teams can have their home there."""

    organisation: Annotated[OrganisationId | None, Field(description="Its id; made where none is given.")] = None
    name: Annotated[Title, Field(description="As people call it.")]
    currency: Annotated[Currency | None, Field(description="In which it plans and pays, ISO 4217.")] = None
    fiscal_year_start: Annotated[
        Annotated[str, worded(r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", "a month and a day, such as 04-01")] | None,
        Field(description="The day its fiscal year begins, MM-DD."),
    ] = None


@command("portfolio.set_policy", ORGANISATION, topic="organisations", says=(PolicySet,), requirements=("S1-26",))
class SetPolicy(Command):
    """Set thresholds of an organisation, which hold for its teams from the day of the command on; those left out stay."""

    organisation: Annotated[OrganisationId, Field(description="The organisation.")]
    satisfaction_days: Annotated[Days | None, Field(description="Days that a reading of satisfaction counts (R-04); 180 unless set.")] = None
    attestation_days: Annotated[Days | None, Field(description="Days that an executive's attestation counts (R-04); 365 unless set.")] = None
    alumni_days: Annotated[Days | None, Field(description="Days from graduating until a team is alumni; 365 unless set.")] = None
    burn_down_months: Annotated[
        Annotated[int, Field(ge=2, le=24)] | None, Field(description="Month ends over which the backlog must fall (R-02); 4 unless set.")
    ] = None
    bid_days: Annotated[Days | None, Field(description="Days after which an undecided bid is overdue; 90 unless set.")] = None
