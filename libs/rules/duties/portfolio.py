"""The duties of the portfolio service: outcomes of bids, evidence of graduates, checks of health and checklists, evaluations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from libs.calendar.local_time import clock_at, start_of
from libs.events.catalog.duties import DutyKind
from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.evaluations.confidence import CONFIDENCE
from libs.events.catalog.portfolio.evaluations.evaluation import EVALUATION
from libs.events.catalog.portfolio.graduation import GRADUATION
from libs.events.catalog.portfolio.organisation import Policy
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM, HealthRecorded, HealthSubject
from libs.events.event import KINDS, Event, earliest, split
from libs.events.facts import Facts
from libs.events.references import name_field
from libs.rules.duties.terms import Term, by_policy, duty, followed, terms, until, within
from libs.rules.evaluations.confidence import CONFIDENCE_DAYS, ratings
from libs.rules.evaluations.signs import ended
from libs.rules.graduation.criteria import attestations, satisfaction_readings
from libs.rules.graduation.status_change_dates import graduated
from libs.rules.money.spending import home_of
from libs.rules.products.checklists import rounds
from libs.rules.products.homes import home_of_product
from libs.rules.statements import explains
from libs.rules.time_zones import zone_of

HEALTH_DAYS: Final = 180
"""Days for which a check of health counts."""


@duty(DutyKind.BID_UNDECIDED, BID, rule="S0-15", topic="bids", command="portfolio.record_bid_outcome")
def undecided_bids(facts: Facts, id: str) -> Iterator[Term]:
    """A bid without outcome is due 90 days after it was submitted, unless its organisation's policy says otherwise."""
    bid = facts.get(BID, id)
    if bid is None or bid.submitted is None or bid.investment is None:
        return
    due = by_policy(facts, facts.derive(home_of, bid.investment), bid.submitted, lambda policy: policy.bid_days)
    what = f"Record what {bid.body} decided on the bid for {bid.investment}, or ask there."
    yield Term(bid.submitted, due, by=bid.outcome, name=f"Bid for {bid.investment} at {bid.body}", what=what)


@duty(DutyKind.EVIDENCE_EXPIRES, TEAM, rule="R-04", topic="attestations", command="portfolio.attest", ages=True)
def expiring_evidence(facts: Facts, id: str) -> Iterator[Term]:
    """What a graduate rests on is due to be said again on the last day on which it counts: the executive's word, and the reading of satisfaction."""
    team, since = facts.get(TEAM, id), facts.derive(graduated, id)
    if team is None or since is None or not team.products:
        return
    readings = [reading.event for product in team.products for reading in satisfaction_readings(facts, product)]
    attested = list(attestations(facts.get(GRADUATION, id)))
    for said, days, topic, command in ((attested, _attestation_days, "", ""), (readings, _satisfaction_days, "readings", "roadmap.read_metric")):
        for event, renewed in followed(said):
            start = max(event.time, start_of(since.day, clock_at(event.time, facts.derive(zone_of, TEAM.name, id))))
            ended = earliest(renewed, team.ended)
            if ended is None or ended.time > start:
                due = by_policy(facts, team.home, event, days)
                yield Term(event, due, by=ended, since=start, done=ended is renewed, name=team.name or id, topic=topic, command=command)


def _attestation_days(policy: Policy) -> int:
    return policy.attestation_days


def _satisfaction_days(policy: Policy) -> int:
    return policy.satisfaction_days


@duty(DutyKind.HEALTH_CHECK, TEAM, rule="S4-01", topic="health", command="portfolio.record_health")
def health_checks(facts: Facts, id: str) -> Iterator[Term]:
    """The health of a team, and of the products that it serves, is due to be checked 180 days after the last check, or after it was formed."""
    team = facts.get(TEAM, id)
    if team is None:
        return
    name = team.name or id
    for subject in HealthSubject if team.products else (HealthSubject.TEAM,):
        checks: list[Event] = [event for event in team.health_readings if event.data.subject is subject]
        for event, checked in followed([*checks, *([team.formed] if team.formed else [])]):
            yield from _until_checked(event, checked, team.ended, subject, name)


