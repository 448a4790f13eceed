"""Loans: a team, or some of its people, works in one place at a time, and for whom that has accepted it; agreements and precedents."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.agreements.agreement import RecordAgreement
from libs.commands.catalog.portfolio.loan import AcceptLoan, DeclineLoan, LendSeats, LendTeam, RecordDelivery, ReturnTeam
from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided, AlreadyExists, Invalid
from libs.commands.existence import demand_going_on
from libs.events.catalog.portfolio.agreements.agreement import Agreement
from libs.events.catalog.portfolio.loan import LOAN, Loan, LoanState, SeatsLent, TeamLent
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.event import Payload
from services.portfolio.domain import decisions


@decisions.decides(LendTeam)
def lend_team(command: LendTeam, case: Case[Loan]) -> Iterator[Payload]:
    """From the day of the command on (S4-15), on offer to the borrower. What an importer says in nobody's name was agreed by both: nobody is asked any more.

    Raises Invalid for a borrower that is the lender, an end before the start, a team away or dissolved.
    """
    _sound(command, case, command.lender)
    for other in _away(case, command.team):
        if not other.people:
            raise Invalid(
                f"{command.team} is on loan to {other.borrower} at that time ({other.id})", field="team", remedy="Return it first: portfolio.return_team."
            )
    before = case.now
    # What was lent before an answer could be asked for stays as it is when its row is imported again with a change.
    unasked = case.revising and before is not None and before.lent is not None and not before.offered
    yield TeamLent.of(command, offered=not unasked and case.actor.role != "importer")


@decisions.decides(LendSeats)
def lend_seats(command: LendSeats, case: Case[Loan]) -> Iterator[Payload]:
    """Of people who are on the team, each in one place at a time (S4-15). Raises Invalid."""
    team = case.facts.get(TEAM, command.team)
    _sound(command, case, team.home if team is not None else None)
    there = {member.person for member in team.present} if team is not None else set()
    for person in command.people:
        if person not in there:
            raise Invalid(f"{person} is not on {command.team} on {case.at.date()}", field="people", remedy="Let them join first: portfolio.join_team.")
    if len(set(command.people)) < len(command.people):
        raise Invalid("somebody is named twice", field="people")
    for other in _away(case, command.team):
        if not other.people or not set(other.people).isdisjoint(command.people):
            who = ", ".join(sorted(set(other.people) & set(command.people))) or command.team
            raise Invalid(f"{who} is on loan to {other.borrower} at that time ({other.id})", field="people", remedy="Return them first: portfolio.return_team.")
    yield SeatsLent.of(command, lender=team.home if team is not None else None)


@decisions.decides(AcceptLoan)
def accept_loan(command: AcceptLoan, case: Case[Loan]) -> None:
    """Once, while it is offered, or as the borrower's own word on what is on record as agreed (S4-15). Raises AlreadyDecided and Refused."""
    if case.there.state is not LoanState.ACCEPTED or case.there.accepted is not None:
        _answered(case)


@decisions.decides(DeclineLoan)
def decline_loan(command: DeclineLoan, case: Case[Loan]) -> None:
    """Once, while it is offered (S4-15). Raises AlreadyDecided and Refused."""
    _answered(case)


@decisions.decides(RecordDelivery)
def record_delivery(command: RecordDelivery, case: Case[Loan]) -> None:
    """A release that went out since the loan began, of its product where one is named, once (S4-15). Raises AlreadyDecided, Invalid and Refused."""
    loan, release = case.there, case.facts.get(RELEASE, command.release)
    if any(said.data.release == command.release for said in loan.deliveries if said.id not in case.row):
        raise AlreadyDecided("S4-15", f"{command.release} is on record for {case.id}", field="release", remedy="Nothing is left to say.")
    case.demand("S4-15", loan.borne_from is not None and loan.state is not LoanState.DECLINED, f"nobody has accepted {case.id}", field="loan")
    if release is None:
        raise Invalid(f"the release {command.release!r} is not known here", field="release", remedy="Propose and publish it first: roadmap.propose_release.")
    if loan.product is not None and release.product != loan.product:
        raise Invalid(f"{command.release} is a release of {release.product}, and the loan is for {loan.product}", field="release")
    day = release.released_on
    remedy = "Publish it first (roadmap.publish_release), or give a later time."
    case.demand("S4-15", day is not None, f"{command.release} is not published by {case.at.date()}", field="release", remedy=remedy)
    early = day is not None and loan.starts is not None and day < loan.starts
    case.demand("S4-15", not early, f"{command.release} was published on {day}, before the loan began on {loan.starts}", field="release")


@decisions.decides(ReturnTeam)
def return_team(command: ReturnTeam, case: Case[Loan]) -> None:
    """The team is back, once. Raises AlreadyExists; Invalid before the loan began, and Refused (S4-15) where it was declined."""
    loan = case.there
    if loan.returned and not case.revising:
        raise AlreadyExists(f"{case.id} ended on {loan.last_day}", field="loan")
    if loan.starts is not None and case.at.date() < loan.starts:
        what = f"{case.id} had not been lent by {case.at.date()}"
        raise Invalid(what, field="at", remedy=f"Give a later time: it begins on {loan.starts}.")
    case.demand("S4-15", loan.declined is None, f"{case.id} was declined: nobody was away", field="loan")


@decisions.decides(RecordAgreement)
def record_agreement(command: RecordAgreement, case: Case[Agreement]) -> None:
    """Between two organisations at least, signed by then (S4-16). Raises Invalid."""
    if len(set(command.parties)) < 2:
        raise Invalid("nobody agrees with itself: two parties at least", field="parties")
    if command.signed_on is not None and command.signed_on > case.at.date():
        raise Invalid(f"it would be signed on {command.signed_on}, after {case.at.date()}", field="signed_on", remedy="Record it once it is signed.")


def _sound(command: LendTeam | LendSeats, case: Case[Loan], lender: str | None) -> None:
    """Refuses what nobody could mean. Raises Invalid."""
    if lender == command.borrower:
        raise Invalid("nobody borrows from itself", field="borrower")
    demand_going_on(case, TEAM, command.team)
    if command.until is not None and command.until < case.at.date():
        raise Invalid(f"the loan would end before it starts on {case.at.date()}", field="until")


def _away(case: Case[Loan], team: str) -> Iterator[Loan]:
    """The other loans of a team that are offered or under way."""
    for other in case.facts.related(LOAN, "team", team):
        if other.id != case.id and other.lent and other.state in (LoanState.OFFERED, LoanState.ACCEPTED):
            yield other


def _answered(case: Case[Loan]) -> None:
    loan = case.there
    if loan.state is not LoanState.OFFERED and not case.revising:
        why = f"{case.id} is {loan.state.spoken} already"
        raise AlreadyDecided("S4-15", why, field="loan", remedy="Retract the answer first, if it was wrong: portfolio.retract.")
    given = loan.starts is not None and case.at.date() >= loan.starts
    case.demand("S4-15", given, f"{case.id} had not been lent by {case.at.date()}", field="at", remedy="Give a later time, or leave it out.")
