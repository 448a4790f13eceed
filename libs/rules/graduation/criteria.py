"""The criteria of success in Sustain: the team, the expectations, the story and the hand-off (R-03 to R-06), and all six together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from libs.events.catalog.portfolio.graduation import GRADUATION, HandoffState, StoryTold
from libs.events.catalog.portfolio.graduation import GraduationState as Said
from libs.events.catalog.portfolio.team import CORE_ROLES, TEAM, Membership, Staffing, Team, TeamRole
from libs.events.catalog.roadmap.metric import METRIC, Reading
from libs.events.event import Event
from libs.events.facts import Facts
from libs.rules.graduation.evidence import Criterion, Evidence, each_once, evidence, policy_of, role_of
from libs.rules.graduation.preconditions import on, preconditions
from libs.rules.products.targets import TargetOutcome, TargetState, target_outcomes
from libs.rules.text import listed

DELIVERY_TEAM = "Delivery team of the home organisation"
MEETS_EXPECTATIONS = "Meets user and stakeholder expectations"
STORY_TOLD = "Story told honestly"
HANDED_OFF = "Functions of the home organisation brought along"

MISSED_STAYS = "What was missed by its day stays missed; where the target itself was wrong, retract it and set the one that holds."

SATISFACTION = "satisfaction"
"""What a metric `measures` for its readings to count as satisfaction (R-04)."""


def criteria(facts: Facts, team_id: str) -> tuple[Criterion, ...]:
    """R-01 to R-06 of a team, in this order; none of them met where the team is unknown."""
    return (
        *facts.derive(preconditions, team_id),
        facts.derive(delivery_team, team_id),
        facts.derive(meets_expectations, team_id),
        facts.derive(story_told, team_id),
        facts.derive(handed_off, team_id),
    )


def delivery_team(facts: Facts, team_id: str) -> Criterion:
    """R-03: the five core roles (S0-10) are covered, whoever is product owner is staff, and at least half of the core members (persons) are staff."""
    team = facts.get(TEAM, team_id)
    seats = team.core if team else ()
    if team is None or not seats:
        return Criterion("R-03", DELIVERY_TEAM, False, "nobody is in a core seat", remedy="Fill the five core roles.")
    open_roles = [role.spoken for role in CORE_ROLES if role not in {member.role for member in seats}]
    contracted_owners = [m.person for m in seats if m.role is TeamRole.PRODUCT_OWNER and m.staffing is not Staffing.STAFF]
    staffing = {m.person: m.staffing for m in sorted(seats, key=_said)}
    staff = sum(one is Staffing.STAFF for one in staffing.values())
    needed = (len(staffing) + 1) // 2
    lacking, remedies = [], []
    if open_roles:
        lacking.append(f"nobody fills {listed(open_roles)}")
        remedies.append(f"fill {listed(open_roles)}")
    if contracted_owners:
        lacking.append(f"the product owner {listed(contracted_owners)} is contracted")
        remedies.append("have a product owner of the public service")
    if staff < needed:
        lacking.append(f"{staff} of {len(staffing)} core members are staff, fewer than half")
        remedies.append(f"bring in {needed - staff} more of the staff where contractors sit")
    found = each_once(evidence(event, team) for member in seats for event in (member.joined, member.said))
    why = "; ".join(lacking) or f"all five core roles are covered, the product owner is staff, and so are {staff} of {len(staffing)} core members"
    return Criterion("R-03", DELIVERY_TEAM, not lacking, why, found, _sentence(remedies))


def meets_expectations(facts: Facts, team_id: str) -> Criterion:
    """R-04: of the products that the team serves no due target is missed and at least one is hit; satisfaction was read, and an executive attested, lately.

    Lately is within 180 days for the reading and within 365 days for the attestation, the last of them included, unless the home's policy says otherwise.
    """
    team = facts.get(TEAM, team_id)
    if team is None or not team.products:
        return Criterion("R-04", MEETS_EXPECTATIONS, False, "the team serves no product", remedy="Say which products the team serves.")
    policy = policy_of(facts, team)
    parts = (
        _targets(facts, team),
        _lately("satisfaction was", "read", _satisfaction(facts, team), policy.satisfaction_days, facts.day, team, "Read a metric that measures satisfaction"),
        _lately("an executive", "attested", _attestation(facts, team), policy.attestation_days, facts.day, team, "Ask an executive to attest R-04"),
    )
    lacking = [part for part in parts if part.remedy]
    why = "; ".join(part.why for part in lacking or parts)
    found = each_once(one for part in parts for one in part.evidence)
    return Criterion("R-04", MEETS_EXPECTATIONS, not lacking, why, found, " ".join(part.remedy for part in lacking))


def story_told(facts: Facts, team_id: str) -> Criterion:
    """R-05: an executive told the story, and said in it what failed. The evidence is the last such story."""
    team, said = facts.get(TEAM, team_id) or Team(id=team_id), facts.get(GRADUATION, team_id)
    stories = executive_stories(said)
    honest = [event for event in stories if tells_what_failed(event)]
    if honest:
        why = f"told on {honest[-1].time.date()}, with what failed"
        return Criterion("R-05", STORY_TOLD, True, why, (evidence(honest[-1], team),))
    why = "the story was told, but not what failed" if stories else "no executive has told the story yet"
    remedy = "Ask the executive to tell the story, and to say in it what failed."
    return Criterion("R-05", STORY_TOLD, False, why, tuple(evidence(event, team) for event in stories[-1:]), remedy)


def handed_off(facts: Facts, team_id: str) -> Criterion:
    """R-06: all five functions of the home organisation have accepted, and none of these hand-offs failed since. The evidence is the acceptances."""
    team, said = facts.get(TEAM, team_id) or Team(id=team_id), facts.get(GRADUATION, team_id) or Said(id=team_id)
    found = tuple(evidence(handoff.acceptance, team) for handoff in said.handoffs if handoff.acceptance is not None)
    if len(found) == len(said.handoffs):
        return Criterion("R-06", HANDED_OFF, True, "all five functions have accepted", found)
    why = f"{len(found)} of {len(said.handoffs)} functions have accepted; {listed(_open_handoffs(said))}"
    return Criterion("R-06", HANDED_OFF, False, why, found, _next_handoffs(said))


def all_met(facts: Facts, team_id: str, day: date) -> bool:
    """Whether R-01 to R-06 were all met at the end of a day, Sustain having been entered, by what these facts know."""
    return _all_met(facts, on(facts, day), team_id)


def all_met_before(facts: Facts, team_id: str, instant: datetime) -> bool:
    """The same on the day of an instant, just before it."""
    return _all_met(facts, facts.until(instant), team_id)


def _all_met(facts: Facts, then: Facts, team_id: str) -> bool:
    said = then.get(GRADUATION, team_id)
    if said is None or said.sustain is None:
        return False
    if not all(then.derive(rule, team_id).met for rule in (handed_off, story_told, delivery_team, meets_expectations)):
        return False
    return all(criterion.met for criterion in preconditions(then, team_id, knowing=facts))


def executive_stories(said: Said | None) -> tuple[Event, ...]:
    """The stories that an executive told, in order of time."""
    return tuple(event for event in said.stories if role_of(event) == "executive") if said else ()


def attestations(said: Said | None) -> tuple[Event, ...]:
    """What executives attested of R-04, in order of time."""
    return tuple(event for event in said.attested("R-04") if role_of(event) == "executive") if said else ()


def satisfaction_readings(facts: Facts, product: str) -> list[Reading]:
    """Every reading of a metric of a product that measures satisfaction."""
    return [reading for metric in facts.related(METRIC, "product", product) if metric.measures == SATISFACTION for reading in metric.readings]


def tells_what_failed(event: Event) -> bool:
    """Whether a story says what failed, in more than blanks."""
    return isinstance(event.data, StoryTold) and bool(event.data.failed and event.data.failed.strip())


class _Part(NamedTuple):
    """One of the things that R-04 asks for: why it is there or lacking, what that rests on, and what to do (empty: it is there)."""

    why: str
    evidence: tuple[Evidence, ...]
    remedy: str


def _targets(facts: Facts, team: Team) -> _Part:
    outcomes = facts.derive(target_outcomes, team.products)
    missed = [outcome for outcome in outcomes if outcome.state is TargetState.MISSED]
    hit = [outcome for outcome in outcomes if outcome.state is TargetState.HIT]
    found = tuple(_shown(missed or hit, team))
    if missed:
        return _Part(f"missed: {listed([_target(outcome) for outcome in missed])}", found, MISSED_STAYS)
    if not hit:
        why = "no target was hit yet" if outcomes else "no target was set"
        return _Part(why, found, "Hit a target by the day it is due." if outcomes else "Set a target, and hit it.")
    return _Part(f"hit: {listed([_target(outcome) for outcome in hit])}", found, "")


def _shown(outcomes: list[TargetOutcome], team: Team) -> Iterator[Evidence]:
    for outcome in outcomes:
        for event in outcome.evidence:
            yield evidence(event, team)


def _lately(what: str, did: str, event: Event | None, days: int, day: date, team: Team, remedy: str) -> _Part:
    """Whether something was said within so many days, the last of which is included."""
    if event is None:
        return _Part(f"{what} never {did}", (), f"{remedy}.")
    expires = event.time.date() + timedelta(days=days)
    met = day <= expires
    why = f"{what} {did} on {event.time.date()}" + ("" if met else f", which counted for {days} days until {expires}")
    return _Part(why, (evidence(event, team, expires),), "" if met else f"{remedy} again.")


def _satisfaction(facts: Facts, team: Team) -> Event | None:
    events = [reading.event for product in team.products for reading in satisfaction_readings(facts, product)]
    return max(events, key=lambda event: event.order, default=None)


def _attestation(facts: Facts, team: Team) -> Event | None:
    attested = attestations(facts.get(GRADUATION, team.id))
    return attested[-1] if attested else None


def _open_handoffs(said: Said) -> list[str]:
    words = {HandoffState.OPEN: "has not prepared", HandoffState.PREPARED: "has prepared", HandoffState.FAILED: "failed"}
    return [f"{handoff.function.spoken} {words[handoff.state]}" for handoff in said.handoffs if handoff.state in words]


def _next_handoffs(said: Said) -> str:
    to_prepare = [h.function.spoken for h in said.handoffs if h.state is HandoffState.OPEN]
    to_repeat = [h.function.spoken for h in said.handoffs if h.state is HandoffState.FAILED]
    to_accept = [h.function.spoken for h in said.handoffs if h.state is HandoffState.PREPARED]
    steps = []
    if to_accept:
        steps.append(f"have {listed(to_accept)} accept the hand-off")
    if to_prepare:
        steps.append(f"prepare the hand-off with {listed(to_prepare)}")
    if to_repeat:
        steps.append(f"prepare the hand-off that failed again with {listed(to_repeat)}")
    return _sentence(steps)


def _target(outcome: TargetOutcome) -> str:
    return f"{outcome.metric} {outcome.target.value} by {outcome.target.due}"


def _said(member: Membership) -> tuple[object, int]:
    return member.said.time, member.said.sequence


def _sentence(parts: list[str]) -> str:
    text = ", and ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
