"""A loan: a team, or some of its people, that works for another organisation than its home for a time."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from annotated_doc import Doc

from libs.events.catalog.portfolio.team import Staffing
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, day_of, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Day, Decided, Input, Inverse, OrganisationId, PersonId, ProductId, ReleaseId, TeamId, Text, shared


class LoanState(Choice):
    """How far a loan is: offered to the borrower, whose word it waits for, then accepted or declined; it ends with the return (S4-15)."""

    OFFERED = choice("offered", "The borrower has not said whether it takes it; the lender bears the costs.", tone=Tone.GOING)
    ACCEPTED = choice("accepted", "It is under way, and the borrower bears the costs.", tone=Tone.GOOD)
    DECLINED = choice("declined", "The borrower did not take it.", tone=Tone.ENDED)
    RETURNED = choice("returned", "It is over.", tone=Tone.ENDED)


@event("headway.portfolio.loan.lent.v1")
class TeamLent(Payload):
    """From this day on the team works for the borrower, under this agreement, until the day that is planned (S4-15)."""

    team: Annotated[TeamId, Doc("The team that is lent.")]
    lender: Annotated[OrganisationId, Doc("The organisation that lends it.")]
    borrower: Annotated[OrganisationId, Doc("The organisation that it works for.")]
    staffing: Annotated[Staffing, Doc("Staff of the public service, or contracted.")]
    agreement: Annotated[str, Input(Text), Doc("The agreement that it rests on.")]
    product: Annotated[ProductId | None, Doc("The product that it works on there.")] = None
    until: Annotated[date | None, Input(Day), Doc("The last day that is planned.")] = None
    offered: Annotated[bool, Decided, Doc("Whether it waits for the borrower's word; what was lent before that could be asked for does not.")] = False


@event("headway.portfolio.loan.seats_lent.v1")
class SeatsLent(Payload):
    """From this day on some people of a team are to work for the borrower, under this agreement; the team goes on without them (S4-15)."""

    team: Annotated[TeamId, Doc("The team that they are on.")]
    people: Annotated[tuple[PersonId, ...], Input(min_length=1, max_length=100), Doc("Who is lent, by id.")]
    borrower: Annotated[OrganisationId, Doc("The organisation that they work for.")]
    staffing: Annotated[Staffing, Doc("Staff of the public service, or contracted.")]
    agreement: Annotated[str, Input(Text), Doc("The agreement that it rests on.")]
    until: Annotated[date | None, Input(Day), Doc("The last day that is planned.")] = None
    lender: Annotated[OrganisationId | None, Decided, Doc("The organisation that lends them: the team's home.")] = None


_OFFERS = Of((TeamLent, SeatsLent), ("team", "borrower", "people"))


@judges(_OFFERS)
@event("headway.portfolio.loan.accepted.v1")
class LoanAccepted(Judgement):
    """The borrower takes the loan: from this day on it bears the costs (S4-15)."""


@judges(_OFFERS)
@event("headway.portfolio.loan.declined.v1")
class LoanDeclined(Judgement):
    """The borrower does not take the loan."""

    reason: Annotated[str, Input(Text), Doc("Why it is not taken.")]


@event("headway.portfolio.loan.delivery_recorded.v1")
class DeliveryRecorded(Payload):
    """This release is what came of the loan, or a part of it (S4-15)."""

    release: Annotated[ReleaseId, Doc("The release that went out.")]


@event("headway.portfolio.loan.returned.v1")
class TeamReturned(Payload):
    """The team is back; this is the last day of the loan."""


@state
class Loan:
    """A loan as it stands: `starts` its first day, `until` the day planned for its end, `returned` the event that ended it, `offered` whether it needs an
    answer.
    """

    id: str
    team: Annotated[TeamId | None, Doc("The team that is lent.")] = None
    lender: Annotated[OrganisationId | None, Doc("The organisation that lends the team."), Inverse("The loans in which it lends, by id (S4-15).")] = None
    borrower: Annotated[
        OrganisationId | None, Doc("The organisation that the team works for meanwhile."), Inverse("The loans in which it borrows, by id (S4-15).")
    ] = None
    product: Annotated[
        ProductId | None,
        Doc("The product that the team works on there; null where none is named."),
        Inverse("The loans of teams that work on it, by id (S4-15)."),
    ] = None
    people: Annotated[tuple[PersonId, ...], Doc("Whose seats are lent; none where it is the whole team.")] = ()
    staffing: Annotated[Staffing, Doc("As what the team works there.")] = Staffing.STAFF
    agreement: Annotated[str, Doc("The agreement under which it is lent.")] = ""
    starts: date | None = None
    until: date | None = None
    lent: Event | None = None
    offered: bool = False
    accepted: Annotated[Event | None, Doc("The day on which the borrower accepted it; null where it has not, or did not have to.")] = None
    declined: Annotated[Event | None, Doc("The day on which the borrower declined it; null where it did not.")] = None
    declined_because: Annotated[str | None, Doc("Why it was declined; null where it was not.")] = None
    deliveries: Annotated[tuple[Event[DeliveryRecorded], ...], Doc("What was delivered in it, in the order of saying (S4-15).")] = ()
    returned: Event | None = None

    @property
    def last_day(self) -> date | None:
        """The day of return, which is the last of the loan; None while the team is away."""
        return day_of(self.returned)

    @property
    def state(self) -> Annotated[LoanState, Doc("How far it is.")]:
        """Offered, accepted, declined or over."""
        if self.returned is not None:
            return LoanState.RETURNED
        if self.declined is not None:
            return LoanState.DECLINED
        return LoanState.OFFERED if self.offered and self.accepted is None else LoanState.ACCEPTED

    @property
    def borne_from(self) -> Annotated[date | None, Doc("The first day of which the borrower bears the costs; null before it has accepted (S4-15).")]:
        """The first day of the loan, or that of the acceptance where it is later."""
        accepted = day_of(self.accepted)
        if not self.offered or self.starts is None:
            return self.starts
        return None if accepted is None else max(self.starts, accepted)


def evolve(loan: Loan, event: Event) -> Loan:
    """The loan after one more event, in whatever order. Of several lendings the one said last counts."""
    match event.data:
        case TeamLent() as lent:
            if loan.lent is None or loan.lent.sequence < event.sequence:
                return changed(loan, **shared(Loan, lent), people=(), starts=event.time.date(), lent=event)
        case SeatsLent() as lent:
            if loan.lent is None or loan.lent.sequence < event.sequence:
                return changed(loan, **shared(Loan, lent), product=None, offered=True, starts=event.time.date(), lent=event)
        case LoanAccepted():
            return changed(loan, accepted=event)
        case LoanDeclined(reason=reason):
            return changed(loan, declined=event, declined_because=reason)
        case DeliveryRecorded():
            return changed(loan, deliveries=(*loan.deliveries, event))
        case TeamReturned():
            if loan.returned is None or loan.returned.sequence < event.sequence:
                return changed(loan, returned=event)
    return loan


LOAN = Kind(
    "portfolio", "loan", "loans", Loan, evolve, defined_by=(TeamLent, SeatsLent), begins=True, definition=("team", "lender", "borrower", "product", "people")
)
COSTS: Final[tuple[type[Payload], ...]] = (TeamLent, SeatsLent, LoanAccepted, LoanDeclined, TeamReturned)
"""What says who bears what a loan costs."""
