"""An organisation: a public body that is home to programs, products and teams, with its own thresholds."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Final

from annotated_doc import Doc
from pydantic import AfterValidator, StringConstraints

from libs.calendar.local_time import time_zones
from libs.events.catalog.portfolio.reorganisation import Renamed
from libs.events.choice import Choice, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Currency, Input, Inverse, OrganisationId, Text, Title, worded

MonthDay = Annotated[str, worded(r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", "a month and a day, such as 04-01")]


def _known_zone(name: str) -> str:
    if name not in time_zones():
        near = get_close_matches(name, time_zones(), 1)
        raise ValueError(f"must be a time zone of the IANA database, such as America/Vancouver{f': did you mean {near[0]}?' if near else ''}")
    return name


TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
DAYS: Final = Input(ge=1, le=3660)


class NamesSeenBy(Choice):
    """Who sees the names and addresses of an organisation's people (S4-20)."""

    ALL = choice("all", "Everybody who may sign in.")
    WITHIN = choice("within", "Whoever has a role within the organisation: of it, of its teams or of its products.")
    STEERING = choice("steering", "Executives, portfolio managers and Lab Operations alone.")


@event("headway.portfolio.organisation.registered.v1")
class OrganisationRegistered(Payload):
    """A public body is known by this name; its money is in this currency, its fiscal year begins on this day (MM-DD), its days are those of this time zone."""

    name: Annotated[str, Input(Title), Doc("As people call it.")]
    currency: Annotated[Currency | None, Doc("In which it plans and pays, ISO 4217.")] = None
    fiscal_year_start: Annotated[str | None, Input(MonthDay), Doc("The day its fiscal year begins, MM-DD.")] = None
    time_zone: Annotated[
        str | None, Input(TimeZone), Doc("The time zone by which its days begin and end, IANA, such as America/Vancouver; UTC unless said.")
    ] = None


@event("headway.portfolio.organisation.policy_set.v1")
class PolicySet(Payload):
    """From this day on these thresholds hold for the organisation's teams; those left out stay as they were (S1-26)."""

    satisfaction_days: Annotated[int | None, DAYS, Doc("Days that a reading of satisfaction counts (R-04); 180 unless set.")] = None
    attestation_days: Annotated[int | None, DAYS, Doc("Days that an executive's attestation counts (R-04); 365 unless set.")] = None
    alumni_days: Annotated[int | None, DAYS, Doc("Days from graduating until a team is alumni; 365 unless set.")] = None
    burn_down_months: Annotated[int | None, Input(ge=2, le=24), Doc("Month ends over which the backlog must fall (R-02); 4 unless set.")] = None
    bid_days: Annotated[int | None, DAYS, Doc("Days after which an undecided bid is overdue; 90 unless set.")] = None
    active_improvements: Annotated[int | None, Input(ge=1, le=100), Doc("Improvements that a team has under way at once (S3-01); 1 unless set.")] = None
    monitoring_days: Annotated[int | None, DAYS, Doc("Days for which a change is monitored (S1-13); 90 unless set.")] = None
    evaluation_interval_days: Annotated[int | None, DAYS, Doc("Days from the end of an evaluation until the next is due (S1-04); 365 unless set.")] = None
    approved_overrides: Annotated[
        bool | None, Doc("Whether a rule is lifted only with an approval of its own, which is used once (S4-20); it need not be unless set.")
    ] = None
    names_seen_by: Annotated[NamesSeenBy | None, Doc("Who sees the names of its people (S4-20); whoever has a role within unless set.")] = None


@event("headway.portfolio.organisation.merged.v1")
class OrganisationsMerged(Payload):
    """From this day on these organisations are part of this one: what was theirs is its own; of every day before it stays theirs."""

    into: Annotated[OrganisationId, Doc("The organisation that they are merged into.")]
    merged: Annotated[tuple[OrganisationId, ...], Input(called="from", min_length=1, max_length=100), Doc("The organisations that are merged into it.")]
    reason: Annotated[str, Input(Text), Doc("Why they are merged.")]


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds that hold from an instant on (`since`; None: always), and the event that set them last (None: the defaults).

    Days a reading of satisfaction counts, days an attestation counts, days from graduating to being alumni, month ends that the backlog must fall over,
    days after which an undecided bid is overdue, improvements that a team has under way at once, days for which a change is monitored,
    days until a product is to be evaluated again,
    whether a rule is lifted only with an approval, who sees the names of its people.
    """

    satisfaction_days: int = 180
    attestation_days: int = 365
    alumni_days: int = 365
    burn_down_months: int = 4
    bid_days: int = 90
    active_improvements: int = 1
    monitoring_days: int = 90
    evaluation_interval_days: int = 365
    approved_overrides: bool = False
    names_seen_by: NamesSeenBy = NamesSeenBy.WITHIN
    since: datetime | None = None
    event: Event | None = None


@state
class Organisation:
    """An organisation as it stands; `policies` one entry a change, in order of time."""

    id: str
    name: Annotated[str, Doc("As people call it; its id while nothing was heard of it but the id."), Called] = ""
    currency: Annotated[str | None, Doc("The currency of its money, ISO 4217; null where it says none.")] = None
    fiscal_year_start: str | None = None
    time_zone: Annotated[str | None, Doc("The time zone by which its days begin and end, IANA; null where it says none, and they are those of UTC.")] = None
    registered: Event | None = None
    policies: tuple[Policy, ...] = ()
    merged: Annotated[
        tuple[OrganisationId, ...],
        Doc("The organisations that were merged into it, whose things are its own since."),
        Inverse("The organisation that it was merged into itself; empty while it stands by itself."),
    ] = ()

    @property
    def policy(self) -> Policy:
        """The thresholds that hold at this moment."""
        return self.policies[-1] if self.policies else Policy()


def evolve(organisation: Organisation, event: Event) -> Organisation:
    """The organisation after one more event, in whatever order. Of several registrations the one said last counts."""
    match event.data:
        case OrganisationRegistered(name=name, currency=currency, fiscal_year_start=start, time_zone=zone):
            if organisation.registered is None or organisation.registered.sequence < event.sequence:
                return changed(organisation, name=name, currency=currency, fiscal_year_start=start, time_zone=zone, registered=event)
        case Renamed(name=name):
            return changed(organisation, name=name)
        case OrganisationsMerged(merged=merged):
            return changed(organisation, merged=tuple(dict.fromkeys((*organisation.merged, *merged))))
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
    definition=("name", "currency", "fiscal_year_start", "time_zone"),
    says={"renamed": Renamed},
    merged="merged",
)
