"""Organisations: decided from what is asked alone, their thresholds from those that held before."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.organisation import RegisterOrganisation, SetPolicy
from libs.commands.deciding import Case
from libs.commands.errors import Invalid
from libs.commands.rows import anew, of_row
from libs.events.catalog.portfolio.organisation import ORGANISATION, Organisation, OrganisationRegistered, PolicySet
from libs.events.event import Payload
from services.portfolio.domain import decisions

THRESHOLDS = ("satisfaction_days", "attestation_days", "alumni_days", "burn_down_months", "bid_days")


@decisions.decides(RegisterOrganisation)
def register_organisation(command: RegisterOrganisation, case: Case[Organisation]) -> Iterator[Payload]:
    """A public body, once; a row of an import that changed says the whole again."""
    yield OrganisationRegistered(name=command.name, currency=command.currency, fiscal_year_start=command.fiscal_year_start)


@decisions.decides(SetPolicy)
def set_policy(command: SetPolicy, case: Case[Organisation]) -> Iterator[Payload]:
    """Thresholds from the command's time on, those left out as before (S1-26). Raises Invalid where none is given."""
    given = {name: value for name in THRESHOLDS if (value := getattr(command, name)) is not None}
    if not given:
        raise Invalid("no threshold is given", field=THRESHOLDS[0], remedy=f"Give one of {', '.join(THRESHOLDS)}.")
    yield from anew(case, of_row(case, ORGANISATION), PolicySet(**given))
