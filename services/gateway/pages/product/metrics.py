"""What the page of a product shows of its metrics: each with its targets, the course of its readings as a line, and all readings as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from libs.events.catalog.roadmap.metric import MetricKind
from libs.rules.products.targets import TargetState
from services.gateway.pages.improvement.tables import in_unit, redesign, side_of
from services.gateway.pages.kit import words
from services.gateway.pages.kit.charts.over_time import ChartLevel, course
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell, Table, text
from services.gateway.pages.kit.tables.columns import table
from services.gateway.pages.kit.tables.event_rows import page_of
from services.gateway.pages.kit.tables.field_tables import FieldTable

Node = Mapping[str, Any]
READINGS: Final = ("product", "readings")


class MetricCourse(NamedTuple):
    """A metric whose readings are drawn: its name, its page, the drawing, its first and its last day, and what the lines are, in words."""

    name: str
    href: str | None
    chart: Markup
    begins: str
    ends: str
    said: str


def lacking(kinds: Sequence[str]) -> str:
    """Which kinds of metrics it has none of, in a sentence; empty where it has both."""
    if not kinds:
        return ""
    return f"It lacks {words.listed(MetricKind[one].spoken for one in kinds)} metrics: what is counted and what people judge both need to be seen (S1-01)."


def readings(visit: Visit, found: Node) -> Table:
    """All readings of its metrics, the latest first."""
    cells = {"metric": lambda one: Cell(one["name"], page_of(visit, one["metric"]), value=one["metric"])}
    empty = "Nothing was read yet."
    return table(visit, "readings", "Readings", "MetricReading", "on, metric, #value, -name", found["nodes"], empty=empty, cells=cells).of(READINGS, found)


def courses(visit: Visit, found: Sequence[Node], read: Iterable[Node]) -> tuple[MetricCourse, ...]:
    """The course of each metric that was read twice at least, by what of its readings is there."""
    by_metric: dict[str, list[tuple[date, Decimal]]] = {}
    for one in read:
        by_metric.setdefault(one["metric"], []).insert(0, (date.fromisoformat(one["on"]), Decimal(str(one["value"]))))
    return tuple(_course(visit, one, by_metric[one["id"]]) for one in found if len(by_metric.get(one["id"], ())) > 1)


def _course(visit: Visit, metric: Node, read: Sequence[tuple[date, Decimal]]) -> MetricCourse:
    target, threshold = (metric["targets"] or [None])[-1], metric["redesignThreshold"]
    held = [
        (metric["baseline"], "hw-level--baseline", "Dots: the baseline, {}"),
        (target and target["value"], "hw-level--target", "Dashes: the target, {}" + (f" by {words.short_day(target['due'])}" if target else "")),
        (threshold and threshold["value"], "hw-level--threshold", f"Long and short dashes: a redesign is called for {side_of(threshold)} {{}}"),
    ]
    given = [(Decimal(str(value)), class_, said.format(in_unit(metric, value))) for value, class_, said in held if value is not None]
    begins, ends = read[0], read[-1]
    line = f"Line: what was read, {in_unit(metric, begins[1])} at first and {in_unit(metric, ends[1])} at last"
    said = ". ".join((line, *(said for _, _, said in given))) + "."
    chart = course(read, [ChartLevel(value, class_) for value, class_, _ in given], f"{metric['name']}. {said}")
    return MetricCourse(metric["name"], page_of(visit, metric["id"]), chart, words.short_day(begins[0]), words.short_day(ends[0]), said)


def _latest(metric: Node) -> Cell:
    read = f"on {words.short_day(metric['latestOn'])}" if metric["latestOn"] else ""
    begun = f"baseline {metric['baseline']}" if metric["baseline"] is not None else ""
    shown = f"{metric['latest']} {metric['unit'] or ''}".strip() if metric["latest"] is not None else words.NONE
    return Cell(shown, note=", ".join(part for part in (read, begun) if part), value=metric["latest"] or "")


def _target(metric: Node) -> Cell:
    """The target set last, and what became of it."""
    if not metric["targets"]:
        return text(None)
    last = metric["targets"][-1]
    state = TargetState[last["state"]]
    return Cell(
        state.words,
        tone=state.tone,
        note=f"{last['value']} {metric['unit'] or ''}".strip() + f" by {words.short_day(last['due'])}",
        value=f"{last['value']} by {last['due']}: {last['state']}",
    )


METRICS: Final = FieldTable(
    "metrics",
    "By what it is measured",
    "Metric: *, latest, Target: targets.state as target, -baseline, -latestOn, Redesign: redesignSince as redesign, -kind, -data",
    {"metric": lambda one: words.sentence(one["goal"]) if one["goal"] else "", "latest": _latest, "target": _target, "redesign": redesign},
    empty="No metric is defined.",
    also="unit goal targets { value due } redesignThreshold { value when }",
)
"""Each metric with its baseline, its latest reading, the target set last and the redesign threshold."""
