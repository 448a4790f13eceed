"""A source: a system of another kind (GitHub, GitLab, Jira) that tells by webhook what becomes of a product's items."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Id, ProductId, Ref

SourceId = Annotated[Id, Ref("source")]


class System(enum.StrEnum):
    """Whose deliveries a source understands; `standard` are senders that follow the Standard Webhooks specification."""

    GITHUB = "github"
    GITLAB = "gitlab"
    JIRA = "jira"
    STANDARD = "standard"


@event("headway.backlog.source.connected.v1")
class SourceConnected(Payload):
    """Deliveries of this system are about this product. The secret that signs them lies apart and never stands here."""

    system: System
    product: ProductId


@event("headway.backlog.source.disconnected.v1")
class SourceDisconnected(Payload):
    """Its deliveries are no longer taken."""


@event("headway.backlog.source.received.v1")
class SourceReceived(Payload):
    """A delivery that says nothing of an item, and why."""

    delivery: str
    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    """One delivery that said nothing of an item: its id at the sender, why, and the event."""

    delivery: str
    reason: str
    event: Event


KEPT = 100


@state
class Source:
    """A source as it stands. `received` are the latest deliveries that said nothing of an item, at most 100; `ignored` counts them all."""

    id: str
    system: System = System.STANDARD
    product: str = ""
    connected: bool = False
    ignored: int = 0
    received: tuple[Received, ...] = ()


def evolve(source: Source, event: Event) -> Source:
    """The source after one more event, in whatever order."""
    match event.data:
        case SourceConnected(system=system, product=product):
            return changed(source, system=system, product=product, connected=True)
        case SourceDisconnected():
            return changed(source, connected=False)
        case SourceReceived(delivery=delivery, reason=reason):
            return changed(source, ignored=source.ignored + 1, received=(*source.received, Received(delivery, reason, event))[-KEPT:])
    return source


SOURCE = Kind("backlog", "source", "sources", Source, evolve, defined_by=(SourceConnected,), definition=("product", "system"))
