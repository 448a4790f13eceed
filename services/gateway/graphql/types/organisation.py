"""Types for organisations, their programs and their people, for submissions to the Treasury Board, candidates and opportunities."""

from __future__ import annotations

from libs.events.catalog.portfolio.agreements.agreement import AGREEMENT
from libs.events.catalog.portfolio.agreements.agreement import Agreement as AgreementFacts
from libs.events.catalog.portfolio.agreements.precedent import PRECEDENT
from libs.events.catalog.portfolio.agreements.precedent import Precedent as PrecedentFacts
from libs.events.catalog.portfolio.intake.candidate import CANDIDATE
from libs.events.catalog.portfolio.intake.candidate import Candidate as CandidateFacts
from libs.events.catalog.portfolio.intake.opportunity import OPPORTUNITY
from libs.events.catalog.portfolio.intake.opportunity import Opportunity as OpportunityFacts
from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.loan import Loan as LoanFacts
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.organisation import Organisation as OrganisationFacts
from libs.events.catalog.portfolio.people.accountable import ACCOUNTABLE
from libs.events.catalog.portfolio.people.accountable import Accountable as AccountableFacts
from libs.events.catalog.portfolio.people.person import PERSON
from libs.events.catalog.portfolio.people.person import Person as PersonFacts
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.product import Product as ProductFacts
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.program import Program as ProgramFacts
from libs.events.catalog.portfolio.submission import SUBMISSION
from libs.events.catalog.portfolio.submission import Submission as SubmissionFacts
from libs.rules.intake.candidates import onboarding
from libs.rules.intake.opportunities import affects
from libs.rules.intake.redesigns import counts, redesign
from libs.rules.money.amounts import Amount
from libs.rules.money.figures import of_organisation, of_program
from libs.rules.money.fiscal_years import year_start
from libs.rules.precedents import days_to_first_release, precedents_like
from libs.rules.products.homes import products_at
from services.gateway.graphql.context import Info
from services.gateway.graphql.types.evaluations import its_confidence, its_standing, its_summary
from services.gateway.graphql.types.history.explanations import Explanation, Field, explained, explanation
from services.gateway.graphql.types.investments import amount_of
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.decorators import derived, told
from services.gateway.graphql.types.kinds.person import answering_for
from services.gateway.graphql.types.kinds.types import many, named, show, shows
from services.gateway.graphql.types.money import Investment, investment
from services.gateway.graphql.types.roadmap import Roadmap, its_vision, roadmap


