"""A change request: what the change advisory board (CAB) decides on, for a release or for a relation to another product (S0-16, S0-17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.choice import Choice, choice
from libs.events.event import Event, Kind, Payload, changed, day_of, event, state, upcasts
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Called, ChangeClassId, Decided, Existing, Input, Inverse, ProductId, ReleaseId, Text, Title, Url


class Effect(Choice):
    """What becomes of a product's dependency on another."""

    BEGINS = choice("begins", "The product is to depend on the other one.")
    CEASES = choice("ceases", "The product is to depend on the other one no longer.")


@event("headway.roadmap.change.raised.v1")
class ChangeRaisedV1(Payload):
    """Said by earlier releases: the board is asked. `on` and `adds` say that a dependency begins (True, or left out) or ceases (False)."""

    product: Annotated[ProductId, Doc("The product that is to change.")]
    title: Annotated[str, Doc("What is asked, in a line.")]
    release: Annotated[ReleaseId | None, Doc("The release that it is to go out with.")] = None
    description: Annotated[str | None, Doc("What is asked, in full.")] = None
    on: Annotated[ProductId | None, Doc("The product on which it is to depend, or no longer.")] = None
    adds: Annotated[bool | None, Doc("Whether the dependency on that product begins; left out: it does.")] = None


@event("headway.roadmap.change.raised.v2")
class ChangeRaised(Payload):
    """The board is asked. Where the dependency on another product (`on`) is to change, `effect` says how: it begins or it ceases."""

    product: Annotated[ProductId, Doc("The product that changes.")]
    title: Annotated[str, Input(Title), Doc("What changes, in a line.")]
    release: Annotated[ReleaseId | None, Existing("product", later=True), Doc("The release that it goes out with.")] = None
    description: Annotated[str | None, Input(Text), Doc("What the board should know.")] = None
    on: Annotated[ProductId | None, Decided, Doc("The product on which it is to depend, or no longer.")] = None
    effect: Annotated[Effect | None, Decided, Doc("What becomes of the dependency on that product: it begins or it ceases.")] = None
    change_class: Annotated[ChangeClassId | None, Existing(), Doc("The class of changes that it is of; without one the board decides.")] = None


@upcasts(ChangeRaisedV1, ChangeRaised)
def named_effect(said: ChangeRaisedV1) -> ChangeRaised:
    """Version 1 left unsaid that a dependency begins, and could say of no dependency that it does."""
    effect = None if said.on is None else Effect.CEASES if said.adds is False else Effect.BEGINS
    return ChangeRaised(product=said.product, title=said.title, release=said.release, description=said.description, on=said.on, effect=effect)


@event("headway.roadmap.change.linked.v1")
class ChangeLinked(Payload):
    """The change goes out with this release."""

    release: Annotated[ReleaseId, Existing("product", later=True), Doc("The release's id.")]


@event("headway.roadmap.change.evidence_attached.v1")
class EvidenceAttached(Payload):
    """The change brings this, in the words of its class (S3-10)."""

    evidence: Annotated[str, Input(Title), Doc("What it brings, in the words of its class.")]
    url: Annotated[str | None, Input(Url), Doc("Where it can be looked at.")] = None


@judges(Of((ChangeRaised,), ("product", "title", "description", "on", "adds", "release"), shaped_by=(ChangeLinked,)))
@event("headway.roadmap.change.decided.v1")
class ChangeDecided(Judgement):
    """The board's outcome on what was asked, and on the release that it was to go out with; with its reason."""

    approved: Annotated[bool, Doc("Whether the board approved it.")]
    reason: Annotated[str, Input(Text), Doc("The board's reason.")]


@dataclass(frozen=True, slots=True)
class Dependency:
    """The other product, and whether depending on it begins or ceases."""

    on: str
    adds: bool


class Attached(NamedTuple):
    """A piece of evidence that a change brings."""

    evidence: Annotated[str, Doc("What it is, in the words of the class of the change.")]
    url: Annotated[str | None, Doc("Where it can be looked at; null where nobody said.")]
    attached: Annotated[Event, Doc("The day on which it was attached.")]


@state
class ChangeRequest:
    """A change request as it stands. `raised` is what was said last of what is asked; `decision` the outcome, None until there is one."""

    id: str
    product: Annotated[ProductId, Doc("The product that changes."), Inverse("What the change advisory board was asked of it, by id (S0-16, S0-17).")] = ""
    title: Annotated[str, Doc("What changes, in a line."), Called] = ""
    release: Annotated[
        ReleaseId | None, Doc("The release that it goes out with; null where none is named."), Inverse("The change requests that go out with it, by id.")
    ] = None
    description: Annotated[str | None, Doc("What the board should know.")] = None
    on: str | None = None
    adds: bool | None = None
    change_class: Annotated[
        ChangeClassId | None,
        Doc("The class of changes that it is of (S3-10); null where none is named: then the board decides."),
        Inverse("The changes of this class, by id (S3-10)."),
    ] = None
    raised: Annotated[Event | None, Doc("The day on which it was raised.")] = None
    decision: Event | None = None
    attached: Annotated[tuple[Attached, ...], Doc("The evidence that it brings, as it was attached.")] = ()

    @property
    def dependency(self) -> Dependency | None:
        """The relation to another product that is to change; None where the change is of another sort."""
        return None if self.on is None else Dependency(self.on, self.adds is not False)

    @property
    def approved(self) -> Annotated[bool | None, Doc("The board's outcome; null before there is one.")]:
        """What was decided."""
        return self.decision.data.approved if self.decision is not None and isinstance(self.decision.data, ChangeDecided) else None

    @property
    def reason(self) -> Annotated[str | None, Doc("The board's reason; null before the outcome.")]:
        """Why it was decided so."""
        return self.decision.data.reason if self.decision is not None and isinstance(self.decision.data, ChangeDecided) else None

    @property
    def decided_on(self) -> Annotated[date | None, Doc("The day of the outcome; null before.")]:
        """The day on which it was decided."""
        return day_of(self.decision)


def evolve(change: ChangeRequest, event: Event) -> ChangeRequest:
    """The change request after one more event, in whatever order."""
    match event.data:
        case ChangeRaised(product=product, title=title, on=on, effect=effect) as said:
            if change.raised is not None and event.sequence < change.raised.sequence:
                return change
            asked = {"release": said.release or change.release, "description": said.description, "change_class": said.change_class}
            adds = None if effect is None else effect is Effect.BEGINS
            return changed(change, product=product, title=title, on=on, adds=adds, raised=event, **asked)
        case EvidenceAttached(evidence=evidence, url=url):
            return changed(change, attached=(*(one for one in change.attached if one.evidence != evidence), Attached(evidence, url, event)))
        case ChangeLinked(release=release):
            return changed(change, release=release)
        case ChangeDecided():
            return changed(change, decision=event)
    return change


CHANGE = Kind("roadmap", "change", "changes", ChangeRequest, evolve, defined_by=(ChangeRaised,), begins=True, definition=("product", "title", "description"))
