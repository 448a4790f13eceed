"""Teams: their core, how long it has stayed together, their health, and where they are on loan."""

from __future__ import annotations

from datetime import date

import strawberry

from libs.events.catalog.portfolio import loan as loans
from libs.events.catalog.portfolio import team as catalogue
from libs.events.facts import Facts
from services.gateway import deriving
from services.gateway.asking import Info
from services.gateway.ids import outside
from services.gateway.types import graduation as graduations
from services.gateway.types import roadmap as roadmaps
from services.gateway.types.money import Investment, investment
from services.gateway.types.organisation import Organisation, organisation
from services.gateway.types.person import Person, person
from services.gateway.types.product import Product, product
from services.gateway.types.telling import known, told

known(catalogue.TeamRole, "What a member does in a team.")
known(catalogue.Staffing, "Of the public service, or under contract.")
known(catalogue.HealthReading, "What a health check found.")


@strawberry.type(description="A seat of the core team (S0-10).")
class CoreRole:
    role: catalogue.TeamRole = strawberry.field(description="Which of the five.")
    covered: bool = strawberry.field(description="Whether somebody sits there.")


@strawberry.type(description="How long the core of a team has stayed together (S0-09).")
class Continuity:
    share: float = strawberry.field(description="Share of core members who have served a year: 0 to 1, four places.")
    since: date = strawberry.field(description="The day on which the longest-serving of them joined.")


@strawberry.type(description="The latest health checks (S4-01).")
class Health:
    team: catalogue.HealthReading | None = strawberry.field(description="Of the team; null before its first.")
    product: catalogue.HealthReading | None = strawberry.field(description="Of its product; null before its first.")
    recorded_on: date = strawberry.field(description="The day of the later of the two.")


@strawberry.type(description="A time in which a team works for another organisation than its home (S4-15).")
class Loan:
    facts: strawberry.Private[Facts]
    of: strawberry.Private[loans.Loan]
    id: strawberry.ID = strawberry.field(description="`loan:` and the id that commands use.")
    from_: date | None = strawberry.field(name="from", description="Its first day.")
    until: date | None = strawberry.field(description="Its last day: of the return, else as planned; null where neither is known.")
    staffing: catalogue.Staffing = strawberry.field(description="As what the team works there.")

    @told("Who lends.")
    def lender(self) -> Organisation | None:
        return organisation(self.facts, self.of.lender)

    @told("Who borrows.")
    def borrower(self) -> Organisation | None:
        return organisation(self.facts, self.of.borrower)


@strawberry.type(description="Somebody on a team.")
class Member:
    who: strawberry.Private[str]
    role: catalogue.TeamRole = strawberry.field(description="What they do.")
    core: bool = strawberry.field(description="Whether in a core seat, or drawn on.")
    staffing: catalogue.Staffing = strawberry.field(description="Staff or contracted.")
    since: date = strawberry.field(description="The day on which they joined in this role.")

    @told("Who it is.")
    def person(self) -> Person | None:
        return person(self.who)


@strawberry.type(description="People who build and run products together.")
class Team:
    facts: strawberry.Private[Facts]
    of: strawberry.Private[catalogue.Team]
    id: strawberry.ID = strawberry.field(description="`team:` and the id that commands use.")
    name: str = strawberry.field(description="As people call it.")

    @told("The organisation it is at home in.")
    def home(self) -> Organisation | None:
        return organisation(self.facts, self.of.home)

    @told("The products that it serves.")
    def products(self) -> list[Product]:
        return [product(self.facts, id) for id in self.of.products]

    @told("What is invested in it; null for whoever may not read its money.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "team", self.of.id, lambda: deriving.figures(self.facts, "team", self.of.id))

    @told("The five core seats (S0-10).")
    def core(self) -> list[CoreRole]:
        covered = self.facts.derive(deriving.core_covered, self.of.id)
        return [CoreRole(role=role, covered=role in covered) for role in catalogue.CORE_ROLES]

    @told("Who is on it now.")
    def members(self) -> list[Member]:
        return [Member(who=m.person, role=m.role, core=m.core, staffing=m.staffing, since=m.joined.time.date()) for m in self.of.present]

    @told("How long its core has stayed together; null without core members.")
    def continuity(self) -> Continuity | None:
        found = self.facts.derive(deriving.continuity, self.of.id)
        return Continuity(share=float(found.share), since=found.since) if found else None

    @told("Its health and that of its product; null before the first check.")
    def health(self) -> Health | None:
        team, product = self.of.team_health, self.of.product_health
        days = [health.event.time.date() for health in (team, product) if health]
        return _health(team, product, max(days)) if days else None

    @told("When and to whom it is or was lent, in order of time.")
    def loans(self) -> list[Loan]:
        found = sorted(self.facts.related(loans.LOAN, "team", self.of.id), key=lambda loan: (loan.starts or date.max, loan.id))
        return [_loan(self.facts, loan) for loan in found]

    @told("Where it stands on its way to graduation, and why.")
    def graduation(self) -> graduations.Graduation:
        return graduations.graduation(self.facts, self.of.id)

    @told("What its products mean to bring about.")
    def roadmap(self) -> roadmaps.Roadmap:
        return roadmaps.roadmap(self.facts, self.of.products)


def team(facts: Facts, state: catalogue.Team) -> Team:
    """A team."""
    return Team(facts=facts, of=state, id=outside("team", state.id), name=state.name or state.id)


def _loan(facts: Facts, loan: loans.Loan) -> Loan:
    return Loan(facts=facts, of=loan, id=outside("loan", loan.id), from_=loan.starts, until=loan.last_day or loan.until, staffing=loan.staffing)


def _health(team: catalogue.Health | None, product: catalogue.Health | None, recorded_on: date) -> Health:
    return Health(team=team.reading if team else None, product=product.reading if product else None, recorded_on=recorded_on)
