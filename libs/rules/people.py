"""Who answers for something, and who may see somebody's name: by default whoever has a role in an organisation that the person works for (S4-20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.backlog.backlog import BACKLOG
from libs.events.catalog.portfolio.organisation import NamesSeenBy
from libs.events.catalog.portfolio.people.accountable import ACCOUNTABLE, AccountableAs
from libs.events.catalog.portfolio.people.person import PERSON
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import began_by, split
from libs.events.facts import Facts
from libs.events.values import PersonId
from libs.rules.authority import belonging
from libs.rules.products.homes import home_of_product, policy_at
from libs.rules.roles import Role

NOWHERE = frozenset({"subscriber"})
"""Roles of programs that take events, in which there are no names: they are within no organisation."""
STEERING = frozenset({"executive", "portfolio_manager", "lab_ops"})
"""Roles of those who answer for people."""


class AnsweringFor(NamedTuple):
    """Who answers for something, as what, and since when (S4-20)."""

    role: Annotated[AccountableAs, Doc("As what they answer for it.")]
    person: Annotated[PersonId, Doc("Who answers for it.")]
    since: Annotated[date, Doc("The day since which they do.")]


def accountable(facts: Facts, subject: str) -> tuple[AnsweringFor, ...]:
    """Who answers for a thing (its global id) at this moment: for each role whoever was named last, by day, unless the last day is over."""
    found = {}
    for one in sorted(facts.related(ACCOUNTABLE, "subject", subject), key=lambda one: began_by(one.named, one.id)):
        if one.named is not None:
            found[one.role] = one
    standing = [found[role] for role in AccountableAs if role in found]
    return tuple(
        AnsweringFor(one.role, one.person, one.named.time.date()) for one in standing if one.named is not None and (one.until is None or one.until >= facts.day)
    )


def organisations_of(facts: Facts, person: str) -> frozenset[str]:
    """The organisations whose people somebody is among: that of the registration, the homes of their teams, also former ones, of the backlogs that they own,
    and of what they answer for.
    """
    registered = facts.get(PERSON, person)
    own = {registered.organisation} if registered is not None and registered.organisation else set()
    return frozenset(own.union(*(facts.derive(found).get(person, ()) for found in (_of_teams, _of_backlogs, _of_accountables))))


def sees_name(facts: Facts, roles: Iterable[Role], person: str) -> bool:
    """Whether these roles may see the name and the address of a person, by the policy of one of the person's organisations.

    Of whoever works for none that is known, only those whose role holds for all may.
    """
    known = [role for role in roles if role.name not in NOWHERE]
    if any(role.everywhere for role in known):
        return True
    return any(_by_policy(facts, known, organisation) for organisation in facts.derive(organisations_of, person))


def _by_policy(facts: Facts, roles: Collection[Role], organisation: str) -> bool:
    match policy_at(facts, organisation).names_seen_by:
        case NamesSeenBy.ALL:
            return bool(roles)
        case NamesSeenBy.STEERING:
            roles = [role for role in roles if role.name in STEERING]
    return any(_within(facts, role, organisation) for role in roles)


def _within(facts: Facts, role: Role, organisation: str) -> bool:
    if role.scope_kind is None or role.scope is None:
        return role.scope is None
    return (role.scope_kind, role.scope) == ("organisation", organisation) or ("organisation", organisation) in belonging(facts, role.scope_kind, role.scope)


def _of_teams(facts: Facts) -> Mapping[str, frozenset[str]]:
    return _gathered((member.person, team.home) for team in facts.every(TEAM) for member in team.members)


def _of_backlogs(facts: Facts) -> Mapping[str, frozenset[str]]:
    owned = [backlog for backlog in facts.every(BACKLOG) if backlog.owner]
    return _gathered((one.owner or "", home_of_product(facts, facts.get(PRODUCT, one.id))) for one in owned)


def _of_accountables(facts: Facts) -> Mapping[str, frozenset[str]]:
    named = [(one.person, belonging(facts, *split(one.subject))) for one in facts.every(ACCOUNTABLE) if one.subject]
    return _gathered((person, id) for person, lies_in in named for of, id in lies_in if of == "organisation")


def _gathered(pairs: Iterable[tuple[str, str | None]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for person, organisation in pairs:
        if organisation:
            found.setdefault(person, set()).add(organisation)
    return {person: frozenset(homes) for person, homes in found.items()}
