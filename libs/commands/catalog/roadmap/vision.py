"""Commands about a vision."""

from __future__ import annotations

from typing import Annotated

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.vision import VISION, VisionSet
from libs.events.values import VisionId


@command("roadmap.set_vision", VISION, topic="visions", creates=None, requirements=("S4-11", "S2-06"))
class SetVision(Command, VisionSet):
    """Say where something is to be in the long term. Of all that is said of one thing the latest by day counts; a product owner says it of the product."""

    vision: Annotated[VisionId | None, MADE] = None
