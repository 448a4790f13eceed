"""Whose a thing is: what it rests on, what of that is known, and which roles have it in their scope."""

from __future__ import annotations

import pytest

from libs.events.catalog.backlog.item import ItemStarted
from libs.events.catalog.portfolio.loan import TeamLent
from libs.events.catalog.portfolio.organisation import OrganisationRegistered, OrganisationsMerged
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, Staffing, TeamFormed
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseStage
from libs.events.catalog.roadmap.vision import VisionSet
from libs.events.event import Payload, Retracted
from libs.rules.authority import answering, belonging, covers, known, of_those_at_home, rests_on, who_may
from libs.rules.roles import Role
from tests.rules.test_authority import invests, said

T_OF_ENV = ("team:t", TeamFormed(name="T", home="env"))
LENT = ("loan:l", TeamLent(team="t", lender="env", borrower="citz", staffing=Staffing.STAFF, agreement="Signed", offered=True))
BETA = ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta")


@pytest.mark.requirement("S4-15")
def test_a_loan_is_answered_in_the_borrowers_name_and_spoken_of_in_the_lenders() -> None:
    facts = said(T_OF_ENV, LENT)
    assert answering(facts, "loan answers", "loan", "l") == frozenset({("organisation", "citz")})
    assert answering(facts, "loans", "loan", "l") is None
    assert belonging(facts, "loan", "l") == {("team", "t"), ("organisation", "env")}
    assert answering(said(), "loan answers", "loan", "unheard-of") is None


def test_what_a_merged_organisation_answered_for_is_its_heirs_alone() -> None:
    merged = OrganisationsMerged(into="env", merged=("citz",), reason="One ministry")
    facts = said(("organisation:citz", OrganisationRegistered(name="C")), ("organisation:env", OrganisationRegistered(name="E")), ("organisation:env", merged))
    assert belonging(facts, "organisation", "citz") == {("organisation", "env")} == belonging(facts, "organisation", "env")


@pytest.mark.parametrize(("kind", "data"), [("item", ItemStarted()), ("vision", Retracted(event="vision:z@1", reason="Wrong"))])
def test_what_only_leftovers_tell_of_is_nobodys(kind: str, data: Payload) -> None:
    assert belonging(said((f"{kind}:z", data)), kind, "z") == frozenset()


def test_what_is_of_a_thing_named_by_its_global_id_is_whose_that_is() -> None:
    facts = said(("product:permits", ProductRegistered(name="Permits", home="env")), ("vision:v", VisionSet(subject="product:permits", text="Online")))
    assert belonging(facts, "vision", "v") == {("product", "permits"), ("organisation", "env")}


def test_a_reading_of_a_teams_health_names_nothing_that_it_would_be_of() -> None:
    assert rests_on(HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="check")) is None


@pytest.mark.parametrize("named", [{"team": "t"}, {"product": "permits"}, {"team": "t", "product": "permits"}])
def test_an_investment_is_known_once_one_of_what_it_is_for_was_said(named: dict[str, str]) -> None:
    assert known(said(invests(**named)), "investment", "i")
    assert not known(said(), "investment", "i")


def test_what_gives_nothing_else_a_home_is_known_where_its_own_is_named_and_was_not_taken_back() -> None:
    assert known(said(("release:r", BETA)), "release", "r")
    assert not known(said(), "release", "r")
    assert not known(said(("release:r", BETA), ("release:r", Retracted(event="release:r@1", reason="Wrong"))), "release", "r")


def test_teams_are_at_home_in_an_organisation_and_not_in_what_has_its_name() -> None:
    facts = said(T_OF_ENV, ("team:u", TeamFormed(name="U", home="citz")))
    assert of_those_at_home(facts, frozenset({("organisation", "env")})) == {("team", "t")}
    assert of_those_at_home(facts, frozenset({("product", "env"), ("team", "citz")})) == frozenset()


@pytest.mark.requirement("S4-20")
@pytest.mark.parametrize(
    ("role", "lies_in", "in_scope"),
    [
        ("product_owner@*", ("product", "permits"), True),
        ("product_owner@*", ("organisation", "env"), False),
        ("product_owner@*", ("team", "t"), False),
        ("product_owner@permits", ("product", "permits"), True),
        ("product_owner@permits", ("team", "permits"), False),
        ("product_owner@permits", ("product", "taxes"), False),
        ("team@*", ("organisation", "env"), True),
        ("executive@*", ("product", "permits"), True),
        ("lab_ops", ("organisation", "env"), True),
    ],
)
def test_a_role_covers_what_its_scope_names_and_an_owner_of_all_products_every_product(role: str, lies_in: tuple[str, str], in_scope: bool) -> None:
    assert covers(Role.parse(role), frozenset({lies_in})) is in_scope
    assert not covers(Role.parse("product_owner@*"), frozenset())


def test_a_refusal_names_several_scopes_in_one_order() -> None:
    teams = [f"t{number}" for number in range(9)]
    assert who_may("experiments", frozenset(("team", id) for id in teams)) == " or ".join(f"team@{id}" for id in teams)
