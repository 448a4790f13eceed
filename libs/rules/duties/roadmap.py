"""The duties of the roadmap service: the ends of monitorings (S1-13)."""

from __future__ import annotations

from collections.abc import Iterator

from libs.events.catalog.duties import DutyKind
from libs.events.catalog.roadmap.monitoring import MONITORING
from libs.events.facts import Facts
from libs.rules.duties.terms import Term, by_policy, duty, until
from libs.rules.improvement.monitoring import home_of


@duty(DutyKind.MONITORING_ENDS, MONITORING, rule="S1-13", topic="monitoring", command="roadmap.close_monitoring")
def ends_of_monitoring(facts: Facts, id: str) -> Iterator[Term]:
    """A monitoring is due to be closed on its last day, which is 90 days after it was opened unless it or the organisation's policy says otherwise."""
    one = facts.get(MONITORING, id)
    if one is not None and one.opened is not None:
        what = f"Say whether {one.about} has brought what it was to bring, by what was measured before and after."
        due = until(one.opened, one.until) if one.until else by_policy(facts, home_of(facts, one), one.opened, lambda policy: policy.monitoring_days)
        yield Term(one.opened, due, by=one.closed, name=f"Monitoring of {one.about}", what=what)
