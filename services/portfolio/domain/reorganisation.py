"""Names and homes: from a day on, of what was there by then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from libs.commands.catalog.portfolio.reorganisation import MergeOrganisations, Move, Rename
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.import_revision import anew, of_row
from libs.events.catalog.portfolio.organisation import ORGANISATION, Organisation, OrganisationsMerged
from libs.events.catalog.portfolio.reorganisation import Moved
from libs.events.event import Payload
from libs.rules.authority import known
from services.portfolio.domain import decisions


@decisions.decides(Rename)
def rename(command: Rename, case: Case[Any]) -> None:
    """Another name, of what was there by then (S4-08). Raises Invalid before that."""
    was_there(case)


@decisions.decides(Move)
def move(command: Move, case: Case[Any]) -> Iterator[Payload]:
    """Another home, of what was there by then (S4-08). Raises Invalid before that, and for an organisation that is not known."""
    was_there(case)
    if not known(case.current, ORGANISATION.name, command.to):
        raise Invalid(f"there is no organisation {command.to!r}", field="to", remedy="Check the id, or register it first: portfolio.register_organisation.")
    yield from anew(case, Moved.of(command, left=case.then.home if case.then else None))


@decisions.decides(MergeOrganisations)
def merge_organisations(command: MergeOrganisations, case: Case[Organisation]) -> Iterator[Payload]:
    """Organisations that were there by then become part of one that stands by itself. Raises Invalid for itself, for what is not known, and once merged."""
    was_there(case)
    said = OrganisationsMerged.of(command)
    row = of_row(case)
    before = row.data.merged if row and isinstance(row.data, OrganisationsMerged) else ()
    for field, one in (("into", case.id), *(("from", one) for one in said.merged)):
        heir = case.current.heir(ORGANISATION, one)
        if heir != one and not (one in before and heir == case.id):
            retracting = "Retract that first, if it was wrong: portfolio.retract."
            raise Invalid(f"{one} was merged into {heir} already", field=field, remedy=f"Name {heir} instead. {retracting}")
    for one in said.merged:
        if one == case.id:
            raise Invalid(f"{one} cannot be merged into itself", field="from")
        if not known(case.facts, ORGANISATION.name, one) or case.facts.definition(ORGANISATION, one):
            raise Invalid(f"there was no organisation {one!r} by {case.at.date()}", field="from", remedy="Check the id, and the day.")
    yield from anew(case, said)


def was_there(case: Case[Any]) -> None:
    """It was said by then, as of an earlier day, what a thing is. Raises Invalid."""
    if case.then is None or not case.kind.known(case.then) or case.facts.definition(case.kind, case.id):
        raise Invalid(f"{case.id} was not there by {case.at.date()}", field="at", remedy="Give a later day, or say first that it was there by then.")
