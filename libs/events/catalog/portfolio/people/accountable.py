"""Who answers for a team, a product, a program, an organisation or an initiative, and as what."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Day, Input, Inverse, PersonId, SubjectId, shared


class AccountableAs(Choice):
    """As what somebody answers for something; one person for each at a time (S4-20)."""

    SENIOR_RESPONSIBLE_OWNER = choice("senior_responsible_owner", "Answers for its outcome and its money to whoever pays for it.")
    PRODUCT_OWNER = choice("product_owner", "Decides on what is built, and in which order.")
    SPONSOR = choice("sponsor", "Stands up for it among executives, and clears its way.")


@event("headway.portfolio.accountable.named.v1")
class AccountableNamed(Payload):
    """From this day on this person answers for it, in the place of whoever did so before."""

    subject: Annotated[SubjectId, Doc("What they answer for: the global id of a team, a product, a program, an organisation or an initiative.")]
    person: Annotated[PersonId, Doc("The person's id.")]
    role: Annotated[AccountableAs, Input(called="as"), Doc("As what they answer for it.")]
    until: Annotated[date | None, Input(Day), Doc("The last day that they do; without one it holds until the next is named.")] = None


@state
class Accountable:
    """Somebody who answers, or has answered, for something."""

    id: str
    subject: Annotated[SubjectId, Doc("What they answer for."), Inverse("Everybody who ever answered for it, by id (S4-20).")] = ""
    person: Annotated[PersonId, Doc("Who it is.")] = ""
    role: Annotated[AccountableAs, Doc("As what they answer for it.")] = AccountableAs.SPONSOR
    until: Annotated[date | None, Doc("The last day that was said; null where it holds until the next is named.")] = None
    named: Annotated[Event | None, Doc("The day since which they answer for it.")] = None


def evolve(accountable: Accountable, event: Event) -> Accountable:
    """The naming after one more event."""
    match event.data:
        case AccountableNamed() as said:
            return changed(accountable, **shared(Accountable, said), named=event)
    return accountable


ACCOUNTABLE = Kind(
    "portfolio", "accountable", "accountables", Accountable, evolve, defined_by=(AccountableNamed,), begins=True, definition=("subject", "person", "role")
)
