"""Types for evaluations, for what is kept on record for them, and for confidence."""

from __future__ import annotations

from typing import Any

from libs.events.catalog.portfolio.evaluations.confidence import CONFIDENCE
from libs.events.catalog.portfolio.evaluations.confidence import ConfidenceRating as ConfidenceRatingFacts
from libs.events.catalog.portfolio.evaluations.evaluation import EVALUATION
from libs.events.catalog.portfolio.evaluations.evaluation import Evaluation as EvaluationFacts
from libs.events.catalog.portfolio.evaluations.record import RECORD
from libs.events.catalog.portfolio.evaluations.record import KeptRecord as KeptRecordFacts
from libs.rules.evaluations import results
from libs.rules.evaluations.confidence import ConfidenceIn, ConfidenceOver
from libs.rules.evaluations.signs import StandingOf
from services.gateway.graphql.types.history.explanations import explained
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.decorators import derived
from services.gateway.graphql.types.kinds.types import shows


@shows(EVALUATION, order="product state started_on knows effective efficient aims questions evidence shortfalls readings heard good_practice")
class Evaluation(Shown[EvaluationFacts]):
    """Whether one product works as it should: nine questions with their evidence, what falls short, two verdicts, and good practice (S1-04, S1-05, S1-14)."""

    questions = derived(results.questions, "The nine questions, each with the answer that counts and how much shows it (S1-15 to S1-23).")
    evidence = derived(results.evidence, "What is known and shows an answer, question by question, each said to be independent or self-asserted.")
    readings = derived(results.readings, "The latest reading of each metric of the product, of its last day or of now (S1-06).")
    heard = derived(results.heard, "Where the problems of the product lay by what was heard, until its last day or until now (S1-06).")
    aims = derived(results.moved_aims, "Which of the seven aims have moved since the last one (S1-24).")
    explain = explained(EVALUATION)


@shows(CONFIDENCE, order="level subject words next_step rated_on", private="ratings")
class ConfidenceRating(Shown[ConfidenceRatingFacts]):
    """How sure somebody was of what they answer for, as they rated it last under one id."""


@shows(RECORD, order="text kind meant_for url kept_on closed_on closed_because product organisation")
class KeptRecord(Shown[KeptRecordFacts]):
    """What is kept on record of a product, or of an organisation's products together: training, reports, problems, how change is managed (S1-18 to S1-21)."""


def its_confidence(kind: str) -> Any:
    """The field with how sure those who answer for a thing of a kind are of it."""
    return derived(ConfidenceIn(kind), "How sure those who answer for it are of it, beside what the rules make of it; null where nobody said.")


def its_standing(kind: str) -> Any:
    """The field with what the rules make of a thing of a kind."""
    return derived(StandingOf(kind), "What the rules make of it, on the levels by which people rate it; null where they know nothing that tells.")


def its_summary(kind: str) -> Any:
    """The field with how many are how sure of what lies in a thing of a kind."""
    return derived(ConfidenceOver(kind), "How sure those who answer for what lies in it are of that, in numbers; nothing is averaged.")
