"""An improvement: one thing that a team means to make better, what it worked on, and what it learned."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import (
    Called,
    Decided,
    Existing,
    InitiativeId,
    Input,
    Inverse,
    MetricId,
    NeedId,
    ProductId,
    RecommendationId,
    TeamId,
    Text,
    Title,
    shared,
)


class ImprovementLevel(Choice):
    """How far ahead an improvement looks (S2-03)."""

    STRATEGIC = choice("strategic", "Where the organisation as a whole is to go.")
    TACTICAL = choice("tactical", "How the means to that end are used.")
    OPERATIONAL = choice("operational", "How the work is done day by day.")


class ImprovementScope(Choice):
    """How much an improvement reaches, from the smallest to the whole: small ones add up (S3-06)."""

    TEAM = choice("team", "The team itself.")
    SERVICE_AREA = choice("service_area", "The services that belong together with it.")
    PROFESSION = choice("profession", "Those of one profession, wherever they work.")
    BUSINESS_UNIT = choice("business_unit", "A part of the organisation.")
    PUBLIC_SERVICES = choice("public_services", "Public services as a whole.")


class ImprovementTarget(Choice):
    """What kind of thing an improvement makes better (S2-01)."""

    PRODUCT = choice("product", "A product that people use.")
    SERVICE = choice("service", "A service to the public or to others.")
    COMPONENT = choice("component", "A part that services are made of.")
    RELATIONSHIP = choice("relationship", "How people or organisations get on with each other.")
    PRACTICE = choice("practice", "How something is done.")
    VALUE_SYSTEM = choice("value_system", "How all of it together brings value about.")


class ImprovementState(Choice):
    """Where an improvement stands."""

    RAISED = choice("raised", "Somebody has raised it; nobody has begun.", tone=Tone.PLAIN)
    STARTED = choice("started", "The team works on it.", words="Under way", tone=Tone.GOING)
    FINISHED = choice("finished", "It is done, and it is known whether it worked.", tone=Tone.GOOD)
    DROPPED = choice("dropped", "It will not be done.", tone=Tone.ENDED)


@event("headway.backlog.improvement.raised.v1")
class ImprovementRaised(Payload):
    """Somebody of a team sees what could be better, and why that matters (S2-02); of its goal the metric, the value and the day, as far as they are known."""

    team: Annotated[TeamId, Doc("The team that raises it.")]
    title: Annotated[str, Input(Title), Doc("What is to be better, in a line.")]
    why: Annotated[str, Input(Text), Doc("Why it matters, and to whom.")]
    level: Annotated[ImprovementLevel, Doc("How far ahead it looks.")]
    scope: Annotated[ImprovementScope, Doc("How much it reaches.")]
    target: Annotated[ImprovementTarget, Doc("What kind of thing it makes better.")]
    product: Annotated[ProductId | None, Doc("The product that it makes better.")] = None
    need: Annotated[NeedId | None, Doc("The user need that it serves.")] = None
    initiative: Annotated[InitiativeId | None, Doc("The initiative that it is part of.")] = None
    recommendation: Annotated[RecommendationId | None, Existing("product"), Doc("The recommendation that it carries out.")] = None
    metric: Annotated[MetricId | None, Decided, Doc("By which metric its goal is measured.")] = None
    value: Annotated[Decimal | None, Decided, Doc("The value that the metric shall reach.")] = None
    due: Annotated[date | None, Decided, Doc("The day by the end of which it shall.")] = None


@event("headway.backlog.improvement.started.v1")
class ImprovementStarted(Payload):
    """The team works on it from this day on."""


@judges(Of((ImprovementStarted,)))
@event("headway.backlog.improvement.finished.v1")
class ImprovementFinished(Judgement):
    """It is done: it worked or it did not, and this was learned (S2-21)."""

    worked: Annotated[bool, Doc("Whether it has made better what it was to make better.")]
    learned: Annotated[str, Input(Text), Doc("What was learned, for whoever comes next.")]


@event("headway.backlog.improvement.dropped.v1")
class ImprovementDropped(Payload):
    """It will not be done, for this reason."""

    reason: Annotated[str, Input(Text), Doc("Why it will not be done.")]


@state
class Improvement:
    """An improvement as it stands; of each of its turns the event that made it."""

    id: str
    title: Annotated[str, Doc("What is to be better."), Called] = ""
    team: Annotated[TeamId, Doc("The team that raised it."), Inverse("The improvements that it has raised, by id (S2-02).")] = ""
    why: Annotated[str, Doc("Why it matters.")] = ""
    level: Annotated[ImprovementLevel | None, Doc("How far ahead it looks (S2-03); null while nothing was heard of it but the id.")] = None
    scope: Annotated[ImprovementScope | None, Doc("How much it reaches (S3-06); null while nothing was heard of it but the id.")] = None
    target: Annotated[ImprovementTarget | None, Doc("What kind of thing it makes better (S2-01); null while nothing was heard of it but the id.")] = None
    product: Annotated[
        ProductId | None, Doc("The product that it makes better; null where none is named."), Inverse("The improvements that are to make it better, by id.")
    ] = None
    need: Annotated[
        NeedId | None, Doc("The user need that it serves (S1-07); null where none is named."), Inverse("The improvements that serve it, by id (S1-07).")
    ] = None
    initiative: Annotated[
        InitiativeId | None, Doc("The initiative that it is part of; null where none is named."), Inverse("The improvements that are part of it, by id.")
    ] = None
    recommendation: Annotated[
        RecommendationId | None,
        Doc("The recommendation that it carries out (S1-12); null where none is named."),
        Inverse("The improvements that carry it out, by id (S1-12)."),
    ] = None
    metric: Annotated[
        MetricId | None, Doc("By which metric its goal is measured (S1-07); null where none is named."), Inverse("The improvements with a goal on it, by id.")
    ] = None
    value: Annotated[Decimal | None, Doc("The value that the metric shall reach; null where nobody said.")] = None
    due: Annotated[date | None, Doc("The day by the end of which it shall; null where nobody said.")] = None
    worked: Annotated[bool | None, Doc("Whether it worked (S2-21); null before it is finished.")] = None
    learned: Annotated[str | None, Doc("What was learned; null before it is finished.")] = None
    dropped_because: Annotated[str | None, Doc("Why it will not be done; null where it was not dropped.")] = None
    raised: Annotated[Event | None, Doc("The day on which it was raised.")] = None
    started: Annotated[Event | None, Doc("The day since which the team works on it; null before.")] = None
    finished: Annotated[Event | None, Doc("The day on which it was done; null before.")] = None
    dropped: Annotated[Event | None, Doc("The day on which it was dropped; null where it was not.")] = None

    @property
    def state(self) -> Annotated[ImprovementState, Doc("Where it stands.")]:
        """The last of its turns."""
        if self.dropped is not None:
            return ImprovementState.DROPPED
        if self.finished is not None:
            return ImprovementState.FINISHED
        return ImprovementState.STARTED if self.started is not None else ImprovementState.RAISED

    @property
    def open(self) -> bool:
        """Whether it still waits for its end."""
        return self.finished is None and self.dropped is None


def evolve(improvement: Improvement, event: Event) -> Improvement:
    """The improvement after one more event, in whatever order."""
    match event.data:
        case ImprovementRaised() as said:
            return changed(improvement, **shared(Improvement, said), raised=improvement.raised or event)
        case ImprovementStarted():
            return changed(improvement, started=event)
        case ImprovementFinished(worked=worked, learned=learned):
            return changed(improvement, worked=worked, learned=learned, finished=event)
        case ImprovementDropped(reason=reason):
            return changed(improvement, dropped_because=reason, dropped=event)
    return improvement


IMPROVEMENT = Kind(
    "backlog", "improvement", "improvements", Improvement, evolve, defined_by=(ImprovementRaised,), begins=True, definition=("team", "title", "product")
)
