"""What is heard of a product, by the points at which its problems lie (S1-03)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.roadmap.theme import THEME, Theme
from libs.events.event import day_of
from libs.events.facts import Facts
from libs.rules.text import fold


class ProblemPoint(NamedTuple):
    """A point at which a problem of a product lies, by what was heard of it (S1-03)."""

    point: Annotated[str | None, Doc("Where it lies, as that was said last; null for what was heard of no point.")]
    heard: Annotated[int, Doc("How often it was heard.")]
    themes: Annotated[int, Doc("How many themes tell of it.")]
    taken_up: Annotated[int, Doc("How many of them a backlog item or a user need takes up.")]
    last_on: Annotated[date | None, Doc("The day on which it was heard last.")]


def problem_points(facts: Facts, product: str) -> tuple[ProblemPoint, ...]:
    """Where the problems of a product lie, the one heard most often first; what was heard of no point comes last. Case, accents and blanks do not matter."""
    by_point: dict[str, list[Theme]] = {}
    for theme in sorted(facts.related(THEME, "product", product), key=lambda one: (day_of(one.heard) or date.min, one.id)):
        by_point.setdefault(fold(theme.problem_point or ""), []).append(theme)
    found = [(not point, -sum(one.times for one in themes), point, themes) for point, themes in by_point.items()]
    return tuple(
        ProblemPoint(themes[-1].problem_point, -heard, len(themes), sum(bool(one.item or one.need) for one in themes), day_of(themes[-1].heard))
        for _, heard, _, themes in sorted(found, key=lambda one: one[:3])
    )
