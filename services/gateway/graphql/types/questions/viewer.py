"""`viewer`: who asks, with which roles, and what they may say of what."""

from __future__ import annotations

import re
from typing import Annotated

import strawberry

from libs.commands.command import Command
from libs.commands.errors import Invalid
from libs.commands.permissions import permitted, permitted_about
from libs.events.catalog.portfolio.people.person import Person
from libs.events.event import KINDS, split
from libs.events.values import ID_PATTERN
from libs.rules.authority import MONEY
from libs.rules.roles import Principal, Role, spoken
from services.gateway.graphql.context import Info
from services.gateway.graphql.global_ids import chosen, outside
from services.gateway.graphql.mutation_names import mutation_names
from services.gateway.graphql.types.kinds.annotations import Shown, person
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.events import Subject, about

About = Annotated[strawberry.ID | None, strawberry.argument(description="Only what may be said about the thing of this global id, `team:parks`.")]


@strawberry.type(description="A role that somebody has, and where it holds.")
class HeldRole:
    asking: strawberry.Private[Info]
    role: strawberry.Private[Role]

    @told("Its name, such as portfolio_manager.")
    def name(self) -> str:
        return self.role.name

    @told("As people say it, such as product owner of permits.")
    def words(self) -> str:
        return spoken(str(self.role))

    @told("The team, the product or the organisation that it holds for; null where it holds everywhere.")
    def scope(self) -> Subject | None:
        role = self.role
        if role.everywhere or role.scope_kind is None or role.scope is None:
            return None
        return about(self.asking.context.facts(None, None), outside(role.scope_kind, role.scope))

    @told("Whether it reads the money of its scope.")
    def reads_money(self) -> bool:
        return self.role.name in MONEY


@strawberry.type(description="A command that the viewer's roles allow. Its rules are judged when it is said; `whyBlocked` asks them beforehand.")
class AllowedCommand:
    asking: strawberry.Private[Info]
    of: strawberry.Private[type[Command]]
    held: strawberry.Private[tuple[Role, ...]]

    @told("Its name as in a bulk import, such as portfolio.form_team.")
    def command(self) -> str:
        return self.of.SPEC.name

    @told("The mutation that says it, such as formTeam.")
    def mutation(self) -> str:
        return mutation_names()[self.of]

    @told("What it says, in words.")
    def description(self) -> str:
        return " ".join((self.of.__doc__ or "").split())

    @told("The requirements that it serves.")
    def requirements(self) -> list[str]:
        return list(self.of.SPEC.requirements)

    @told("The roles by which the viewer may say it: it may be of whatever lies in the scope of one of them.")
    def roles(self) -> list[HeldRole]:
        return [HeldRole(asking=self.asking, role=role) for role in self.held]


@strawberry.type(description="Whoever asks, by the token of the request.")
class Viewer:
    asking: strawberry.Private[Info]
    principal: strawberry.Private[Principal]

    @told("The subject of the token.")
    def id(self) -> str:
        return self.principal.id

    @told("The person whom events name by that; null for a subject that is no id, such as a role's name with its scope.")
    def person(self) -> Shown[Person] | None:
        return person(self.asking.context.facts(None, None), self.principal.id) if re.match(ID_PATTERN, self.principal.id) else None

    @told("The roles of the token, by name.")
    def roles(self) -> list[HeldRole]:
        return [HeldRole(asking=self.asking, role=role) for role in sorted(self.principal.roles, key=str)]

    @told("The commands that these roles allow, by name: all of them, or those about one thing.")
    def commands(self, about: About = None) -> list[AllowedCommand]:
        facts, roles = self.asking.context.facts(None, None), self.principal.roles
        found = permitted(roles) if about is None else permitted_about(facts, roles, _thing(self.asking, about))
        allowed = (AllowedCommand(asking=self.asking, of=one.command, held=one.roles) for one in found)
        return sorted(allowed, key=lambda one: one.of.SPEC.name)


def _thing(info: Info, global_id: str) -> str:
    """The global id of something that was heard of. Raises Invalid for what is none, NotFound for what was never heard of."""
    kind = split(global_id)[0]
    if kind not in KINDS:
        raise Invalid(f"{global_id[:80]!r} is no global id", field="about", remedy="Give one such as team:parks.")
    return f"{kind}:{chosen(info.context.world, kind, global_id, 'about')}"


def viewer(info: Info) -> Viewer:
    """Who asks."""
    return Viewer(asking=info, principal=info.context.principal)
