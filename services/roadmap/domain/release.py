"""Releases: signed off by the product owner, published when board and owner have agreed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from libs.commands.catalog.roadmap.release import ProposeRelease, PublishRelease, ReplanRelease, SignOffRelease
from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided, Invalid
from libs.commands.existence import begun
from libs.commands.import_revision import take_back
from libs.commands.recommendations import demand_not_declined
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeRequest
from libs.events.catalog.roadmap.release import RELEASE, Release, ReleasePublished, ReleaseSignedOff
from libs.events.event import Payload
from libs.rules.clearance import Clearance, clearance
from libs.rules.judgements import of_something_else
from services.roadmap.domain import decisions


@decisions.decides(ProposeRelease)
def propose_release(command: ProposeRelease, case: Case[Release]) -> None:
    """A release that is meant, perhaps for a day, perhaps because of a recommendation (S1-12). Raises Invalid, Refused."""
    _not_past(case, command.planned)
    demand_not_declined(case, command.recommendation)


@decisions.decides(ReplanRelease)
def replan_release(command: ReplanRelease, case: Case[Release]) -> None:
    """Another day for what is not out yet (S0-20). Raises AlreadyDecided, Invalid."""
    _not_published(case)
    _not_past(case, command.planned)


@decisions.decides(SignOffRelease)
def sign_off_release(command: SignOffRelease, case: Case[Release]) -> Iterator[Payload]:
    """The product owner's word, once (S0-13; that it is the owner's is the authority of the topic)."""
    if case.there.signed_off is not None and not case.revising:
        raise AlreadyDecided(
            "S0-13", f"the release {case.id!r} is signed off already", field="release", remedy="Retract the sign-off, if it is wrong: roadmap.retract."
        )
    yield from take_back(case, case.there.signed_off)
    yield ReleaseSignedOff()


@decisions.decides(PublishRelease)
def publish_release(command: PublishRelease, case: Case[Release]) -> Iterator[Payload]:
    """Out to the people, once: after the board's approval of every change that goes with it, or of its class (S0-16, S0-17,
    S3-10), and the owner's sign-off (S0-13).
    """
    then = begun(case)
    _not_published(case)
    # What another product has linked here, before this release was known, can neither open nor block it.
    changes = [change for change in case.facts.related(CHANGE, "release", case.id) if change.product == case.there.product]
    case.demand("S0-16", changes or not then.functional, "it changes what the product does, and no change request is linked to it")
    cleared = [(change, clearance(case.facts, change.id)) for change in changes]
    for change, found in cleared:
        rule = "S0-17" if change.dependency else "S0-16"
        if found.class_approved and found.lacking and change.decision is None:
            case.demand("S3-10", False, f"the change request {change.id!r} lacks evidence that its class asks for: {'; '.join(found.lacking)}")
            continue
        earlier = of_something_else(case.facts, CHANGE, change.id, ChangeDecided)
        decided = f"the board has not decided on the change request {change.id!r} yet{earlier}"
        if change.change_class and not found.class_approved and found.approved is None:
            decided += f", and does not let changes of its class {change.change_class!r} go out by their evidence"
            remedy = "Have the board decide on this change (roadmap.decide_change), or on its class: roadmap.decide_change_class."
            case.demand(rule, False, decided, remedy=remedy)
        case.demand(rule, found.approved is not None, decided)
        case.demand(rule, found.approved or _asked_anew(change, cleared), f"the board has turned the change request {change.id!r} down")
    earlier = of_something_else(case.facts, RELEASE, case.id, ReleaseSignedOff)
    case.demand("S0-13", then.signed_off is not None, f"the product owner has not signed it off{earlier}")
    yield from take_back(case, case.there.published)
    yield ReleasePublished()


def _not_published(case: Case[Release]) -> None:
    if case.there.published is not None and not case.revising:
        remedy = "Propose what goes out next as another release: roadmap.propose_release."
        raise AlreadyDecided("S0-13", f"the release {case.id!r} is published already", field="release", remedy=remedy)


def _not_past(case: Case[Release], planned: date | None) -> None:
    if planned is not None and planned < case.at.date():
        what = f"it would be planned for {planned}, before that is said on {case.at.date()}"
        raise Invalid(what, field="planned", remedy="Give a later day, or the day on which it was planned so: `at`.")


def _asked_anew(change: ChangeRequest, cleared: Iterable[tuple[ChangeRequest, Clearance]]) -> bool:
    """Whether what the board turned down was approved since: by another request for the same relation, or for the release itself."""
    turned_down = change.decision
    return turned_down is not None and any(
        found.settled is not None
        and found.approved
        and other.dependency == change.dependency
        and (found.settled.time, found.settled.recorded) >= (turned_down.time, turned_down.recorded)
        for other, found in cleared
    )
