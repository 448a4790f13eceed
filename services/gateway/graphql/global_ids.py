"""Converts global ids (`kind:id`) to plain ids and back."""

from __future__ import annotations

import strawberry

from libs.commands.errors import Invalid, NotFound
from libs.commands.validation import did_you_mean
from libs.events.event import split
from libs.events.ports.histories import Histories
from libs.events.references import heard_of
from libs.rules.text import with_article


def outside(kind: str, id: str) -> strawberry.ID:
    """The readable global id of an aggregate, `team:biohub`."""
    return strawberry.ID(f"{kind}:{id}")


def inside(kind: str, given: str) -> str | None:
    """The id that commands use, from a global id or a plain one; None for the id of another kind."""
    before, colon, after = given.partition(":")
    if not colon:
        return given
    return after if before == kind else None


def chosen(histories: Histories, kind: str, given: str, field: str) -> str:
    """The id that somebody narrows an answer by. Raises Invalid for the id of something else, NotFound for what was never heard of."""
    id, called = inside(kind, given), kind.replace("_", " ")
    if not id:
        raise Invalid(f"{given[:80]!r} is not the id of {with_article(called)}", field=field)
    if not heard_of(histories, kind, id):
        near = did_you_mean(id, [split(aggregate)[1] for aggregate in histories.all(kind)])
        raise NotFound(f"there is no {called} {id[:80]!r}{near}", field=field, remedy=f"Give the id of {with_article(called)} that is known here.")
    return id
