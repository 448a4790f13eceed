"""The figures of improving: the pace of a team, and how much of what was finished worked (S2-21, S3-01, S3-06, S3-08)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.reorganisation import Moved
from libs.events.catalog.portfolio.team import TeamDissolved, TeamFormed
from libs.rules.explanations.figure import Figure, First, RuleAttribute, Says, Turns
from libs.rules.improvement.improvements import ImprovementsOf, pace, pace_turns

_PACE: Final = (
    "Too many at once where more are under way than the home's policy means; none where for six weeks nothing was begun or finished, be it an experiment; "
    "the days are the median of what was finished within a year."
)
_WORKED: Final = "The improvements by where they stand; of those that are finished, those of which it was said that they worked."
_SHOWN: Final = {
    "raised": "raised",
    "under_way": "underWay",
    "finished": "finished",
    "worked": "worked",
    "share": "share",
    "dropped": "dropped",
    "by_level": "byLevel",
    "by_scope": "byScope",
}
"""The parts of a summary, and what they are called where they are shown; the quarters are explained by what was finished."""


def improvement_figures(subject: str) -> Iterator[Figure]:
    """What a team, a product, an organisation or the whole portfolio improves; of a team its pace too."""
    rule = ImprovementsOf(subject)
    says: Says = {"team": (TeamFormed, First), "product": (ProductRegistered, Moved, First), "program": (ProgramOpened, Moved), "organisation": ()}
    for name, shown in _SHOWN.items():
        yield Figure(subject, f"improvementSummary.{shown}", RuleAttribute(rule, name), _WORKED, ("S2-21", "S2-03", "S3-06"), says)
    if subject == "team":
        formed: Says = {"team": (TeamFormed, Moved, TeamDissolved), "organisation": (PolicySet,)}
        for name, shown in (("reading", "reading"), ("under_way", "underWay"), ("limit", "limit"), ("finished", "finished"), ("median_days", "medianDays")):
            yield Figure("team", f"pace.{shown}", RuleAttribute(pace, name), _PACE, ("S3-08", "S3-01"), formed, turns=Turns(pace_turns))
