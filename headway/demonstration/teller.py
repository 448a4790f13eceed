"""How the demonstration is told: the life of a team, and the lines that are written of one day or another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from headway.importers.line import ImportLine


@dataclass(frozen=True)
class Life:
    """One team's story: who it is, how many days ago it was formed, what it costs a year, and where its story differs from the others'."""

    team: str
    name: str
    home: str
    program: str
    product: str
    title: str
    formed: int
    enhance: int
    support: int
    currency: str = "CAD"
    twists: frozenset[str] = field(default_factory=frozenset)


class Teller:
    """Writes lines: each said of its day, known that morning or, where it was learned later, on the morning of that day."""

    def __init__(self, today: date) -> None:
        self.today = today

    def __call__(self, command: str, day: date, key: str, /, *, by: Any = None, learned_on: Any = None, **data: Any) -> ImportLine:
        """A line of a day: `by` is the role in whose name it is said (none: the importer's), `learned_on` an ISO day, `data` the fields of the command."""
        # A checker cannot tell of `**fields` which of them is `by`: hence no narrower type for it.
        return ImportLine(command, f"demo:{key}", data, at=day.isoformat(), known=f"{learned_on or day.isoformat()}T09:00:00Z", by=by)

    def ago(self, days: int) -> date:
        """So many days before today; below nothing, after it."""
        return self.today - timedelta(days=days)

    def day(self, life: Life, after: int) -> date:
        """So many days after the team was formed."""
        return self.ago(life.formed - after)
