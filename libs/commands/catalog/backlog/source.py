"""Commands about a source of webhooks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, Private, command
from libs.events.catalog.backlog.source import SOURCE, SourceConnected, SourceDisconnected, SourceId, SourceReceived
from libs.events.values import Text


class OfSource(Command):
    """Is asked of a source that was connected."""

    source: Annotated[SourceId, Field(description="The source's id.")]


@command("backlog.connect_source", SOURCE, topic="sources", creates=None)
class ConnectSource(Command, SourceConnected, first=("source", "system", "product")):
    """Take deliveries of GitHub, GitLab, Jira or a sender of Standard Webhooks as statements about a product's items. Its address is `/webhooks/{source}`."""

    source: Annotated[SourceId | None, Field(description="Its id, part of its address; made where none is given.")] = None
    secret: Annotated[Text, Private(), Field(description="What signs the deliveries, as the sender was given it. It is kept apart, and never shown again.")]


@command("backlog.disconnect_source", SOURCE, topic="sources")
class DisconnectSource(OfSource, SourceDisconnected):
    """Take no more deliveries of a source; connecting it again, with a secret, is possible."""


@command("backlog.note_delivery", SOURCE, topic="sources", counts=True)
class NoteDelivery(OfSource, SourceReceived):
    """Keep in a source's list that deliveries came which say nothing of an item: the reason, the last of them, and how many. Webhooks say this."""
