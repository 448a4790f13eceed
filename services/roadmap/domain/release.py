"""Releases: signed off by the product owner, published when board and owner have agreed."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.roadmap.release import PublishRelease, SignOffRelease
from libs.commands.deciding import Case
from libs.commands.errors import AlreadyDecided, Invalid
from libs.commands.rows import take_back
from libs.events.catalog.roadmap.change import CHANGE, Change, ChangeDecided
from libs.events.catalog.roadmap.release import RELEASE, Release, ReleasePublished, ReleaseSignedOff
from libs.events.event import Payload
from libs.rules.judgements import of_something_else
from services.roadmap.domain import decisions


@decisions.decides(SignOffRelease)
def sign_off_release(command: SignOffRelease, case: Case[Release]) -> Iterator[Payload]:
    """The product owner's word, once (S0-13; that it is the owner's is the authority of the topic)."""
    if case.then is None or case.then.proposed is None:
        raise Invalid("it was not proposed by then, or that was taken back", field="at", remedy="Propose it first: roadmap.propose_release.")
    if case.there.signed_off is not None and not case.revising:
        raise AlreadyDecided(
            "S0-13", f"the release {case.id!r} is signed off already", field="release", remedy="Retract the sign-off, if it is wrong: roadmap.retract."
        )
    yield from take_back(case, case.there.signed_off)
    yield ReleaseSignedOff()


@decisions.decides(PublishRelease)
def publish_release(command: PublishRelease, case: Case[Release]) -> Iterator[Payload]:
    """Out to the people, once: after the board's approval of every change that goes with it (S0-16, S0-17) and the owner's sign-off (S0-13)."""
    if case.then is None or case.then.proposed is None:
        raise Invalid("it was not proposed by then, or that was taken back", field="at", remedy="Propose it first: roadmap.propose_release.")
    if case.there.published is not None and not case.revising:
        raise AlreadyDecided(
            "S0-13",
            f"the release {case.id!r} is published already",
            field="release",
            remedy="Propose what goes out next as another release: roadmap.propose_release.",
        )
    # What another product has linked here, before this release was known, can neither open nor block it.
    changes = [change for change in case.facts.related(CHANGE, "release", case.id) if change.product == case.there.product]
    case.demand("S0-16", changes or not case.then.functional, "it changes what the product does, and no change request is linked to it")
    for change in changes:
        rule = "S0-17" if change.dependency else "S0-16"
        earlier = of_something_else(case.facts, CHANGE, change.id, ChangeDecided)
        case.demand(rule, change.decision is not None, f"the board has not decided on the change request {change.id!r} yet{earlier}")
        case.demand(rule, change.approved or _asked_anew(change, changes), f"the board has turned the change request {change.id!r} down")
    earlier = of_something_else(case.facts, RELEASE, case.id, ReleaseSignedOff)
    case.demand("S0-13", case.then.signed_off is not None, f"the product owner has not signed it off{earlier}")
    yield from take_back(case, case.there.published)
    yield ReleasePublished()


def _asked_anew(change: Change, changes: list[Change]) -> bool:
    """Whether the board has approved since what it turned down: another request for the same relation, or for the release itself."""
    turned_down = change.decision
    return turned_down is not None and any(
        other.decision is not None
        and other.approved
        and other.dependency == change.dependency
        and (other.decision.time, other.decision.recorded) >= (turned_down.time, turned_down.recorded)
        for other in changes
    )
