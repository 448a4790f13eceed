"""Commands about a channel of feedback."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.channel import CHANNEL, ChannelClosed, ChannelOpened
from libs.events.values import ChannelId


@command("roadmap.open_channel", CHANNEL, topic="feedback", creates=True, requirements=("S1-03", "S1-15", "S1-16", "S1-25"))
class OpenChannel(Command, ChannelOpened):
    """Open a way by which people say what they think of a product: who, and how. Beside the form a product needs others, and sessions of users with makers."""

    channel: Annotated[ChannelId | None, MADE] = None


@command("roadmap.close_channel", CHANNEL, topic="feedback", requirements=("S1-03",))
class CloseChannel(Command, ChannelClosed):
    """Close a channel, once: no theme is heard through it any more. What was heard stays."""

    channel: Annotated[ChannelId, Field(description="The channel's id.")]
