"""Identifies the item that another system speaks of: by its stable number there, since names, paths and keys may change."""

from __future__ import annotations

from collections.abc import Iterable

from libs.events.catalog.backlog.item import ITEM, Item
from libs.events.catalog.backlog.item_source import ItemSource
from libs.events.facts import Facts


def item_of(facts: Facts, product: str, named: ItemSource, *, by: str | None = None, formerly: str | None = None, older: Iterable[str] = ()) -> Item | None:
    """The item of a product that this is; None where nobody has told of it.

    It is the one with the same number, unless both are read on different hosts; a source (`by`) reads one site, whatever that is called from time to time.
    Where one of both has no number, it is the one with the same label, or the label that the statement says it had (`formerly`). `older` are the ids by
    which earlier versions called it, whose stores do not find it by its names.
    """
    labels = [named, *([named.model_copy(update={"reference": formerly, "number": None})] if formerly else [])]
    found = {item.id: item for source in labels for name in source.names for item in facts.related(ITEM, "origin", name)}
    found |= {id: item for id in older if (item := facts.get(ITEM, id)) is not None}
    ranked = [
        (rank, item.stated_by != by, item.id, item)
        for item in found.values()
        if item.product == product and item.source is not None and (rank := _alike(item, item.source, named, by, formerly)) is not None
    ]
    return min(ranked, key=lambda one: one[:3])[3] if ranked else None


def _alike(item: Item, source: ItemSource, named: ItemSource, by: str | None, formerly: str | None) -> int | None:
    """How surely both are one: 0 by number, 1 by label, 2 by the former label; None where they are not."""
    elsewhere = source.site is not None and named.site is not None and source.site != named.site
    own = by is not None and item.stated_by == by
    if source.system != named.system or (elsewhere and not own):
        return None
    if source.number is not None and named.number is not None:
        return 0 if source.number == named.number else None
    if by is not None and item.stated_by not in (None, by):
        return None
    return 1 if source.reference == named.reference else 2 if formerly is not None and source.reference == formerly else None
