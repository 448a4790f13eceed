"""An organisation: a public body that is home to programs, products and teams, with its own thresholds."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Currency, Input, Title, worded

MonthDay = Annotated[str, worded(r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", "a month and a day, such as 04-01")]
DAYS: Final = Input(ge=1, le=3660)


@event("headway.portfolio.organisation.registered.v1")
class OrganisationRegistered(Payload):
    """A public body is known by this name; its money is in this currency and its fiscal year begins on this day (MM-DD)."""

    name: Annotated[str, Input(Title), Doc("As people call it.")]
    currency: Annotated[Currency | None, Doc("In which it plans and pays, ISO 4217.")] = None
    fiscal_year_start: Annotated[str | None, Input(MonthDay), Doc("The day its fiscal year begins, MM-DD.")] = None


@event("headway.portfolio.organisation.policy_set.v1")
class PolicySet(Payload):
    """From this day on these thresholds hold for the organisation's teams; those left out stay as they were (S1-26)."""

    satisfaction_days: Annotated[int | None, DAYS, Doc("Days that a reading of satisfaction counts (R-04); 180 unless set.")] = None
    attestation_days: Annotated[int | None, DAYS, Doc("Days that an executive's attestation counts (R-04); 365 unless set.")] = None
    alumni_days: Annotated[int | None, DAYS, Doc("Days from graduating until a team is alumni; 365 unless set.")] = None
    burn_down_months: Annotated[int | None, Input(ge=2, le=24), Doc("Month ends over which the backlog must fall (R-02); 4 unless set.")] = None
    bid_days: Annotated[int | None, DAYS, Doc("Days after which an undecided bid is overdue; 90 unless set.")] = None


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
