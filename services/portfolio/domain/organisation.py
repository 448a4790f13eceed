"""Organisations: decided from what is asked alone."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.organisation import RegisterOrganisation
from libs.commands.deciding import Case
from libs.events.catalog.portfolio.organisation import Organisation, OrganisationRegistered
from libs.events.event import Payload
from services.portfolio.domain import decisions


@decisions.decides(RegisterOrganisation)
def register_organisation(command: RegisterOrganisation, case: Case[Organisation]) -> Iterator[Payload]:
    """A public body, once; a row of an import that changed says the whole again."""
    yield OrganisationRegistered(name=command.name, currency=command.currency, fiscal_year_start=command.fiscal_year_start)
