"""GitLab: its issue hooks as statements about items."""

from __future__ import annotations

from collections.abc import Mapping

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.statement import Body, Nothing, Statement, instant, needed, number, part, text, title, url

_ISSUES = ("issue", "work_item")


def read(body: Body, headers: Mapping[str, str]) -> Statement | Nothing:
    """What a body says, by `updated_at`: closed is delivered (a duplicate: dropped), one moved to another project leaves the backlog.

    The reference is `group/project#iid`: the number that people see. A note, and every other hook, says nothing of an item. Raises Invalid for an issue that
    cannot be read.
    """
    kind = text(body, "object_kind") or text(body, "event_name")
    if kind is None:
        raise Invalid("the delivery does not say what it is about", field="object_kind")
    if kind not in _ISSUES:
        return Nothing(f"a {kind[:40]!r} hook says nothing of an item")
    final = part(body, "object_attributes", "moved_to_id") is not None
    return Statement(
        reference=f"{needed(body, 'project', 'path_with_namespace')}#{number(body, 'object_attributes', 'iid')}",
        instant=instant(body, "object_attributes", "updated_at"),
        title=title(body, "object_attributes", "title"),
        state=ItemState.DROPPED if final else _state(body),
        url=url(body, "object_attributes", "url"),
        final=final,
    )


def _state(body: Body) -> ItemState | None:
    match text(body, "object_attributes", "state"):
        case "opened":
            return ItemState.OPEN
        case "closed":
            return ItemState.DROPPED if part(body, "object_attributes", "duplicated_to_id") is not None else ItemState.DELIVERED
    return None
