"""The days on which a team's status may have changed, so that not every day must be examined; the day of its graduation among them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from libs.events.catalog.backlog.item import ITEM
from libs.events.catalog.portfolio.graduation import (
    GRADUATION,
    Attested,
    CeremonyHeld,
    HandoffAccepted,
    HandoffFailed,
    StoryTold,
    SustainEntered,
)
from libs.events.catalog.portfolio.organisation import ORGANISATION, Policy, PolicySet
from libs.events.catalog.portfolio.reorganisation import Moved
from libs.events.catalog.portfolio.team import TEAM, MemberJoined, MemberLeft, ProductsLeft, ProductsServed, TeamDissolved, TeamFormed, TeamPivotedAway
from libs.events.catalog.roadmap.metric import METRIC, MetricDefined, MetricRead
from libs.events.catalog.roadmap.release import RELEASE
from libs.events.event import Event, Kind, Payload, split
from libs.events.facts import Facts
from libs.rules.graduation.criteria import SATISFACTION, all_met, all_met_before
from libs.rules.graduation.evidence import role_of
from libs.rules.graduation.preconditions import at_sustain
from libs.rules.products.homes import successions
from libs.rules.products.targets import TargetState, target_states


class Graduated(NamedTuple):
    """The day on which a team graduated, and the ceremony by which."""

    day: date
    ceremony: Event


def graduated(facts: Facts, team_id: str) -> Graduated | None:
    """When a team graduated (S4-18): on the day of a ceremony that was held while R-01 to R-06 were met, else on the first day after it on which they were.

    A ceremony that was held is held: no second one is needed where a criterion was met only later, nor where one regressed on the very day. None before.
    """
    said = facts.get(GRADUATION, team_id)
    if said is None or not said.ceremonies:
        return None
    held = said.ceremonies[0].time.date()
    for day in sorted({event.time.date() for event in said.ceremonies} | {day for day in facts.derive(touched_days, team_id) if day > held}):
        ceremonies = [event for event in said.ceremonies if event.time.date() <= day]
        if facts.derive(all_met, team_id, day):
            return Graduated(day, ceremonies[-1])
        for event in ceremonies:
            if event.time.date() == day and _held_while_met(facts, team_id, event):
                return Graduated(day, event)
    return None


def _held_while_met(facts: Facts, team_id: str, ceremony: Event) -> bool:
    """Whether all was met before the ceremony, or at its instant: what came later on its day, or is dated to that day alone, does not undo it."""
    instants = ceremony.time, ceremony.time + timedelta(microseconds=1)
    return any(facts.derive(all_met_before, team_id, instant) for instant in instants)


def turning_days(facts: Facts, team_id: str) -> tuple[date, ...]:
    """The days, latest first, on which the status of a team may be another than on the day before; the last is the day it came to be.

    Those on which what it rests on may have changed, and those on which a graduate becomes alumni.
    """
    days, since = facts.derive(touched_days, team_id), facts.derive(graduated, team_id)
    if since is None or not days:
        return days
    alumni = {since.day + timedelta(days=policy.alumni_days) for policy in _policies(facts, team_id)}
    return tuple(sorted({*days, *(day for day in alumni if day <= facts.day)}, reverse=True))


def touched_days(facts: Facts, team_id: str) -> tuple[date, ...]:
    """The days, latest first, on which what a team's status rests on may have changed.

    That is: when something was said that a status rests on, when evidence has grown too old, when a target is due, and, where the pre-conditions still have
    to be met after Sustain was entered, at the ends of months.
    """
    team, said = facts.history(TEAM, team_id), facts.history(GRADUATION, team_id)
    if not team:
        return ()
    first = team[0].time.date()
    policies = _policies(facts, team_id)
    days = {first, *_days(team, _ON_TEAM), *_days(said, _ON_THE_WAY), *_set_policies(facts, team)}
    entered = [event.time for event in said if isinstance(event.data, SustainEntered)]
    if entered:
        days |= set(_edges(_attested(said), {policy.attestation_days for policy in policies}))
        for product in _products(team):
            days |= set(_of_metrics(facts, product, {policy.satisfaction_days for policy in policies}))
        if not all(criterion.met for instant in entered for criterion in facts.derive(at_sustain, team_id, instant)):
            days |= set(month_ends(min(entered).date(), facts.day))
            days |= {day for product in _products(team) for history in _about(facts, RELEASE, product) for day in _days(history)}
    return tuple(sorted((day for day in days if first <= day <= facts.day), reverse=True))


def expectations(facts: Facts, team_id: str) -> frozenset[date]:
    """The days on which R-04 may be another: what the team serves or its policy is, a target is hit or due, something begins to count or no longer does."""
    policies = _policies(facts, team_id)
    days = set(_edges(_attested(facts.history(GRADUATION, team_id)), {policy.attestation_days for policy in policies}))
    for product in _products(facts.history(TEAM, team_id)):
        days |= set(_of_metrics(facts, product, {policy.satisfaction_days for policy in policies}))
    return frozenset({*days, *_on_the_whole(facts, team_id)})


def burning_down(facts: Facts, team_id: str) -> frozenset[date]:
    """The days on which R-02 may be another: what the team serves or its policy is, Sustain is entered, or a month ends after the first item of a product."""
    products = _products(facts.history(TEAM, team_id))
    said = [day for product in products for history in _about(facts, ITEM, product) for day in _days(history)]
    entered = _days(facts.history(GRADUATION, team_id), (SustainEntered,))
    return frozenset({*_on_the_whole(facts, team_id), *entered, *(month_ends(min(said), facts.day) if said else ())})


def sustain_days(facts: Facts, team_id: str) -> frozenset[date]:
    """The days on which it may be otherwise whether a team may enter Sustain: as for R-02, and when something was said of the team or of a release."""
    team = facts.history(TEAM, team_id)
    released = [day for product in _products(team) for history in _about(facts, RELEASE, product) for day in _days(history)]
    return frozenset(day for day in (*burning_down(facts, team_id), *_days(team), *released) if day <= facts.day)


def _on_the_whole(facts: Facts, team_id: str) -> Iterator[date]:
    """When something was said of what the team is and serves, and of the policy of its home."""
    team = facts.history(TEAM, team_id)
    yield from _days(team[:1])
    yield from _days(team, (TeamFormed, ProductsServed, ProductsLeft))
    yield from _set_policies(facts, team)


_ON_TEAM = (TeamFormed, ProductsServed, ProductsLeft, MemberJoined, MemberLeft, TeamPivotedAway, TeamDissolved)
_ON_THE_WAY = (SustainEntered, HandoffAccepted, HandoffFailed, Attested, StoryTold, CeremonyHeld)


def _homes(facts: Facts, team: Iterable[Event]) -> dict[str, date]:
    """Every organisation that the team was ever at home in, with the first day on which a merger made it so; the first of all where none did."""
    said = {event.data.home if isinstance(event.data, TeamFormed) else event.data.to for event in team if isinstance(event.data, TeamFormed | Moved)}
    return {home: since for one in said for since, home in successions(facts, one)}


def _set_policies(facts: Facts, team: Sequence[Event]) -> list[date]:
    """When a home of the team set its policy, and when the team came to another home."""
    homes = _homes(facts, team)
    came = (*_days(team, (Moved,)), *(since for since in homes.values() if since > date.min))
    return [*came, *(day for home in homes for day in _days(facts.history(ORGANISATION, home), (PolicySet,)))]


def _policies(facts: Facts, team_id: str) -> list[Policy]:
    """Every policy that may ever have held for the team."""
    homes = _homes(facts, facts.history(TEAM, team_id))
    return [Policy(), *(policy for home in homes if (one := facts.get(ORGANISATION, home)) for policy in one.policies)]


def _days(history: Iterable[Event], of: tuple[type[Payload], ...] = (Payload,)) -> list[date]:
    return [event.time.date() for event in history if isinstance(event.data, of)]


def _attested(said: Iterable[Event]) -> list[date]:
    """When an executive attested R-04: another's word, or one on another criterion, keeps nothing from lapsing."""
    return [e.time.date() for e in said if isinstance(e.data, Attested) and e.data.criterion == "R-04" and role_of(e) == "executive"]


