"""Commands about a theme of feedback."""

from __future__ import annotations

from typing import Annotated

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.theme import THEME, ThemeRecorded
from libs.events.values import ThemeId


@command("roadmap.record_theme", THEME, topic="feedback", creates=True, requirements=("S1-03",))
class RecordTheme(Command, ThemeRecorded):
    """Record what was heard through an open channel, how often, at which point of the product the problem lies, and what takes it up."""

    theme: Annotated[ThemeId | None, MADE] = None
