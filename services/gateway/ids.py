"""Global ids: `kind:id` outside, `id` inside."""

from __future__ import annotations

import strawberry


def outside(kind: str, id: str) -> strawberry.ID:
    """The readable global id of an aggregate, `team:biohub`."""
    return strawberry.ID(f"{kind}:{id}")


def inside(kind: str, given: str) -> str | None:
    """The id that commands use, from a global id or a plain one; None for the id of another kind."""
    before, colon, after = given.partition(":")
    if not colon:
        return given
    return after if before == kind else None
