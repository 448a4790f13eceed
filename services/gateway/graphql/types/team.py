"""Teams: their core, how long it has stayed together, their health, and where they are on loan."""

from __future__ import annotations

from datetime import date
from typing import cast

from libs.events.catalog.portfolio import team as catalogue
from libs.events.catalog.portfolio.agreements.precedent import PRECEDENT
from libs.events.catalog.portfolio.agreements.precedent import Precedent as PrecedentFacts
from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.loan import Loan as LoanFacts
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import began_by
from libs.events.facts import Facts
from libs.rules.graduation.status import graduation
from libs.rules.history.stories import statuses
from libs.rules.improvement.improvements import ImprovementsOf, pace
from libs.rules.money.figures import of_team
from libs.rules.precedents import precedents_like
from libs.rules.products.needs import Needs, needs
from libs.rules.products.targets import Targets, targets
from libs.rules.teams import continuity, core, first_delivery, health, loans, specialists
from services.gateway.graphql.context import Info
from services.gateway.graphql.types import roadmap as roadmaps
from services.gateway.graphql.types.duties import DUE, Duty, due
from services.gateway.graphql.types.evaluations import its_confidence, its_standing
from services.gateway.graphql.types.history.changes import Kinds, Movement, Since, moved
from services.gateway.graphql.types.history.explanations import Explanation, Field, explanation
from services.gateway.graphql.types.history.stories import FormerMember, StoryKinds, former_members, told_of
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.connection import PAGE, After, Connection, First
from services.gateway.graphql.types.kinds.decorators import derived, told
from services.gateway.graphql.types.kinds.events import SaidEvent, first_of
from services.gateway.graphql.types.kinds.person import answering_for
from services.gateway.graphql.types.kinds.types import DerivedValue, named, shows, tells
from services.gateway.graphql.types.money import Investment, investment


@shows(LOAN, order="from_ until staffing returned team lender borrower", private="starts lent offered")
class Loan(Shown[LoanFacts]):
    """A time in which a team works for another organisation than its home (S4-15)."""

    @classmethod
    def tells(cls, state: LoanFacts) -> bool:
        """Whether it is known whose it is."""
        return state.team is not None and state.starts is not None

    @told("Its first day.")
    def from_(self) -> date:
        return cast("date", self.of.starts)

    @told("Its last day: of the return, else as planned; null where neither is known.")
    def until(self) -> date | None:
        return self.of.last_day or self.of.until

    @told("Whether the team is back.")
    def returned(self) -> bool:
        return self.of.returned is not None

    @told("Precedents like it by the text of its agreement, the most alike first, five at most (S4-16).")
    def precedents_alike(self) -> list[Shown[PrecedentFacts]]:
        return [named(self.facts, PRECEDENT, id) for id in self.facts.derive(precedents_like, self.of.agreement)]

    first_delivery = derived(first_delivery, "The first release that came of it, with the days that it took; null while there is none (S4-15).")


@tells(catalogue.Membership, order="role core staffing since person")
class Member(DerivedValue[catalogue.Membership]):
    """Somebody on a team."""


@shows(TEAM, private="formed team_health product_health pivoted")
class Team(Shown[catalogue.Team]):
    """People who build and run products together."""

    @told("What is invested in it; null for whoever may not read its money.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "team", self.of.id, of_team)

    vision = roadmaps.its_vision(TEAM)
    accountable = answering_for(TEAM)
    core = derived(core, "The five core seats (S0-10).")

    @told("Who is on it now.")
    def members(self) -> list[Member]:
        return [Member(self.facts, one) for one in self.of.present]

    @told("Who was on it and has left, the last to leave first.")
    def former_members(self) -> list[FormerMember]:
        return former_members(self.facts, self.of.members)

    continuity = derived(continuity, "How long its core has stayed together; null without core members.")
    health = derived(health, "Its health and that of its product; null before the first check.")
    specialists = derived(specialists, "What the specialists of each function have seen of how it operates (S4-06).")

    @told(DUE)
    def duties(self) -> list[Duty]:
        return due(self.facts, "team", self.of.id)

    @told("When and to whom it is or was lent, in order of time.")
    def loans(self) -> list[Shown[LoanFacts]]:
        return [named(self.facts, LOAN, one.loan) for one in self.facts.derive(loans, self.of.id)]

    @told("How many prioritised user needs of its products are met (S0-22).")
    def needs(self) -> Needs:
        return self.facts.derive(needs, self.of.products)

    @told("How many targets of its products were hit (S0-23).")
    def targets(self) -> Targets:
        return self.facts.derive(targets, self.of.products)

    pace = derived(pace, "The pace at which it improves what it does (S3-01, S3-08).")
    confidence = its_confidence("team")
    standing = its_standing("team")
    improvement_summary = derived(ImprovementsOf("team"), "What it improves, and how much of that worked (S2-21).")
    graduation = derived(graduation, "Where it stands on its way to graduation, and why.")
    statuses = derived(statuses, "Where it stood over time, by what is known at this moment.")

    @told("What its products mean to bring about.")
    def roadmap(self) -> roadmaps.Roadmap:
        return roadmaps.roadmap(self.facts, f"team:{self.of.id}", self.of.products)

    @told("What moved from an instant until this moment of it, by the time it came true.")
    def changes(self, info: Info, since: Since, kinds: Kinds = None, first: First = PAGE, after: After = None) -> Connection[Movement]:
        return moved(info, since, self.facts, ("team", self.of.id), kinds, first, after)

    @told("All that was said of it, its graduation, money, bids, loans and improvement, the latest first; what was taken back is marked.")
    def story(self, kinds: StoryKinds = None, first: First = PAGE, after: After = None) -> Connection[SaidEvent]:
        return told_of(self.facts, "team", self.of.id, kinds, first, after)

    @told("The first that was said of it, by the time it was true.")
    def first_event(self) -> SaidEvent | None:
        return first_of(self.facts, "team", self.of.id)

    @told("Why a figure is what it is, such as graduation.status or investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "team", self.of.id, field)


def loans_of(facts: Facts, organisation: str | None) -> list[LoanFacts]:
    """The loans in which an organisation lends or borrows, or (None) all, the latest first."""
    found = [one for one in facts.every(LOAN) if one.team and one.starts and organisation in (None, one.lender, one.borrower)]
    return sorted(found, key=lambda one: began_by(one.lent, one.id), reverse=True)
