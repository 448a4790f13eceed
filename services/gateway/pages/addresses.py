"""The address of everything: of each kind the list, and the page of each of its things, made by hand or from its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from libs.events.event import KINDS
from libs.events.references import thing_of
from services.gateway.types.kinds import BY_KIND

OTHERWISE: Final[Mapping[str, str]] = MappingProxyType({"change": "change-requests", "metric": "product-metrics"})
"""Kinds whose plural is the address of something else: `/changes` tells what moved, `/metrics` is the operator's."""


def list_of(kind: str) -> str:
    """The path of the list of a kind: its plural, `/roadmap-items`."""
    return "/" + (OTHERWISE.get(kind) or KINDS[kind].plural.replace("_", "-"))


def address_of(global_id: str) -> str | None:
    """The path of the page of a thing; None for what has no page of its own, such as a person."""
    kind, id = thing_of(global_id)
    return f"{list_of(kind)}/{quote(id, safe='')}" if kind in BY_KIND else None
