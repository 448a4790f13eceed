"""What can be asked of a loan."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.portfolio.loan import LOAN, TeamLent, TeamReturned
from libs.events.catalog.portfolio.team import Staffing
from libs.events.values import Day, LoanId, OrganisationId, ProductId, TeamId, Text


@command("portfolio.lend_team", LOAN, topic="loans", says=(TeamLent,), creates=True, requirements=("S4-15", "S4-16"), binds=("lender",))
class LendTeam(Command):
    """Lend a team to another organisation from the day of the command on: its spending counts there until it is returned."""

    loan: Annotated[LoanId | None, Field(description="Its id; made where none is given.")] = None
    team: Annotated[TeamId, Field(description="The team.")]
    lender: Annotated[OrganisationId, Field(description="The organisation that lends it.")]
    borrower: Annotated[OrganisationId, Field(description="The organisation that it works for.")]
    product: Annotated[ProductId | None, Field(description="The product that it works on there.")] = None
    staffing: Annotated[Staffing, Field(description="Staff of the public service, or contracted.")]
    agreement: Annotated[Text, Field(description="The agreement that it rests on.")]
    until: Annotated[Day | None, Field(description="The last day that is planned.")] = None


@command("portfolio.return_team", LOAN, topic="loans", says=(TeamReturned,), requirements=("S4-15",))
class ReturnTeam(Command):
    """Say that the team is back: the day of the command is the last of the loan."""

    loan: Annotated[LoanId, Field(description="The loan.")]
