"""Tasks: each decision, acceptance, sign-off and reading that waits, for whoever may give it (S4-20)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from libs.events.catalog.portfolio.team import TEAM
from libs.events.facts import Facts
from libs.rules.authority import speaking
from libs.rules.roles import Role
from libs.rules.tasks.due_soon import due_soon
from libs.rules.tasks.evaluation import evaluations
from libs.rules.tasks.governance import bids, change_classes, changes, initiatives, investments, loans, metrics, recommendations, releases
from libs.rules.tasks.graduation import of_team
from libs.rules.tasks.improvement import experiments
from libs.rules.tasks.intake import candidates, opportunities, submissions
from libs.rules.tasks.task import ACTS, Awaited, AwaitedKind

__all__ = ["ACTS", "Awaited", "AwaitedKind", "awaited", "awaiting"]


def awaiting(facts: Facts, roles: Iterable[Role]) -> tuple[Awaited, ...]:
    """What waits for somebody with these roles, each only where a role's scope covers it: what is due first, then what has waited longest."""
    held = tuple(roles)
    return tuple(one for one in facts.derive(awaited) if speaking(held, one.topic, one.lies_in))


def awaited(facts: Facts) -> tuple[Awaited, ...]:
    """What waits for anybody, in the same order; of one day as it was said, what no single event began first."""
    asked = (candidates, opportunities, submissions)
    parts = (*asked, investments, bids, loans, recommendations, releases, changes, change_classes, initiatives, evaluations, experiments, metrics, due_soon)
    found = [one for part in parts for one in part(facts)]
    found += [one for team in facts.every(TEAM) for one in facts.derive(of_team, team.id)]
    return tuple(sorted(found, key=lambda one: (one.due or date.max, one.since or date.max, one.began.order if one.began else (), one.id)))
