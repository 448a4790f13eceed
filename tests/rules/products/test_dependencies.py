"""On what a product depends: what the last approved change of each says, by id."""

from __future__ import annotations

from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.roadmap.change import ChangeDecided, ChangeRaised, Effect
from libs.rules.products.dependencies import dependencies, dependency_evidence
from libs.rules.products.homes import products_at
from tests.rules.way import Statement, seen, world_of


def raised(id: str, on: str | None, n: int, effect: Effect | None = Effect.BEGINS, approved: bool = True) -> list[Statement]:
    said = ChangeRaised(product="p", title="So", on=on, effect=effect)
    return [Statement(f"change:{id}", said, n), Statement(f"change:{id}", ChangeDecided(approved=approved, reason="so"), n + 1)]


def test_what_it_depends_on_comes_by_id_and_rests_on_request_and_approval() -> None:
    said = [
        *raised("a", "zeta", 1),
        *raised("b", "beta", 3),
        *raised("c", "eta", 5, approved=False),
        *raised("d", None, 7, effect=None),
        *raised("e", "eve", 9),
    ]
    facts = seen(world_of([*said, *raised("f", "eve", 11, Effect.CEASES)]), 20)
    assert dependencies(facts, "p") == ("beta", "zeta")
    assert [event.id for event in dependency_evidence(facts, "p")["zeta"]] == ["change:a@1", "change:a@2"]


def test_a_product_is_at_home_where_it_says_and_else_where_its_program_is_and_products_come_by_id() -> None:
    said = [
        Statement("program:water", ProgramOpened(name="Water", home="env"), 1),
        Statement("product:z", ProductRegistered(name="Z", home="env"), 1),
        Statement("product:a", ProductRegistered(name="A", program="water"), 1),
        Statement("product:elsewhere", ProductRegistered(name="E", home="citz", program="water"), 1),
    ]
    facts = seen(world_of(said), 5)
    assert [one.id for one in products_at(facts, "env")] == ["a", "z"]
    assert [one.id for one in products_at(facts, "citz")] == ["elsewhere"]
