"""SVG charts by small pure functions; colours come from classes, and a table with the same figures stands beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from libs.events.cost import spend


def element(name: str, *children: Markup | str, **attributes: Any) -> Markup:
    """An SVG element; `class_` is its class, `stroke_width` an attribute `stroke-width`; None leaves one out. Text is escaped."""
    spend()
    said = Markup("").join(Markup(' {}="{}"').format(_attribute(key), _number(value)) for key, value in attributes.items() if value is not None)
    return Markup("<{}{}>{}</{}>").format(name, said, Markup("").join(escape(child) for child in children), name)


def svg(width: float, height: float, *children: Markup, label: str, stretched: bool = False, class_: str = "") -> Markup:
    """A drawing as wide as its place, named for who hears the page. `stretched` lets it fill its height too: for drawings without text alone."""
    return element(
        "svg",
        element("title", label),
        *children,
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        preserveAspectRatio="none" if stretched else "xMinYMin meet",
        role="img",
        class_=f"hw-chart {class_}".strip(),
        focusable="false",
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """A length with a tone (`good`, `going`, `bad`, `ended`, `plain`), and, as an outline, the length it had before (None: none)."""

    value: Decimal
    tone: str = "plain"
    before: Decimal | None = None


def bar(of: Bar, most: Decimal, label: str) -> Markup:
    """One bar of a chart whose longest is `most`: a row of a table holds one."""
    full = max(most, Decimal(1))
    parts = [element("rect", x=0, y=3, width=_share(of.value, full), height=14, class_=f"hw-bar hw-{of.tone}")]
    if of.before is not None:
        parts.append(element("rect", x=0.5, y=1, width=max(_share(of.before, full) - 1, 0), height=18, class_="hw-ghost"))
    return svg(100, 20, *parts, label=label, stretched=True, class_="hw-bar-chart")


def steps(met: Sequence[bool], label: str) -> Markup:
    """A row of boxes, one a criterion: filled with a tick where it is met, empty where not."""
    drawn = []
    for n, is_met in enumerate(met):
        left = n * 22
        drawn.append(element("rect", x=left + 1, y=1, width=18, height=18, class_="hw-step hw-met" if is_met else "hw-step"))
        if is_met:
            drawn.append(element("path", d=f"M{left + 5} 10l4 4 7-8", class_="hw-tick"))
    return svg(max(22 * len(met) - 2, 1), 20, *drawn, label=label, class_="hw-steps")


def _share(value: Decimal, most: Decimal) -> float:
    return round(float(max(value, Decimal(0)) / most) * 100, 2)


def _attribute(key: str) -> str:
    return {"class_": "class"}.get(key, key.replace("_", "-"))


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
