"""Products and their phases."""

from __future__ import annotations

from datetime import date

import strawberry

from libs.events.catalog.portfolio import product as catalogue
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE
from libs.events.catalog.portfolio.lifecycle import Lifecycle as LifecycleFacts
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.organisation import Organisation as OrganisationFacts
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.program import Program as ProgramFacts
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.portfolio.team import Team as TeamFacts
from libs.events.catalog.roadmap.release import Release as ReleaseFacts
from libs.rules.duties.portfolio import next_evaluation_on
from libs.rules.improvement.improvements import ImprovementsOf
from libs.rules.money.figures import of_product
from libs.rules.products.checklists import checklist
from libs.rules.products.dependencies import dependencies, dependents
from libs.rules.products.feedback import problem_points
from libs.rules.products.homes import home_of_product
from libs.rules.products.metrics import MetricReading, lacking_kinds, readings_of
from libs.rules.products.milestones import milestones
from libs.rules.products.needs import Needs, needs
from libs.rules.products.phases import phase_of, phases_of
from libs.rules.products.targets import Targets, targets
from services.gateway.graphql.context import Info
from services.gateway.graphql.types import backlog as backlogs
from services.gateway.graphql.types import roadmap as roadmaps
from services.gateway.graphql.types.duties import DUE, Duty, due
from services.gateway.graphql.types.evaluations import its_confidence, its_standing
from services.gateway.graphql.types.history.changes import Kinds, Movement, Since, moved
from services.gateway.graphql.types.history.explanations import Explanation, Field, explanation
from services.gateway.graphql.types.history.stories import StoryKinds, told_of
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.connection import PAGE, After, Connection, First, Listing, page
from services.gateway.graphql.types.kinds.decorators import derived, told
from services.gateway.graphql.types.kinds.events import SaidEvent, first_of
from services.gateway.graphql.types.kinds.person import answering_for
from services.gateway.graphql.types.kinds.types import named, named_maybe, show, shows
from services.gateway.graphql.types.money import Investment, investment


@strawberry.type(description="An early halt of the work on a product: a risk, not a completion (S0-03).")
class Halt:
    since: date = strawberry.field(description="The day on which work halted.")
    reason: str = strawberry.field(description="Why work halted.")
    lacking: str | None = strawberry.field(description="What was lacking, where that was said.")


@shows(LIFECYCLE, order="name known", private="phases")
class Lifecycle(Shown[LifecycleFacts]):
    """The phases that a product goes through, in their order (S0-01)."""


