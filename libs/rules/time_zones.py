"""The time zone in which days of a thing are counted: that of the organisation that it lies in (S1-25, S1-26)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from libs.calendar.local_time import local, zone
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.event import KINDS
from libs.events.facts import Facts
from libs.rules.authority import PARTIES, rests_on
from libs.rules.products.homes import home_of_product
from libs.rules.roles import Role

_STEPS = 8
"""So many things lie within one another at most, such as a bid in an investment in a team of an organisation."""


def zone_of(facts: Facts, kind: str, id: str) -> tzinfo:
    """The time zone of a thing: that of its organisation at this moment; UTC where that has said none, or where it lies in none."""
    for _ in range(_STEPS):
        kind = KINDS[kind].tells_of or kind if kind in KINDS else ""
        if kind == ORGANISATION.name:
            organisation = facts.defined(ORGANISATION, id)
            return zone(organisation.time_zone if organisation else None)
        state = facts.defined(KINDS[kind], id) if kind else None
        home = home_of_product(facts, state) if state is not None and kind == PRODUCT.name else None
        within = ("home", ORGANISATION.name, home) if home is not None else rests_on(state)
        if within is None:
            return _agreed(facts, state)
        _, kind, id = within
    return UTC


def zone_of_new(facts: Facts, said: Any, own: str) -> tzinfo:
    """That of a thing that a command is about to create, by what the command names besides it (in its field `own`)."""
    within = rests_on(said, own=own)
    if within is not None:
        return zone_of(facts, *within[1:])
    return zone(said.time_zone) if hasattr(said, "time_zone") else _agreed(facts, said)


def _agreed(facts: Facts, said: Any) -> tzinfo:
    """That of all parties, of what several organisations have said together; UTC where theirs differ."""
    found = {zone_of(facts, ORGANISATION.name, party) for party in getattr(said, PARTIES, ())}
    return found.pop() if len(found) == 1 else UTC


def zones(facts: Facts) -> frozenset[tzinfo]:
    """The time zones of all organisations."""
    return frozenset(zone(organisation.time_zone) for organisation in facts.every(ORGANISATION))


def latest(facts: Facts, now: datetime) -> date:
    """The latest day that it is by now at any place, that of things in no organisation among them."""
    return max(now.astimezone(UTC).date(), today(facts, now))


def today(facts: Facts, now: datetime, roles: Collection[Role] = ()) -> date:
    """The day that it is for somebody with these roles: in the time of what they are roles of; where that is everything, the latest that it is anywhere."""
    scopes = [(role.scope_kind, role.scope) for role in roles if not role.everywhere]
    places = {facts.derive(zone_of, kind, id) for kind, id in scopes if kind is not None and id is not None}
    if not places or len(scopes) < len(roles):
        places = set(facts.derive(zones))
    return max((local(now, there).date() for there in places), default=now.date())
