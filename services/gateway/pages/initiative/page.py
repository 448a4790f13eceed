"""`/initiatives/{id}`: its steps as a line, the questions of the step that it is in, what can be done next, and what each step that was left out costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from libs.events.catalog.roadmap.initiative_choices import InitiativeOutcome, InitiativeStep
from libs.rules.improvement.initiatives import StepState
from libs.rules.improvement.seven_steps import GuidingPrinciple
from services.gateway.pages.kinds.thing import ThingView, page_of_one
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Page, Visit
from services.gateway.pages.kit.table import Table

SHOWN_OTHERWISE: Final = ("course-steps", "course-skipped", "course-next")
"""The lists of values that stand on this page in another form; CSV has them as tables."""


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the line: its words, its question, how it stands and since when, and its principles, each with what to ask."""

    words: str
    question: str
    state: StepState
    on: str | None
    principles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NextView:
    """Something that can be done next: in words, by which rule, and the command with what of it is known."""

    what: str
    rule: str
    command: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LossView:
    """A step that was left out: in which iteration, why, since when (None: by its template), and what that costs."""

    iteration: int
    step: str
    reason: str
    on: str | None
    cost: str


@dataclass(frozen=True, slots=True)
class InitiativeView(ThingView):
    """What the page shows beside what the page of any thing does."""

    iteration: int = 1
    outcome: InitiativeOutcome = InitiativeOutcome.UNDER_WAY
    line: tuple[StepView, ...] = ()
    next: tuple[NextView, ...] = ()
    losses: tuple[LossView, ...] = ()
    unseen: tuple[Table, ...] = ()

    @property
    def current(self) -> StepView | None:
        """The step that it is in."""
        return next((one for one in self.line if one.state is StepState.CURRENT), None)


def _view(visit: Visit, node: Mapping[str, Any], made: ThingView) -> InitiativeView:
    course, given = node["course"], {one.name: getattr(made, one.name) for one in fields(ThingView)}
    given["facts"] = tuple(one for one in made.facts if not one[0].startswith("Course "))  # the line and its heading say so
    given["parts"] = tuple(one for one in made.parts if one.id not in SHOWN_OTHERWISE)
    return InitiativeView(
        **given,
        iteration=node["iteration"],
        outcome=InitiativeOutcome[course["outcome"]],
        line=tuple(_line(course)),
        next=tuple(_next(course)),
        losses=tuple(LossView(one["iteration"], InitiativeStep[one["step"]].words, one["reason"], one["skippedOn"], one["cost"]) for one in course["skipped"]),
        unseen=tuple(one for one in made.parts if one.id in SHOWN_OTHERWISE),
    )


def _next(course: Mapping[str, Any]) -> Iterator[NextView]:
    for one in course["next"]:
        yield NextView(one["what"], one["rule"], one["command"], {"step": InitiativeStep[one["step"]].value} if one["step"] else {})


def _line(course: Mapping[str, Any]) -> Iterator[StepView]:
    for one in course["steps"]:
        step = InitiativeStep[one["step"]]
        principles = tuple((GuidingPrinciple[name].words, GuidingPrinciple[name].description) for name in one["principles"])
        yield StepView(step.words, step.description, StepState[one["state"]], words.day(one["takenOn"]) if one["takenOn"] else None, principles)


INITIATIVE: Final[Page] = page_of_one("initiative", _view, "initiative")