def _until_checked(event: Event, checked: Event | None, over: Event | None, subject: HealthSubject, name: str) -> Iterator[Term]:
    ended = earliest(checked, over)
    if ended is None or ended.order > event.order:
        of = f"of {name}" if subject is HealthSubject.TEAM else f"of the product of {name}"
        last = f"it was checked last on {event.time.date()}" if isinstance(event.data, HealthRecorded) else "nobody has checked it yet"
        what, fields = f"Check the health {of}: {last}.", (("subject", subject.value),)
        yield Term(event, within(event, HEALTH_DAYS), by=ended, done=ended is checked, about=subject.value, name=name, what=what, fields=fields)


def _of_lifecycles(facts: Facts) -> Iterable[str]:
    """The products that name a lifecycle: the usual one has no checklist."""
    return (product.id for product in facts.every(PRODUCT) if product.lifecycle is not None)


@duty(DutyKind.CHECKLIST, PRODUCT, rule="S0-26", topic="checklists", command="portfolio.tick", things=_of_lifecycles)
def checklists(facts: Facts, id: str) -> Iterator[Term]:
    """An entry on the checklist of a product's phase is due three months after it was ticked last, or after the product came to have it, while it has it."""
    product = facts.get(PRODUCT, id)
    name = (product.name if product else "") or id
    for one in facts.derive(rounds, id):
        what, fields = f"See to this, and tick it on the checklist of {one.phase.title}: {one.check.text}", (("entry", one.check.id),)
        yield Term(one.began, until(one.began, one.due), by=one.ended, done=one.ticked, about=one.check.id, name=name, what=what, fields=fields)


@duty(DutyKind.EVALUATION, PRODUCT, rule="S1-04", topic="evaluations", command="portfolio.start_evaluation")
def evaluations(facts: Facts, id: str) -> Iterator[Term]:
    """A product is due to be evaluated again 365 days after its last evaluation was concluded, unless its organisation's policy says otherwise."""
    every, product = facts.related(EVALUATION, "product", id), facts.get(PRODUCT, id)
    ends = [(product.decommissioned, False)] if product and product.decommissioned else []
    for concluded in [one.concluded for one in every if one.concluded is not None]:
        later = [(event, True) for one in every for event in (one.started, one.concluded) if event is not None and event.order > concluded.order]
        by, done = min((*later, *ends), key=lambda one: one[0].order, default=(None, True))
        if by is not None and by.order < concluded.order:
            continue  # it was decommissioned by then
        due = by_policy(facts, home_of_product(facts, product), concluded, lambda policy: policy.evaluation_interval_days)
        name = (product.name if product else "") or id
        yield Term(concluded, due, by=by, done=done, name=name, what=f"Evaluate {name} again: its last evaluation ended on {concluded.time.date()}.")


@explains("product", "nextEvaluationOn")
def next_evaluation_on(facts: Facts, id: str) -> date | None:
    """As many days after its last evaluation was concluded as its organisation's policy says; none while one is open, or before the first (S1-04, S1-26)."""
    return next((term.due[-1][1] for term in facts.derive(terms, DutyKind.EVALUATION, id) if term.end is None), None)


@duty(DutyKind.CONFIDENCE_OLD, CONFIDENCE, rule="S1-24", topic="confidence", command="portfolio.rate_confidence")
def old_confidence(facts: Facts, id: str) -> Iterator[Term]:
    """What was rated is due to be rated anew 90 days later, as long as it is there."""
    one = facts.get(CONFIDENCE, id)
    if one is None or not one.subject:
        return
    kind, rated = split(one.subject)
    thing = facts.get(KINDS[kind], rated)
    gone = ended(facts, kind, rated)
    name = getattr(thing, name_field(KINDS[kind]), "") or rated
    for event, anew in followed(facts.derive(ratings, one.subject)):
        by = earliest(anew, gone)
        if event.aggregate == CONFIDENCE.key(id) and (by is None or by.order > event.order):
            what = f"Say anew how sure you are of {name}: it was rated last on {event.time.date()}."
            yield Term(event, within(event, CONFIDENCE_DAYS), by=by, done=by is anew, name=name, what=what, fields=(("subject", one.subject),))
