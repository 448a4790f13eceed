"""Event kinds that exist only in tests of the machinery: things that are noted and priced, and others that name them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from libs.events.event import Actor, Event, Kind, Payload, changed, event, split, state
from libs.events.values import Id, Money, Ref

ThingId = Annotated[Id, Ref("thing")]

START = datetime(2024, 1, 1, tzinfo=UTC)
AUTHOR = Actor("ada", "team")


@event("headway.test.thing.noted.v1")
class ThingNoted(Payload):
    text: str = ""
    about: ThingId | None = None


@event("headway.test.thing.priced.v1")
class ThingPriced(Payload):
    price: Money
    day: date
    parts: tuple[ThingId, ...] = ()


@event("headway.test.other.said.v1")
class OtherSaid(Payload):
    about: ThingId | None = None


@state
class Thing:
    id: str
    text: str = ""
    about: str | None = None
    price: Money | None = None


@state
class Other:
    id: str
    about: str | None = None


def _thing(state: Thing, event: Event) -> Thing:
    match event.data:
        case ThingNoted(text=text, about=about):
            return changed(state, text=text, about=about)
        case ThingPriced(price=price):
            return changed(state, price=price)
    return state


def _other(state: Other, event: Event) -> Other:
    match event.data:
        case OtherSaid(about=about):
            return changed(state, about=about)
    return state


THING = Kind("test", "thing", "things", Thing, _thing)
OTHER = Kind("test", "other", "others", Other, _other)


def said(aggregate: str, sequence: int, about: str | None = None, text: str = "") -> Event:
    """An event of a thing or of another, which may name a thing; one minute after the one before."""
    instant = START + timedelta(minutes=sequence)
    data: Payload = ThingNoted(text=text, about=about) if split(aggregate)[0] == "thing" else OtherSaid(about=about)
    return Event(aggregate, sequence, instant, instant, instant, AUTHOR, data)
