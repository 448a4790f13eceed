"""A team: its home, the products it serves, its members over time, and its health."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from annotated_doc import Doc

from libs.events.catalog.portfolio.reorganisation import Moved, Renamed
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, earliest, event, state
from libs.events.values import Called, Input, Inverse, OrganisationId, PersonId, ProductId, Text, Title


class TeamRole(Choice):
    """What a member does in the team (S0-10, S0-11)."""

    PRODUCT_OWNER = choice("product_owner", "Owns the product's backlog and signs off its releases.")
    APPLICATIONS_SUPPORT = choice("applications_support", "Keeps the version in use running.")
    USER_RESEARCH = choice("user_research", "Finds out what users need.")
    DEVELOPER = choice("developer", "Builds the product.")
    SERVICE_DESIGNER = choice("service_designer", "Designs the service from end to end.")
    BUSINESS_ANALYSIS = choice("business_analysis", "Analyses how the business works; drawn on, never a core seat (S0-11).")
    PROJECT_MANAGER = choice("project_manager", "Manages projects; drawn on, never a core seat (S0-11).")


CORE_ROLES: Final = (TeamRole.PRODUCT_OWNER, TeamRole.APPLICATIONS_SUPPORT, TeamRole.USER_RESEARCH, TeamRole.DEVELOPER, TeamRole.SERVICE_DESIGNER)
"""The seats that a core team has (S0-10)."""

DRAWN_ON_ROLES: Final = (TeamRole.BUSINESS_ANALYSIS, TeamRole.PROJECT_MANAGER)
"""Skills that a team draws on, never core seats (S0-11)."""


class Staffing(Choice):
    """Whether somebody, or a team on loan, is of the public service or under contract."""

    STAFF = choice("staff", "Belongs to the public service.")
    CONTRACTED = choice("contracted", "Works under contract.")


class HealthSubject(Choice):
    """Of what a reading of health speaks: team and product are two readings (S4-01)."""

    TEAM = choice("team", "The reading is of the team itself.")
    PRODUCT = choice("product", "The reading is of the team's product.")


class HealthReading(Choice):
    """What a health check found."""

    GOOD = choice("good", "All is well, as entering Sustain demands (S4-01).", tone=Tone.GOOD)
    FAIR = choice("fair", "Neither well nor badly.", tone=Tone.GOING)
    POOR = choice("poor", "Things go badly.", tone=Tone.BAD)


class SpecialistFunction(Choice):
    """Specialists who must have opportunities to see how teams operate and what they need (S4-06)."""

    PRIVACY = choice("privacy", "Guards what is known of people.")
    SECURITY = choice("security", "Keeps products and their data from harm.")
    ARCHITECTURE = choice("architecture", "Fits products into what the organisation runs.")
    HR = choice("hr", "Hires people and develops them.", words="HR management", spoken="HR management")
    FINANCE = choice("finance", "Plans money and accounts for it.")
    PROJECT_MANAGEMENT = choice("project_management", "Plans and reports on work as projects.")


class ExposureForm(Choice):
    """In which way specialists saw a team at work (S4-06)."""

    DEMO = choice("demo", "The team showed what it had built.")
    REVIEW = choice("review", "They went through the work with the team.")
    SHADOWING = choice("shadowing", "They spent time beside the team.")


@event("headway.portfolio.team.formed.v1")
class TeamFormed(Payload):
    """A team exists under this name, at home in this organisation, and serves these products."""

    name: Annotated[str, Input(Title), Doc("As people call it.")]
    home: Annotated[OrganisationId, Doc("The organisation that it belongs to.")]
    products: Annotated[tuple[ProductId, ...], Input(max_length=100), Doc("The products that it serves.")] = ()


@event("headway.portfolio.team.products_served.v1")
class ProductsServed(Payload):
    """The team serves these products as well."""

    products: Annotated[tuple[ProductId, ...], Doc("The products that it serves as well.")]


@event("headway.portfolio.team.products_left.v1")
class ProductsLeft(Payload):
    """The team serves these products no longer."""

    products: Annotated[tuple[ProductId, ...], Doc("The products that it serves no longer.")]


@event("headway.portfolio.team.member_joined.v1")
class MemberJoined(Payload):
    """A person is on the team in this role: in a core seat or drawn on, staff or contracted (S0-09). Said again of the same role, it is what changed."""

    person: Annotated[PersonId, Doc("The person's id; never a name or an address.")]
    role: Annotated[TeamRole, Doc("One of the five core roles, or a skill that is drawn on.")]
    core: Annotated[bool, Doc("Whether it is a core seat.")]
    staffing: Annotated[Staffing, Doc("Staff of the public service, or contracted.")]


@event("headway.portfolio.team.member_left.v1")
class MemberLeft(Payload):
    """A person left the team: out of this role, or (None) out of all."""

    person: Annotated[PersonId, Doc("The person's id.")]
    role: Annotated[TeamRole | None, Doc("The role that is left; all unless given.")] = None


@event("headway.portfolio.team.core_role_uncovered.v1")
class CoreRoleUncovered(Payload):
    """Announced: with the last who held it gone, nobody fills this core role (S0-10)."""

    role: Annotated[TeamRole, Doc("The core role that nobody fills.")]


@event("headway.portfolio.team.health_recorded.v1")
class HealthRecorded(Payload):
    """A health check of the team, or of its product, found this (S4-01)."""

    subject: Annotated[HealthSubject, Doc("Of what it speaks; both are needed to enter Sustain.")]
    reading: Annotated[HealthReading, Doc("What was found.")]
    source: Annotated[str, Input(Text), Doc("The check that it comes from.")]


@event("headway.portfolio.team.exposure_recorded.v1")
class ExposureRecorded(Payload):
    """Specialists of this function saw how the team operates and what it needs (S4-06)."""

    function: Annotated[SpecialistFunction, Doc("The function whose specialists they are.")]
    form: Annotated[ExposureForm, Doc("In which way they saw it.")]
    note: Annotated[str | None, Input(Text), Doc("What they saw, or took away from it.")] = None


@event("headway.portfolio.team.pivoted_away.v1")
class TeamPivotedAway(Payload):
    """The team left the path to graduation for good."""

    reason: Annotated[str, Input(Text), Doc("Why the team leaves the path.")]


@event("headway.portfolio.team.dissolved.v1")
class TeamDissolved(Payload):
    """There is no such team any more: whoever was on it has left. What it did, and what was spent on it, stays its own."""

    reason: Annotated[str, Input(Text), Doc("Why it is dissolved.")]


@dataclass(frozen=True, slots=True)
class Membership:
    """One person's time in one role: `joined` the event that began it, `said` the one that last told core and staffing, `left` the one that ended it."""

    person: Annotated[PersonId, Doc("Who it is.")]
    role: Annotated[TeamRole, Doc("What they do on the team.")]
    core: Annotated[bool, Doc("Whether in a core seat, or drawn on.")]
    staffing: Annotated[Staffing, Doc("Staff or contracted.")]
    joined: Event
    said: Event
    left: Event | None = None

    @property
    def since(self) -> Annotated[date, Doc("The day on which they joined in this role.")]:
        """The day on which it began."""
        return self.joined.time.date()


