"""A loan: a team that works for another organisation than its home for a time."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.catalog.portfolio.team import Staffing
from libs.events.event import Event, Kind, Payload, changed, day_of, event, state
from libs.events.values import Day, Input, Inverse, OrganisationId, ProductId, TeamId, Text


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


@event("headway.portfolio.loan.returned.v1")
class TeamReturned(Payload):
    """The team is back; this is the last day of the loan."""


@state
class Loan:
    """A loan as it stands: `starts` its first day, `until` the day planned for its end, `returned` the event that ended it."""

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
    staffing: Annotated[Staffing, Doc("As what the team works there.")] = Staffing.STAFF
    agreement: Annotated[str, Doc("The agreement under which it is lent.")] = ""
    starts: date | None = None
    until: date | None = None
    lent: Event | None = None
    returned: Event | None = None

    @property
    def last_day(self) -> date | None:
        """The day of return, which is the last of the loan; None while the team is away."""
        return day_of(self.returned)


def evolve(loan: Loan, event: Event) -> Loan:
    """The loan after one more event, in whatever order. Of several lendings the one said last counts."""
    match event.data:
        case TeamLent() as lent:
            if loan.lent is None or loan.lent.sequence < event.sequence:
                return changed(
                    loan,
                    team=lent.team,
                    lender=lent.lender,
                    borrower=lent.borrower,
                    product=lent.product,
                    staffing=lent.staffing,
                    agreement=lent.agreement,
                    starts=event.time.date(),
                    until=lent.until,
                    lent=event,
                )
        case TeamReturned():
            if loan.returned is None or loan.returned.sequence < event.sequence:
                return changed(loan, returned=event)
    return loan


LOAN = Kind("portfolio", "loan", "loans", Loan, evolve, defined_by=(TeamLent,), definition=("team", "lender", "borrower", "product"))
