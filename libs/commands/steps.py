"""Commands that come in steps, each once and in order: an experiment is started, then checked; a channel is opened, then closed."""

from __future__ import annotations

from typing import Any

from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided
from libs.commands.existence import step_of
from libs.rules.text import by_time


def in_order(case: Case[Any], rule: str, step: str, *, after: str, first: str, ends: tuple[str, ...] = ()) -> None:
    """Refuses, by a rule, a step that was taken, one after the end, one before the step that it rests on (`first` says how that is taken), and one in the past.

    A step is called as its event is: `started`. What a changed row of an import had said does not stand in its own way. Raises AlreadyDecided, and Refused.
    """
    said = {step_of(event): event for event in case.current.counting(case.kind, case.id) if event.id not in case.row}
    retracting = f"{case.kind.service}.retract"
    for over in (step, *ends):
        if over in said:
            what = f"{case.id} was {over} on {said[over].time.date()}"
            raise AlreadyDecided(rule, what, field=case.kind.name, remedy=f"Retract that first, if it was wrong: {retracting}.")
    before = said.get(after)
    rests = before is not None and before.time <= case.at
    by = by_time(case.at, before.time) if before else case.at.date()
    case.demand(rule, rests, f"{case.id} had not been {after} by {by}", remedy=f"{first}, or give a later time.", field=case.kind.name)
    for event in said.values():
        late = f"{case.id} was {step_of(event)} on {by_time(event.time, case.at)}, which is later than {by_time(case.at, event.time)}"
        case.demand(rule, event.time <= case.at, late, remedy=f"Give a later time, or retract what was said of later: {retracting}.", field="at")
