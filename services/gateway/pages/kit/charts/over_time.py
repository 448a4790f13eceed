"""Charts over time: bands of periods, and a backlog's burn-up; a table with the same figures stands beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from services.gateway.pages.kit.charts.charts import element, svg

HIGH, WIDE = 40.0, 100.0


@dataclass(frozen=True, slots=True)
class Period:
    """From a first day to a last one, with a tone, and a `level` from 0 to 1: how high its part of the band stands, so that colour does not say it alone."""

    begins: date
    ends: date
    tone: str
    level: float


def band(periods: Sequence[Period], label: str) -> Markup:
    """Periods side by side, each as wide as it lasted. They follow each other without a gap; none draws an empty band."""
    whole = max(sum(_days(one) for one in periods), 1)
    drawn, left = [], 0.0
    for one in periods:
        width = _days(one) / whole * WIDE
        high = round(10 + one.level * (HIGH - 10), 1)
        drawn.append(element("rect", x=round(left, 2), y=HIGH - high, width=round(max(width - 0.3, 0.2), 2), height=high, class_=f"hw-bar hw-{one.tone}"))
        left += width
    base = element("line", x1=0, y1=HIGH, x2=100, y2=HIGH, class_="hw-axis-line")
    return svg(WIDE, HIGH, *drawn, base, label=label, stretched=True, class_="hw-band")


def burn(delivered: Sequence[int], open: Sequence[int], label: str) -> Markup:
    """A backlog at equal steps of time: filled what was delivered, above it, up to the line, what was open."""
    most = max([d + o for d, o in zip(delivered, open, strict=True)], default=0) or 1
    step = WIDE / max(len(delivered) - 1, 1)
    top = [f"{n * step:.2f} {HIGH - (d + o) / most * (HIGH - 2):.2f}" for n, (d, o) in enumerate(zip(delivered, open, strict=True))]
    done = [f"{n * step:.2f} {HIGH - d / most * (HIGH - 2):.2f}" for n, d in enumerate(delivered)]
    parts = [element("line", x1=0, y1=HIGH, x2=100, y2=HIGH, class_="hw-axis-line")]
    if len(done) > 1:
        parts += [
            element("path", d=f"M{' L'.join(top)} L{WIDE:g} {HIGH:g} L0 {HIGH:g} Z", class_="hw-burn-open"),
            element("path", d=f"M{' L'.join(done)} L{WIDE:g} {HIGH:g} L0 {HIGH:g} Z", class_="hw-bar hw-good"),
            element("path", d=f"M{' L'.join(top)}", class_="hw-burn-line"),
        ]
    return svg(WIDE, HIGH, *parts, label=label, stretched=True, class_="hw-burn")


@dataclass(frozen=True, slots=True)
class ChartLevel:
    """A height that readings are held against, with the class by which its line is drawn: each kind of line is broken in its own way."""

    value: Decimal
    class_: str


def course(read: Sequence[tuple[date, Decimal]], levels: Sequence[ChartLevel], label: str) -> Markup:
    """What was read over time, in order, as a line with a dot each, and across it the levels that it is held against."""
    heights = [value for _, value in read] + [one.value for one in levels]
    low, high = min(heights, default=Decimal(0)), max(heights, default=Decimal(0))
    first = read[0][0] if read else date.min
    days = max((read[-1][0] - first).days, 1) if read else 1

    def across(day: date) -> float:
        return round(1 + (day - first).days / days * (WIDE - 2), 2)

    def up(value: Decimal) -> float:
        return round(HIGH - 3 - float((value - low) / ((high - low) or 1)) * (HIGH - 6), 2)

    parts = [element("line", x1=0, y1=HIGH, x2=100, y2=HIGH, class_="hw-axis-line")]
    parts += [element("line", x1=0, y1=up(one.value), x2=WIDE, y2=up(one.value), class_=f"hw-level {one.class_}") for one in levels]
    points = [f"{across(day):g} {up(value):g}" for day, value in read]
    if points:
        parts.append(element("path", d=f"M{' L'.join(points)}", class_="hw-burn-line"))
        parts.append(element("path", d=" ".join(f"M{point}h0" for point in points), class_="hw-dots"))
    return svg(WIDE, HIGH, *parts, label=label, stretched=True, class_="hw-burn")


def _days(period: Period) -> int:
    return max((period.ends - period.begins).days + 1, 1)
