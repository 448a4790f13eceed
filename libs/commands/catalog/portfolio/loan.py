"""What can be asked of a loan."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.loan import LOAN, TeamLent, TeamReturned
from libs.events.values import LoanId


@command("portfolio.lend_team", LOAN, topic="loans", creates=True, requirements=("S4-15", "S4-16"), binds=("lender",))
class LendTeam(Command, TeamLent, first=("loan", "team", "lender", "borrower", "product")):
    """Lend a team to another organisation from the day of the command on: its spending counts there until it is returned."""

    loan: Annotated[LoanId | None, MADE] = None


@command("portfolio.return_team", LOAN, topic="loans", requirements=("S4-15",))
class ReturnTeam(Command, TeamReturned):
    """Say that the team is back: the day of the command is the last of the loan."""

    loan: Annotated[LoanId, Field(description="The loan's id.")]
