"""What one delivery comes to, a statement about an item or a run of a pipeline, or nothing, and helpers to read foreign bodies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from libs.commands.errors import Invalid
from libs.events.catalog.backlog.item import ItemState
from libs.events.values import ID_PATTERN, one_line

LONGEST_TITLE = 500
LONGEST_NUMBER = 100
Body = Mapping[str, Any]
_ADDRESS: Final = re.compile(r"\b[\w.%+-]{1,64}@(?:[\w-]{1,63}\.)+[a-zA-Z]{2,24}\b")


@dataclass(frozen=True, slots=True)
class ItemReport:
    """What a sender says of one item, at an instant of the sender's own clock; None is what it does not say.

    `final` says that the item was deleted, or moved out of reach; `formerly` the reference that it had until now; `number` what the sender tells it by,
    whatever it is called; `confidential` whether its words are for few, None where it does not say.
    """

    reference: str
    instant: datetime
    title: str | None = None
    state: ItemState | None = None
    url: str | None = None
    final: bool = False
    formerly: str | None = None
    number: str | None = None
    confidential: bool | None = None


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run that succeeded and names one change request (S3-10): what ran, what the sender tells it by, those of its jobs that succeeded, and when it ended."""

    change: str
    name: str
    number: str
    instant: datetime
    jobs: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """A delivery that says nothing of an item or a change request, and why."""

    reason: str


def part(body: Body, *path: str) -> Any:
    """What stands at a path of a body; None where something on the way is absent or no object."""
    found: Any = body
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def text(body: Body, *path: str) -> str | None:
    """The text at a path in one line, without blanks around it, what UTF-8 cannot carry and what nobody can see; None where it is absent, empty or no text.

    Who wrote it may not be whom the sender answers to: what no name may hold is left out, not refused, so that no title keeps an item from being told of.
    """
    found = part(body, *path)
    return (one_line(found.encode("utf-8", "replace").decode("utf-8")).strip() or None) if isinstance(found, str) else None


def needed(body: Body, *path: str) -> str:
    """The text at a path. Raises Invalid where there is none."""
    found = text(body, *path)
    if found is None:
        raise Invalid("the delivery does not say it", field=".".join(path))
    return found


def number(body: Body, *path: str) -> int:
    """The whole number at a path. Raises Invalid where there is none."""
    found = part(body, *path)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 10**15:
        raise Invalid("a whole number is missing", field=".".join(path))
    return found


def stable(body: Body, *path: str) -> str | None:
    """What the sender numbers stably at a path: a whole number, or a name of its own making. None where it says none that can be kept."""
    found = part(body, *path)
    said = str(found) if isinstance(found, int) and not isinstance(found, bool) else text(body, *path)
    return said if said and len(said) <= LONGEST_NUMBER else None


def flag(body: Body, *path: str) -> bool | None:
    """Yes or no at a path; None where neither stands there."""
    found = part(body, *path)
    return found if isinstance(found, bool) else None


def title(body: Body, *path: str) -> str | None:
    """The text at a path, cut to the length of a title and without e-mail addresses: what is said of an item stands for good (decision 0068)."""
    found = text(body, *path)
    return _ADDRESS.sub("[address]", found)[:LONGEST_TITLE].strip() if found else None


def url(body: Body, *path: str) -> str | None:
    """The address at a path; None where it is not one that may stand in a link."""
    found = text(body, *path)
    return found if found and found.startswith(("https://", "http://")) and len(found) <= 2000 and not any(c.isspace() or ord(c) < 32 for c in found) else None


_TRAILER = re.compile(r"headway-change[ \t]*:(.*)", re.IGNORECASE)
_OF_A_CHANGE = "change/"


def change_of(message: object, ref: str | None) -> str | Nothing:
    """The change request that a run is for: the one that a line `Headway-Change: ID` of its commit's message names, else that of its branch `change/ID`.

    Two that a message names are none: nobody can tell for which of them it ran.
    """
    lines = message.splitlines() if isinstance(message, str) else []
    named = {found[1].strip().removeprefix("change:") for line in lines if (found := _TRAILER.fullmatch(line.rstrip()))}
    if len(named) > 1:
        return Nothing("its commit names several changes: it is evidence of none")
    branch = (ref or "").removeprefix("refs/heads/")
    (id,) = named or ({branch.removeprefix(_OF_A_CHANGE)} if branch.startswith(_OF_A_CHANGE) else {""})
    if not re.fullmatch(ID_PATTERN, id):
        return Nothing("what its commit or branch names is not the id of a change" if id else "neither its commit nor its branch names a change")
    return id


def ended(what: str, status: str | None) -> Nothing:
    """A run that did not succeed, or has not ended, is no evidence: it may be started again."""
    return Nothing(f"a {what} that is {(status or 'not over')[:40]!r} is no evidence")


def instant(body: Body, *path: str) -> datetime:
    """The time at a path: ISO 8601, with or without colons in the offset, or with ` UTC` behind it. Without an offset it is UTC. Raises Invalid."""
    said = needed(body, *path)
    try:
        found = datetime.fromisoformat("" if said.isdigit() else said.removesuffix(" UTC"))  # a bare number may be seconds as well as a day
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(f"{said[:40]!r} is not a time", field=".".join(path)) from None
