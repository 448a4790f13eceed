"""Needs: recorded, changed with a reason, judged by evidence."""

from __future__ import annotations

from collections.abc import Iterable

from libs.commands.catalog.backlog.need import ChangeNeed, RecordNeed
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.events.catalog.backlog.need import Need
from libs.events.event import Payload
from services.backlog.domain import decisions


@decisions.decides(RecordNeed)
def record_need(command: RecordNeed, case: Case[Need]) -> Iterable[Payload] | None:
    """A need of a product's users (S0-04), which may be heard of later; a row of an import that changed says the whole again."""
    need = case.now
    if need is None or need.recorded is None:
        return None
    if need.product != command.product:
        raise Invalid(f"{case.id} is a need of {need.product}", field="product", remedy="Record another need: backlog.record_need.")
    return None if any(getattr(need, field) != getattr(command, field) for field in ("user", "text", "origin", "prioritised")) else ()


@decisions.decides(ChangeNeed)
def change_need(command: ChangeNeed, case: Case[Need]) -> None:
    """Another wording or another priority, with its reason (S0-06). Raises Invalid where neither is given."""
    if command.text is None and command.prioritised is None:
        raise Invalid("neither a new text nor a new priority is given", field="text")
