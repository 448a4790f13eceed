"""Needs: recorded, changed with a reason, judged by evidence."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.backlog.need import ChangeNeed, JudgeNeed, RecordNeed
from libs.commands.deciding import Case
from libs.commands.errors import Invalid
from libs.commands.rows import anew, of_row
from libs.events.catalog.backlog.need import NEED, Need, NeedChanged, NeedJudged, NeedRecorded
from libs.events.event import Event, Payload
from services.backlog.domain import decisions


@decisions.decides(RecordNeed)
def record_need(command: RecordNeed, case: Case[Need]) -> Iterator[Payload]:
    """A need of a product's users (S0-04), which may be heard of later; a row of an import that changed says the whole again."""
    said = NeedRecorded(product=command.product, user=command.user, text=command.text, origin=command.origin, prioritised=command.prioritised)
    if case.now is not None and case.now.recorded is not None and case.now.product != command.product:
        raise Invalid(f"{case.id} is a need of {case.now.product}", field="product", remedy="Record another need: backlog.record_need.")
    if (
        case.now is None
        or case.now.recorded is None
        or any(getattr(case.now, field) != getattr(said, field) for field in ("user", "text", "origin", "prioritised"))
    ):
        yield said


@decisions.decides(ChangeNeed)
def change_need(command: ChangeNeed, case: Case[Need]) -> Iterator[Payload]:
    """Another wording or another priority, with its reason (S0-06). Raises Invalid where neither is given."""
    _there(case)
    if command.text is None and command.prioritised is None:
        raise Invalid("neither a new text nor a new priority is given", field="text")
    yield from anew(case, _row(case), NeedChanged(text=command.text, prioritised=command.prioritised, reason=command.reason))


@decisions.decides(JudgeNeed)
def judge_need(command: JudgeNeed, case: Case[Need]) -> Iterator[Payload]:
    """How far it is met at that time (S0-04, S0-22): each judgement stands, the latest counts."""
    _there(case)
    yield from anew(case, _row(case), NeedJudged(verdict=command.verdict, evidence=command.evidence))


def _row(case: Case[Need]) -> Event | None:
    """What a changed row of an import had said."""
    return of_row(case, NEED)


def _there(case: Case[Need]) -> Need:
    """The need as it stood at the command's time. Raises Invalid for a time before it was recorded."""
    if case.then is None or case.then.recorded is None:
        raise Invalid(f"{case.id} had not been recorded by {case.at.isoformat()}", field="at", remedy="Give a later time.")
    return case.then
