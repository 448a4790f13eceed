"""A line of a bulk import, or the reason why something could not become one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ID_LENGTH = 64
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A command as a bulk import takes it: `key` names the line, or with `revise` the row, and makes it repeatable.

    `at` is a day or an instant in ISO, `known` an instant with its offset, `by` a role or a name, `after` positions (`kind:id@sequence`) that must have been
    heard first. `more` holds whatever else the writer of a line put into it: it is sent as it stands, so that the service and not the importer judges it.
    `where` is the file and row that it comes from, for whoever has to mend it; it is not sent.
    """

    command: str
    key: str
    data: Mapping[str, Any]
    at: str | None = None
    known: str | None = None
    by: str | None = None
    after: tuple[str, ...] = ()
    revise: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)
    where: str = field(default="", compare=False)

    @property
    def takes_back(self) -> bool:
        """Whether it does nothing but take back what was said before."""
        return self.command.endswith(".retract")

    @property
    def service(self) -> str:
        """The service that the command belongs to: the word before its first dot."""
        return self.command.partition(".")[0]

    def as_object(self) -> dict[str, Any]:
        """The line as a JSON object, without the fields that say nothing."""
        said: dict[str, Any] = {"command": self.command, "key": self.key}
        for name in ("at", "known", "by"):
            value = getattr(self, name)
            if value is not None:
                said[name] = value
        if self.after:
            said["after"] = list(self.after)
        if self.revise:
            said["revise"] = True
        return {**said, "data": self.data, **self.more}

    def to_json(self) -> str:
        """The line as one line of NDJSON, in ASCII: a lone surrogate must reach the service that refuses it."""
        return json.dumps(self.as_object(), separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row or a file that cannot become a line: `where` names the file and its row or line, `reason` says why in words."""

    where: str
    reason: str


def identifier(text: str, prefix: str = "") -> str:
    """An id (`[a-z0-9][a-z0-9._-]{0,63}`) made of a foreign name, the same one each time.

    What the pattern cannot hold becomes a hyphen; where that, or the length, loses something, a short digest of the whole name keeps two names apart.
    """
    wanted = text.strip().lower()
    kept = _NOT_IN_AN_ID.sub("-", wanted).strip("-._")
    if kept and kept == wanted and len(prefix + kept) <= ID_LENGTH:
        return prefix + kept
    digest = hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
    room = ID_LENGTH - len(prefix) - len(digest) - 1
    return f"{prefix}{kept[:room]}-{digest}" if kept else f"{prefix}{digest}"
