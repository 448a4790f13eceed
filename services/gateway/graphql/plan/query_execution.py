"""Answers a query by its plan, where it has one and all goes well; whatever else there is to be said is the library's to say."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import orjson
from graphql import GraphQLError, OperationType
from graphql.execution import Executor

from libs.runtime.failure_reason import reason
from services.gateway.capacity.kept_answers import AnswerKey
from services.gateway.graphql.answers.answer_key import answer_key
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.limits import Prepared
from services.gateway.graphql.plan.compiler import Plan
from services.gateway.graphql.plan.document_plans import plans_of
from services.gateway.graphql.plan.pieces import PieceKeeper
from services.gateway.graphql.plan.plan_run import PlanRun
from services.gateway.graphql.schema import schema

logger = logging.getLogger("headway.graphql")


class Planned(NamedTuple):
    """What an answer is kept by, and its data, as JSON. Nothing went wrong with it."""

    key: AnswerKey
    data: bytes


def planned(asked: GraphQLRequest, asking: OperationContext) -> Planned | None:
    """What the plan of a query of the world gives. None where the library is to answer: for it, it is as if nothing had been asked yet. Raises SpentUp."""
    begun, objects = time.perf_counter(), asking.budget.objects
    asking.begin()
    found, key = asked.found(), answer_key(asked, asking)
    if found is None or key is None:
        return None
    data = _data(found[0], asked, asking, key)
    if data is not None:
        asking.gateway.metrics.observe(OperationType.QUERY, time.perf_counter() - begun)
        return Planned(key, data)
    asking.begin()
    asking.budget.objects = objects
    return None


def _data(document: Prepared, asked: GraphQLRequest, asking: OperationContext, question: AnswerKey) -> bytes | None:
    executor = _executor(document, asked, asking)
    plans = plans_of(document)
    plan = plans.plan(executor) if executor is not None else None
    if executor is None or plan is None:
        return None
    try:
        asking.budget.asked = asked.demand
        with _pieces(question, plan, asking) if plan.has_pieces else nullcontext() as keeper:
            data = orjson.dumps(plan.data(PlanRun(executor, asking.budget, keeper)))
    except Exception as e:  # an error of a field, most often: the library tells of it
        logger.debug("not answered by a plan: %s", reason(e))
        return None
    if asking.beyond or asking.not_yet_seen:
        plans.give_up(executor)
        return None
    return data


@contextmanager
def _pieces(question: AnswerKey, plan: Plan, asking: OperationContext) -> Iterator[PieceKeeper | None]:
    """Takes and keeps pieces of the answer, where it is asked again."""
    kept, facts = asking.gateway.pieces, asking.facts(None, None)
    found = kept.of((question, plan.name, asking.gateway.process.people.revision), facts.kept)
    if found is None:
        yield None
        return
    keeper = PieceKeeper(found, asking, facts)
    try:
        yield keeper
    finally:
        kept.keep(found)
        asking.gateway.metrics.pieces(keeper.kept, keeper.made)


def _executor(document: Prepared, asked: GraphQLRequest, asking: OperationContext) -> Executor[Any] | None:
    """The library's executor, with the variables read; None where something is wrong with the document or with them."""
    if document.errors:
        return None
    try:
        made = Executor.build(schema()._schema, document.document, None, asking, asked.variables, asked.operation, hide_suggestions=True)
    except GraphQLError:
        return None
    return None if isinstance(made, list) else made
