"""Types for the governance of a product: needs, metrics, change requests, their classes, the runs of pipelines that are
their evidence, and approvals of overrides."""

from __future__ import annotations

from decimal import Decimal

from libs.events.catalog.backlog.need import NEED
from libs.events.catalog.backlog.need import Need as NeedFacts
from libs.events.catalog.backlog.pipeline_run import PIPELINE_RUN
from libs.events.catalog.backlog.pipeline_run import PipelineRun as PipelineRunFacts
from libs.events.catalog.portfolio.override_approval import OVERRIDE_APPROVAL
from libs.events.catalog.portfolio.override_approval import OverrideApproval as OverrideApprovalFacts
from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.change import ChangeRequest as ChangeFacts
from libs.events.catalog.roadmap.change_class import CHANGE_CLASS
from libs.events.catalog.roadmap.change_class import ChangeClass as ChangeClassFacts
from libs.events.catalog.roadmap.metric import METRIC, Reading
from libs.events.catalog.roadmap.metric import Metric as MetricFacts
from libs.rules.clearance import clearance
from libs.rules.overrides import used
from libs.rules.products.metrics import redesign_crossings, redesign_since
from libs.rules.products.targets import target_states
from services.gateway.graphql.types.history.explanations import explained
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.connection import PAGE, After, Connection, First, Listing, page
from services.gateway.graphql.types.kinds.decorators import derived, told
from services.gateway.graphql.types.kinds.person import Voice, voice
from services.gateway.graphql.types.kinds.types import shows


@shows(NEED, private="recorded judged")
class Need(Shown[NeedFacts]):
    """What users of a product need (S0-04)."""


@shows(METRIC, order="name kind unit goal baseline latest latest_on product targets", private="defined baselines thresholds")
class Metric(Shown[MetricFacts]):
    """How it is seen whether a product does what it is for (S1-01, S1-02)."""

    @told("Where it stood before anything was aimed at (S2-08); null before it was measured.")
    def baseline(self) -> Decimal | None:
        return self.of.baseline.value if self.of.baseline else None

    targets = derived(target_states, "What it shall reach, in the order in which that was set (S0-23).")
    redesign_since = derived(redesign_since, "Since when it lies beyond its redesign threshold (S1-23); null while it does not.")
    redesign_crossings = derived(redesign_crossings, "Every time in which it lay beyond its redesign threshold, in order (S1-23).")

    @told("All its readings, the latest first (S0-23).")
    def readings(self, first: First = PAGE, after: After = None) -> Connection[Reading]:
        found = self.of.readings[::-1]
        return page(Listing(f"readings of {self.of.id}", found, found), lambda one: one, first, after)


@shows(CHANGE, order="title description approved reason raised_on decided_on judgements product decision", private="on adds")
class ChangeRequest(Shown[ChangeFacts]):
    """A change of what a product does, or of what it depends on, for the change advisory board to decide (S0-16, S0-17)."""

    @told("Who spoke for the board, in which role, and when; null before the outcome.")
    def decision(self) -> Voice | None:
        return voice(self.facts, self.of.decision)

    explain = explained(CHANGE)
    clearance = derived(clearance, "Whether it may go out, by the board's outcome or by its class and its evidence (S3-10).")


@shows(CHANGE_CLASS, order="name evidence approved reason defined_on decided_on organisation", private="decisions")
class ChangeClass(Shown[ChangeClassFacts]):
    """A sort of change that the board approves once, and the evidence by which each such change then goes out (S3-10)."""


@shows(PIPELINE_RUN, order="name jobs change product url", private="source")
class PipelineRun(Shown[PipelineRunFacts]):
    """A run of a pipeline that succeeded and names a change request, as a connected source tells of it (S3-10)."""


@shows(OVERRIDE_APPROVAL, order="rule command subject reason")
class OverrideApproval(Shown[OverrideApprovalFacts]):
    """An approval to lift a rule once, for one command about one thing (S4-20)."""

    used = derived(used, "The override that cites it, which may be one alone; null while there is none.")
