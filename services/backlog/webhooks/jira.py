"""Parses issue webhooks of Jira Cloud and both generations of Jira Server into statements about items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from libs.rules.trackers.jira_states import state_of
from services.backlog.webhooks.statement import Body, ItemReport, Nothing, instant, needed, part, stable, text, title, url

_FIELDS: Final = ("issue", "fields")
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC).timestamp() * 1000


def read(body: Body, headers: Mapping[str, str]) -> ItemReport | Nothing:
    """What a body says, by `timestamp`: the issue as it is then, whatever caused the delivery (also a comment); a deleted issue is dropped.

    The state is the status' category, with a resolution such as Won't Do it is dropped; where a server gives none it is read from the status's name. A status
    that nobody can tell says nothing, and nor do `comment_…` alone and every other event. An issue that was moved has another key from then on; its id stays,
    and names it. One with a security level is confidential. Raises Invalid for an issue that cannot be read.
    """
    event = needed(body, "webhookEvent")
    if not event.startswith("jira:issue_"):
        return Nothing(f"an event {event[:60]!r} says nothing of an item")
    key = needed(body, "issue", "key")
    final = event == "jira:issue_deleted"
    state = ItemState.DROPPED if final else _state(body)
    if state is None and part(body, *_FIELDS, "status") is not None:
        name = (text(body, *_FIELDS, "status", "name") or "?")[:60]
        return Nothing(f"status {name!r} is neither open, under way nor done for certain")
    return ItemReport(
        reference=key,
        instant=_instant(body),
        title=title(body, *_FIELDS, "summary"),
        state=state,
        url=_url(body, key),
        final=final,
        formerly=_former_key(body, key),
        number=stable(body, "issue", "id"),
        confidential=part(body, *_FIELDS, "security") is not None if "security" in (part(body, *_FIELDS) or ()) else None,
    )


def _state(body: Body) -> ItemState | None:
    category = text(body, *_FIELDS, "status", "statusCategory", "key") or text(body, *_FIELDS, "status", "statusCategory", "name")
    return state_of(category, text(body, *_FIELDS, "status", "name") or text(body, *_FIELDS, "status"), text(body, *_FIELDS, "resolution", "name"))


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
    return f"{site}/browse/{quote(key)}" if rest else None


def _former_key(body: Body, key: str) -> str | None:
    """The labels of the log of changes differ in their capitals."""
    items = part(body, "changelog", "items")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping) and (text(item, "field") or "").casefold() == "key" and text(item, "toString") == key:
            return text(item, "fromString")
    return None
