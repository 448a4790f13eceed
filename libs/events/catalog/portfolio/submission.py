"""A submission: what is put before the Treasury Board for the redesign of a program (S4-13)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Called, Input, Inverse, Money, ProgramId, Text, shared


class SubmissionState(Choice):
    """What the Treasury Board said to a submission (S4-13)."""

    WAITING = choice("waiting", "The Treasury Board has not decided.", tone=Tone.GOING)
    APPROVED = choice("approved", "The Treasury Board has approved it.", tone=Tone.GOOD)
    DECLINED = choice("declined", "The Treasury Board has not approved it.", tone=Tone.ENDED)


@event("headway.portfolio.submission.submitted.v1")
class SubmissionSubmitted(Payload):
    """This is put before the Treasury Board, as part of redesigning the program (S4-13)."""

    program: Annotated[ProgramId, Doc("The program that is redesigned.")]
    text: Annotated[str, Input(Text), Doc("What is asked for.")]
    amount: Annotated[Money | None, Doc("The money that is asked for; left out where it is about something else.")] = None


@judges(Of((SubmissionSubmitted,), ("program", "text", "amount")))
@event("headway.portfolio.submission.decided.v1")
class SubmissionDecided(Judgement):
    """The Treasury Board has decided on it, and why."""

    approved: Annotated[bool, Doc("Whether it was approved.")]
    reason: Annotated[str, Input(Text), Doc("The reason that was given.")]


@state
class Submission:
    """A submission as it stands."""

    id: str
    text: Annotated[str, Doc("What is asked for."), Called] = ""
    program: Annotated[ProgramId, Doc("The program that is redesigned."), Inverse("What was put before the Treasury Board to redesign it, by id (S4-13).")] = ""
    amount: Money | None = None
    approved: Annotated[bool | None, Doc("Whether it was approved; null before that is known.")] = None
    reason: Annotated[str | None, Doc("The reason that was given; null before.")] = None
    submitted: Annotated[Event | None, Doc("The day on which it was submitted.")] = None
    decided: Annotated[Event | None, Doc("The day on which it was decided; null before.")] = None

    @property
    def state(self) -> Annotated[SubmissionState, Doc("What the Treasury Board said to it.")]:
        """Waiting, approved or declined."""
        if self.decided is None:
            return SubmissionState.WAITING
        return SubmissionState.APPROVED if self.approved else SubmissionState.DECLINED


def evolve(submission: Submission, event: Event) -> Submission:
    """The submission after one more event, in whatever order."""
    match event.data:
        case SubmissionSubmitted() as said:
            return changed(submission, **shared(Submission, said), submitted=event)
        case SubmissionDecided(approved=approved, reason=reason):
            return changed(submission, approved=approved, reason=reason, decided=event)
    return submission


SUBMISSION = Kind(
    "portfolio", "submission", "submissions", Submission, evolve, defined_by=(SubmissionSubmitted,), begins=True, definition=("program", "text", "amount")
)
