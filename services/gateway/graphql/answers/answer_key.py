"""Names an answer by all that it depends on beside the world and people's names: equal keys, equal answers."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from services.gateway.capacity.kept_answers import AnswerKey
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext


def answer_key(asked: GraphQLRequest, asking: OperationContext) -> AnswerKey | None:
    """The key of what is asked, with whose rights, on which days and within which limits. None where the answer is not to be kept.

    The day counts also where `asOf` names another: whose money is whose, and who sees which name, is judged by what holds today.
    """
    question = asked.question
    return (question.name, asking.rights, days_of(asking), asking.most.text) if question is not None and question.kept else None


def days_of(asking: OperationContext) -> str:
    """The day on which it is asked, and the latest that it is anywhere: by the end of that one all was so that is part of the present."""
    return _days(asking.today, asking.latest)


@lru_cache(maxsize=100)
def _days(today: date, latest: date) -> str:
    return f"{today} {latest}"
