"""Who may see somebody's name."""

from __future__ import annotations

import pytest

from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.portfolio.organisation import NamesSeenBy, OrganisationRegistered, PolicySet
from libs.events.catalog.portfolio.people.person import PersonRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import MemberJoined, Staffing, TeamFormed, TeamRole
from libs.rules.people import organisations_of, sees_name
from libs.rules.roles import Role
from tests.given import Read, given, say

MEMBER = MemberJoined(person="ada", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF)
WITHIN = ("executive@env", "team@parks", "product_owner@permits", "cab@env", "lab_ops", "auditor", "executive@*")
OUTSIDE = ("executive@citz", "team@roads", "product_owner@taxes", "subscriber")


def small(seen_by: NamesSeenBy | None = None) -> Read:
    return given(
        say("organisation:env", OrganisationRegistered(name="Environment"), *([PolicySet(names_seen_by=seen_by)] if seen_by else [])),
        say("product:permits", ProductRegistered(name="Permits", home="env")),
        say("team:parks", TeamFormed(name="Parks", home="env", products=("permits",)), MEMBER),
        say("team:roads", TeamFormed(name="Roads", home="citz", products=())),
        say("backlog:permits", BacklogOpened(owner="grace")),
        say("person:mary", PersonRegistered(organisation="citz")),
        say("person:alan", PersonRegistered()),
    )


def seeing(told: Read, person: str, roles: tuple[str, ...]) -> list[str]:
    return [role for role in roles if sees_name(told.facts, [Role.parse(role)], person)]


def test_somebody_works_where_they_are_registered_on_a_team_or_own_a_backlog() -> None:
    facts = small().facts
    assert {person: organisations_of(facts, person) for person in ("ada", "grace", "mary", "alan")} == {
        "ada": {"env"},
        "grace": {"env"},
        "mary": {"citz"},
        "alan": frozenset(),
    }


@pytest.mark.requirement("S4-20")
def test_by_default_whoever_has_a_role_within_the_organisation_sees_a_name() -> None:
    assert seeing(small(), "ada", WITHIN + OUTSIDE) == [*WITHIN]
    assert seeing(small(), "alan", WITHIN + OUTSIDE) == ["lab_ops", "auditor", "executive@*"], "who works nowhere is for those whose role holds for all"


def test_whoever_was_registered_is_known_with_an_organisation_or_without() -> None:
    told = small()
    for person, known in (("person:mary", True), ("person:alan", True), ("person:ada", False)):
        told.shows(person, "known", known)
    assert "not registered yet" not in told.text("/people/alan")


def test_a_policy_shows_names_to_all_or_to_those_who_steer_alone() -> None:
    assert seeing(small(NamesSeenBy.ALL), "ada", OUTSIDE) == ["executive@citz", "team@roads", "product_owner@taxes"]
    assert seeing(small(NamesSeenBy.STEERING), "ada", WITHIN + OUTSIDE) == ["executive@env", "lab_ops", "auditor", "executive@*"]
