"""An organisation: a public body that is home to programs, products and teams, with its own thresholds."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Currency


@event("headway.portfolio.organisation.registered.v1")
class OrganisationRegistered(Payload):
    """A public body is known by this name; its money is in this currency and its fiscal year begins on this day (MM-DD)."""

    name: str
    currency: Currency | None = None
    fiscal_year_start: str | None = None


@event("headway.portfolio.organisation.policy_set.v1")
class PolicySet(Payload):
    """From this day on these thresholds hold for the organisation's teams; those left out stay as they were (S1-26)."""

    satisfaction_days: int | None = None
    attestation_days: int | None = None
    alumni_days: int | None = None
    burn_down_months: int | None = None
    bid_days: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds that hold from an instant on (`since`; None: always), and the event that set them last (None: the defaults).

    Days a reading of satisfaction counts, days an attestation counts, days from graduating to being alumni, month ends that the backlog must fall over,
    days after which an undecided bid is overdue.
    """

    satisfaction_days: int = 180
    attestation_days: int = 365
    alumni_days: int = 365
    burn_down_months: int = 4
    bid_days: int = 90
    since: datetime | None = None
    event: Event | None = None


@state
class Organisation:
    """An organisation as it stands; `policies` one entry a change, in order of time."""

    id: str
    name: Annotated[str, Doc("As people call it; its id while nothing was heard of it but the id."), Called] = ""
    currency: Annotated[str | None, Doc("The currency of its money, ISO 4217; null where it says none.")] = None
    fiscal_year_start: str | None = None
    registered: Event | None = None
    policies: tuple[Policy, ...] = ()

    @property
    def policy(self) -> Policy:
        """The thresholds that hold at this moment."""
        return self.policies[-1] if self.policies else Policy()


def evolve(organisation: Organisation, event: Event) -> Organisation:
    """The organisation after one more event, in whatever order. Of several registrations the one said last counts."""
    match event.data:
        case OrganisationRegistered(name=name, currency=currency, fiscal_year_start=start):
            if organisation.registered is None or organisation.registered.sequence < event.sequence:
                return changed(organisation, name=name, currency=currency, fiscal_year_start=start, registered=event)
        case PolicySet() as said:
            given = {field.name: value for field in dataclasses.fields(said) if (value := getattr(said, field.name)) is not None}
            if all(getattr(organisation.policy, name) == value for name, value in given.items()):
                return organisation
            policy = dataclasses.replace(organisation.policy, **given, since=event.time, event=event)
            return changed(organisation, policies=(*organisation.policies, policy))
    return organisation


ORGANISATION = Kind(
    "portfolio",
    "organisation",
    "organisations",
    Organisation,
    evolve,
    defined_by=(OrganisationRegistered,),
    definition=("name", "currency", "fiscal_year_start"),
)
