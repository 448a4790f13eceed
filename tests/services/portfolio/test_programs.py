"""Programs: a product is of one, which counts for its money, and may be linked to several (S4-08)."""

from __future__ import annotations

from typing import Any

import pytest

from libs.commands.catalog.portfolio.program import LinkProduct, UnlinkProduct
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.investment import InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import PROGRAM, ProductsLinked, ProductsUnlinked, ProgramOpened
from libs.events.event import Retracted
from libs.rules.authority import belonging
from services.portfolio.domain import decisions
from tests.given import given, say

MANAGER = "portfolio_manager@env"
LINKED = ProductsLinked(linked_products=("taxes",))


def link(of: type[Any] = LinkProduct, **fields: Any) -> Any:
    return of.model_validate({"program": "water", "product": "taxes", **fields})


def unlink(**fields: Any) -> Any:
    return link(UnlinkProduct, **{"reason": "It stands alone", **fields})


def water() -> Scenario:
    scenario = Scenario(decisions).given("program:water", ProgramOpened(name="Water", home="env"), at="2024-02-01")
    scenario.given("product:wells", ProductRegistered(name="Wells", program="water"), at="2024-02-01")
    return scenario.given("product:taxes", ProductRegistered(name="Taxes", home="citz", program="revenue"), at="2024-02-01")


@pytest.mark.requirement("S4-08")
def test_a_product_is_linked_to_a_program_once_and_unlinked_with_a_reason() -> None:
    s = water()
    for other in ("portfolio_manager@citz", "executive@env", "lab_ops"):
        s.when(link(), by=other).refused(NotAllowed)
    s.when(link(program="fire"), by=MANAGER).refused(NotFound)
    s.when(link(product="unheard"), by=MANAGER).refused(NotFound)
    s.when(link(product="wells"), by=MANAGER).refused(Invalid)
    s.when(link(at="2024-01-01"), by=MANAGER).refused(Invalid)
    s.when(unlink(), by=MANAGER).refused(NotFound)
    before = belonging(s.facts(), "product", "taxes")
    s.when(link(at="2024-03-01"), by=MANAGER).then(LINKED)
    s.when(link(), by=MANAGER).refused(AlreadyExists)
    assert belonging(s.facts(), "product", "taxes") == before, "who answers for it stays"
    s.when(unlink(at="2024-02-15"), by=MANAGER).refused(NotFound)
    s.when(unlink(at="2024-05-01"), by="portfolio_manager@citz").refused(NotAllowed)
    s.when(unlink(at="2024-05-01"), by=MANAGER).then(ProductsUnlinked(linked_products=("taxes",), reason="It stands alone"))
    s.when(unlink(), by=MANAGER).refused(NotFound)
    assert [[one.id for one in s.facts(day).related(PROGRAM, "linked_products", "taxes")] for day in ("2024-02-20", "2024-04-01", "2024-06-01")] == [
        [],
        ["water"],
        [],
    ]
    s.given("program:water", Retracted(event="program:water@3", reason="It was the other")).when(link(), by=MANAGER).refused(AlreadyExists)


@pytest.mark.requirement("S4-08")
def test_a_row_that_changed_links_another_product_instead() -> None:
    s = water()
    s.when(link(at="2024-03-01"), by="importer").then(LINKED)
    s.given("product:fees", ProductRegistered(name="Fees", home="citz"))
    s.when(link(at="2024-03-01", product="fees"), by="importer", revising=True, row=("program:water@2",))
    program = s.facts().get(PROGRAM, "water")
    assert program is not None and program.linked_products == ("fees",)


@pytest.mark.requirement("S4-08")
def test_a_linked_product_shows_on_both_sides_and_counts_for_its_own_program_alone() -> None:
    told = given(
        say("organisation:env", OrganisationRegistered(name="Environment")),
        say("program:water", ProgramOpened(name="Water", home="env")),
        say("program:revenue", ProgramOpened(name="Revenue", home="env")),
        say("product:taxes", ProductRegistered(name="Taxes", program="revenue")),
        say("investment:i", InvestmentProposed(product="taxes", amount=money("100.00"), value="Less paper")),
        say("investment:i", InvestmentDecided(approved=True, reason="Worth it")),
        say("program:water", LINKED, at="2024-03-01"),
    )
    shown = told.on("2024-03-02")
    shown.shows("program:water", "linkedProducts.name", ["Taxes"])
    shown.shows("program:water", "products", [])
    shown.shows("product:taxes", "linkedPrograms.name", ["Water"])
    shown.shows("program:revenue", "investment.committed.amount", ["100.00"])
    shown.shows("program:water", "investment.committed", [])
    shown.says("/products/taxes", "part of Revenue, linked to Water")
    shown.says("/programs/water", "Linked products", "Taxes")
