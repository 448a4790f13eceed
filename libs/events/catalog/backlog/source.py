"""A source: a system of another kind (GitHub, GitLab, Jira) that tells by webhook what becomes of a product's items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_doc import Doc
from pydantic import StringConstraints

from libs.events.choice import Choice, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import VISIBLE, Id, Input, ProductId, Ref, Text

SourceId = Annotated[Id, Ref("source")]
DeliveryId = Annotated[str, StringConstraints(min_length=1, max_length=200), VISIBLE]


class System(Choice):
    """Whose deliveries a source understands; `standard` are senders that follow the Standard Webhooks specification."""

    GITHUB = choice("github", "Webhooks of GitHub.", words="GitHub")
    GITLAB = choice("gitlab", "Webhooks of GitLab.", words="GitLab")
    JIRA = choice("jira", "Webhooks of Jira.")
    STANDARD = choice("standard", "Whoever signs by Standard Webhooks.", words="Standard Webhooks")


class Confidential(Choice):
    """What becomes of the words of what a source marks as confidential."""

    WITHHOLD = choice("withhold", "No event says them: the item is called confidential.")
    PUBLISH = choice("publish", "They are published like all others.")


@event("headway.backlog.source.connected.v1")
class SourceConnected(Payload):
    """Deliveries of this system are about this product. The secret that signs them lies apart and never stands here.

    The words of what the source marks as confidential are withheld unless `confidential` says that they are published.
    """

    system: Annotated[System, Doc("The system that sends the deliveries.")]
    product: Annotated[ProductId, Doc("Whose backlog the items belong to.")]
    confidential: Annotated[
        Confidential | None,
        Doc(
            "What becomes of the words of an item that the source marks as confidential (GitLab), or that has a security level (Jira): "
            "withheld, unless `publish`."
        ),
    ] = None


@event("headway.backlog.source.disconnected.v1")
class SourceDisconnected(Payload):
    """Its deliveries are no longer taken."""


@event("headway.backlog.source.received.v1")
class SourceReceived(Payload):
    """Deliveries that say nothing of an item, and why: the last of them, and how many (`count`) since this was last said for the same reason."""

    delivery: Annotated[str, Input(DeliveryId), Doc("The sender's id of the delivery.")]
    reason: Annotated[str, Input(Text), Doc("Why it says nothing of an item.")]
    count: Annotated[int, Input(ge=1, le=10**9), Doc("How many came for this reason since it was last said.")] = 1


@dataclass(frozen=True, slots=True)
class Received:
    """The deliveries that said nothing of an item for one reason: the last that was said, its id at the sender, how many were counted, and the event."""

    delivery: str
    reason: str
    event: Event
    count: int = 1


KEPT = 100


@state
class Source:
    """A source as it stands. `received` are the reasons for which deliveries said nothing of an item, the latest last, at most 100; `ignored` counts all.

    `confidential` says what becomes of the words of what it marks as confidential.
    """

    id: str
    system: System = System.STANDARD
    product: ProductId = ""
    connected: bool = False
    confidential: Confidential = Confidential.WITHHOLD
    ignored: int = 0
    received: tuple[Received, ...] = ()


def evolve(source: Source, event: Event) -> Source:
    """The source after one more event, in whatever order."""
    match event.data:
        case SourceConnected(system=system, product=product, confidential=confidential):
            return changed(source, system=system, product=product, connected=True, confidential=confidential or Confidential.WITHHOLD)
        case SourceDisconnected():
            return changed(source, connected=False)
        case SourceReceived() as said:
            before = sum(one.count for one in source.received if one.reason == said.reason)
            others = tuple(one for one in source.received if one.reason != said.reason)
            heard = (*others, Received(said.delivery, said.reason, event, before + said.count))
            return changed(source, ignored=source.ignored + said.count, received=heard[-KEPT:])
    return source


SOURCE = Kind("backlog", "source", "sources", Source, evolve, defined_by=(SourceConnected,), begins=True, definition=("product", "system"))
