"""What governs a product's work: the needs it serves, the metrics it is measured by, and the changes that the board is asked for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from libs.events.catalog.backlog.need import NEED, Verdict
from libs.events.catalog.backlog.need import Need as NeedFacts
from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.change import Change as ChangeFacts
from libs.events.catalog.roadmap.metric import Metric as MetricFacts
from libs.events.catalog.roadmap.metric import MetricKind
from libs.events.facts import Facts
from libs.rules.targets import TargetState, target_states
from services.gateway import deriving
from services.gateway.ids import outside
from services.gateway.types.node import KNOWN, Node
from services.gateway.types.person import Person, Voice, person, voice
from services.gateway.types.roadmap import Release, release_of
from services.gateway.types.saying import SaidEvent, judged
from services.gateway.types.telling import told

if TYPE_CHECKING:
    from services.gateway.types.product import Product


@strawberry.type(description="What users of a product need (S0-04).")
class Need(Node):
    facts: strawberry.Private[Facts]
    of: strawberry.Private[NeedFacts]
    id: strawberry.ID = strawberry.field(description="`need:` and the id that commands use.")
    known: bool = strawberry.field(description=KNOWN)
    user: str = strawberry.field(description="Who needs it.")
    text: str = strawberry.field(description="What they need.")
    origin: str = strawberry.field(description="In which phase or study it was found.")
    prioritised: bool = strawberry.field(description="Whether it is prioritised (S0-22).")
    verdict: Verdict | None = strawberry.field(description="How far it is met, by the latest judgement; null before the first.")
    evidence: str | None = strawberry.field(description="What the latest judgement rests on.")

    @told("Every judgement of it, the latest first, also those that count no more because what they judged was taken back or is another by now.")
    def judgements(self) -> list[SaidEvent]:
        return judged(self.facts, NEED, self.of.id)

    @told("The product whose users need it.")
    def product(self) -> Annotated[Product, strawberry.lazy("services.gateway.types.product")]:
        return _product(self.facts, self.of.product)


@strawberry.type(description="What a metric shall reach, and by when (S2-08).")
class Target:
    value: Decimal = strawberry.field(description="The value to reach, at least or at most, whichever leads away from the baseline.")
    due: date = strawberry.field(description="The last day for it.")
    set_on: date = strawberry.field(description="The day on which it was set.")
    state: TargetState = strawberry.field(description="What became of it so far.")


@strawberry.type(description="How it is seen whether a product does what it is for (S1-01, S1-02).")
class Metric(Node):
    facts: strawberry.Private[Facts]
    of: strawberry.Private[MetricFacts]
    id: strawberry.ID = strawberry.field(description="`metric:` and the id that commands use.")
    known: bool = strawberry.field(description=KNOWN)
    name: str = strawberry.field(description="What it is called.")
    kind: MetricKind = strawberry.field(description="Counted, or judged.")
    unit: str | None = strawberry.field(description="In what its values are.")
    goal: str = strawberry.field(description="To what end it is measured (S1-08).")
    baseline: Decimal | None = strawberry.field(description="Where it stood before anything was aimed at (S2-08); null before it was measured.")
    latest: Decimal | None = strawberry.field(description="The latest reading; null before the first.")
    latest_on: date | None = strawberry.field(description="The day of the latest reading; null before the first.")

    @told("The product that is measured.")
    def product(self) -> Annotated[Product, strawberry.lazy("services.gateway.types.product")]:
        return _product(self.facts, self.of.product)

    @told("What it shall reach, in the order in which that was set (S0-23).")
    def targets(self) -> list[Target]:
        found = self.facts.derive(target_states, self.of.id)
        return [Target(value=one.target.value, due=one.target.due, set_on=one.target.day, state=one.state) for one in found]

    @told("Who is responsible for it.")
    def responsible(self) -> Person | None:
        return person(self.of.responsible)


@strawberry.type(description="A change of what a product does, or of what it depends on, for the change advisory board to decide (S0-16, S0-17).")
class ChangeRequest(Node):
    facts: strawberry.Private[Facts]
    of: strawberry.Private[ChangeFacts]
    id: strawberry.ID = strawberry.field(description="`change:` and the id that commands use.")
    known: bool = strawberry.field(description=KNOWN)
    title: str = strawberry.field(description="What changes, in a line.")
    description: str | None = strawberry.field(description="What the board should know.")
    approved: bool | None = strawberry.field(description="The board's outcome; null before there is one.")
    reason: str | None = strawberry.field(description="The board's reason; null before the outcome.")
    raised_on: date | None = strawberry.field(description="The day on which it was raised.")
    decided_on: date | None = strawberry.field(description="The day of the outcome; null before.")

    @told("Every judgement of it, the latest first, also those that count no more because what they judged was taken back or is another by now.")
    def judgements(self) -> list[SaidEvent]:
        return judged(self.facts, CHANGE, self.of.id)

    @told("The product that changes.")
    def product(self) -> Annotated[Product, strawberry.lazy("services.gateway.types.product")]:
        return _product(self.facts, self.of.product)

    @told("Who spoke for the board, in which role, and when; null before the outcome.")
    def decision(self) -> Voice | None:
        return voice(self.of.decision)

    @told("The release that it goes out with; null where none is named.")
    def release(self) -> Release | None:
        return release_of(self.facts, self.of.release)


def need(facts: Facts, state: NeedFacts) -> Need:
    """A need."""
    return Need(
        facts=facts,
        of=state,
        id=outside("need", state.id),
        known=state.recorded is not None,
        user=state.user,
        text=state.text,
        origin=state.origin,
        prioritised=state.prioritised,
        verdict=state.verdict,
        evidence=state.evidence,
    )


def metric(facts: Facts, state: MetricFacts) -> Metric:
    """A metric."""
    latest = state.readings[-1] if state.readings else None
    return Metric(
        facts=facts,
        of=state,
        id=outside("metric", state.id),
        known=state.defined is not None,
        name=state.name,
        kind=state.kind,
        unit=state.unit,
        goal=state.goal,
        baseline=state.baseline.value if state.baseline else None,
        latest=latest.value if latest else None,
        latest_on=latest.day if latest else None,
    )


def change_request(facts: Facts, state: ChangeFacts) -> ChangeRequest:
    """A change request."""
    return ChangeRequest(
        facts=facts,
        of=state,
        id=outside("change", state.id),
        known=state.raised is not None,
        title=state.title,
        description=state.description,
        approved=state.approved,
        reason=state.reason,
        raised_on=deriving.event_day(state.raised),
        decided_on=deriving.event_day(state.decision),
    )


def _product(facts: Facts, id: str) -> Product:
    from services.gateway.types.product import product

    return product(facts, id)
