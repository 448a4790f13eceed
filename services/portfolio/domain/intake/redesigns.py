"""Programs that are redesigned, and what is put before the Treasury Board for that (S4-13)."""

from __future__ import annotations

from libs.commands.catalog.portfolio.program import RedesignProgram
from libs.commands.catalog.portfolio.submission import RecordSubmissionOutcome, SubmitToTreasuryBoard
from libs.commands.decision import Case
from libs.commands.steps import in_order
from libs.events.catalog.portfolio.program import PROGRAM, Program
from libs.events.catalog.portfolio.submission import Submission
from services.portfolio.domain import decisions


@decisions.decides(RedesignProgram)
def redesign_program(command: RedesignProgram, case: Case[Program]) -> None:
    """Of a program that was opened by then (S4-13)."""
    opened = case.then is not None and case.then.opened is not None
    case.demand("S4-13", opened, f"{case.id} had not been opened by {case.at.date()}", remedy="Open it first: portfolio.open_program.", field="program")


@decisions.decides(SubmitToTreasuryBoard)
def submit_to_treasury_board(command: SubmitToTreasuryBoard, case: Case[Submission]) -> None:
    """As part of a redesign that has begun by then (S4-13)."""
    program = case.facts.get(PROGRAM, command.program)
    begun = program is not None and program.redesigns
    case.demand("S4-13", begun, f"no redesign of {command.program} had begun by {case.at.date()}", field="program")


@decisions.decides(RecordSubmissionOutcome)
def record_submission_outcome(command: RecordSubmissionOutcome, case: Case[Submission]) -> None:
    """What the Treasury Board said (S4-13)."""
    in_order(case, "S4-13", "decided", after="submitted", first="Submit it first: portfolio.submit_to_treasury_board")
