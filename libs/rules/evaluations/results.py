"""What an evaluation comes to: its nine questions with answers and evidence, what it rests on, and which aims have moved (S1-06, S1-15 to S1-24)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.evaluations.evaluation import EVALUATION, Degree
from libs.events.catalog.portfolio.evaluations.questions import AIMS, QUESTIONS
from libs.events.event import Event
from libs.events.facts import Facts
from libs.rules.evaluations.evidence import QuestionEvidence, prefilled
from libs.rules.products.feedback import ProblemPoint, problem_points
from libs.rules.products.metrics import MetricReading, readings_of
from libs.rules.statements import explains


class EvaluationQuestion(NamedTuple):
    """One of the nine questions of an evaluation, with its answer and how much shows it."""

    question: Annotated[str, Doc("Its id, E5.1.1 to E5.3.4.")]
    text: Annotated[str, Doc("What is asked, of the product.")]
    answer: Annotated[Degree | None, Doc("The answer that counts; null while there is none.")]
    evidence: Annotated[str | None, Doc("What was given with the answer to show it; null where nothing was.")]
    independent: Annotated[int, Doc("How much of what is known shows it, said by others than those who work on the product.")]
    self_asserted: Annotated[int, Doc("How much of what is known shows it, said by those who work on the product.")]
    answered: Annotated[Event | None, Doc("The day of the answer; null while there is none.")]


class MovedAim(NamedTuple):
    """One of the seven aims that has moved since the last evaluation (S1-24)."""

    aim: Annotated[int, Doc("Its number, 1 to 7.")]
    text: Annotated[str, Doc("What it is.")]


@explains("evaluation", "questions")
def questions(facts: Facts, id: str) -> tuple[EvaluationQuestion, ...]:
    """Of each question the last answer, and how much showed it when the evaluation was concluded, or shows it now
    (S1-15, S1-16, S1-17, S1-18, S1-19, S1-20, S1-21, S1-22, S1-23).
    """
    one, shown = facts.get(EVALUATION, id), facts.derive(evidence, id)
    last = {event.data.question: event for event in one.answers} if one else {}
    found = []
    for asked in QUESTIONS:
        of, said = [each.independent for each in shown if each.question == asked.id], last.get(asked.id)
        answer, given = (said.data.answer, said.data.evidence) if said else (None, None)
        found.append(EvaluationQuestion(asked.id, asked.text, answer, given, of.count(True), of.count(False), said))
    return tuple(found)


@explains("evaluation", "evidence")
def evidence(facts: Facts, id: str) -> tuple[QuestionEvidence, ...]:
    """What is known of the product and shows an answer when the evaluation was concluded, or now; what those say who work on it is self-asserted
    (S1-15, S1-16, S1-17, S1-18, S1-19, S1-20, S1-21, S1-22, S1-23).
    """
    product, then = _looked_at(facts, id)
    return then.derive(prefilled, product)


@explains("evaluation", "readings")
def readings(facts: Facts, id: str) -> tuple[MetricReading, ...]:
    """The latest reading of each metric of the product when the evaluation was concluded, or now (S1-06)."""
    product, then = _looked_at(facts, id)
    return tuple({one.metric: one for one in reversed(then.derive(readings_of, product))}.values())[::-1]


@explains("evaluation", "heard")
def heard(facts: Facts, id: str) -> tuple[ProblemPoint, ...]:
    """Where the problems of the product lay by what was heard of it until the evaluation was concluded, or until now (S1-06)."""
    product, then = _looked_at(facts, id)
    return then.derive(problem_points, product)


def moved_aims(facts: Facts, id: str) -> tuple[MovedAim, ...]:
    """The aims that have moved, by number (S1-24)."""
    one = facts.get(EVALUATION, id)
    return tuple(MovedAim(aim, AIMS[aim]) for aim in one.aims) if one else ()


def _looked_at(facts: Facts, id: str) -> tuple[str, Facts]:
    """The product of an evaluation, and the facts that it is looked at by: those of its conclusion, which is among them, or of now."""
    one = facts.get(EVALUATION, id)
    if one is None or one.concluded is None:
        return (one.product if one else ""), facts
    return one.product, facts.until(one.concluded.time + timedelta(microseconds=1))
