"""Change requests: raised, linked to a release, decided by the board; and the dependencies between products, which only change by one."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.roadmap.change import AddDependency, AttachEvidence, ChangeOfRelation, DecideChange, RaiseChangeRequest, RemoveDependency
from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided, Invalid
from libs.commands.import_revision import take_back
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.roadmap.change import ChangeDecided, ChangeRaised, ChangeRequest, Effect
from libs.events.catalog.roadmap.change_class import CHANGE_CLASS
from libs.events.event import Payload
from libs.rules.products.dependencies import dependencies
from libs.rules.products.homes import home_of_product
from services.roadmap.domain import decisions


@decisions.decides(RaiseChangeRequest)
def raise_change_request(command: RaiseChangeRequest, case: Case[ChangeRequest]) -> None:
    """The board is asked (S0-16). The class of a change is one of its product's home (S3-10). Raises Refused."""
    of, home = case.current.get(CHANGE_CLASS, command.change_class), home_of_product(case.current, case.current.get(PRODUCT, command.product))
    if of is not None:
        where = f"at home in {home!r}" if home else "of no home that is known"
        what = f"the class {of.id!r} is of {of.organisation!r}, and {command.product!r} is {where}"
        remedy = "Name a class of the organisation where the product is at home, or leave it out: then the board decides."
        case.demand("S3-10", home == of.organisation, what, remedy=remedy, field="change_class")


@decisions.decides(DecideChange)
def decide_change(command: DecideChange, case: Case[ChangeRequest]) -> Iterator[Payload]:
    """The board's outcome, once (S0-16; that it is the board's is the authority of the topic)."""
    if case.there.decision is not None and not case.revising:
        rule = "S0-17" if case.there.dependency else "S0-16"
        raise AlreadyDecided(
            rule, f"the change request {case.id!r} is decided already", field="change", remedy="Raise another change request: roadmap.raise_change_request."
        )
    yield from take_back(case, case.there.decision)
    yield ChangeDecided.of(command)


@decisions.decides(AttachEvidence)
def attach_evidence(command: AttachEvidence, case: Case[ChangeRequest]) -> None:
    """What the class of the change asks for, word for word: another word would count for nothing, and nobody would be told (S3-10)."""
    of = case.current.get(CHANGE_CLASS, case.there.change_class)
    if of is not None and command.evidence not in of.evidence:
        asked = "; ".join(of.evidence)
        raise Invalid(f"the class {of.id!r} asks for no {command.evidence!r}", field="evidence", remedy=f"Say it in the words of the class: {asked}.")


@decisions.decides(AddDependency)
def add_dependency(command: AddDependency, case: Case[ChangeRequest]) -> Iterator[Payload]:
    """The board is asked for an edge (S0-17) that is not there yet."""
    if command.on == command.product:
        raise Invalid("a product does not depend on itself", field="on")
    if not case.revising and command.on in dependencies(case.facts, command.product):
        raise Invalid(f"{command.product!r} depends on {command.on!r} already", field="on")
    yield _raised(command, f"Depend on {command.on}", Effect.BEGINS)


@decisions.decides(RemoveDependency)
def remove_dependency(command: RemoveDependency, case: Case[ChangeRequest]) -> Iterator[Payload]:
    """The board is asked to end an edge (S0-17) that is there."""
    if not case.revising and command.on not in dependencies(case.facts, command.product):
        raise Invalid(f"{command.product!r} does not depend on {command.on!r}", field="on")
    yield _raised(command, f"No longer depend on {command.on}", Effect.CEASES)


def _raised(command: ChangeOfRelation, title: str, effect: Effect) -> ChangeRaised:
    return ChangeRaised.of(command, title=command.title or title, effect=effect)
