"""What governs a product's work: the needs it serves, the metrics it is measured by, and the changes that the board is asked for."""

from __future__ import annotations

from decimal import Decimal

from libs.events.catalog.backlog.need import NEED
from libs.events.catalog.backlog.need import Need as NeedFacts
from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.change import Change as ChangeFacts
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.metric import Metric as MetricFacts
from libs.rules.targets import target_states
from services.gateway.types.annotations import Shown
from services.gateway.types.kinds import shows
from services.gateway.types.person import Voice, voice
from services.gateway.types.telling import derived, told


@shows(NEED, private="recorded judged")
class Need(Shown[NeedFacts]):
    """What users of a product need (S0-04)."""


@shows(METRIC, order="name kind unit goal baseline latest latest_on product targets", private="defined baselines readings")
class Metric(Shown[MetricFacts]):
    """How it is seen whether a product does what it is for (S1-01, S1-02)."""

    @told("Where it stood before anything was aimed at (S2-08); null before it was measured.")
    def baseline(self) -> Decimal | None:
        return self.of.baseline.value if self.of.baseline else None

    targets = derived(target_states, "What it shall reach, in the order in which that was set (S0-23).")


@shows(CHANGE, order="title description approved reason raised_on decided_on judgements product decision", private="on adds")
class ChangeRequest(Shown[ChangeFacts]):
    """A change of what a product does, or of what it depends on, for the change advisory board to decide (S0-16, S0-17)."""

    @told("Who spoke for the board, in which role, and when; null before the outcome.")
    def decision(self) -> Voice | None:
        return voice(self.of.decision)
