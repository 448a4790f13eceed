"""Types for initiatives: the seven steps, what each brought, and what can be done next."""

from __future__ import annotations

from libs.events.catalog.roadmap.initiative import INITIATIVE, Action, Assessment, Objective
from libs.events.catalog.roadmap.initiative import Initiative as InitiativeFacts
from libs.events.catalog.roadmap.initiative_choices import AssessmentDimension
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.metric import Metric as MetricFacts
from libs.events.catalog.roadmap.monitoring import MONITORING
from libs.events.catalog.roadmap.monitoring import Monitoring as MonitoringFacts
from libs.rules.improvement.initiatives import SmartCriterion, course, fails
from libs.rules.improvement.monitoring import before_and_after, ends, heard_since, monitoring_state
from services.gateway.graphql.types.history.explanations import explained
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.decorators import derived, told
from services.gateway.graphql.types.kinds.events import Subject, about
from services.gateway.graphql.types.kinds.types import DerivedValue, named_maybe, shows, tells
from services.gateway.graphql.types.roadmap import its_vision


@tells(Assessment)
class InitiativeAssessment(DerivedValue[Assessment]):
    """How something stood in one dimension (S2-07)."""

    @told("The metric that measures it; null where none is named.")
    def metric(self) -> Shown[MetricFacts] | None:
        return named_maybe(self.facts, METRIC, self.of.metric)


@tells(Objective)
class InitiativeObjective(DerivedValue[Objective]):
    """What an initiative aims at, and which letters of SMART it fails (S2-09, S2-10)."""

    @told("The metric that measures it; null where none is named.")
    def metric(self) -> Shown[MetricFacts] | None:
        return named_maybe(self.facts, METRIC, self.of.metric)

    @told("The letters of SMART that it fails (S2-10).")
    def fails(self) -> tuple[SmartCriterion, ...]:
        return fails(self.of)


@tells(Action)
class InitiativeAction(DerivedValue[Action]):
    """What is done for an initiative, on which scale (S2-12)."""

    @told("By what it is carried out.")
    def carries(self) -> list[Subject]:
        return [about(self.facts, id) for id in self.of.carries]


@shows(INITIATIVE, order="title subject value level template iteration vision own_vision", private="taken")
class Initiative(Shown[InitiativeFacts]):
    """A larger improvement that goes through seven steps, as often as it takes (S2-05)."""

    own_vision = its_vision(INITIATIVE)

    @told("Where it stood, in the order in which that was found out (S2-07).")
    def assessments(self) -> list[InitiativeAssessment]:
        return [InitiativeAssessment(self.facts, one) for one in self.of.assessments]

    @told("The dimensions in which nothing was assessed in this iteration (S2-07).")
    def unassessed(self) -> tuple[AssessmentDimension, ...]:
        seen = {one.dimension for one in self.of.assessments if one.iteration == self.of.iteration}
        return tuple(one for one in AssessmentDimension if one not in seen)

    @told("What it aims at, by the order in which that was said (S2-09).")
    def objectives(self) -> list[InitiativeObjective]:
        return [InitiativeObjective(self.facts, one) for one in self.of.objectives]

    @told("What is done for it (S2-12).")
    def actions(self) -> list[InitiativeAction]:
        return [InitiativeAction(self.facts, one) for one in self.of.actions]

    explain = explained(INITIATIVE)
    course = derived(course, "Its steps, what was left out and what that costs, and what can be done next (S2-05, S2-17).")


@shows(MONITORING, order="product about state ends worked evidence note metrics until")
class Monitoring(Shown[MonitoringFacts]):
    """What is looked at after a change, by the metrics that were measured before it and by what users say (S1-13)."""

    explain = explained(MONITORING)
    state = derived(monitoring_state, "How far it is.")
    ends = derived(ends, "Its last day; null of one that was not opened.")
    before_and_after = derived(before_and_after, "What each metric came to before the change and after it (S1-09).")
    heard_since = derived(heard_since, "How often something was heard of the product since the change (S1-13).")
