"""A change request: what the change advisory board (CAB) decides on, for a release or for a relation to another product (S0-16, S0-17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, choice
from libs.events.event import Event, Kind, Payload, changed, day_of, event, state, upcasts
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Called, Decided, Input, Inverse, ProductId, ReleaseId, Text, Title


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
    release: Annotated[ReleaseId | None, Doc("The release that it goes out with.")] = None
    description: Annotated[str | None, Input(Text), Doc("What the board should know.")] = None
    on: Annotated[ProductId | None, Decided, Doc("The product on which it is to depend, or no longer.")] = None
    effect: Annotated[Effect | None, Decided, Doc("What becomes of the dependency on that product: it begins or it ceases.")] = None


@upcasts(ChangeRaisedV1, ChangeRaised)
def named_effect(said: ChangeRaisedV1) -> ChangeRaised:
    """Version 1 left unsaid that a dependency begins, and could say of no dependency that it does."""
    effect = None if said.on is None else Effect.CEASES if said.adds is False else Effect.BEGINS
    return ChangeRaised(product=said.product, title=said.title, release=said.release, description=said.description, on=said.on, effect=effect)


@event("headway.roadmap.change.linked.v1")
class ChangeLinked(Payload):
    """The change goes out with this release."""

    release: Annotated[ReleaseId, Doc("The release's id.")]


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


@state
class Change:
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
    raised: Annotated[Event | None, Doc("The day on which it was raised.")] = None
    decision: Event | None = None

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
        """The day (UTC) on which it was decided."""
        return day_of(self.decision)


def evolve(change: Change, event: Event) -> Change:
    """The change request after one more event, in whatever order."""
    match event.data:
        case ChangeRaised(product=product, title=title, release=release, description=description, on=on, effect=effect):
            if change.raised is not None and event.sequence < change.raised.sequence:
                return change
            release = release or change.release
            adds = None if effect is None else effect is Effect.BEGINS
            return changed(change, product=product, title=title, release=release, description=description, on=on, adds=adds, raised=event)
        case ChangeLinked(release=release):
            return changed(change, release=release)
        case ChangeDecided():
            return changed(change, decision=event)
    return change


CHANGE = Kind("roadmap", "change", "changes", Change, evolve, defined_by=(ChangeRaised,), definition=("product", "title", "description"))
