"""Loans: a team works in one place at a time."""

from __future__ import annotations

from libs.commands.catalog.portfolio.loan import LendTeam, ReturnTeam
from libs.commands.deciding import Case
from libs.commands.errors import AlreadyExists, Invalid
from libs.events.catalog.portfolio.loan import LOAN, Loan
from services.portfolio.domain import decisions


@decisions.decides(LendTeam)
def lend_team(command: LendTeam, case: Case[Loan]) -> None:
    """From the day of the command on (S4-15). Raises Invalid for a borrower that is the lender, an end before the start, and a team that is away already."""
    if command.lender == command.borrower:
        raise Invalid("nobody borrows from itself", field="borrower")
    if command.until is not None and command.until < case.at.date():
        raise Invalid(f"the loan would end before it starts on {case.at.date()}", field="until")
    for other in case.facts.related(LOAN, "team", command.team):
        if other.id != case.id and other.lent and not other.returned:
            raise Invalid(
                f"{command.team} is on loan to {other.borrower} at that time ({other.id})", field="team", remedy="Return it first: portfolio.return_team."
            )


@decisions.decides(ReturnTeam)
def return_team(command: ReturnTeam, case: Case[Loan]) -> None:
    """The team is back, once. Raises AlreadyExists, and Invalid before the loan began."""
    loan = case.there
    if loan.returned and not case.revising:
        raise AlreadyExists(f"{case.id} ended on {loan.last_day}", field="loan")
    if loan.starts is not None and case.at.date() < loan.starts:
        raise Invalid(f"the loan begins on {loan.starts}, after that", field="at")
