"""Commands about a loan."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.loan import LOAN, DeliveryRecorded, LoanAccepted, LoanDeclined, SeatsLent, TeamLent, TeamReturned
from libs.events.values import LoanId


@command("portfolio.lend_team", LOAN, topic="loans", creates=True, requirements=("S4-15", "S4-16"), binds=("lender",))
class LendTeam(Command, TeamLent, first=("loan", "team", "lender", "borrower", "product")):
    """Lend a team to another organisation from the day of the command on: once that has accepted, spending counts there until the team is returned."""

    loan: Annotated[LoanId | None, MADE] = None


@command("portfolio.lend_seats", LOAN, topic="loans", creates=True, requirements=("S4-15",))
class LendSeats(Command, SeatsLent):
    """Lend some people of a team to another organisation: once that has accepted, their share of the team's spending counts there."""

    loan: Annotated[LoanId | None, MADE] = None


class OfLoan(Command):
    """Is asked of a loan that was offered."""

    loan: Annotated[LoanId, Field(description="The loan's id.")]


@command("portfolio.accept_loan", LOAN, topic="loan answers", dated_by_importers_only=True, requirements=("S4-15",))
class AcceptLoan(OfLoan, LoanAccepted):
    """Take a loan, in the borrower's name: from the day of the command on the borrower bears the costs."""


@command("portfolio.decline_loan", LOAN, topic="loan answers", dated_by_importers_only=True, requirements=("S4-15",))
class DeclineLoan(OfLoan, LoanDeclined):
    """Do not take a loan, in the borrower's name, and say why."""


@command("portfolio.record_delivery", LOAN, topic="loans", requirements=("S4-15",))
class RecordDelivery(OfLoan, DeliveryRecorded):
    """Say that a published release came of a loan: how long the first took is counted from the first day of the loan."""


@command("portfolio.return_team", LOAN, topic="loans", requirements=("S4-15",))
class ReturnTeam(OfLoan, TeamReturned):
    """Say that the team is back: the day of the command is the last of the loan."""
