"""The nine questions of an evaluation, and the seven aims that one may move, in our own words (S1-15 to S1-24)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from libs.events.catalog.portfolio.evaluations.record import RecordKind
from libs.events.values import worded

QuestionId = Annotated[str, worded(r"^E5\.(1\.[12]|2\.[1-3]|3\.[1-4])$", "one of the nine questions of an evaluation, E5.1.1 to E5.3.4, such as E5.1.1")]


AimNumber = Annotated[int, Field(ge=1, le=7)]


class Question(NamedTuple):
    """A question, the requirement that asks for it, what a yes to it rests on, and which records are evidence of it."""

    id: str
    rule: str
    text: str
    rests_on: str
    record: RecordKind | None = None


QUESTIONS: Final = (
    Question(
        "E5.1.1", "S1-15", "Can people say what they think of it in other ways than by its form?", "Open a channel that is no form: roadmap.open_channel."
    ),
    Question("E5.1.2", "S1-16", "Do its users and its makers sit together to hear how it works?", "Open a channel of sessions: roadmap.open_channel."),
    Question("E5.2.1", "S1-17", "Are versions of its pages tried against each other?", "Plan an A/B test: backlog.plan_experiment."),
    Question(
        "E5.2.2",
        "S1-18",
        "Is it written down how its organisation manages change, and is it done so?",
        "Keep the way of managing change on record (portfolio.keep_record), or raise what changes with the board: roadmap.raise_change_request.",
        RecordKind.CHANGE_PROCESS,
    ),
    Question("E5.2.3", "S1-19", "Is it settled which training its staff need?", "Keep the training on record: portfolio.keep_record.", RecordKind.TRAINING),
    Question("E5.3.1", "S1-20", "Are there reports that say how it is used?", "Keep the report on record: portfolio.keep_record.", RecordKind.REPORT),
    Question(
        "E5.3.2",
        "S1-21",
        "Is it put on record what its monitoring finds by itself?",
        "Keep the problem on record: portfolio.keep_record.",
        RecordKind.MONITORING_PROBLEM,
    ),
    Question("E5.3.3", "S1-22", "Is it recorded how satisfied its users are, and is that looked into?", "Read a metric of satisfaction: roadmap.read_metric."),
    Question("E5.3.4", "S1-23", "Is it settled at which figures it is made anew?", "Set a redesign threshold: roadmap.set_redesign_threshold."),
)
"""In the order of the guide."""

QUESTION: Final = MappingProxyType({one.id: one for one in QUESTIONS})
"""Each by its id."""

AIMS: Final = MappingProxyType(
    {
        1: "Its health is judged by data rather than by guesses",
        2: "What citizens and businesses need is met all the time",
        3: "The service grows up",
        4: "Every side of it gets better",
        5: "What becomes known of it is looked after",
        6: "What comes out is useful, sound and does what it is for",
        7: "It is known at any time whether it is accepted, and how satisfied people are",
    }
)
"""What improving a service is for, by number (S1-24)."""
