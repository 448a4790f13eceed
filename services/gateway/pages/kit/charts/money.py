"""Bars of money for the rows of a table: spent within committed, against the forecast or the first baseline."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from services.gateway.pages.kit.charts.charts import element, svg

HIGH = 24


def spent_of(committed: Decimal, forecast: Decimal, actual: Decimal, most: Decimal, label: str, *, tone: str = "going") -> Markup:
    """A frame as long as what is committed, filled as far as was spent, and a dashed line where the forecast ends. The longest of a chart is `most`."""
    full = max(most, Decimal(1))
    over = element("rect", x=0, y=8, width=_share(actual, full), height=8, class_=f"hw-bar hw-{tone}")
    frame = element("rect", x=0.3, y=3, width=max(_share(committed, full) - 0.6, 0), height=18, class_="hw-frame")
    parts = [frame, over]
    if forecast:
        at = min(_share(forecast, full), 99.6)
        parts.append(element("line", x1=at, y1=0, x2=at, y2=HIGH, class_="hw-forecast"))
    return svg(100, HIGH, *parts, label=label, stretched=True, class_="hw-bar-chart hw-money-chart")


def baselines(first: Decimal, current: Decimal, most: Decimal, label: str) -> Markup:
    """Two bars, one over the other: what was approved first, dashed, and what holds now."""
    full = max(most, Decimal(1))
    parts = [
        element("rect", x=0.3, y=2, width=max(_share(first, full) - 0.6, 0), height=8, class_="hw-ghost"),
        element("rect", x=0, y=13, width=_share(current, full), height=9, class_="hw-bar hw-going"),
    ]
    return svg(100, HIGH, *parts, label=label, stretched=True, class_="hw-bar-chart hw-money-chart")


def split(enhance: Decimal, support: Decimal, label: str) -> Markup:
    """One bar of two parts: filled what is for enhancing, framed what is for supporting (S0-08)."""
    whole = max(enhance + support, Decimal(1))
    at = _share(enhance, whole)
    parts = [
        element("rect", x=0, y=5, width=at, height=14, class_="hw-bar hw-going"),
        element("rect", x=min(at + 0.3, 100), y=5.5, width=max(99.4 - at, 0), height=13, class_="hw-frame"),
    ]
    return svg(100, HIGH, *parts, label=label, stretched=True, class_="hw-bar-chart hw-money-chart")


def step(start: Decimal, end: Decimal, most: Decimal, label: str, *, tone: str = "going") -> Markup:
    """One step of a waterfall: from where the sum stood to where it stands after it."""
    full = max(most, Decimal(1))
    low, high = _share(min(start, end), full), _share(max(start, end), full)
    at = min(_share(end, full), 99.6)
    parts = [
        element("rect", x=low, y=5, width=max(high - low, 0.4), height=14, class_=f"hw-bar hw-{tone}"),
        element("line", x1=at, y1=0, x2=at, y2=HIGH, class_="hw-forecast"),
    ]
    return svg(100, HIGH, *parts, label=label, stretched=True, class_="hw-bar-chart hw-money-chart")


def _share(value: Decimal, most: Decimal) -> float:
    return round(float(max(value, Decimal(0)) / most) * 100, 2)
