"""Maps Jira's words for the state of an issue, for its webhooks and its CSV export alike."""

from __future__ import annotations

import re
from typing import Final

from libs.events.catalog.backlog.item import ItemState

_CATEGORIES: Final = {
    "new": ItemState.OPEN,
    "to do": ItemState.OPEN,
    "indeterminate": ItemState.STARTED,
    "in progress": ItemState.STARTED,
    "done": ItemState.DELIVERED,
    "complete": ItemState.DELIVERED,
}
_WITHOUT_WORK: Final = frozenset(
    {
        "abandoned",
        "canceled",
        "cancelled",
        "declined",
        "duplicate",
        "duplicated",
        "expired",
        "incomplete",
        "invalid",
        "not a bug",
        "not a problem",
        "not an issue",
        "not applicable",
        "not doing",
        "not planned",
        "not reproducible",
        "obsolete",
        "out of scope",
        "rejected",
        "superseded",
        "withdrawn",
        "wont be done",
        "wont be fixed",
        "wont do",
        "wont fix",
        "works as designed",
    }
)
"""Resolutions, and states named after them, by which an issue ends without its work being done; `_plain`, and one for each way to say no."""
_NOT: Final = (
    (re.compile(r"\b(?:will not|won t)\b"), "wont"),
    (re.compile(r"\b(?:can ?not|cant|can t|could not|couldnt|unable to) reproduce\b"), "not reproducible"),
)
_STATUSES: Final = {
    **_CATEGORIES,
    "todo": ItemState.OPEN,
    "open": ItemState.OPEN,
    "backlog": ItemState.OPEN,
    "reopened": ItemState.OPEN,
    "selected for development": ItemState.OPEN,
    "in review": ItemState.STARTED,
    "closed": ItemState.DELIVERED,
    "resolved": ItemState.DELIVERED,
    **dict.fromkeys(_WITHOUT_WORK, ItemState.DROPPED),
}


def state_of(category: str | None, status: str | None, resolution: str | None) -> ItemState | None:
    """The state of an issue: by the category of its status, since the names of states differ from site to site; else by the name; None where nobody can tell.

    What is done with a resolution such as Won't Do or Duplicate, or in a state of such a name, was dropped.
    """
    found = _CATEGORIES.get(_plain(category)) or _STATUSES.get(_plain(status))
    ended = _plain(resolution) in _WITHOUT_WORK or _plain(status) in _WITHOUT_WORK
    return ItemState.DROPPED if found is ItemState.DELIVERED and ended else found


def _plain(text: str | None) -> str:
    said = " ".join(re.sub(r"[\W_]+", " ", re.sub(r"['\u2018\u2019\u02bc`]", "", text or "")).split()).casefold()
    for form, word in _NOT:
        said = form.sub(word, said)
    return said
