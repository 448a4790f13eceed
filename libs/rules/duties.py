"""What somebody must see to by a day: bids that wait for an outcome, and evidence of graduates that grows too old (S0-15, R-04)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from annotated_doc import Doc

from libs.events.catalog.portfolio.bid import BID, Bid
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.organisation import ORGANISATION, Policy
from libs.events.catalog.portfolio.team import TEAM
from libs.events.choice import Choice, choice
from libs.events.event import began_by
from libs.events.facts import Facts
from libs.rules.graduation import graduation
from libs.rules.spending import home_of


class DutyKind(Choice):
    """What somebody has to see to by a day."""

    BID_UNDECIDED = choice("bid_undecided", "A bid waits for its outcome (S0-15).", words="Outcome of a bid")
    EVIDENCE_EXPIRES = choice("evidence_expires", "Evidence that a graduate rests on grows too old (R-04).", words="Evidence to renew")


@dataclass(frozen=True, slots=True)
class Duty:
    """What has to be done by the end of a day: about what (`subject_kind`, `subject_id`, `name` as people call it), and by which rule."""

    kind: Annotated[DutyKind, Doc("What is due.")]
    due_on: Annotated[date, Doc("The day by which it must be seen to.")]
    subject_kind: str
    subject_id: str
    name: str
    rule: Annotated[str, Doc("The id of the rule or criterion that asks for it.")]
    overdue: Annotated[bool, Doc("Whether that day is over.")]
    evidence: Annotated[str | None, Doc("The event (its position) that grows too old; null where the duty is about none.")] = None


def duties(facts: Facts, organisation: str | None = None, *, overdue: bool = True) -> tuple[Duty, ...]:
    """The duties of one organisation or of all, by the day they are due; with `overdue` only those whose day is past."""
    found = [duty for bid in sorted(facts.every(BID), key=lambda bid: began_by(bid.submitted, bid.id)) for duty in _of_bid(facts, bid, organisation)]
    teams = facts.every(TEAM) if organisation is None else facts.related(TEAM, "home", organisation)
    found += [duty for team in teams for duty in facts.derive(evidence_duties, team.id)]
    return tuple(sorted((duty for duty in found if duty.overdue or not overdue), key=_when))


def evidence_duties(facts: Facts, team_id: str) -> tuple[Duty, ...]:
    """The evidence of a team that has graduated that expires or has expired: due on the last day on which it counts."""
    team, found = facts.get(TEAM, team_id), facts.derive(graduation, team_id)
    if team is None or found.status not in _GRADUATES:
        return ()
    return tuple(
        Duty(DutyKind.EVIDENCE_EXPIRES, one.expires_at, "team", team.id, team.name or team.id, criterion.id, facts.day > one.expires_at, one.event)
        for criterion in found.criteria
        for one in criterion.evidence
        if one.expires_at is not None
    )


_GRADUATES = (GraduationStatus.GRADUATED, GraduationStatus.ALUMNI, GraduationStatus.AT_RISK)


def _of_bid(facts: Facts, bid: Bid, organisation: str | None) -> Iterator[Duty]:
    """A bid without outcome is due 90 days after it was submitted, unless its organisation's policy says otherwise."""
    if bid.submitted is None or bid.investment is None or bid.outcome is not None:
        return
    home = facts.derive(home_of, bid.investment)
    if organisation not in (None, home):
        return
    at_home = facts.get(ORGANISATION, home)
    due = bid.submitted.time.date() + timedelta(days=(at_home.policy if at_home else Policy()).bid_days)
    yield Duty(DutyKind.BID_UNDECIDED, due, "bid", bid.id, f"Bid for {bid.investment} at {bid.body}", "S0-15", facts.day > due)


def _when(duty: Duty) -> tuple[date, str]:
    """What is due on the same day comes as it was said: of bids as they were submitted, of teams by their ids."""
    return duty.due_on, duty.kind
