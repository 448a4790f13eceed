"""What can be asked of a source of webhooks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from libs.commands.command import Command, Private, command
from libs.events.catalog.backlog.source import SOURCE, Confidential, SourceConnected, SourceDisconnected, SourceId, SourceReceived, System
from libs.events.values import VISIBLE, ProductId, Text


@command("backlog.connect_source", SOURCE, topic="sources", says=(SourceConnected,), creates=None)
class ConnectSource(Command):
    """Take deliveries of GitHub, GitLab, Jira or a sender of Standard Webhooks as statements about a product's items. Its address is `/webhooks/{source}`."""

    source: Annotated[SourceId | None, Field(description="Its id, part of its address; made where none is given.")] = None
    system: Annotated[System, Field(description="Who sends.")]
    product: Annotated[ProductId, Field(description="Whose backlog the items belong to.")]
    secret: Annotated[
        Text,
        Private(),
        Field(description="What signs the deliveries, as the sender was given it. It is kept apart, and never shown again."),
    ]
    confidential: Annotated[
        Confidential | None,
        Field(
            description="What becomes of the words of an item that the source marks as confidential (GitLab), or that has a security level (Jira): "
            "withheld, unless `publish`."
        ),
    ] = None


@command("backlog.disconnect_source", SOURCE, topic="sources", says=(SourceDisconnected,))
class DisconnectSource(Command):
    """Take no more deliveries of a source; connecting it again, with a secret, is possible."""

    source: Annotated[SourceId, Field(description="The source's id.")]


@command("backlog.note_delivery", SOURCE, topic="sources", says=(SourceReceived,), counts=True)
class NoteDelivery(Command):
    """Keep in a source's list that deliveries came which say nothing of an item: the reason, the last of them, and how many. Webhooks say this."""

    source: Annotated[SourceId, Field(description="The source's id.")]
    delivery: Annotated[Annotated[str, StringConstraints(min_length=1, max_length=200), VISIBLE], Field(description="The sender's id of the delivery.")]
    reason: Annotated[Text, Field(description="Why it says nothing of an item.")]
    count: Annotated[int, Field(ge=1, le=10**9, description="How many came for this reason since it was last said.")] = 1
