"""The type for the portfolio at one moment: everything, or one organisation's."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

from libs.events.catalog.backlog.improvement import IMPROVEMENT, ImprovementLevel, ImprovementScope
from libs.events.catalog.portfolio.intake.candidate import CANDIDATE
from libs.events.catalog.portfolio.intake.opportunity import OPPORTUNITY
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.organisation import Organisation as OrganisationFacts
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.product import Product as ProductFacts
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.program import Program as ProgramFacts
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.initiative import INITIATIVE
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.event import Kind, S
from libs.events.facts import Facts
from libs.rules import duties
from libs.rules.authority import belonging
from libs.rules.evaluations.confidence import ConfidenceOver, ConfidenceSummary
from libs.rules.history.change_totals import Summary
from libs.rules.improvement.improvements import ImprovementsOf, ImprovementSummary
from libs.rules.intake.candidates import queue
from libs.rules.money.figures import of_portfolio
from libs.rules.money.fiscal_years import year_start_of
from libs.rules.products.homes import product_ids, products_at
from libs.rules.products.needs import Needs, needs
from libs.rules.products.phases import PhaseCount, phase_counts, phase_of
from libs.rules.products.targets import Targets, targets
from services.gateway.graphql.context import Info
from services.gateway.graphql.types.duties import Duty
from services.gateway.graphql.types.history.changes import Kinds, Movement, Since, moved, summary
from services.gateway.graphql.types.history.explanations import Explanation, Field, explanation
from services.gateway.graphql.types.investments import investment_cases
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.connection import PAGE, After, Connection, First
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.list_fields import in_phase
from services.gateway.graphql.types.kinds.lists import Whole
from services.gateway.graphql.types.kinds.types import many, show
from services.gateway.graphql.types.money import Investment, investment
from services.gateway.graphql.types.roadmap import Roadmap, roadmap, whole_roadmap
from services.gateway.graphql.types.team import loans_of

Overdue = Annotated[bool | None, strawberry.argument(description="Only what is overdue (true), or not yet (false). Default: both.")]
OfLevel = Annotated[ImprovementLevel | None, strawberry.argument(description="Only improvements of this level. Default: all.")]
OfScope = Annotated[ImprovementScope | None, strawberry.argument(description="Only improvements of this scope. Default: all.")]
InPhase = Annotated[str | None, strawberry.argument(description="Only products in the phase of this id, such as beta.")]

_CONFIDENCE = ConfidenceOver("portfolio")
_IMPROVEMENTS = ImprovementsOf("portfolio")


@strawberry.type(description="Everything, or all of one organisation, at one moment.")
class Portfolio:
    facts: strawberry.Private[Facts]
    scope: strawberry.Private[str | None]
    world: str = strawberry.field(description="Names the state of the world that this was answered from; the same as the header X-Headway-World.")
    as_of: date = strawberry.field(description="As of the end of which day, at the place of each thing.")
    known_at: datetime | None = strawberry.field(description="As known at which instant; null: all that was heard.")

    @told("What is invested; null for whoever may not read its money.")
    def investment(self, info: Info) -> Investment | None:
        kind = "organisation" if self.scope else None
        return investment(info, self.facts, kind, self.scope, of_portfolio)

    @told("The day on which the fiscal year begins, MM-DD: of the organisation, or of all where they share it; else 01-01.")
    def fiscal_year_start(self) -> str:
        return self.facts.derive(year_start_of, "portfolio", self.scope)

    @told("What the products mean to bring about; without an organisation also what is planned for products that nobody has registered.")
    def roadmap(self) -> Roadmap:
        return roadmap(self.facts, f"organisation:{self.scope}", self._product_ids) if self.scope else whole_roadmap(self.facts)

    onboarding_queue = many(
        CANDIDATE,
        "Who waits for onboarding: by the number of products that they plan, most first; of as many, by their application (S4-10).",
        lambda self: Whole(f"queue of {self.scope}", [one for one in self.facts.derive(queue) if self.scope in (None, one.organisation)]),
        default="the order of the queue",
    )
    opportunities = many(
        OPPORTUNITY,
        "The opportunities for teams that are at home here, or (without an organisation) all of them, by id (S4-14).",
        lambda self: Whole(f"opportunities of {self.scope}", self._within(OPPORTUNITY)),
    )
    improvements = many(
        IMPROVEMENT,
        "The improvements of the teams that are at home here, or (without an organisation) of all teams, by id.",
        lambda self: Whole(f"improvements of {self.scope}", sorted(_IMPROVEMENTS.found(self.facts, self.scope), key=lambda one: one.id)),
    )
    initiatives = many(
        INITIATIVE,
        "The initiatives for what is at home here, or (without an organisation) all of them, by id (S2-05).",
        lambda self: Whole(f"initiatives of {self.scope}", self._within(INITIATIVE)),
    )
    metrics = many(
        METRIC,
        "The metrics of products that are at home here, or (without an organisation) all of them, by id (S0-23).",
        lambda self: Whole(f"metrics of {self.scope}", self._within(METRIC)),
    )
    loans = many(
        LOAN,
        "The loans of teams, by their first day, the latest first; of one organisation those in which it lends or borrows (S4-15).",
        lambda self: Whole(f"loans of {self.scope}", loans_of(self.facts, self.scope), own="lent"),
        default="by their first day, the latest first",
    )

    @told("How many prioritised user needs are met.")
    def needs(self) -> Needs:
        return self.facts.derive(needs, self._product_ids)

    @told("How many targets were hit, and where the others stand.")
    def targets(self) -> Targets:
        return self.facts.derive(targets, self._product_ids)

    @told("What the teams improve, and how much of that worked (S2-03, S2-21, S3-06).")
    def improvement_summary(self, level: OfLevel = None, scope: OfScope = None) -> ImprovementSummary:
        return self.facts.derive(_IMPROVEMENTS, self.scope, level, scope)

    @told("How sure those who answer for what lies in it are, in numbers; nothing is averaged.")
    def confidence_summary(self) -> ConfidenceSummary:
        return self.facts.derive(_CONFIDENCE, self.scope)

    @told("What is due, by day.")
    def duties(self, overdue: Overdue = None) -> list[Duty]:
        return [Duty(self.facts, duty) for duty in self.facts.derive(duties.duties, self.scope, overdue=False) if overdue in (None, duty.overdue)]

    @told("The phases of the lifecycles in use, lifecycle by lifecycle and in order, with how many products are in each.")
    def phases(self) -> tuple[PhaseCount, ...]:
        return self.facts.derive(phase_counts, self.scope)

    @told("How many products have entered no phase yet: with those of all phases they are all there are.")
    def without_phase(self) -> int:
        return sum(self.facts.derive(phase_of, id) is None for id in self._product_ids)

    @told("The organisations, by id.")
    def organisations(self) -> list[Shown[OrganisationFacts]]:
        ids = [self.scope] if self.scope else [state.id for state in self.facts.every(ORGANISATION)]
        return [show(self.facts, ORGANISATION, state) for id in ids if (state := self.facts.get(ORGANISATION, id))]

    @told("The programs, by id.")
    def programs(self) -> list[Shown[ProgramFacts]]:
        return [show(self.facts, PROGRAM, state) for state in self._of(PROGRAM)]

    def _products(self, phase: str | None) -> Whole[ProductFacts]:
        whole = products_at(self.facts, self.scope)
        return Whole(f"products of {self.scope}", whole, in_phase(self.facts, whole, phase))

    products = many(PRODUCT, "The products, by id.", _products, more={"phase": (InPhase, None)})
    teams = many(TEAM, "The teams, by id; `first` is at most 500.", lambda self: Whole(f"teams of {self.scope}", self._of(TEAM)))
    investments = many(
        INVESTMENT,
        "The investments, by id; money on loan counts with the home it belongs to.",
        lambda self: Whole(f"investments of {self.scope}", investment_cases(self.facts, self.scope)),
    )

    @told("What moved from an instant until this moment, by the time it came true.")
    def changes(self, info: Info, since: Since, kinds: Kinds = None, first: First = PAGE, after: After = None) -> Connection[Movement]:
        return moved(info, since, self.facts, ("organisation", self.scope) if self.scope else None, kinds, first, after)

    @told("The same in numbers and sums, over all pages.")
    def changes_summary(self, info: Info, since: Since, kinds: Kinds = None) -> Summary:
        return summary(info, since, self.facts, self.scope, kinds)

    @told("Why a figure is what it is, such as graduation.status or investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "portfolio", self.scope, field)

    def _of(self, kind: Kind[S]) -> list[S]:
        return self.facts.related(kind, "home", self.scope) if self.scope else self.facts.every(kind)

    def _within(self, kind: Kind[S]) -> list[S]:
        """What lies in the organisation, whatever it is about."""
        here = ("organisation", self.scope)
        return [one for one in self.facts.every(kind) if self.scope is None or here in self.facts.derive(belonging, kind.name, one.id)]

    @property
    def _product_ids(self) -> tuple[str, ...]:
        return self.facts.derive(product_ids, self.scope)
