"""A user need: who needs what, where it was found, whether it is prioritised, and whether it is met."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Input, Inverse, ProductId, Text, shared


class Verdict(Choice):
    """How far a need is met."""

    MET = choice("met", "Users have what they need.", tone=Tone.GOOD)
    PARTLY = choice("partly", "Users have a part of what they need.", tone=Tone.GOING)
    UNMET = choice("unmet", "Users do not have what they need.", tone=Tone.BAD)


@event("headway.backlog.need.recorded.v1")
class NeedRecorded(Payload):
    """Users of a product need this; it was found in this phase or study (S0-04)."""

    product: Annotated[ProductId, Doc("The product whose users need it.")]
    user: Annotated[str, Input(Text), Doc("Who needs it: as a …")]
    text: Annotated[str, Input(Text), Doc("What they need to do.")]
    origin: Annotated[str, Input(Text), Doc("Where it was found: a phase, a study.")]
    prioritised: Annotated[bool, Doc("Whether it is among those that the product is to meet first.")] = False


@event("headway.backlog.need.changed.v1")
class NeedChanged(Payload):
    """The need is another than it was, for this reason; what is None is as before (S0-06)."""

    reason: Annotated[str, Input(Text), Doc("Why it changed.")]
    text: Annotated[str | None, Input(Text), Doc("What users need now.")] = None
    prioritised: Annotated[bool | None, Doc("Whether it is among those that the product is to meet first.")] = None


@judges(Of((NeedRecorded, NeedChanged), ("product", "user", "text")))
@event("headway.backlog.need.judged.v1")
class NeedJudged(Judgement):
    """How far the need is met as it was worded, and what shows it (S0-04)."""

    verdict: Annotated[Verdict, Doc("Met, partly or unmet.")]
    evidence: Annotated[str, Input(Text), Doc("What shows it.")]


@state
class Need:
    """A need as it stands. `version` counts its wordings, from 1; `judged` is the event of the latest judgement."""

    id: str
    product: Annotated[ProductId, Doc("The product whose users need it."), Inverse("What its users need, by id (S0-04).")] = ""
    user: Annotated[str, Doc("Who needs it.")] = ""
    text: Annotated[str, Doc("What they need.")] = ""
    origin: Annotated[str, Doc("In which phase or study it was found.")] = ""
    prioritised: Annotated[bool, Doc("Whether it is prioritised (S0-22).")] = False
    version: int = 0
    verdict: Annotated[Verdict | None, Doc("How far it is met, by the latest judgement; null before the first.")] = None
    evidence: Annotated[str | None, Doc("What the latest judgement rests on.")] = None
    recorded: Event | None = None
    judged: Event | None = None

    @property
    def met(self) -> bool:
        """Whether the latest judgement says so."""
        return self.verdict is Verdict.MET


def evolve(need: Need, event: Event) -> Need:
    """The need after one more event, in whatever order."""
    match event.data:
        case NeedRecorded() as said:
            return changed(need, **shared(Need, said), version=need.version + 1, recorded=need.recorded or event)
        case NeedChanged(text=text, prioritised=prioritised):
            return changed(
                need,
                text=need.text if text is None else text,
                prioritised=need.prioritised if prioritised is None else prioritised,
                version=need.version + (text not in (None, need.text)),
            )
        case NeedJudged(verdict=verdict, evidence=evidence):
            return changed(need, verdict=verdict, evidence=evidence, judged=event)
    return need


NEED = Kind("backlog", "need", "needs", Need, evolve, defined_by=(NeedRecorded,), begins=True, definition=("product", "user", "text", "origin"))
