"""Evaluations: one of a product at a time, answered on evidence while it is open, concluded and published once (S1-04, S1-05, S1-14 to S1-24)."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.evaluations.evaluation import AnswerQuestion, ConcludeEvaluation, PublishEvaluation, RecordShortfall, StartEvaluation
from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided
from libs.commands.import_revision import anew
from libs.commands.steps import in_order
from libs.events.catalog.portfolio.evaluations.evaluation import EVALUATION, Degree, Evaluation, EvaluationConcluded
from libs.events.catalog.portfolio.evaluations.questions import QUESTION
from libs.events.event import Payload
from libs.rules.evaluations.evidence import evidence_of
from libs.rules.text import by_time
from services.portfolio.domain import decisions

_START = "Start it first: portfolio.start_evaluation"


@decisions.decides(StartEvaluation)
def start_evaluation(command: StartEvaluation, case: Case[Evaluation]) -> None:
    """Of a product of which no other is open, neither by then nor now (S1-04)."""
    for facts in (case.facts, case.current):
        for other in facts.related(EVALUATION, "product", command.product):
            if other.id == case.id or other.concluded is not None:
                continue
            now = case.current.get(EVALUATION, other.id)
            if now is None or now.concluded is None:
                case.demand("S1-04", False, f"{other.id} of {command.product} is open", field="product")
            else:
                what = f"{other.id} of {command.product} was open on {by_time(case.at, now.concluded.time)}"
                remedy = f"Give a later time: it was concluded on {by_time(now.concluded.time, case.at)}."
                case.demand("S1-04", False, what, field="at", remedy=remedy)


@decisions.decides(AnswerQuestion)
def answer_question(command: AnswerQuestion, case: Case[Evaluation]) -> None:
    """While it is open; a yes rests on what is given, or on what the facts show by then, each by the rule of its question."""
    rule = QUESTION[command.question].rule
    _is_open(case, rule)
    if command.answer is Degree.YES and command.evidence is None and case.then is not None:
        shown = case.facts.derive(evidence_of, case.then.product, command.question)
        case.demand(rule, shown, f"nothing shows a yes to {command.question} by {case.at.date()}", field="evidence")


@decisions.decides(RecordShortfall)
def record_shortfall(command: RecordShortfall, case: Case[Evaluation]) -> None:
    """While it is open (S1-05)."""
    _is_open(case, "S1-05")


@decisions.decides(ConcludeEvaluation)
def conclude_evaluation(command: ConcludeEvaluation, case: Case[Evaluation]) -> Iterator[Payload]:
    """Once, with both verdicts and each aim once (S1-05, S1-24). What was not answered stays open to see."""
    in_order(case, "S1-05", "concluded", after="started", first=_START)
    yield from anew(case, EvaluationConcluded.of(command, aims=tuple(sorted(set(command.aims)))))


@decisions.decides(PublishEvaluation)
def publish_evaluation(command: PublishEvaluation, case: Case[Evaluation]) -> None:
    """Once it is concluded (S1-14)."""
    in_order(case, "S1-14", "published", after="concluded", first="Conclude it first: portfolio.conclude_evaluation")


def _is_open(case: Case[Evaluation], rule: str) -> None:
    """Refuses what is said of an evaluation before it was started, or after it was concluded but for a changed row of an import."""
    ended = case.there.concluded
    if ended is not None and not case.revising:
        what = f"{case.id} was concluded on {ended.time.date()}"
        raise AlreadyDecided(rule, what, field="evaluation", remedy="Retract the conclusion first, if it was too early: portfolio.retract.")
    case.demand(
        rule, case.then and case.then.started, f"{case.id} had not been started by {case.at.date()}", remedy=f"{_START}, or give a later time.", field="at"
    )
