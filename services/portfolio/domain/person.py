"""People: registered under an id, forgotten, and named as those who answer for something. Names and addresses are no part of what is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from libs.commands.catalog.portfolio.accountable import NameAccountable
from libs.commands.catalog.portfolio.person import ForgetPerson, RegisterPerson
from libs.commands.decision import Case
from libs.commands.errors import AlreadyExists, Invalid
from libs.commands.import_revision import of_row, take_back
from libs.events.catalog.portfolio.people.accountable import Accountable
from libs.events.catalog.portfolio.people.person import Person, PersonRegistered
from libs.events.event import Payload
from libs.events.ports.people import Particulars
from libs.rules.roles import EVERYWHERE, Role
from services.portfolio.domain import decisions

Named = Callable[[str], Particulars | None]
"""What is kept of an id."""


def _nobody(id: str) -> None:
    return None


@decisions.decides(RegisterPerson)
def register_person(command: RegisterPerson, case: Case[Person], *, named: Named = _nobody) -> Iterator[Payload]:
    """A name for an id, also another one; for the organisation that is named, or whose role says it. What is kept already is not said again.

    Raises AlreadyExists for whoever was forgotten.
    """
    there = case.now
    if there is not None and there.forgotten is not None:
        raise AlreadyExists(
            f"{case.id} was forgotten on {there.forgotten.time.date()}",
            field="person",
            remedy="Use another id. Where the forgetting was a mistake, lab_ops retracts it first (portfolio.retract).",
        )
    role = Role.parse(case.actor.role)
    own = role.scope if role.scope_kind == "organisation" and role.scope != EVERYWHERE else None
    said = PersonRegistered(organisation=command.organisation or (there.organisation if there is not None else None) or own)
    kept = named(case.id)
    before = of_row(case) if case.revising else there.registered if there is not None else None
    other = before is None or before.data != said or (case.revising and before.time != case.at)
    if other or kept is None or kept[:2] != (command.name, command.address):
        yield from take_back(case, before)
        yield said


@decisions.decides(ForgetPerson)
def forget_person(command: ForgetPerson, case: Case[Person], *, named: Named = _nobody) -> None:
    """Once, after the registration, also where that was retracted since; `named` tells what is kept of an id, so that the reason does
    not say for ever what is taken away.

    Raises AlreadyExists, and Invalid.
    """
    there = case.now or Person(id=case.id)
    if there.forgotten is not None and not case.revising:
        raise AlreadyExists(f"{case.id} was forgotten on {there.forgotten.time.date()}", field="person", remedy="Nothing is left to take away.")
    if there.registered is not None and case.at < there.registered.time:
        raise Invalid(f"{case.id} was registered on {there.registered.time.date()}, after that", field="at", remedy="Give a later time, or leave it out.")
    kept = named(case.id)
    said = command.reason.casefold()
    if kept is not None and any(text.casefold() in said for text in (kept.name, kept.address) if text):
        raise Invalid("the reason says the name or the address, and would stand for good", field="reason", remedy="Say why without saying who it is.")


@decisions.decides(NameAccountable)
def name_accountable(command: NameAccountable, case: Case[Accountable]) -> None:
    """For one thing, for days that are not over (S4-20). Raises Invalid."""
    if case.now is not None and not case.revising and command.subject != case.now.subject:
        what = f"{case.id!r} says who answers for {case.now.subject}"
        raise Invalid(what, field="subject", remedy="Name somebody anew: leave the id out, or give another.")
    if command.until is not None and command.until < case.at.date():
        raise Invalid(f"it would hold until {command.until}, before it begins on {case.at.date()}", field="until")
