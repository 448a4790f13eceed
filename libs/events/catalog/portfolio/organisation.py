"""An organisation: a public body that is home to programs, products and teams."""

from __future__ import annotations

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Currency


@event("headway.portfolio.organisation.registered.v1")
class OrganisationRegistered(Payload):
    """A public body is known by this name; its money is in this currency and its fiscal year begins on this day (MM-DD)."""

    name: str
    currency: Currency | None = None
    fiscal_year_start: str | None = None


@state
class Organisation:
    """An organisation as it stands."""

    id: str
    name: str = ""
    currency: str | None = None
    fiscal_year_start: str | None = None


def evolve(organisation: Organisation, event: Event) -> Organisation:
    """The organisation after one more event, in whatever order."""
    match event.data:
        case OrganisationRegistered(name=name, currency=currency, fiscal_year_start=start):
            return changed(organisation, name=name, currency=currency, fiscal_year_start=start)
    return organisation


ORGANISATION = Kind("portfolio", "organisation", "organisations", Organisation, evolve)