@dataclass(frozen=True, slots=True)
class CurrentHealth:
    """The latest reading of one subject, and the event that says it."""

    reading: HealthReading
    source: str
    event: Event


@state
class Team:
    """A team as it stands; `members` everybody who ever was on it, in order of joining."""

    id: str
    name: Annotated[str, Doc("As people call it."), Called] = ""
    home: Annotated[OrganisationId | None, Doc("The organisation it is at home in."), Inverse("The teams that are at home here, by id.")] = None
    products: Annotated[tuple[ProductId, ...], Doc("The products that it serves.")] = ()
    formed: Event | None = None
    members: tuple[Membership, ...] = ()
    team_health: CurrentHealth | None = None
    product_health: CurrentHealth | None = None
    pivoted: Event | None = None
    health_readings: Annotated[tuple[Event[HealthRecorded], ...], Doc("Each check of its health or of its product's, the earliest first (S4-01).")] = ()
    exposures: Annotated[tuple[Event[ExposureRecorded], ...], Doc("Each time that specialists saw how it operates, the earliest first (S4-06).")] = ()

    dissolved: Annotated[Event | None, Doc("The day on which it was dissolved; null while it is there.")] = None

    @property
    def ended(self) -> Event | None:
        """What ended its way to graduation: that it pivoted away or was dissolved, whichever came first."""
        return earliest(self.pivoted, self.dissolved)

    @property
    def present(self) -> tuple[Membership, ...]:
        """Who is on the team at this moment."""
        return tuple(member for member in self.members if member.left is None)

    @property
    def core(self) -> tuple[Membership, ...]:
        """Who is in its core seats at this moment."""
        return tuple(member for member in self.present if member.core)

    def health(self, subject: HealthSubject) -> CurrentHealth | None:
        """The latest reading of the team's or of its product's health."""
        return self.team_health if subject is HealthSubject.TEAM else self.product_health


