"""Tasks that arise because a duty is due soon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from libs.events.facts import Facts
from libs.rules.duties import duties
from libs.rules.tasks.task import Awaited, AwaitedKind, waits

SOON: Final = timedelta(days=30)
"""So long before its last day a duty begins to wait."""


def due_soon(facts: Facts) -> Iterator[Awaited]:
    """A duty waits for whoever can end it from 30 days before its last day on (S4-20)."""
    for duty in facts.derive(duties, None, overdue=False):
        if duty.kind.name in AwaitedKind.__members__ and duty.due_on <= facts.day + SOON:
            kind, subject = AwaitedKind[duty.kind.name], (duty.subject_kind, duty.subject_id)
            found = waits(facts, kind, subject, duty.name, duty.what, duty.began, due=duty.due_on, **dict(duty.fields))
            yield replace(found, command=duty.command)
