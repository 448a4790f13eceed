"""A channel: a way by which those a product is for, and those who run it, say what they think of it (S1-03, S1-15, S1-16)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Input, Inverse, ProductId, Text, Title, shared


class ChannelKind(Choice):
    """How somebody speaks through a channel; a product needs others beside the form (S1-15)."""

    FORM = choice("form", "They fill in a form, on paper or on a screen.")
    INTERVIEW = choice("interview", "They are asked one by one.")
    PHONE = choice("phone", "They call by phone.")
    COUNTER = choice("counter", "They say it at a counter.")
    SOCIAL = choice("social", "They write on social media.", words="Social media")
    IN_SERVICE = choice("in_service", "They say it while they use the product.", words="Within the service")
    SESSION = choice("session", "Users and makers sit together (S1-16).", words="Session with users")
    OTHER = choice("other", "They say it in another way.")


class Audience(Choice):
    """Who speaks through a channel (S1-25)."""

    CITIZENS = choice("citizens", "People for whom the product is.")
    BUSINESSES = choice("businesses", "Firms and other bodies for which the product is.")
    STAFF = choice("staff", "Those who run it or answer for it: the public body itself.")


@event("headway.roadmap.channel.opened.v1")
class ChannelOpened(Payload):
    """From now on feedback can come in this way."""

    product: Annotated[ProductId, Doc("The product that is spoken of.")]
    name: Annotated[str, Input(Title), Doc("As people call it.")]
    kind: Annotated[ChannelKind, Doc("How somebody speaks through it.")]
    audience: Annotated[Audience, Doc("Who does: citizens, businesses or staff.")]


@event("headway.roadmap.channel.closed.v1")
class ChannelClosed(Payload):
    """Nothing comes in this way any more."""

    reason: Annotated[str, Input(Text), Doc("Why it is closed.")]


@state
class Channel:
    """A channel as it stands."""

    id: str
    product: Annotated[ProductId, Doc("The product that is spoken of."), Inverse("The ways by which feedback on it comes in, by id (S1-03).")] = ""
    name: Annotated[str, Doc("What it is called."), Called] = ""
    kind: Annotated[ChannelKind, Doc("How somebody speaks through it.")] = ChannelKind.OTHER
    audience: Annotated[Audience, Doc("Who does (S1-25).")] = Audience.CITIZENS
    opened: Annotated[Event | None, Doc("The day on which it was opened.")] = None
    closed: Annotated[Event | None, Doc("The day on which it was closed; null while it is open.")] = None
    closed_because: Annotated[str | None, Doc("Why it was closed; null while it is open.")] = None


def evolve(channel: Channel, event: Event) -> Channel:
    """The channel after one more event, in whatever order."""
    match event.data:
        case ChannelOpened() as said:
            return changed(channel, **shared(Channel, said), opened=event)
        case ChannelClosed(reason=reason):
            return changed(channel, closed=event, closed_because=reason)
    return channel


CHANNEL = Kind("roadmap", "channel", "channels", Channel, evolve, defined_by=(ChannelOpened,), begins=True, definition=("product", "name", "kind", "audience"))
