"""What shows an answer of an evaluation: what is known of its product, each said to be independent or self-asserted, by question (S1-15 to S1-23)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.backlog.experiment import EXPERIMENT, ExperimentMethod
from libs.events.catalog.portfolio.evaluations.questions import QUESTIONS
from libs.events.catalog.portfolio.evaluations.record import RECORD, RecordKind
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.channel import CHANNEL, ChannelKind
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.event import Event, Kind
from libs.events.facts import Facts
from libs.events.values import GlobalId
from libs.rules.graduation.criteria import SATISFACTION
from libs.rules.graduation.evidence import is_independent, role_of
from libs.rules.products.homes import home_of_product

Shown = tuple[str, Kind[Any], str, str, Event]
"""A question, and what shows a yes to it: its kind, its id, what it is called, and the event that says it."""


class QuestionEvidence(NamedTuple):
    """Something that is known of a product and shows an answer to a question of its evaluation."""

    question: Annotated[str, Doc("The question, E5.1.1 to E5.3.4.")]
    what: Annotated[str, Doc("What it is called, or says.")]
    source: Annotated[GlobalId, Doc("The thing that shows it, such as a channel or a record: its global id.")]
    on: Annotated[date, Doc("The day since which that is so.")]
    asserted_by: Annotated[str, Doc("The role that said it.")]
    independent: Annotated[bool, Doc("Whether somebody else said it than those who work on the product; false where it is self-asserted.")]


def evidence_of(facts: Facts, product: str, question: str) -> tuple[QuestionEvidence, ...]:
    """What shows an answer to one question."""
    return tuple(one for one in facts.derive(prefilled, product) if one.question == question)


def prefilled(facts: Facts, product: str) -> tuple[QuestionEvidence, ...]:
    """What shows answers to the nine questions about a product at this moment: question by question, of each the earliest first (a rule)."""
    teams = facts.related(TEAM, "products", product)
    found = sorted((one for part in (_feedback, _changes, _records, _metrics) for one in part(facts, product)), key=lambda one: (one[0], one[4].order))

    def independent(event: Event) -> bool:
        return role_of(event) != "product_owner" and all(is_independent(event, team) for team in teams)

    return tuple(
        QuestionEvidence(question, name, kind.key(id), event.time.date(), event.actor.role, independent(event)) for question, kind, id, name, event in found
    )


def _feedback(facts: Facts, product: str) -> Iterator[Shown]:
    """Channels that are open, but for the form (S1-15), sessions among them (S1-16)."""
    for one in facts.related(CHANNEL, "product", product):
        if one.opened is not None and one.closed is None and one.kind is not ChannelKind.FORM:
            yield "E5.1.1", CHANNEL, one.id, one.name or one.id, one.opened
            if one.kind is ChannelKind.SESSION:
                yield "E5.1.2", CHANNEL, one.id, one.name or one.id, one.opened


def _changes(facts: Facts, product: str) -> Iterator[Shown]:
    """A/B tests that were not broken off (S1-17), and change requests (S1-18)."""
    for one in facts.related(EXPERIMENT, "product", product):
        if one.planned is not None and one.stopped is None and one.method is ExperimentMethod.AB:
            yield "E5.2.1", EXPERIMENT, one.id, one.hypothesis or one.id, one.planned
    for asked in facts.related(CHANGE, "product", product):
        if asked.raised is not None:
            yield "E5.2.2", CHANGE, asked.id, asked.title or asked.id, asked.raised


def _records(facts: Facts, product: str) -> Iterator[Shown]:
    """What is on record of it, or of all products of its organisation (S1-18 to S1-21); that a problem is solved does not undo that it was put on record."""
    home = home_of_product(facts, facts.get(PRODUCT, product))
    found = [*facts.related(RECORD, "product", product), *(facts.related(RECORD, "organisation", home) if home else ())]
    question = {one.record: one.id for one in QUESTIONS}
    for one in found:
        if one.kept is not None and (one.closed is None or one.kind is RecordKind.MONITORING_PROBLEM):
            yield question[one.kind], RECORD, one.id, one.text or one.id, one.kept


def _metrics(facts: Facts, product: str) -> Iterator[Shown]:
    """Metrics of satisfaction, by their latest reading (S1-22), and redesign thresholds, by the one that holds (S1-23)."""
    for one in facts.related(METRIC, "product", product):
        if one.measures == SATISFACTION and one.readings:
            yield "E5.3.3", METRIC, one.id, one.name or one.id, one.readings[-1].event
        if one.thresholds:
            yield "E5.3.4", METRIC, one.id, one.name or one.id, one.thresholds[-1].event
