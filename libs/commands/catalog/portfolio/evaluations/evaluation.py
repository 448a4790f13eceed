"""Commands about an evaluation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.evaluations.evaluation import (
    EVALUATION,
    EvaluationConcluded,
    EvaluationPublished,
    EvaluationStarted,
    QuestionAnswered,
    ShortfallRecorded,
)
from libs.events.values import EvaluationId


class OfEvaluation(Command):
    """Is asked of an evaluation that was started."""

    evaluation: Annotated[EvaluationId, Field(description="The evaluation's id.")]


@command("portfolio.start_evaluation", EVALUATION, topic="evaluations", creates=True, requirements=("S1-04", "S1-06"))
class StartEvaluation(Command, EvaluationStarted):
    """Begin to look at whether a product works as it should; one evaluation of a product at a time."""

    evaluation: Annotated[EvaluationId | None, MADE] = None


_QUESTIONS = ("S1-15", "S1-16", "S1-17", "S1-18", "S1-19", "S1-20", "S1-21", "S1-22", "S1-23")


@command("portfolio.answer_question", EVALUATION, topic="evaluations", requirements=_QUESTIONS)
class AnswerQuestion(OfEvaluation, QuestionAnswered):
    """Answer one of the nine questions of an open evaluation. A yes rests on evidence: on what the facts show, or on what is given here."""


@command("portfolio.record_shortfall", EVALUATION, topic="evaluations", requirements=("S1-05",))
class RecordShortfall(OfEvaluation, ShortfallRecorded):
    """Say what falls short, while the evaluation is open: an objective that is not met, or an error in how the product works."""


@command("portfolio.conclude_evaluation", EVALUATION, topic="evaluations", requirements=("S1-05", "S1-24", "S1-27"))
class ConcludeEvaluation(OfEvaluation, EvaluationConcluded):
    """Give both verdicts, once, and say which aims have moved. The day of the next evaluation follows from it."""


@command("portfolio.publish_evaluation", EVALUATION, topic="evaluations", requirements=("S1-14",))
class PublishEvaluation(OfEvaluation, EvaluationPublished):
    """Share the results with other bodies, once they are there, and what these can learn from it."""
