"""An evaluation: whether one product works as it should, by nine questions, with what falls short, two verdicts and good practice (S1-04, S1-05, S1-14)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.catalog.portfolio.evaluations.questions import AimNumber, QuestionId
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import ONE_OR_SEVERAL, Existing, Input, Inverse, PersonId, ProductId, Text, Title, shared


class Degree(Choice):
    """How far something is so."""

    YES = choice("yes", "It is so.", tone=Tone.GOOD)
    PARTLY = choice("partly", "It is so in part.", tone=Tone.GOING)
    NO = choice("no", "It is not so.", tone=Tone.BAD)


class ShortfallKind(Choice):
    """What falls short in a product (S1-05)."""

    OBJECTIVE = choice("objective", "An objective is not met.", words="Objective not met")
    ERROR = choice("error", "Something goes wrong in how it works.", words="Error in how it works")


class EvaluationState(Choice):
    """How far an evaluation is (S1-04, S1-14)."""

    OPEN = choice("open", "Its questions are being answered.", tone=Tone.GOING)
    CONCLUDED = choice("concluded", "Both verdicts are given; other bodies have not been told.", tone=Tone.GOING)
    PUBLISHED = choice("published", "Results and good practice are shared with other bodies.", tone=Tone.GOOD)


@event("headway.portfolio.evaluation.started.v1")
class EvaluationStarted(Payload):
    """It is looked at whether this product works as it should."""

    product: Annotated[ProductId, Existing(), Doc("The product that is evaluated.")]
    knows: Annotated[PersonId, Doc("The id of the person who knows the service through and through (S1-06).")]


@event("headway.portfolio.evaluation.answered.v1")
class QuestionAnswered(Payload):
    """One of the nine questions is answered so; said again, the later answer counts (S1-15 to S1-23)."""

    question: Annotated[str, Input(QuestionId), Doc("The question, E5.1.1 to E5.3.4.")]
    answer: Annotated[Degree, Doc("yes, partly or no.")]
    evidence: Annotated[str | None, Input(Text), Doc("What shows it, beside what the facts show already; a yes that nothing shows needs it.")] = None


@event("headway.portfolio.evaluation.shortfall_recorded.v1")
class ShortfallRecorded(Payload):
    """This falls short (S1-05)."""

    kind: Annotated[ShortfallKind, Doc("objective, one that is not met, or error, in how the product works.")]
    text: Annotated[str, Input(Text), Doc("What falls short.")]


@judges(Of((EvaluationStarted,), ("product",)))
@event("headway.portfolio.evaluation.concluded.v1")
class EvaluationConcluded(Judgement):
    """So effective and so efficient is the product, and these aims have moved (S1-05, S1-24)."""

    effective: Annotated[Degree, Doc("yes, partly or no: whether it brings about what it is for.")]
    efficient: Annotated[Degree, Doc("yes, partly or no: whether it does so without waste.")]
    aims: Annotated[
        tuple[int, ...], Input(AimNumber, max_length=7), Doc("Which of the seven aims have moved since the last one, 1 to 7; none where the list is empty.")
    ]
    note: Annotated[str | None, Input(Text), Doc("What else is to be said.")] = None
    frameworks: Annotated[tuple[str, ...], ONE_OR_SEVERAL, Input(Title, max_length=100), Doc("The frameworks that it refers to, such as FitSM (S1-27).")] = ()


@judges(Of((EvaluationConcluded,), ("effective", "efficient", "aims")))
@event("headway.portfolio.evaluation.published.v1")
class EvaluationPublished(Judgement):
    """Its results are shared with other bodies, with what they can learn from it (S1-14)."""

    good_practice: Annotated[str | None, Input(Text), Doc("What others can do likewise; left out where there is nothing.")] = None


@state
class Evaluation:
    """An evaluation as it stands; of each question the answer that was given last. `aims` are the numbers of those that have moved (S1-24)."""

    id: str
    product: Annotated[ProductId, Doc("The product that is evaluated."), Inverse("Its evaluations, by id (S1-04).")] = ""
    knows: Annotated[PersonId, Doc("The person who knows the service through and through (S1-06).")] = ""
    answers: Annotated[tuple[Event[QuestionAnswered], ...], Doc("Of each question the answer that was given last.")] = ()
    shortfalls: Annotated[tuple[Event[ShortfallRecorded], ...], Doc("What falls short, the earliest first (S1-05).")] = ()
    effective: Annotated[Degree | None, Doc("Whether it brings about what it is for (S1-05); null before the verdict.")] = None
    efficient: Annotated[Degree | None, Doc("Whether it does so without waste (S1-05); null before the verdict.")] = None
    aims: tuple[int, ...] = ()
    note: Annotated[str | None, Doc("What else was said at its end; null where nothing was.")] = None
    frameworks: Annotated[tuple[str, ...], Doc("The frameworks that it refers to (S1-27).")] = ()
    good_practice: Annotated[str | None, Doc("What others can do likewise (S1-14); null where nobody said.")] = None
    started: Annotated[Event | None, Doc("The day on which it was started.")] = None
    concluded: Annotated[Event | None, Doc("The day on which both verdicts were given; null before.")] = None
    published: Annotated[Event | None, Doc("The day on which it was shared with other bodies; null before.")] = None

    @property
    def state(self) -> Annotated[EvaluationState, Doc("How far it is.")]:
        """What was published rests on the conclusion."""
        if self.concluded is None:
            return EvaluationState.OPEN
        return EvaluationState.CONCLUDED if self.published is None else EvaluationState.PUBLISHED


def evolve(evaluation: Evaluation, event: Event) -> Evaluation:
    """The evaluation after one more event, in whatever order."""
    match event.data:
        case EvaluationStarted(product=product, knows=knows):
            return changed(evaluation, product=product, knows=knows, started=event)
        case QuestionAnswered(question=question):
            answers = {one.data.question: one for one in evaluation.answers} | {question: event}
            return changed(evaluation, answers=tuple(answers.values()))
        case ShortfallRecorded() as said if all(one.data != said for one in evaluation.shortfalls):
            return changed(evaluation, shortfalls=(*evaluation.shortfalls, event))
        case EvaluationConcluded() as said:
            return changed(evaluation, **shared(Evaluation, said), concluded=event)
        case EvaluationPublished(good_practice=practice):
            return changed(evaluation, good_practice=practice, published=event)
    return evaluation


EVALUATION = Kind("portfolio", "evaluation", "evaluations", Evaluation, evolve, defined_by=(EvaluationStarted,), begins=True, definition=("product", "knows"))
