"""How far the redesign of a program is, with what was put before the Treasury Board for it (S4-13)."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.program import PROGRAM, ProgramRedesigned
from libs.events.catalog.portfolio.submission import SUBMISSION, SubmissionState
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event
from libs.events.facts import Facts
from libs.events.values import GlobalId
from libs.rules.statements import explains


class RedesignState(Choice):
    """How far the redesign of a program is (S4-13)."""

    BEGUN = choice("begun", "It has begun; nothing was put before the Treasury Board for it.", tone=Tone.GOING)
    SUBMITTED = choice("submitted", "The Treasury Board has not decided on what was put before it.", tone=Tone.GOING)
    APPROVED = choice("approved", "The Treasury Board has approved what was put before it last.", tone=Tone.GOOD)
    DECLINED = choice("declined", "The Treasury Board has not approved what was put before it last.", tone=Tone.BAD)


class Redesign(NamedTuple):
    """How far the latest redesign of a program is (S4-13)."""

    state: Annotated[RedesignState, Doc("How far it is.")]
    text: Annotated[str, Doc("What is to be another, and why.")]
    began: Annotated[Event[ProgramRedesigned], Doc("How and when it began.")]
    submission: Annotated[GlobalId | None, Doc("What was put before the Treasury Board last: its global id; null where nothing was.")]
    asked: Annotated[str | None, Doc("What is asked for in it; null where nothing was put before the Treasury Board.")]


_STATES: Final = {
    SubmissionState.WAITING: RedesignState.SUBMITTED,
    SubmissionState.APPROVED: RedesignState.APPROVED,
    SubmissionState.DECLINED: RedesignState.DECLINED,
}


@explains("program", "redesign")
def redesign(facts: Facts, id: str) -> Redesign | None:
    """The latest redesign, as far as the last submission to the Treasury Board since it began has come (S4-13). None where there was none."""
    program = facts.get(PROGRAM, id)
    if program is None or not program.redesigns:
        return None
    began = program.redesigns[-1]
    made = [(one.submitted.order, one) for one in facts.related(SUBMISSION, "program", id) if one.submitted and one.submitted.time >= began.time]
    last = max(made, key=lambda each: each[0])[1] if made else None
    if last is None:
        return Redesign(RedesignState.BEGUN, began.data.text, began, None, None)
    return Redesign(_STATES[last.state], began.data.text, began, SUBMISSION.key(last.id), last.text)


def counts(facts: Facts, id: str) -> bool:
    """Whether the redesign that a submission is part of, the latest that had begun by its day, stands (S4-13). Without it, whatever was decided counts for
    none.
    """
    one = facts.get(SUBMISSION, id)
    program = facts.get(PROGRAM, one.program) if one is not None else None
    return one is not None and one.submitted is not None and program is not None and any(began.time <= one.submitted.time for began in program.redesigns)
