"""Types for changes between two moments, of everything, an organisation, a team or a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final

import strawberry

from libs.commands.errors import Invalid
from libs.events.event import split
from libs.events.facts import Facts
from libs.rules.history.change_totals import Summary, summed
from libs.rules.history.changes import ChangeKind, FigureChange, changes
from libs.rules.history.stories import called
from services.gateway.capacity.bounded_cache import Bounded
from services.gateway.graphql.context import Info
from services.gateway.graphql.types.kinds.connection import Connection, Listing, page, said_at
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.events import SaidEvent, Subject, said
from services.gateway.graphql.types.kinds.types import DerivedValue, tells

MOST_EVENTS: Final = 50
"""How many events are shown of one change, the ones recorded last."""
MOST_COMPARED: Final = 64 * 1_048_576
"""Bytes of comparisons that are kept, so that none is made anew for each page, or for each team of an answer; a change takes about 2,000."""

Kinds = Annotated[list[ChangeKind] | None, strawberry.argument(description="Only changes of these kinds. Default: all.")]
Since = Annotated[datetime, strawberry.argument(description="Compares with what was known at this instant as of its day (UTC).")]


@tells(FigureChange, order="kind nature subject field at known_since late event_count")
class Movement(DerivedValue[FigureChange]):
    """Something that moved between two moments, came to be or went."""

    @told("The thing that changed, such as a team or a roadmap item.")
    def subject(self) -> Subject:
        return Subject(id=strawberry.ID(self.of.subject), name=self.of.name)

    @told("The organisations, teams and products that it lies in, by their kind and id.")
    def within(self) -> list[Subject]:
        lies_in = (f"{kind}:{id}" for kind, id in sorted(self.of.about) if f"{kind}:{id}" != self.of.subject)
        return [Subject(id=strawberry.ID(one), name=called(self.facts, one)) for one in lies_in]

    @told("What it was, in words; null where there was none, and for whoever may not read its money.")
    def before(self, info: Info) -> str | None:
        return self._shown(info, self.of.before)

    @told("What it is, in words; null where there is none, and for whoever may not read its money.")
    def after(self, info: Info) -> str | None:
        return self._shown(info, self.of.after)

    @told("The events that made it, in the order they were recorded: of more than fifty the last fifty.")
    def events(self) -> list[SaidEvent]:
        return [said(self.facts, event, retracted=event.id in self.of.struck) for event in self.of.events[-MOST_EVENTS:]]

    def _shown(self, info: Info, words: str | None) -> str | None:
        if words is None or self.of.kind is not ChangeKind.MONEY or info.context.reads_money(self.facts, *split(self.of.subject)):
            return words
        info.context.withhold(info.path.as_list())
        return None


_COMPARED: Final[Bounded[tuple[Any, ...], tuple[FigureChange, ...]]] = Bounded(
    MOST_COMPARED, lambda found: 500 + sum(2_000 + 100 * len(one.events) for one in found)
)


def moved(
    info: Info, since: datetime, after: Facts, about: tuple[str, str] | None, kinds: Sequence[ChangeKind] | None, first: int, cursor: str | None
) -> Connection[Movement]:
    """The changes from an instant to a moment, of all or of what lies in one scope. Raises Invalid where the instant lies behind the moment."""
    found = _found(info, since, after)
    listing = Listing(f"changes since {since.isoformat()}", found, _chosen(found, about, kinds), _place)
    return page(listing, lambda change: Movement(after, change), first, cursor)


def _place(change: FigureChange) -> tuple[Any, ...]:
    """By what changes are in their order: names the place of one also where it is no longer among them."""
    return change.at, *said_at(change.events[-1] if change.events else None)[1:], change.id


def _chosen(found: Sequence[FigureChange], about: tuple[str, str] | None, kinds: Sequence[ChangeKind] | None) -> list[FigureChange]:
    return [change for change in found if (about is None or about in change.about) and (not kinds or change.kind in kinds)]


def _found(info: Info, since: datetime, after: Facts) -> tuple[FigureChange, ...]:
    context = info.context
    day = since.date()
    if after.day == context.today and day <= context.latest:  # elsewhere it may be tomorrow by now
        day = min(day, context.today)
    if day > after.day or (after.known_at is not None and since > after.known_at):
        raise Invalid("the first moment lies behind the second", field="from", remedy="Give the earlier instant first.")
    key = id(context.gateway.process.world), context.world.digest, since, day, after.day, after.before, after.known_at
    found = _COMPARED.get(key)
    if found is None:
        found = changes(context.facts(day, since), after)
        _COMPARED.keep(key, found)
    return found


def summary(info: Info, since: datetime, after: Facts, organisation: str | None, kinds: Sequence[ChangeKind] | None) -> Summary:
    """The changes in numbers and sums, of all or of what lies in an organisation. Raises Invalid where the instant lies behind the moment."""
    found = summed(_chosen(_found(info, since, after), ("organisation", organisation) if organisation else None, kinds))
    readable = info.context.reads_money(after, "organisation" if organisation else None, organisation)
    if not readable:
        info.context.withhold([*info.path.as_list(), "sums"])
    return found if readable else replace(found, sums=None)
