"""The horizon that a heading of a roadmap names: in words, or as a quarter, half or year, seen from the day of the version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from headway.importers.cells.months import month

_WORDS: Final = {
    "now": """now; right now; working on; working on now; in progress; work in progress; in development; doing; current; currently; current work;
        current focus; under way; underway; started; active; the next 6 months; this quarter""",
    "next": "next; next up; up next; coming up; coming up next; coming soon; coming next; soon; planned; working on next; 6-12 months; next quarter",
    "later": "later; future; the future; future plans; future work; in the future; doing later; longer term; long term; someday; beyond 12 months; 12+ months",
    "done": """done; shipped; recently shipped; released; recently released; completed; recently completed; complete; delivered; recently delivered; launched;
        recently launched; finished; recently done; recently finished""",
}
HORIZONS: Final = {word.strip(): horizon for horizon, words in _WORDS.items() for word in words.split(";")}
"""What a heading may say, in small letters, and the horizon that it means."""

_ABOUT_US: Final = re.compile(r"(?:things |work |what )?(?:we(?:'re| are|'ve| have)?|(?:is|has|have) been)\s+")
_PARTS: Final = re.compile(r"\s*[():–—,/|]\s*|\s+-\s+")
_YEARS: Final = r"(?P<year>(?:19|20)\d{2})(?:[-/](?P<to>\d{2}|\d{4}))?"
_PIECE: Final = r"(?P<kind>[qh])(?P<number>[1-4])"
_PERIODS: Final = tuple(re.compile(form) for form in (rf"{_PIECE}[ /-]*{_YEARS}", rf"{_YEARS}[ /-]*{_PIECE}", rf"(?:fy ?)?{_YEARS}"))
_MONTHS: Final = re.compile(r"(?P<first>[^\W\d_]+)\.?(?:\s*(?:-|–|to)\s*(?P<last>[^\W\d_]+)\.?)?\s+(?P<year>(?:19|20)\d{2})")
_FISCAL_START: Final = 4


def horizon_of(heading: str, day: date) -> str | None:
    """`now`, `next`, `later` or `done`; None where the heading names no horizon, or names two.

    Words decide, also in brackets or behind a colon (`Now: Q3 2024`, `In progress (2 teams)`), where the first part is known. A quarter, half, year or span of
    months that holds the day of the version is now, the one after it next, a later one later, one that is over done. Years of two (2024-25) are fiscal, from
    April on, and so are their quarters.
    """
    text = " ".join(heading.replace("’", "'").casefold().split())
    whole = _named(text, day)
    if whole is not None:
        return whole
    parts = [part for part in _PARTS.split(text) if part]
    named = [found for part in parts if (found := _named(part, day))]
    worded = {HORIZONS[bare] for part in parts if (bare := _ABOUT_US.sub("", part, count=1)) in HORIZONS}
    if not parts or _named(parts[0], day) is None or len(worded) > 1:
        return None
    return next(iter(worded)) if worded else named[0] if len(set(named)) == 1 else None


def _named(text: str, day: date) -> str | None:
    return HORIZONS.get(text) or HORIZONS.get(_ABOUT_US.sub("", text, count=1)) or _seen_from(day, text)


def _seen_from(day: date, text: str) -> str | None:
    """A period as it lies to a day: current, the one after it, later, or over."""
    for begins, ends in _spans(text):
        if ends <= day:
            return "done"
        if begins <= day:
            return "now"
        # The period before it, of the same length, is the current one: then it is the next.
        length = (ends.year - begins.year) * 12 + ends.month - begins.month
        return "next" if _months_on(begins, -length) <= day else "later"
    return None


def _spans(text: str) -> Iterator[tuple[date, date]]:
    """The first day of a period, and the first day after it."""
    said = next((found for form in _PERIODS if (found := form.fullmatch(text))), None)
    if said is not None:
        year, to = int(said["year"]), said["to"]
        if to is not None and int(to[-2:]) != (year + 1) % 100:
            return
        first = date(year, _FISCAL_START if to else 1, 1)
        piece = said.groupdict().get("kind")
        length = {"q": 3, "h": 6, None: 12}[piece]
        number = int(said["number"]) if piece else 1
        if number * length <= 12:
            begins = _months_on(first, (number - 1) * length)
            yield begins, _months_on(begins, length)
    elif (spoken := _MONTHS.fullmatch(text)) and (start := month(spoken["first"])):
        last = month(spoken["last"]) if spoken["last"] else start
        if last is not None and last >= start:
            begins = date(int(spoken["year"]), start, 1)
            yield begins, _months_on(begins, last - start + 1)


def _months_on(first: date, months: int) -> date:
    """The first day of a month so many months on."""
    years, rest = divmod(first.month - 1 + months, 12)
    return date(first.year + years, rest + 1, 1)