def _products(team: list[Event]) -> set[str]:
    """Every product that the team was ever said to serve."""
    return {product for event in team if isinstance(event.data, TeamFormed | ProductsServed) for product in event.data.products}


def _about(facts: Facts, kind: Kind[Any], product: str) -> Iterator[list[Event]]:
    """The histories of what was ever said to be of a product."""
    facts.related(kind, "product", product)
    for aggregate in facts.histories.referring(kind.name, "product", product):
        yield facts.history(kind, split(aggregate)[1])


def _of_metrics(facts: Facts, product: str, satisfaction_days: set[int]) -> Iterator[date]:
    """When a target of the product was hit or due, when its satisfaction came to be known or too old, and when its metrics were defined otherwise."""
    for history in _about(facts, METRIC, product):
        readings = _days(history, (MetricRead,))
        yield from (event.time.date() for event in history if not isinstance(event.data, MetricRead))
        if any(isinstance(event.data, MetricDefined) and event.data.measures == SATISFACTION for event in history):
            yield from _edges(readings, satisfaction_days)
        for outcome in facts.derive(target_states, split(history[0].aggregate)[1]) if history else ():
            yield outcome.target.due
            if outcome.target.baseline is None:  # its direction may have turned with a baseline measured later, so any reading may have hit it
                yield from readings
            elif outcome.state is TargetState.HIT:
                yield outcome.evidence[-1].time.date()


def _edges(said: Sequence[date], lasting: set[int]) -> Iterator[date]:
    """The first day of each time during which something said (in order) counted without a break, and the first day after it."""
    for days in lasting:
        covered: date | None = None
        for day in said:
            if covered is None or day > covered:
                if covered is not None:
                    yield covered + timedelta(days=1)
                yield day
            covered = day + timedelta(days=days)
        if covered is not None:
            yield covered + timedelta(days=1)


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last days of the months from one day to another."""
    end = _month_end(first)
    while end <= last:
        yield end
        end = _month_end(end + timedelta(days=1))


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
