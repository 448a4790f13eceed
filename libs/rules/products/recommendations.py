"""What came of a recommendation: whether it may be carried out, the changes that do, and whether they are done (S1-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.roadmap.recommendation import RECOMMENDATION
from libs.events.event import KINDS, day_of
from libs.events.facts import Facts
from libs.events.references import name_field
from libs.events.values import GlobalId


class CarriedOutBy(NamedTuple):
    """A change that carries out a recommendation (S1-12)."""

    change: Annotated[GlobalId, Doc("The release, the improvement or the initiative that names the recommendation: its global id.")]
    name: Annotated[str, Doc("As people call it.")]
    done_on: Annotated[date | None, Doc("The day on which it was published, finished or closed; null before.")]


def declined(facts: Facts, id: str | None) -> str | None:
    """What stands against carrying out a recommendation, in words: that the product owner has declined it (S1-12); None where nothing does."""
    found = facts.get(RECOMMENDATION, id)
    day = day_of(found.declined) if found is not None else None
    return f"the recommendation {id!r} was declined on {day}" if day is not None else None


_DONE: Final[Mapping[str, str]] = {"release": "published", "improvement": "finished", "initiative": "closed"}
"""The kinds of changes that name a recommendation, and the event of their states by which they are done."""


def carried_out_by(facts: Facts, recommendation: str) -> tuple[CarriedOutBy, ...]:
    """The changes that name a recommendation: releases, improvements, initiatives, each kind by id."""
    return tuple(
        CarriedOutBy(kind.key(state.id), getattr(state, name_field(kind)) or state.id, day_of(getattr(state, done)))
        for kind, done in ((KINDS[name], done) for name, done in _DONE.items() if name in KINDS)
        for state in facts.related(kind, "recommendation", recommendation)
    )
