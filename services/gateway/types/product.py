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
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.portfolio.team import Team as TeamFacts
from libs.events.catalog.roadmap.release import Release as ReleaseFacts
from libs.rules.dependencies import dependencies
from libs.rules.figures import of_product
from libs.rules.homes import home_of_product
from libs.rules.milestones import milestones
from libs.rules.needs import Needs, needs
from libs.rules.phases import phase_of, phases_of
from libs.rules.targets import Targets, targets
from services.gateway.asking import Info
from services.gateway.types import backlog as backlogs
from services.gateway.types import roadmap as roadmaps
from services.gateway.types.annotations import Shown
from services.gateway.types.changes import Kinds, Movement, Since, moved
from services.gateway.types.connection import PAGE, After, Connection, First
from services.gateway.types.explaining import Explanation, Field, explanation
from services.gateway.types.kinds import named, named_maybe, show, shows
from services.gateway.types.money import Investment, investment
from services.gateway.types.saying import SaidEvent, first_of
from services.gateway.types.stories import StoryKinds, told_of
from services.gateway.types.telling import derived, told


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

    @told("The teams that serve it.")
    def teams(self) -> list[Shown[TeamFacts]]:
        return [show(self.facts, TEAM, state) for state in self.facts.related(TEAM, "products", self.of.id)]

    @told("What is invested in it; null for whoever may not read its money.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "product", self.of.id, of_product)

    @told("How many of its prioritised user needs are met (S0-22).")
    def needs(self) -> Needs:
        return self.facts.derive(needs, (self.of.id,))

    @told("How many of its targets were hit, and where the others stand (S0-23).")
    def targets(self) -> Targets:
        return self.facts.derive(targets, (self.of.id,))

    @told("What it means to bring about.")
    def roadmap(self) -> roadmaps.Roadmap:
        return roadmaps.roadmap(self.facts, f"product:{self.of.id}", (self.of.id,))

    @told("The products that it depends on, as the change advisory board approved (S0-17), by id.")
    def depends_on(self) -> list[Shown[catalogue.Product]]:
        return [named(self.facts, PRODUCT, id) for id in self.facts.derive(dependencies, self.of.id)]

    milestones = derived(milestones, "What has a day: releases that were published, targets that are due, by day.")

    @told("What it still wants; null while no backlog was opened.")
    def backlog(self) -> backlogs.Backlog | None:
        return backlogs.backlog(self.facts, self.of.id)

    @told("What goes out to its users, in the order of the proposals.")
    def releases(self) -> list[Shown[ReleaseFacts]]:
        return roadmaps.releases(self.facts, self.of.id)

    @told("What moved from an instant until this moment of it, by the time it came true.")
    def changes(self, info: Info, since: Since, kinds: Kinds = None, first: First = PAGE, after: After = None) -> Connection[Movement]:
        return moved(info, since, self.facts, ("product", self.of.id), kinds, first, after)

    @told("All that was said of it, its money, bids, roadmap, releases, changes, metrics, needs and backlog, the latest first; what was taken back is marked.")
    def story(self, kinds: StoryKinds = None, first: First = PAGE, after: After = None) -> Connection[SaidEvent]:
        return told_of(self.facts, "product", self.of.id, kinds, first, after)

    @told("The first that was said of it, by the time it was true; null where it was only named.")
    def first_event(self) -> SaidEvent | None:
        return first_of(self.facts, "product", self.of.id)

    @told("Why a figure is what it is, such as graduation.status or investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "product", self.of.id, field)
