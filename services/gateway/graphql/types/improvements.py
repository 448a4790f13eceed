"""Types for improvement: improvements and experiments."""

from __future__ import annotations

from libs.events.catalog.backlog.experiment import EXPERIMENT
from libs.events.catalog.backlog.experiment import Experiment as ExperimentFacts
from libs.events.catalog.backlog.improvement import IMPROVEMENT
from libs.events.catalog.backlog.improvement import Improvement as ImprovementFacts
from libs.rules.improvement.experiments import follow_up, planned_in_the_past
from libs.rules.improvement.improvements import at_once, cautions
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.decorators import derived
from services.gateway.graphql.types.kinds.types import shows


@shows(IMPROVEMENT, order="title state level scope target why team product need initiative recommendation metric value due at_once warnings worked learned")
class Improvement(Shown[ImprovementFacts]):
    """One thing that a team means to make better (S2-02, S3-01)."""

    at_once = derived(at_once, "How many its team has under way with this one among them, also where it is only raised (S3-01); null once it has ended.")
    warnings = derived(cautions, "What should be looked at while it has not ended: a goal that cannot be measured (S1-07), others at once (S3-01).")


@shows(EXPERIMENT, order="hypothesis step method scope starts ends team product need metric finding worked evidence outcome")
class Experiment(Shown[ExperimentFacts]):
    """A small change that is planned, tried, checked and acted upon (S3-03, S3-04)."""

    warnings = derived(planned_in_the_past, "What should be looked at before its check: an end that lies before its planning (S3-04).")
    follow_up = derived(follow_up, "What its conclusion asks for and is still missing (S3-05); null where nothing is.")
