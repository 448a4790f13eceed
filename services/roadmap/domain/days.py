"""Days that lie ahead of the day on which they are said."""

from __future__ import annotations

from datetime import date
from typing import Any

from libs.commands.decision import Case
from libs.commands.errors import Invalid


def demand_ahead(case: Case[Any], field: str, day: date | None, words: str) -> None:
    """Refuses a day before the one on which it is set: `words` begin the sentence that the day ends, such as `it was due on`. Raises Invalid."""
    if day is not None and day < case.at.date():
        what = f"{words} {day}, before it was set on {case.at.date()}"
        raise Invalid(what, field=field, remedy="Give a later day, or the day on which it was set: `at`.")