@shows(ORGANISATION, order="name known", private="registered policies", known="Whether it was registered: a mere reference may be heard first.")
class Organisation(Shown[OrganisationFacts]):
    """A public body that is home to programs, products and teams."""

    vision = its_vision(ORGANISATION)
    accountable = answering_for(ORGANISATION)
    confidence = its_confidence("organisation")
    standing = its_standing("organisation")
    confidence_summary = its_summary("organisation")

    @told("What is invested here; null for whoever may not read its money.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "organisation", self.of.id, of_organisation)

    @told("The organisation that it was merged into, to which what was its own belongs since; null while it stands by itself.")
    def merged_into(self) -> Shown[OrganisationFacts] | None:
        heir = self.facts.heir(ORGANISATION, self.of.id)
        state = self.facts.get(ORGANISATION, heir) if heir != self.of.id else None
        return show(self.facts, ORGANISATION, state) if state else None

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

    vision = its_vision(PROGRAM)
    accountable = answering_for(PROGRAM)
    confidence = its_confidence("program")
    standing = its_standing("program")
    confidence_summary = its_summary("program")
    redesign = derived(redesign, "How far its latest redesign is (S4-13); null where there was none.")

    @told("The products that belong to it.")
    def products(self) -> list[Shown[ProductFacts]]:
        return [show(self.facts, PRODUCT, state) for state in self.facts.related(PRODUCT, "program", self.of.id)]

    @told("The products of other programs that are part of it as well, the first linked first (S4-08). Their money counts for their own program alone.")
    def linked_products(self) -> list[Shown[ProductFacts]]:
        return [named(self.facts, PRODUCT, id) for id in self.of.linked_products]

    @told("What is invested in its products; null for whoever may not read its money. Programs may overlap.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "program", self.of.id, of_program)

    @told("Why a figure is what it is, such as investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "program", self.of.id, field)


@shows(AGREEMENT)
class Agreement(Shown[AgreementFacts]):
    """What organisations have agreed on with each other (S4-16)."""


@shows(PRECEDENT)
class Precedent(Shown[PrecedentFacts]):
    """A case that others can go by, with what came of it (S4-16)."""

    @told("The loan that it is about; null for none, and once that was taken back.")
    def loan(self) -> Shown[LoanFacts] | None:
        found = self.facts.get(LOAN, self.of.loan) if self.of.loan else None
        return show(self.facts, LOAN, found) if found is not None and found.starts is not None else None

    days_to_first_release = derived(days_to_first_release, "Days from the first day of its loan to its first release; null where none is known (S4-15).")

    @told("Other precedents like it, the most alike first, five at most (S4-16).")
    def alike(self) -> list[Shown[PrecedentFacts]]:
        return [named(self.facts, PRECEDENT, id) for id in self.facts.derive(precedents_like, f"{self.of.title} {self.of.text}", self.of.id)]


@shows(ACCOUNTABLE)
class Accountable(Shown[AccountableFacts]):
    """Somebody who answers, or has answered, for something (S4-20)."""


@shows(PERSON, order="name address known", known="Whether a name was ever registered; events name people that nobody has registered.")
class Person(Shown[PersonFacts]):
    """Somebody. Names never stand in events: they lie apart, are those of today whatever the day that is asked about, and can be taken away."""

    @told("What they are called; the id where no name is kept, or the reader may not see it.")
    def name(self, info: Info) -> str:
        kept = info.context.particulars(self.of.id)
        return kept.name if kept is not None else self.of.id

    @told("Where they are reached, such as an e-mail address; null where none is kept, or the reader may not see it.")
    def address(self, info: Info) -> str | None:
        kept = info.context.particulars(self.of.id)
        return kept.address if kept is not None else None


@shows(CANDIDATE, order="name state products onboarding organisation sponsor applied_on team onboarded_on declined_on declined_because")
class Candidate(Shown[CandidateFacts]):
    """A group of an organisation that applies to be onboarded as a team (S4-10)."""

    onboarding = derived(onboarding, "Where it stands in the queue for onboarding, and why (S4-10); null where it does not wait.")
    explain = explained(CANDIDATE)


@shows(OPPORTUNITY, order="text state team organisation starts ends affects recorded_on accepted_on declined_on declined_because")
class Opportunity(Shown[OpportunityFacts]):
    """A priority across government for which a team may work beyond its program (S4-14)."""

    affects = derived(affects, "What is planned for its time on the roadmap of the team's home, first of products that the team serves (S4-14).")
    explain = explained(OPPORTUNITY)

    @told("Precedents like it, the most alike first, five at most (S4-16).")
    def precedents_alike(self) -> list[Shown[PrecedentFacts]]:
        return [named(self.facts, PRECEDENT, id) for id in self.facts.derive(precedents_like, self.of.text)]


@shows(SUBMISSION, order="text state counts program submitted_on approved reason decided_on")
class Submission(Shown[SubmissionFacts]):
    """What is put before the Treasury Board for the redesign of a program (S4-13)."""

    counts = derived(counts, "Whether the redesign that it is part of stands; once that was taken back it counts for none, whatever was decided (S4-13).")

    @told("How much is asked for; null where it is about something else, and for whoever may not read its money.")
    def amount(self, info: Info) -> Amount | None:
        return amount_of(info, self.facts, "submission", self.of.id, self.of.amount)
