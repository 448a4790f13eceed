"""Organisations and programs."""

from __future__ import annotations

from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.organisation import Organisation as OrganisationFacts
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.product import Product as ProductFacts
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.program import Program as ProgramFacts
from libs.rules.figures import of_organisation, of_program
from libs.rules.fiscal_years import year_start
from libs.rules.homes import products_at
from services.gateway.asking import Info
from services.gateway.types.annotations import Shown
from services.gateway.types.explaining import Explanation, Field, explanation
from services.gateway.types.kinds import many, show, shows
from services.gateway.types.money import Investment, investment
from services.gateway.types.roadmap import Roadmap, roadmap
from services.gateway.types.telling import derived, told


@shows(ORGANISATION, order="name known", private="registered policies", known="Whether it was registered: a mere reference may be heard first.")
class Organisation(Shown[OrganisationFacts]):
    """A public body that is home to programs, products and teams."""

    @told("What is invested here; null for whoever may not read its money.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "organisation", self.of.id, of_organisation)

    fiscal_year_start = derived(year_start, "The day on which its fiscal year begins, MM-DD; 01-01 where it says none.")

    @told("What its products mean to bring about.")
    def roadmap(self) -> Roadmap:
        return roadmap(self.facts, ORGANISATION.key(self.of.id), tuple(state.id for state in products_at(self.facts, self.of.id)))

    @told("The programs that are at home here.")
    def programs(self) -> list[Shown[ProgramFacts]]:
        return [show(self.facts, PROGRAM, state) for state in self.facts.related(PROGRAM, "home", self.of.id)]

    products = many(PRODUCT, "The products that are at home here, by id.", lambda self: products_at(self.facts, self.of.id))

    @told("Why a figure is what it is, such as investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "organisation", self.of.id, field)


@shows(PROGRAM, order="name known home", private="opened", known="Whether it was opened: a mere reference may be heard first.")
class Program(Shown[ProgramFacts]):
    """Products of one organisation that belong together."""

    @told("The products that belong to it.")
    def products(self) -> list[Shown[ProductFacts]]:
        return [show(self.facts, PRODUCT, state) for state in self.facts.related(PRODUCT, "program", self.of.id)]

    @told("What is invested in its products; null for whoever may not read its money. Programs may overlap.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "program", self.of.id, of_program)

    @told("Why a figure is what it is, such as investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "program", self.of.id, field)
