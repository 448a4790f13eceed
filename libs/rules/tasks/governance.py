"""Tasks in the governance of money and products: decisions, outcomes, sign-offs and readings."""

from __future__ import annotations

from collections.abc import Iterator

from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.loan import LOAN, LoanState
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.change_class import CHANGE_CLASS
from libs.events.catalog.roadmap.initiative import INITIATIVE
from libs.events.catalog.roadmap.initiative_choices import InitiativeStep
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.catalog.roadmap.recommendation import RECOMMENDATION, RecommendationState
from libs.events.catalog.roadmap.release import RELEASE, Release, ReleaseState
from libs.events.facts import Facts
from libs.rules.clearance import clearance
from libs.rules.duties import DutyKind, duties_of
from libs.rules.improvement.initiatives import analysed, current, failed
from libs.rules.improvement.seven_steps import GUIDES
from libs.rules.products.targets import TargetState, target_states
from libs.rules.tasks.task import Awaited, AwaitedKind, waits


def investments(facts: Facts) -> Iterator[Awaited]:
    """The steering group decides on what is proposed, before any bid (S0-14)."""
    for one in facts.every(INVESTMENT):
        if one.proposed is not None and one.decision is None and one.withdrawn is None:
            team, product = facts.get(TEAM, one.team), facts.get(PRODUCT, one.product)
            name = (team.name if team else "") or (product.name if product else "") or one.team or one.product or one.id
            what = f"Decide on the investment {one.id} in {name}."
            yield waits(facts, AwaitedKind.DECIDE_INVESTMENT, ("investment", one.id), name, what, one.proposed)


def bids(facts: Facts) -> Iterator[Awaited]:
    """A bid's outcome goes on record once the deciding body has spoken; it must not wait without end (S0-15)."""
    for bid in facts.every(BID):
        for duty in facts.derive(duties_of, DutyKind.BID_UNDECIDED, bid.id):
            yield waits(facts, AwaitedKind.RECORD_BID_OUTCOME, ("bid", bid.id), duty.name, duty.what, duty.began, due=duty.due_on)


def loans(facts: Facts) -> Iterator[Awaited]:
    """The borrower answers what is offered to it; whoever lent a team says that it is back, from the last day that was planned on (S4-15)."""
    for loan in facts.every(LOAN):
        team, borrower = facts.get(TEAM, loan.team), facts.get(ORGANISATION, loan.borrower)
        name = (team.name if team else "") or loan.team or loan.id
        if loan.state is LoanState.OFFERED:
            whom = f"{len(loan.people)} of {name}" if loan.people else name
            yield waits(facts, AwaitedKind.ACCEPT_LOAN, ("loan", loan.id), name, f"Say whether you take the loan of {whom}.", loan.lent)
        elif loan.until is not None and loan.state is LoanState.ACCEPTED and facts.day >= loan.until:
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
    found = [clearance(facts, change.id) for change in changes]
    decided = sorted((one.settled.order, bool(one.approved)) for one in found if one.settled is not None)
    cleared = len(decided) == len(changes) and (decided[-1][1] if decided else not release.functional)
    if release.state is ReleaseState.PROPOSED:
        yield waits(facts, AwaitedKind.SIGN_OFF_RELEASE, subject, name, f"Sign off the release {name}, or say what it lacks.", since)
    if release.functional and not changes:
        what = f"Ask the change advisory board for the change that goes out with {name}."
        yield waits(facts, AwaitedKind.RAISE_CHANGE, subject, name, what, since, product=release.product)
    if release.state is ReleaseState.SIGNED_OFF and cleared:
        what = f"Publish the release {name}: it is signed off, and nothing of it waits for the board."
        spoken = [event for event in (release.signed_off, *(one.settled for one in found)) if event is not None]
        yield waits(facts, AwaitedKind.PUBLISH_RELEASE, subject, name, what, max(spoken, key=lambda event: event.time))


def changes(facts: Facts) -> Iterator[Awaited]:
    """The board decides on each change request (S0-16), on one for a dependency too (S0-17), unless it has approved its class: then evidence does (S3-10)."""
    for change in facts.every(CHANGE):
        if change.raised is None or (found := clearance(facts, change.id)).approved is not None:
            continue
        subject, name = ("change", change.id), change.title or change.id
        if found.class_approved and found.lacking:
            for evidence in found.lacking:
                what = f"Attach to the change request {name} what its class asks for: {evidence}."
                yield waits(facts, AwaitedKind.ATTACH_EVIDENCE, subject, name, what, change.raised, evidence=evidence)
        else:
            rule = "S0-17" if change.dependency else "S0-16"
            yield waits(facts, AwaitedKind.DECIDE_CHANGE, subject, name, f"Decide on the change request {name}.", change.raised, rule=rule)


def change_classes(facts: Facts) -> Iterator[Awaited]:
    """The board says of each class of changes whether they go out without a sitting (S3-10)."""
    for of in facts.every(CHANGE_CLASS):
        if of.defined is not None and not of.decisions:
            name = of.name or of.id
            yield waits(facts, AwaitedKind.DECIDE_CHANGE_CLASS, ("change_class", of.id), name, f"Decide on the class of changes {name}.", of.defined)


def initiatives(facts: Facts) -> Iterator[Awaited]:
    """An initiative that asks whether it got there waits for its verdicts (S2-13), one that failed, and has not begun again, for the lesson (S2-16)."""
    for one in facts.every(INITIATIVE):
        subject, name, taken = ("initiative", one.id), one.title or one.id, one.taken_in(one.iteration)
        if one.closed is not None or one.opened is None:
            continue
        if failed(one) and not analysed(one) and one.verdict is not None and InitiativeStep.VISION not in taken:
            what = f"Say why {name} failed and what others learn from it, or begin its next iteration."
            yield waits(facts, AwaitedKind.ANALYSE_FAILURE, subject, name, what, one.verdict.checked)
        if current(one) is InitiativeStep.THERE and not GUIDES[InitiativeStep.THERE].brought(facts, one):
            what = f"Say whether {name} reached its objectives, and whether they still matter."
            yield waits(facts, AwaitedKind.JUDGE_INITIATIVE, subject, name, what, taken[InitiativeStep.THERE].event)


def recommendations(facts: Facts) -> Iterator[Awaited]:
    """The product owner takes up what is recommended, or says why not (S1-11)."""
    for one in facts.every(RECOMMENDATION):
        if one.made is not None and one.state is RecommendationState.MADE:
            what = f"Accept what is recommended, or decline it and say why: {one.text.rstrip('.')}."
            yield waits(facts, AwaitedKind.ANSWER_RECOMMENDATION, ("recommendation", one.id), one.text, what, one.made)


def metrics(facts: Facts) -> Iterator[Awaited]:
    """A target is worth nothing until its metric is read (S0-23)."""
    for metric in facts.every(METRIC):
        waiting = [outcome.target for outcome in facts.derive(target_states, metric.id) if outcome.state is TargetState.NOT_MEASURED]
        if waiting:
            target, name = min(waiting, key=lambda one: one.due), metric.name or metric.id
            what = f"Read {name}: nothing was read since its target of {target.value} by {target.due} was set."
            yield waits(facts, AwaitedKind.READ_METRIC, ("metric", metric.id), name, what, target.event, due=target.due)
