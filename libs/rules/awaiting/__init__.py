"""What waits for somebody: each decision, acceptance, sign-off and reading that is due, for whoever may give it (S4-20)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from libs.events.catalog.portfolio.team import TEAM
from libs.events.facts import Facts
from libs.rules.authority import speaking
from libs.rules.awaiting.awaited import ACTS, Awaited, AwaitedKind
from libs.rules.awaiting.governing import bids, changes, investments, loans, metrics, releases
from libs.rules.awaiting.graduating import of_team
from libs.rules.roles import Role

__all__ = ["ACTS", "Awaited", "AwaitedKind", "awaited", "awaiting"]


def awaiting(facts: Facts, roles: Iterable[Role]) -> tuple[Awaited, ...]:
    """What waits for somebody with these roles, each only where a role's scope covers it: what is due first, then what has waited longest."""
    held = tuple(roles)
    return tuple(one for one in facts.derive(awaited) if speaking(held, one.topic, one.lies_in))


def awaited(facts: Facts) -> tuple[Awaited, ...]:
    """What waits for anybody, in the same order; of one day as it was said, what no single event began first."""
    found = [one for part in (investments, bids, loans, releases, changes, metrics) for one in part(facts)]
    found += [one for team in facts.every(TEAM) for one in facts.derive(of_team, team.id)]
    return tuple(sorted(found, key=lambda one: (one.due or date.max, one.since or date.max, one.began.order if one.began else (), one.id)))
