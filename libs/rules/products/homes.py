"""The organisation that a product belongs to: by its own statement or its program's, whichever was made first (S4-08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationsMerged, Policy
from libs.events.catalog.portfolio.product import PRODUCT, Product
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM, Team
from libs.events.event import split
from libs.events.facts import Facts


def home_of_product(facts: Facts, product: Product | None) -> str | None:
    """The organisation that answers for a product; None while none is known."""
    if product is None or product.home is not None:
        return product.home if product else None
    program = facts.defined(PROGRAM, product.program)
    return program.home if program else None


def policy_at(facts: Facts, organisation: str | None) -> Policy:
    """The thresholds that hold in an organisation at this moment; the defaults where it has set none or is not known (S1-26)."""
    found = facts.get(ORGANISATION, organisation)
    return found.policy if found else Policy()


def successions(facts: Facts, organisation: str) -> tuple[tuple[date, str], ...]:
    """An organisation, and what it was merged into, and that in turn, each with the first day on which it is in its place."""
    chain, found = facts.heirs(ORGANISATION, organisation), [(date.min, organisation)]
    for one, into in pairwise(chain):
        said = [event for event in facts.history(ORGANISATION, into) if isinstance(event.data, OrganisationsMerged) and one in event.data.merged]
        found.append((max(found[-1][0], said[0].time.date()), into))
    return tuple(found)


def merger_days(facts: Facts, organisation: str | None) -> set[date]:
    """The days on which others became part of an organisation, or of what became part of it."""
    merged = facts.merged(ORGANISATION, organisation) if organisation is not None else ()
    return {since for one in merged for since, _ in successions(facts, one)[1:]}


def products_at(facts: Facts, organisation: str | None) -> Sequence[Product]:
    """The products that are at home in an organisation (None: all), by id."""
    if organisation is None:
        return facts.every(PRODUCT)
    found = {product.id: product for product in facts.related(PRODUCT, "home", organisation)}
    for program in facts.related(PROGRAM, "home", organisation):
        found |= {product.id: product for product in facts.related(PRODUCT, "program", program.id) if product.home is None}
    return [product for _, product in sorted(found.items())]


def product_ids(facts: Facts, organisation: str | None) -> tuple[str, ...]:
    """The ids of the same."""
    return tuple(product.id for product in products_at(facts, organisation))


def teams_at(facts: Facts, organisation: str | None) -> Sequence[Team]:
    """The teams that are at home in an organisation (None: all), by id."""
    return facts.every(TEAM) if organisation is None else facts.related(TEAM, "home", organisation)


def home_of_subject(facts: Facts, subject: str) -> str | None:
    """The organisation that answers for a team, a product, a program or an organisation, by its global id; None while none is known."""
    kind, id = split(subject)
    if kind == "product":
        return home_of_product(facts, facts.get(PRODUCT, id))
    if kind == "organisation":
        return id
    found = facts.get(TEAM, id) if kind == "team" else facts.get(PROGRAM, id)
    return found.home if found else None
