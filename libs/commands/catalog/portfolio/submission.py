"""Commands about a submission to the Treasury Board."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.submission import SUBMISSION, SubmissionDecided, SubmissionSubmitted
from libs.events.values import SubmissionId


@command("portfolio.submit_to_treasury_board", SUBMISSION, topic="redesigns", creates=True, requirements=("S4-13",))
class SubmitToTreasuryBoard(Command, SubmissionSubmitted):
    """Put something before the Treasury Board, as part of redesigning a program."""

    submission: Annotated[SubmissionId | None, MADE] = None


@command("portfolio.record_submission_outcome", SUBMISSION, topic="redesigns", requirements=("S4-13",))
class RecordSubmissionOutcome(Command, SubmissionDecided):
    """Record what the Treasury Board said to a submission, once."""

    submission: Annotated[SubmissionId, Field(description="The submission's id.")]
