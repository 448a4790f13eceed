"""What waits in the governance of money and products: decisions, outcomes, sign-offs and readings."""

from __future__ import annotations

from collections.abc import Iterator

from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.release import RELEASE, Release, ReleaseState
from libs.events.facts import Facts
from libs.rules.awaiting.awaited import Awaited, AwaitedKind, waits
from libs.rules.duties import DutyKind, duties
from libs.rules.targets import TargetState, target_states


def investments(facts: Facts) -> Iterator[Awaited]:
    """The steering group decides on what is proposed, before any bid (S0-14)."""
    for one in facts.every(INVESTMENT):
        if one.proposed is not None and one.decision is None:
            team, product = facts.get(TEAM, one.team), facts.get(PRODUCT, one.product)
            name = (team.name if team else "") or (product.name if product else "") or one.team or one.product or one.id
            what = f"Decide on the investment {one.id} in {name}."
            yield waits(facts, AwaitedKind.DECIDE_INVESTMENT, ("investment", one.id), name, what, one.proposed)


def bids(facts: Facts) -> Iterator[Awaited]:
    """A bid's outcome goes on record once the deciding body has spoken; it must not wait without end (S0-15)."""
    for duty in duties(facts, overdue=False):
        bid = facts.get(BID, duty.subject_id) if duty.kind is DutyKind.BID_UNDECIDED else None
        if bid is not None:
            what = f"Record what {bid.body} decided on the bid for {bid.investment}, or ask there."
            yield waits(facts, AwaitedKind.RECORD_BID_OUTCOME, ("bid", bid.id), duty.name, what, bid.submitted, due=duty.due_on)


def loans(facts: Facts) -> Iterator[Awaited]:
    """Whoever lent a team says that it is back, from the last day that was planned on (S4-15)."""
    for loan in facts.every(LOAN):
        if loan.until is not None and loan.returned is None and facts.day >= loan.until:
            team, borrower = facts.get(TEAM, loan.team), facts.get(ORGANISATION, loan.borrower)
            name = (team.name if team else "") or loan.team or loan.id
            what = f"Say whether {name} is back from {(borrower.name if borrower else '') or loan.borrower}."
            yield waits(facts, AwaitedKind.RETURN_TEAM, ("loan", loan.id), name, what, loan.lent, due=loan.until)


def releases(facts: Facts) -> Iterator[Awaited]:
    """The product owner signs off (S0-13), the board is asked where functionality changes (S0-16), and then it goes out."""
    for release in facts.every(RELEASE):
        if release.proposed is not None and release.published is None:
            yield from _of_release(facts, release)


def _of_release(facts: Facts, release: Release) -> Iterator[Awaited]:
    subject, name, since = ("release", release.id), release.title or release.id, release.proposed
    changes = [change for change in facts.related(CHANGE, "release", release.id) if change.product == release.product]
    decided = sorted((change.decision.order, change.approved) for change in changes if change.decision is not None)
    cleared = len(decided) == len(changes) and (decided[-1][1] if decided else not release.functional)
    if release.state is ReleaseState.PROPOSED:
        yield waits(facts, AwaitedKind.SIGN_OFF_RELEASE, subject, name, f"Sign off the release {name}, or say what it lacks.", since)
    if release.functional and not changes:
        what = f"Ask the change advisory board for the change that goes out with {name}."
        yield waits(facts, AwaitedKind.RAISE_CHANGE, subject, name, what, since, product=release.product)
    if release.state is ReleaseState.SIGNED_OFF and cleared:
        what = f"Publish the release {name}: it is signed off, and nothing of it waits for the board."
        spoken = [event for event in (release.signed_off, *(change.decision for change in changes)) if event is not None]
        yield waits(facts, AwaitedKind.PUBLISH_RELEASE, subject, name, what, max(spoken, key=lambda event: event.time))


def changes(facts: Facts) -> Iterator[Awaited]:
    """The board decides on each change request (S0-16), on one for a dependency too (S0-17)."""
    for change in facts.every(CHANGE):
        if change.raised is not None and change.decision is None:
            name = change.title or change.id
            rule = "S0-17" if change.dependency else "S0-16"
            what = f"Decide on the change request {name}."
            yield waits(facts, AwaitedKind.DECIDE_CHANGE, ("change", change.id), name, what, change.raised, rule=rule)


def metrics(facts: Facts) -> Iterator[Awaited]:
    """A target is worth nothing until its metric is read (S0-23)."""
    for metric in facts.every(METRIC):
        waiting = [outcome.target for outcome in facts.derive(target_states, metric.id) if outcome.state is TargetState.NOT_MEASURED]
        if waiting:
            target, name = min(waiting, key=lambda one: one.due), metric.name or metric.id
            what = f"Read {name}: nothing was read since its target of {target.value} by {target.due} was set."
            yield waits(facts, AwaitedKind.READ_METRIC, ("metric", metric.id), name, what, target.event, due=target.due)
