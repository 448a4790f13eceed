"""Which organisation a product is at home in: where it was said, else where its program is, whichever of the two was said first (S4-08)."""

from __future__ import annotations

from collections.abc import Sequence

from libs.events.catalog.portfolio.product import PRODUCT, Product
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.facts import Facts


def home_of_product(facts: Facts, product: Product | None) -> str | None:
    """The organisation that answers for a product; None while none is known."""
    if product is None or product.home is not None:
        return product.home if product else None
    program = facts.defined(PROGRAM, product.program)
    return program.home if program else None


def products_at(facts: Facts, organisation: str | None) -> Sequence[Product]:
    """The products that are at home in an organisation (None: all), by id."""
    if organisation is None:
        return facts.every(PRODUCT)
    found = {product.id: product for product in facts.related(PRODUCT, "home", organisation)}
    for program in facts.related(PROGRAM, "home", organisation):
        found |= {product.id: product for product in facts.related(PRODUCT, "program", program.id) if product.home is None}
    return [product for _, product in sorted(found.items())]
