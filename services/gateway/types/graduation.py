"""The graduation of a team: its status, what it rests on, and what blocks."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from libs.events.catalog.portfolio.graduation import GraduationStatus, HandoffState, HomeFunction
from libs.events.facts import Facts
from libs.rules import graduation as rules
from services.gateway import deriving
from services.gateway.types.person import Person, person, person_of
from services.gateway.types.telling import told


@strawberry.type(description="An event that a criterion rests on.")
class Evidence:
    event: str = strawberry.field(description="Its position, `kind:id@sequence`.")
    type: str = strawberry.field(description="Its type, such as headway.roadmap.release.published.v1.")
    at: datetime = strawberry.field(description="When it was true.")
    asserted_by: str = strawberry.field(description="The role that said it.")
    by: Person | None = strawberry.field(description="Who said it.")
    independent: bool = strawberry.field(description="Whether that was somebody else than the team it is about.")
    expires_at: date | None = strawberry.field(description="The last day on which it counts; null where it does not expire.")


@strawberry.type(description="One of R-01 to R-06.")
class Criterion:
    criterion: strawberry.Private[rules.Criterion]
    id: str = strawberry.field(description="R-01 to R-06.")
    title: str = strawberry.field(description="What it asks, in a few words.")
    met: bool = strawberry.field(description="Whether it is met at this moment.")
    why: str = strawberry.field(description="Why it is met or not, in words.")

    @told("The events that it rests on.")
    def evidence(self) -> list[Evidence]:
        return [_evidence(e) for e in self.criterion.evidence]


@strawberry.type(description="The hand-off to one function of the home organisation.")
class Handoff:
    function: HomeFunction = strawberry.field(description="To whom.")
    state: HandoffState = strawberry.field(description="How far it has come.")
    late: bool = strawberry.field(description="Whether the function prepared only after sustain was entered (S4-17).")


@strawberry.type(description="The celebration of a graduation.")
class Ceremony:
    held_on: date = strawberry.field(description="On which day.")
    story: str | None = strawberry.field(description="What was told to have been achieved.")
    asserted_by: str = strawberry.field(description="The role that said that it was held.")
    by: Person | None = strawberry.field(description="Who said that it was held.")
    event: str = strawberry.field(description="The event that says so: its position, `kind:id@sequence`.")


@strawberry.type(description="Where a team stands on its way to graduation, and why.")
class Graduation:
    graduation: strawberry.Private[rules.Graduation]
    status: GraduationStatus = strawberry.field(description="Where it stands.")
    since: date | None = strawberry.field(description="Since which day.")

    @told("R-01 to R-06, each with its evidence.")
    def criteria(self) -> list[Criterion]:
        return [Criterion(criterion=c, id=c.id, title=c.title, met=c.met, why=c.why) for c in self.graduation.criteria]

    @told("The ids of the criteria that stand in the way.")
    def blocked_by(self) -> list[str]:
        return list(self.graduation.blocked_by)

    @told("What to do next; null where nothing is left.")
    def next_step(self) -> str | None:
        return self.graduation.next_step

    @told("The hand-off to each of the five functions.")
    def handoff(self) -> list[Handoff]:
        return [Handoff(function=h.function, state=h.state, late=h.late) for h in self.graduation.handoff]

    @told("The ceremony; null before it was held.")
    def ceremony(self) -> Ceremony | None:
        held = self.graduation.ceremony
        return (
            Ceremony(held_on=held.held_on, story=held.story, asserted_by=held.event.actor.role, by=person_of(held.event), event=held.event.id) if held else None
        )


def graduation(facts: Facts, team: str) -> Graduation:
    """The graduation of a team."""
    found = deriving.graduation(facts, team)
    return Graduation(graduation=found, status=found.status, since=found.since)


def _evidence(e: rules.Evidence) -> Evidence:
    return Evidence(event=e.event, type=e.type, at=e.at, asserted_by=e.asserted_by, by=person(e.person), independent=e.independent, expires_at=e.expires_at)
