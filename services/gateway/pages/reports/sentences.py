"""Sentences that several reports make of what the page of a team or a product shows."""

from __future__ import annotations

from collections.abc import Iterable

from services.gateway.pages.kit import words
from services.gateway.pages.product.page import ProductView
from services.gateway.pages.team.page import TeamView


def figures(view: TeamView | ProductView) -> Iterable[str]:
    """What the page shows at a glance."""
    return (words.sentence(f"{name}: {value}") for name, value in view.facts)


def money(view: TeamView | ProductView) -> Iterable[str]:
    """How forecast and spending compare with what was approved, and what should be looked at; nothing where that is withheld."""
    return (*view.money.said, *(one.text for one in view.money.warnings)) if view.money else ()


def lacking(view: TeamView) -> Iterable[str]:
    """What a team still needs before it can graduate: its next step, and each criterion that is not met, with why."""
    yield from (f"Next: {view.card.next_step}",) if view.card.next_step else ()
    unmet = [one for one in view.card.criteria if not one.met]
    yield from (f"{one.id} {one.title}: {one.why}" for one in unmet)
    if not unmet:
        yield "Every criterion is met."


def functions(view: TeamView) -> Iterable[str]:
    """How far each function of the home organisation is with taking over."""
    return (f"{function}: {state}{', prepared late' if late else ''}." for function, state, late in view.card.handoff)
