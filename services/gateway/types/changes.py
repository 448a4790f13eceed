"""What moved between two moments: everywhere, in one organisation, of a team or of a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final

import strawberry

from libs.commands.errors import Invalid
from libs.events.event import split
from libs.events.facts import Facts
from libs.rules.changes import Change, ChangeKind, ChangeNature, changes
from libs.rules.changes_summed import Summary, summed
from libs.rules.stories import called
from services.gateway.asking import Info
from services.gateway.bounded import Bounded
from services.gateway.types.connection import Connection, Listing, page, said_at
from services.gateway.types.saying import SaidEvent, Subject, said
from services.gateway.types.telling import told

MOST_EVENTS: Final = 50
"""How many events are shown of one change, the ones recorded last."""
MOST_COMPARED: Final = 64 * 1_048_576
"""Bytes of comparisons that are kept, so that none is made anew for each page, or for each team of an answer; a change takes about 2,000."""

Kinds = Annotated[list[ChangeKind] | None, strawberry.argument(description="Only changes of these kinds. Default: all.")]
Since = Annotated[datetime, strawberry.argument(description="Compares with what was known at this instant as of its day (UTC).")]


@strawberry.type(description="Something that moved between two moments, came to be or went.")
class Movement:
    facts: strawberry.Private[Facts]
    change: strawberry.Private[Change]
    kind: ChangeKind = strawberry.field(description="Which kind of change it is.")
    nature: ChangeNature = strawberry.field(description="Whether it became another, came to be or went.")
    subject: Subject = strawberry.field(description="The thing that changed, such as a team or a roadmap item.")
    field: str = strawberry.field(description="Which of its figures: graduation.status, investment.actual, horizon, ends, members and so on.")
    at: datetime | None = strawberry.field(
        description="Since when it is so: the first day on which `after` held in a row up to the second moment's day, by what is known at the second moment, "
        "with the time of the event that made it; null where it never was otherwise, as after a beginning that was taken back."
    )
    known_since: datetime | None = strawberry.field(
        description="Since when that is known: the first instant from which on it was known without a break that `after` holds on the second moment's day; "
        "null where the first moment knew, and no event was needed, but time."
    )
    late: bool = strawberry.field(description="Whether it was true on a day before the first moment, which was learned only after it.")
    event_count: int = strawberry.field(description="How many events made it, by being true or learned then; none where time alone did.")

    @told("The organisations, teams and products that it lies in, by their kind and id.")
    def within(self) -> list[Subject]:
        lies_in = (f"{kind}:{id}" for kind, id in sorted(self.change.about) if f"{kind}:{id}" != self.change.subject)
        return [Subject(id=strawberry.ID(one), name=called(self.facts, one)) for one in lies_in]

    @told("What it was, in words; null where there was none, and for whoever may not read its money.")
    def before(self, info: Info) -> str | None:
        return self._shown(info, self.change.before)

    @told("What it is, in words; null where there is none, and for whoever may not read its money.")
    def after(self, info: Info) -> str | None:
        return self._shown(info, self.change.after)

    @told("The events that made it, in the order they were recorded: of more than fifty the last fifty.")
    def events(self) -> list[SaidEvent]:
        return [said(self.facts, event, retracted=event.id in self.change.struck) for event in self.change.events[-MOST_EVENTS:]]

    def _shown(self, info: Info, words: str | None) -> str | None:
        if words is None or self.change.kind is not ChangeKind.MONEY or info.context.reads_money(self.facts, *split(self.change.subject)):
            return words
        info.context.withhold(info.path.as_list())
        return None


_COMPARED: Final[Bounded[tuple[Any, ...], tuple[Change, ...]]] = Bounded(MOST_COMPARED, lambda found: 500 + sum(2_000 + 100 * len(one.events) for one in found))


def moved(
    info: Info, since: datetime, after: Facts, about: tuple[str, str] | None, kinds: Sequence[ChangeKind] | None, first: int, cursor: str | None
) -> Connection[Movement]:
    """The changes from an instant to a moment, of all or of what lies in one scope. Raises Invalid where the instant lies behind the moment."""
    found = _found(info, since, after)
    listing = Listing(f"changes since {since.isoformat()}", found, _chosen(found, about, kinds), _place)
    return page(listing, lambda change: _movement(after, change), first, cursor)


def _place(change: Change) -> tuple[Any, ...]:
    """By what changes are in their order: names the place of one also where it is no longer among them."""
    return change.at, *said_at(change.events[-1] if change.events else None)[1:], change.id


def _chosen(found: Sequence[Change], about: tuple[str, str] | None, kinds: Sequence[ChangeKind] | None) -> list[Change]:
    return [change for change in found if (about is None or about in change.about) and (not kinds or change.kind in kinds)]


def _found(info: Info, since: datetime, after: Facts) -> tuple[Change, ...]:
    if since.date() > after.day or (after.known_at is not None and since > after.known_at):
        raise Invalid("the first moment lies behind the second", field="from", remedy="Give the earlier instant first.")
    context = info.context
    key = id(context.process.world), context.world.digest, since, after.day, after.known_at
    found = _COMPARED.get(key)
    if found is None:
        found = changes(context.facts(since.date(), since), after)
        _COMPARED.keep(key, found)
    return found


def summary(info: Info, since: datetime, after: Facts, organisation: str | None, kinds: Sequence[ChangeKind] | None) -> Summary:
    """The changes in numbers and sums, of all or of what lies in an organisation. Raises Invalid where the instant lies behind the moment."""
    found = summed(_chosen(_found(info, since, after), ("organisation", organisation) if organisation else None, kinds))
    readable = info.context.reads_money(after, "organisation" if organisation else None, organisation)
    if not readable:
        info.context.withhold([*info.path.as_list(), "sums"])
    return found if readable else replace(found, sums=None)


def _movement(facts: Facts, change: Change) -> Movement:
    return Movement(
        facts=facts,
        change=change,
        kind=change.kind,
        nature=change.nature,
        subject=Subject(id=strawberry.ID(change.subject), name=change.name),
        field=change.field,
        at=change.at,
        known_since=change.known_since,
        late=change.late,
        event_count=len(change.events),
    )
