"""Parses Standard Webhooks with bodies of our own format, for systems that no other module understands."""

from __future__ import annotations

from collections.abc import Mapping

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.statement import Body, ItemReport, Nothing, flag, instant, needed, part, stable, text, title, url

_LEAVES = ("deleted", "transferred")


def read(body: Body, headers: Mapping[str, str]) -> ItemReport | Nothing:
    """What `{"type": "item.updated", "timestamp": …, "data": {"reference", "title", "state", "url"}}` says.

    `id` beside the reference names the item where references change, and `confidential` withholds its title. The state is open, started, delivered or dropped;
    a type that ends in `deleted` or `transferred` takes the item out of the backlog. A body whose data name no reference says nothing of an item. Raises
    Invalid for what cannot be read.
    """
    type = needed(body, "type")
    if text(body, "data", "reference") is None:
        if part(body, "data") is not None and not isinstance(part(body, "data"), Mapping):
            raise Invalid("it is no object", field="data")
        return Nothing(f"a {type[:60]!r} names no item")
    final = type.rpartition(".")[2] in _LEAVES
    return ItemReport(
        reference=needed(body, "data", "reference"),
        instant=instant(body, "timestamp"),
        title=title(body, "data", "title"),
        state=ItemState.DROPPED if final else _state(body),
        url=url(body, "data", "url"),
        final=final,
        number=stable(body, "data", "id"),
        confidential=flag(body, "data", "confidential"),
    )


def _state(body: Body) -> ItemState | None:
    said = text(body, "data", "state")
    try:
        return ItemState(said.lower()) if said else None
    except ValueError:
        raise Invalid(f"the state is one of {', '.join(ItemState)}", field="data.state") from None
