"""Findings, what is recommended because of them, and what the product owner answers."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.roadmap.finding import RecordFinding
from libs.commands.catalog.roadmap.recommendation import AcceptRecommendation, DeclineRecommendation, Recommend
from libs.commands.decision import Case
from libs.commands.errors import NotFound
from libs.commands.steps import in_order
from libs.events.catalog.roadmap.finding import Finding, FindingRecorded
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.recommendation import Recommendation
from libs.events.event import KINDS, Payload, split
from libs.events.values import among
from services.roadmap.domain import decisions


@decisions.decides(RecordFinding)
def record_finding(command: RecordFinding, case: Case[Finding]) -> Iterator[Payload]:
    """What was found rests on something that is there by then, of a metric on what was measured (S1-10). Raises Refused, NotFound."""
    case.demand("S1-10", command.rests_on, "it rests on nothing", field="rests_on")
    grounds = tuple(dict.fromkeys(_ground(case, given) for given in command.rests_on))
    for kind, id in map(split, grounds):
        metric = case.facts.get(METRIC, id if kind == "metric" else None)
        measured = metric is None or metric.readings or metric.baselines
        remedy = f"Read it first (roadmap.read_metric), or leave {id!r} out."
        case.demand("S1-10", measured, f"the metric {id!r} had not been measured by {case.at.date()}", remedy=remedy, field="rests_on")
    yield FindingRecorded.of(command, rests_on=grounds)


@decisions.decides(Recommend)
def recommend(command: Recommend, case: Case[Recommendation]) -> None:
    """What should be done, because of findings (S1-11). Raises Refused."""
    case.demand("S1-11", command.findings, "it rests on no finding", field="findings")


@decisions.decides(AcceptRecommendation)
def accept_recommendation(command: AcceptRecommendation, case: Case[Recommendation]) -> None:
    """It is taken up (S1-11)."""
    in_order(case, "S1-11", "accepted", after="made", ends=("declined",), first="Make it first: roadmap.recommend")


@decisions.decides(DeclineRecommendation)
def decline_recommendation(command: DeclineRecommendation, case: Case[Recommendation]) -> None:
    """It is not followed (S1-11)."""
    in_order(case, "S1-11", "declined", after="made", ends=("accepted",), first="Make it first: roadmap.recommend")


def _ground(case: Case[Finding], given: str) -> str:
    """The global id of what a finding rests on, of a plain one the first that there is. Raises NotFound for what is not there by then."""
    kinds = among(FindingRecorded)["rests_on"]
    asked = (split(given),) if ":" in given else tuple((kind, given) for kind in kinds)
    for kind, id in asked:
        if case.facts.get(KINDS[kind], id) is not None:
            return KINDS[kind].key(id)
    what = given if ":" in given else f"{', '.join(kinds[:-1])} or {kinds[-1]} {given!r}"
    raise NotFound(
        f"there was no {what} by {case.at.date()}", field="rests_on", remedy="Give the ids of metrics, themes and experiments that are there by then."
    )