def evolve(team: Team, event: Event) -> Team:
    """The team after one more event, in whatever order. Of several formings the one said last counts; products served since then stay."""
    match event.data:
        case TeamFormed(name=name, home=home, products=products):
            return _formed(team, event, name, home, products)
        case ProductsServed(products=products):
            return changed(team, products=_with(team.products, products))
        case ProductsLeft(products=products):
            return changed(team, products=tuple(product for product in team.products if product not in products))
        case MemberJoined() as joining:
            return changed(team, members=_joined(team.members, joining, event))
        case MemberLeft(person=person, role=role):
            return changed(team, members=tuple(_left(member, event) if _leaves(member, person, role) else member for member in team.members))
        case HealthRecorded(subject=subject, reading=reading, source=source):
            health = CurrentHealth(reading, source, event)
            told = changed(team, health_readings=(*team.health_readings, event))
            return changed(told, team_health=health) if subject is HealthSubject.TEAM else changed(told, product_health=health)
        case ExposureRecorded():
            return changed(team, exposures=(*team.exposures, event))
        case TeamPivotedAway():
            return changed(team, pivoted=event)
        case TeamDissolved():
            left = tuple(_left(member, event) if member.left is None else member for member in team.members)
            return changed(team, members=left, dissolved=event)
        case Renamed(name=name):
            return changed(team, name=name)
        case Moved(to=home):
            return changed(team, home=home)
    return team


def _formed(team: Team, event: Event, name: str, home: str, products: tuple[str, ...]) -> Team:
    before: tuple[str, ...] = ()
    if team.formed is not None:
        if team.formed.sequence > event.sequence:
            return team
        before = team.formed.data.products if isinstance(team.formed.data, TeamFormed) else ()
    since = tuple(product for product in team.products if product not in before)
    return changed(team, name=name, home=home, products=_with(products, since), formed=event)


def _with(products: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*products, *more)))


def _joined(members: tuple[Membership, ...], joining: MemberJoined, event: Event) -> tuple[Membership, ...]:
    """A new membership, or, where the person is in that role, what changed about it: how long somebody has served does not begin anew with a contract."""
    for n, member in enumerate(members):
        if _leaves(member, joining.person, joining.role):
            return (*members[:n], dataclasses.replace(member, core=joining.core, staffing=joining.staffing, said=event), *members[n + 1 :])
    return (*members, Membership(joining.person, joining.role, joining.core, joining.staffing, joined=event, said=event))


def _leaves(member: Membership, person: str, role: TeamRole | None) -> bool:
    return member.left is None and member.person == person and role in (None, member.role)


def _left(member: Membership, event: Event) -> Membership:
    return dataclasses.replace(member, left=event)


TEAM = Kind(
    "portfolio",
    "team",
    "teams",
    Team,
    evolve,
    defined_by=(TeamFormed,),
    definition=("name", "home", "products"),
    ends="dissolved",
    says={"renamed": Renamed, "moved": Moved},
)
