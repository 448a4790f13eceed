"""A theme: what was heard through a channel, how often, and at which point of a product the problem lies (S1-03)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, ChannelId, Decided, Input, Inverse, ItemId, NeedId, ProductId, Text, Title, shared


@event("headway.roadmap.theme.recorded.v1")
class ThemeRecorded(Payload):
    """This was heard, so many times."""

    channel: Annotated[ChannelId, Doc("The channel through which it was heard.")]
    product: Annotated[ProductId, Decided, Doc("The product that was spoken of: the channel's.")]
    text: Annotated[str, Input(Text), Doc("What was said, in a line or a few.")]
    problem_point: Annotated[
        str | None, Input(Title), Doc("Where in the product the problem lies, always in the same words: the step, the page, the letter.")
    ] = None
    times: Annotated[int, Input(ge=1, le=1_000_000_000), Doc("How often it was heard.")] = 1
    item: Annotated[ItemId | None, Doc("The backlog item that takes it up.")] = None
    need: Annotated[NeedId | None, Doc("The user need that it speaks of.")] = None


@state
class Theme:
    """A theme as it was heard."""

    id: str
    text: Annotated[str, Doc("What was said."), Called] = ""
    problem_point: Annotated[str | None, Doc("Where in the product the problem lies; null where nobody said.")] = None
    times: Annotated[int, Doc("How often it was heard.")] = 1
    channel: Annotated[ChannelId, Doc("The channel through which it was heard."), Inverse("What was heard through it, by id (S1-03).")] = ""
    product: Annotated[ProductId, Doc("The product that was spoken of."), Inverse("What was heard of it, by id (S1-03).")] = ""
    item: Annotated[ItemId | None, Doc("The backlog item that takes it up; null where none does."), Inverse("The themes that it takes up, by id (S1-03).")] = (
        None
    )
    need: Annotated[
        NeedId | None, Doc("The user need that it speaks of; null where none is named."), Inverse("The themes that speak of it, by id (S1-03).")
    ] = None
    heard: Annotated[Event | None, Doc("The day of which it tells.")] = None


def evolve(theme: Theme, event: Event) -> Theme:
    """The theme after one more event."""
    match event.data:
        case ThemeRecorded() as said:
            return changed(theme, **shared(Theme, said), heard=event)
    return theme


THEME = Kind(
    "roadmap",
    "theme",
    "themes",
    Theme,
    evolve,
    defined_by=(ThemeRecorded,),
    begins=True,
    definition=("channel", "product", "text", "problem_point", "item", "need"),
)
