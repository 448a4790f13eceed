"""Jira: what its Cloud and both generations of its Server say of an issue, as statements about items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from services.backlog.webhooks.statement import Body, Nothing, Statement, instant, needed, part, text, title, url

_STATES: Final = {"new": ItemState.OPEN, "indeterminate": ItemState.STARTED, "done": ItemState.DELIVERED}
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC).timestamp() * 1000


def read(body: Body, headers: Mapping[str, str]) -> Statement | Nothing:
    """What a body says, by `timestamp`: the issue as it is then, whatever caused the delivery (also a comment); a deleted issue is dropped.

    The state is the status' category, since the names of states differ from site to site. `comment_…` alone, and every other event, says nothing of an item.
    An issue that was moved has another key from then on; the former one leaves the backlog. Raises Invalid for an issue that cannot be read.
    """
    event = needed(body, "webhookEvent")
    if not event.startswith("jira:issue_"):
        return Nothing(f"an event {event[:60]!r} says nothing of an item")
    key = needed(body, "issue", "key")
    final = event == "jira:issue_deleted"
    return Statement(
        reference=key,
        instant=_instant(body),
        title=title(body, "issue", "fields", "summary"),
        state=ItemState.DROPPED if final else _STATES.get(text(body, "issue", "fields", "status", "statusCategory", "key") or ""),
        url=_url(body, key),
        final=final,
        formerly=_former_key(body, key),
    )


def _instant(body: Body) -> datetime:
    """Milliseconds since 1970; where a delivery bears none, the issue's last change."""
    said = part(body, "timestamp")
    if said is None:
        return instant(body, "issue", "fields", "updated")
    if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said < _LATEST:
        raise Invalid("it is not a time in milliseconds", field="timestamp")
    return datetime.fromtimestamp(said // 1000, UTC).replace(microsecond=said % 1000 * 1000)


def _url(body: Body, key: str) -> str | None:
    """The page that people read: the body holds only the address for programs."""
    site, rest, _ = (url(body, "issue", "self") or "").partition("/rest/api/")
    return f"{site}/browse/{key}" if rest else None


def _former_key(body: Body, key: str) -> str | None:
    """The labels of the log of changes differ in their capitals."""
    items = part(body, "changelog", "items")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping) and (text(item, "field") or "").casefold() == "key" and text(item, "toString") == key:
            return text(item, "fromString")
    return None
