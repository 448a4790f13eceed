"""What moved between two moments, for everything, one organisation, a team or a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Final

import strawberry

from libs.commands.errors import Invalid
from libs.events.event import split
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.changes import Change, ChangeKind, changes
from services.gateway.asking import Info
from services.gateway.types.connection import Connection, page
from services.gateway.types.saying import SaidEvent, Subject, said
from services.gateway.types.telling import known, told

known(ChangeKind, "What moved.")

MOST_EVENTS: Final = 50
"""How many events are shown of one change, the ones recorded last."""

Kinds = Annotated[list[ChangeKind] | None, strawberry.argument(description="Only changes of these kinds. Default: all.")]
Since = Annotated[
    datetime, strawberry.argument(description="Compared with what was known at this instant, as of its day. It lies before the moment that is asked about.")
]


@strawberry.type(description="Something that moved between two moments.")
class Movement:
    facts: strawberry.Private[Facts]
    change: strawberry.Private[Change]
    kind: ChangeKind = strawberry.field(description="What moved.")
    subject: Subject = strawberry.field(description="Of what.")
    field: str = strawberry.field(description="Which of its figures, such as graduation.status, investment.actual, horizon, ends, members.")
    at: datetime | None = strawberry.field(description="When it came true; null where that is not known.")
    known_since: datetime | None = strawberry.field(description="When the last of its events was recorded; null where time alone made it.")
    late: bool = strawberry.field(description="Whether it was true on a day before the first moment, and was learned only after it.")
    event_count: int = strawberry.field(description="How many events made it.")

    @told("What it was, in words; null where there was none, and for whoever may not read its money.")
    def before(self, info: Info) -> str | None:
        return self._shown(info, self.change.before)

    @told("What it is, in words; null where there is none, and for whoever may not read its money.")
    def after(self, info: Info) -> str | None:
        return self._shown(info, self.change.after)

    @told("The events that made it, in the order they were recorded: of more than fifty the last fifty.")
    def events(self) -> list[MadeEvent]:
        return [MadeEvent(said=said(self.facts, event), retracted=event.id in self.change.struck) for event in self.change.events[-MOST_EVENTS:]]

    def _shown(self, info: Info, words: str | None) -> str | None:
        if words is None or self.change.kind is not ChangeKind.MONEY or info.context.reads_money(self.facts, *split(self.change.subject)):
            return words
        info.context.withhold(info.path.as_list())
        return None
