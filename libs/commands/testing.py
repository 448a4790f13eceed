"""given/when/then for testing decisions, without store or log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar

from libs.calendar.local_time import start_of
from libs.commands.command import Command
from libs.commands.decision import Decisions
from libs.commands.errors import AlreadyExists, HeadwayError
from libs.commands.execution.admission import Ask, judge
from libs.events.event import Actor, Event, Payload
from libs.events.facts import Facts
from libs.events.values import Money
from libs.events.world import World
from libs.rules.roles import Principal, Role

E = TypeVar("E", bound=HeadwayError)

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


@dataclass
class Scenario:
    """What was said so far, and what came of the last command.

    >>> given(decisions, ("organisation:env", OrganisationRegistered(name="Environment"))).when(FormTeam(...), by="lab_ops").then(TeamFormed(...))
    """

    decisions: Decisions
    world: World = field(default_factory=World)
    now: datetime = NOW
    said: tuple[Event, ...] = ()
    error: HeadwayError | None = None

    def given(self, aggregate: str, *payloads: Payload, at: str | None = None, known: str | None = None, by: str = "importer") -> Scenario:
        """These were said of an aggregate, at a day (default: now)."""
        time = start_of(date.fromisoformat(at)) if at else self.now
        recorded = start_of(date.fromisoformat(known)) if known else time
        for data in payloads:
            self.world.apply(Event(aggregate, self.world.last(aggregate) + 1, time, recorded, recorded, Actor("someone", by), data))
        return self

    def when(self, command: Command, by: str = "importer", *, revising: bool = False, row: tuple[str, ...] = (), id: str | None = None) -> Scenario:
        """Somebody with this role says a command; what it leads to is heard at once. A row that is revised said the events at the positions in `row`."""
        assert command.aggregate or id, "give the id that the command leaves open"
        aggregate = command.aggregate or f"{command.SPEC.kind.name if command.SPEC.kind else ''}:{id}"
        roles = frozenset({Role.parse(by)})
        try:
            self.said, self.error = (
                judge(self.world, self.decisions.by_command, Ask(command, Principal(by, roles)), aggregate, self.now, revising=revising, row=row),
                None,
            )
        except HeadwayError as e:
            self.said, self.error = (), e
        for event in self.said:
            self.world.apply(event)
        return self

    def then(self, *payloads: Payload) -> Scenario:
        """These were said, and nothing else."""
        if self.error:
            raise AssertionError(f"refused: {self.error.detail}") from self.error
        assert tuple(e.data for e in self.said) == payloads, self.said
        return self

    def refused(self, error: type[E], rule: str | None = None) -> E:
        """It was refused so, by this rule; what exists already, or is decided already, by whichever where none is given."""
        assert isinstance(self.error, error), f"not refused so, but: {self.error!r}, said {self.said}"
        cited = getattr(self.error, "rule", None)
        assert cited == rule or (rule is None and error is AlreadyExists), (cited, self.error.detail)
        return self.error

    def facts(self, day: str | None = None, known_at: datetime | None = None) -> Facts:
        """What is seen now, or on a day."""
        return self.world.facts(date.fromisoformat(day) if day else self.now.date(), known_at)


def money(amount: str, currency: str = "CAD") -> Money:
    """Money, briefly."""
    return Money.model_validate({"amount": amount, "currency": currency})
