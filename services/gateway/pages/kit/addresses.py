"""The addresses of the pages of things, for the kinds that have pages."""

from __future__ import annotations

from libs.events.references import path_of, thing_of
from services.gateway.graphql.types.kinds.types import BY_KIND


def address_of(global_id: str) -> str | None:
    """The path of the page of a thing; None for what has no page of its own, such as a person."""
    return path_of(global_id) if thing_of(global_id)[0] in BY_KIND else None