@shows(
    PRODUCT,
    order="name known phase phases halt decommissioned_on home lifecycle program",
    private="registered halted halted_since",
    known="Whether it was registered: a mere reference may be heard first.",
)
class Product(Shown[catalogue.Product]):
    """A digital service to citizens."""

    phase = derived(phase_of, "The phase it is in; null before the first.")
    phases = derived(phases_of, "Every phase that it entered, in order of time (S0-01).")

    @told(DUE)
    def duties(self) -> list[Duty]:
        return due(self.facts, "product", self.of.id)

    next_evaluation_on = derived(
        next_evaluation_on, "The day by which it is to be evaluated again (S1-04); null while an evaluation is open, and before the first."
    )
    checklist = derived(checklist, "The checklist of the phase it is in, whose entries come round each quarter (S0-26); empty where that has none.")

    @told("The halt of the work on it; null while it goes on.")
    def halt(self) -> Halt | None:
        said = self.of.halted.data if self.of.halted else None
        if self.of.halted_since is None or not isinstance(said, catalogue.ProductHalted):
            return None
        return Halt(since=self.of.halted_since.date(), reason=said.reason, lacking=said.lacking)

    @told("The organisation it is at home in.")
    def home(self) -> Shown[OrganisationFacts] | None:
        return named_maybe(self.facts, ORGANISATION, home_of_product(self.facts, self.of))

    @told("The lifecycle that it names; null where it goes through the default one.")
    def lifecycle(self) -> Shown[LifecycleFacts] | None:
        id = self.of.lifecycle
        return show(self.facts, LIFECYCLE, self.facts.defined(LIFECYCLE, id) or LifecycleFacts(id=id)) if id else None

    vision = roadmaps.its_vision(PRODUCT)
    accountable = answering_for(PRODUCT)

    @told("The teams that serve it.")
    def teams(self) -> list[Shown[TeamFacts]]:
        return [show(self.facts, TEAM, state) for state in self.facts.related(TEAM, "products", self.of.id)]

    @told("The programs besides its own that it is part of, by id (S4-08).")
    def linked_programs(self) -> list[Shown[ProgramFacts]]:
        return [show(self.facts, PROGRAM, state) for state in self.facts.related(PROGRAM, "linked_products", self.of.id)]

    @told("What is invested in it; null for whoever may not read its money.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "product", self.of.id, of_product)

    @told("How many of its prioritised user needs are met (S0-22).")
    def needs(self) -> Needs:
        return self.facts.derive(needs, (self.of.id,))

    @told("How many of its targets were hit, and where the others stand (S0-23).")
    def targets(self) -> Targets:
        return self.facts.derive(targets, (self.of.id,))

    confidence = its_confidence("product")
    standing = its_standing("product")
    improvement_summary = derived(ImprovementsOf("product"), "What is improved of it, and how much of that worked (S2-21).")

    @told("What it means to bring about.")
    def roadmap(self) -> roadmaps.Roadmap:
        return roadmaps.roadmap(self.facts, f"product:{self.of.id}", (self.of.id,))

    @told("The products that it depends on, as the change advisory board approved (S0-17), by id.")
    def depends_on(self) -> list[Shown[catalogue.Product]]:
        return [named(self.facts, PRODUCT, id) for id in self.facts.derive(dependencies, self.of.id)]

    @told("The products that depend on it, as the change advisory board approved (S0-17), by id.")
    def dependents(self) -> list[Shown[catalogue.Product]]:
        return [named(self.facts, PRODUCT, id) for id in self.facts.derive(dependents, self.of.id)]

    @told("All readings of its metrics, the latest first (S0-23).")
    def readings(self, first: First = PAGE, after: After = None) -> Connection[MetricReading]:
        found = self.facts.derive(readings_of, self.of.id)
        return page(Listing(f"readings of product {self.of.id}", found, found), lambda one: one, first, after)

    lacking_metrics = derived(lacking_kinds, "The kinds of metrics that it has none of, though it needs both (S1-01).")
    problem_points = derived(problem_points, "Where its problems lie, by what was heard of it, the most often first (S1-03).")
    milestones = derived(milestones, "What has a day: releases that were published or are planned, targets that are due, by day.")

    @told("What it still wants; null while no backlog was opened.")
    def backlog(self) -> backlogs.Backlog | None:
        return backlogs.backlog(self.facts, self.of.id)

    @told("What goes out to its users, in the order of the proposals.")
    def releases(self) -> list[Shown[ReleaseFacts]]:
        return roadmaps.releases(self.facts, self.of.id)

    @told("What moved from an instant until this moment of it, by the time it came true.")
    def changes(self, info: Info, since: Since, kinds: Kinds = None, first: First = PAGE, after: After = None) -> Connection[Movement]:
        return moved(info, since, self.facts, ("product", self.of.id), kinds, first, after)

    @told("All that was said of it and of what lies in it, such as its money, releases, needs and items, the latest first; what was taken back is marked.")
    def story(self, kinds: StoryKinds = None, first: First = PAGE, after: After = None) -> Connection[SaidEvent]:
        return told_of(self.facts, "product", self.of.id, kinds, first, after)

    @told("The first that was said of it, by the time it was true; null where it was only named.")
    def first_event(self) -> SaidEvent | None:
        return first_of(self.facts, "product", self.of.id)

    @told("Why a figure is what it is, such as graduation.status or investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "product", self.of.id, field)
