"""GitHub: its `issues` events as statements about items."""

from __future__ import annotations

from collections.abc import Mapping

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.statement import Body, Nothing, Statement, instant, needed, number, part, stable, text, title, url

_LEAVES = ("deleted", "transferred")
_WITHOUT_WORK = ("not_planned", "duplicate")


def read(body: Body, headers: Mapping[str, str]) -> Statement | Nothing:
    """What a body says, by `issue.updated_at`: closed is delivered (not planned: dropped), deleted and transferred leave the backlog.

    The issue's id names it: `owner/repository#number` changes when either is renamed. A comment, every other event, and a state that is neither open nor
    closed say nothing of an item. Raises Invalid for an issue that cannot be read.
    """
    event = headers.get("x-github-event") or "issues"
    if event != "issues" or "comment" in body:
        return Nothing(f"an event {event if event != 'issues' else 'issue_comment'!r} says nothing of an item")
    if part(body, "issue") is None:
        if "action" in body or "zen" in body:
            return Nothing("it is not about an issue")
        raise Invalid("the delivery names no issue", field="issue")
    final = text(body, "action") in _LEAVES
    state = ItemState.DROPPED if final else _state(body)
    if state is None and (said := text(body, "issue", "state")) is not None:
        return Nothing(f"state {said[:60]!r} is neither open nor closed")
    return Statement(
        reference=f"{needed(body, 'repository', 'full_name')}#{number(body, 'issue', 'number')}",
        instant=instant(body, "issue", "updated_at"),
        title=title(body, "issue", "title"),
        state=state,
        url=url(body, "issue", "html_url"),
        final=final,
        number=stable(body, "issue", "id") or stable(body, "issue", "node_id"),
    )


def _state(body: Body) -> ItemState | None:
    match text(body, "issue", "state"):
        case "open":
            return ItemState.OPEN
        case "closed":
            return ItemState.DROPPED if text(body, "issue", "state_reason") in _WITHOUT_WORK else ItemState.DELIVERED
    return None
