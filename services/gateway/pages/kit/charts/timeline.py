"""The quarter grid as SVG: a row per item, ghosts of first plans, milestones, dependencies, and today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from libs.rules.money.quarters import Quarter
from services.gateway.pages.kit import words
from services.gateway.pages.kit.charts.charts import element

ROW: Final = 44
"""Pixels of a row; the labels beside it are as high (headway.css)."""
HEAD: Final = 62
GUTTER: Final = 30
LEAST_WIDTH: Final = 844
MARGIN: Final = 12
"""Pixels to the right of the last day, so that what ends there is whole."""
LEAST_QUARTER: Final = 26
_LETTER: Final = 6.6
"""Pixels that a letter takes at most, on average: enough to see whether words fit."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone on a row: `release` or `target`, its day, its words, and whether it was reached (None: open)."""

    kind: str
    on: date
    title: str
    reached: bool | None


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A row: from when until when (None: not known), in which tone, what was planned first where that was otherwise, its words, and its milestones.

    A row that `leads` is the heading of those below it.
    """

    starts: date | None = None
    ends: date | None = None
    tone: str = "going"
    first: tuple[date | None, date | None] | None = None
    words: str = ""
    marks: tuple[Mark, ...] = ()
    leads: bool = False


@dataclass(frozen=True, slots=True)
class _Scale:
    """Days to pixels."""

    quarters: Sequence[Quarter]
    width: float

    @property
    def first(self) -> date:
        return self.quarters[0].starts

    @property
    def last(self) -> date:
        return self.quarters[-1].ends

    def at(self, day: date) -> float:
        """Where a day begins, kept within the grid."""
        whole = (self.last - self.first).days + 1
        share = min(max((day - self.first).days / whole, 0), 1)
        return round(GUTTER + share * (self.width - GUTTER - MARGIN), 1)

    def shows(self, day: date) -> bool:
        return self.first <= day <= self.last


def timeline(lines: Sequence[TimelineRow], quarters: Sequence[Quarter], today: date, today_words: str, edges: Sequence[tuple[int, int]], label: str) -> Markup:
    """All rows over these quarters; `edges` lead from a row to one that it depends on. It is as wide as it needs, and scrolls in its own box."""
    width = GUTTER + len(quarters) * max(LEAST_QUARTER, (LEAST_WIDTH - GUTTER - MARGIN) // len(quarters)) + MARGIN
    height = HEAD + ROW * len(lines)
    scale = _Scale(quarters, width)
    drawn = [*_grid(scale, lines, height)]
    said: list[Markup] = []
    for n, line in enumerate(lines):
        drawn.extend(_row(scale, line, HEAD + n * ROW, said))
    drawn.extend(_edges(edges))
    if scale.shows(today):
        drawn.extend(_today(scale, today, today_words, height))
    drawn.extend(said)
    return element(
        "svg",
        element("title", label),
        *drawn,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        class_="hw-chart hw-timeline__chart",
        focusable="false",
    )


def _grid(scale: _Scale, lines: Sequence[TimelineRow], height: float) -> Iterator[Markup]:
    for n, line in enumerate(lines):
        top = HEAD + n * ROW
        if line.leads:
            yield element("rect", x=0, y=top, width=scale.width, height=ROW, class_="hw-lane")
        yield element("line", x1=0, y1=top, x2=scale.width, y2=top, class_="hw-grid")
    wide = (scale.width - GUTTER - MARGIN) / len(scale.quarters)
    for n, quarter in enumerate(scale.quarters):
        left = scale.at(quarter.starts)
        opens = quarter.number == 1 or n == 0
        yield element("line", x1=left, y1=20 if opens else 42, x2=left, y2=height, class_="hw-grid hw-grid--year" if quarter.number == 1 else "hw-grid")
        if opens and (quarter.number < 4 or wide > 50):
            yield element("text", quarter.year, x=left + 5, y=34, class_="hw-year")
        if wide >= LEAST_QUARTER + 4:
            yield element("text", f"Q{quarter.number}", x=left + 5, y=54, class_="hw-quarter")


def _row(scale: _Scale, line: TimelineRow, top: float, said: list[Markup]) -> Iterator[Markup]:
    """The shapes of a row; its words go to `said`, which is drawn over all lines."""
    if line.first is not None:
        yield from _ghost(scale, *line.first, top)
    yield from _plan(scale, line, top, said)
    for mark in line.marks:
        if scale.shows(mark.on):
            yield _mark(mark, scale.at(mark.on), top + ROW / 2)


def _plan(scale: _Scale, line: TimelineRow, top: float, said: list[Markup]) -> Iterator[Markup]:
    starts, ends = line.starts, line.ends
    if starts is None and ends is None:
        if not line.leads:
            said.append(_words("no dates", GUTTER + 6, top + 25, quiet=True))
        return
    first, last = starts or ends, ends or scale.last
    if first is None or last < scale.first or first > scale.last:
        said.append(_beyond(scale, line, top))
        return
    left, right = scale.at(first), scale.at(last)
    if starts is None:
        yield element("path", element("title", line.words), d=_diamond(right, top + 18, 8), class_=f"hw-bar hw-{line.tone}")
        left, right = right - 8, right + 8
    else:
        right = max(right, left + 4)
        shape = "hw-bar hw-open" if ends is None else "hw-bar"
        yield element("rect", element("title", line.words), x=left, y=top + 10, width=round(right - left, 1), height=16, rx=2, class_=f"{shape} hw-{line.tone}")
    beside = [line.words] if line.words else []
    if ends is not None and ends > scale.last:
        beside.append(f"ends {words.short_day(ends)} \N{RIGHTWARDS ARROW}")
    if beside:
        said.append(_beside(scale, ", ".join(beside), left, right, top + 22))


def _beyond(scale: _Scale, line: TimelineRow, top: float) -> Markup:
    """What lies wholly outside of the grid, in words at its edge."""
    if line.ends is not None and line.ends < scale.first:
        said = f"\N{LEFTWARDS ARROW} {'ended' if line.tone == 'good' else 'planned to end'} {words.short_day(line.ends)}"
        return _words(f"{said}{', ' + line.words if line.words else ''}", GUTTER + 6, top + 25, quiet=True)
    return _words(f"from {words.short_day(line.starts or line.ends)} \N{RIGHTWARDS ARROW}", scale.width - 6, top + 25, quiet=True, anchor="end")


def _ghost(scale: _Scale, starts: date | None, ends: date | None, top: float) -> Iterator[Markup]:
    if ends is None or ends < scale.first or (starts or ends) > scale.last:
        return
    if starts is None:
        yield element("path", element("title", f"first planned: {words.short_day(ends)}"), d=_diamond(scale.at(ends), top + 35, 5), class_="hw-ghost")
        return
    left, right = scale.at(starts), scale.at(ends)
    said = f"first planned: {words.short_day(starts)} to {words.short_day(ends)}"
    yield element("rect", element("title", said), x=left, y=top + 30, width=round(max(right - left, 3), 1), height=7, rx=1, class_="hw-ghost hw-ghost--plan")


def _mark(mark: Mark, x: float, y: float) -> Markup:
    state = "" if mark.reached is None else (" hw-good" if mark.reached else " hw-bad")
    said = f"{mark.title}, {words.short_day(mark.on)}"
    if mark.kind == "release":
        return element("path", element("title", said), d=_diamond(x, y, 8), class_=f"hw-mark-shape{state}")
    cross = Markup("") if mark.reached is not False else element("path", d=f"M{x - 3:g} {y - 3:g}l6 6m0-6l-6 6", class_="hw-mark-cross")
    return element("g", element("title", said), element("circle", cx=x, cy=y, r=7, class_=f"hw-mark-shape{state or ' hw-empty'}"), cross)


def _edges(edges: Sequence[tuple[int, int]]) -> Iterator[Markup]:
    """Each in the gutter, from the middle of its row to the one that it depends on, with the arrow there."""
    for n, (source, target) in enumerate(edges):
        x = GUTTER - 12 - (n % 4) * 5
        y1, y2 = (HEAD + row * ROW + ROW / 2 for row in (source, target))
        y1 += 5 if target > source else -5
        yield element("path", d=f"M{GUTTER - 4} {y1:g}H{x}V{y2:g}H{GUTTER - 8}", class_="hw-edge")
        yield element("path", d=f"M{GUTTER - 9} {y2 - 4:g}l7 4l-7 4z", class_="hw-edge-head")


def _today(scale: _Scale, today: date, said: str, height: float) -> Iterator[Markup]:
    x = scale.at(today)
    yield element("line", x1=x, y1=20, x2=x, y2=height, class_="hw-today")
    near_end = x + len(said) * _LETTER + 8 > scale.width
    yield element("text", said, x=x - 5 if near_end else x + 5, y=13, text_anchor="end" if near_end else "start", class_="hw-today-words")
    yield element("path", d=f"M{x - 4:g} 17h8l-4 5z", class_="hw-today-head")


def _beside(scale: _Scale, said: str, left: float, right: float, y: float) -> Markup:
    """Words behind a bar, before it, or, where there is no room, in it."""
    room = len(said) * _LETTER + 8
    if right + room <= scale.width:
        return _words(said, right + 6, y)
    if left - room >= GUTTER:
        return _words(said, left - 6, y, anchor="end")
    return element("text", said, x=left + 6, y=y, class_="hw-inside")


def _words(said: str, x: float, y: float, *, anchor: str = "start", quiet: bool = False) -> Markup:
    return element("text", said, x=round(x, 1), y=y, text_anchor=anchor, class_="hw-quiet-words" if quiet else None)


def _diamond(x: float, y: float, r: float) -> str:
    return f"M{x:g} {y - r:g}l{r:g} {r:g}l{-r:g} {r:g}l{-r:g} {-r:g}z"
