"""Commands about a finding."""

from __future__ import annotations

from typing import Annotated

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.finding import FINDING, FindingRecorded
from libs.events.values import FindingId


@command("roadmap.record_finding", FINDING, topic="feedback", creates=True, requirements=("S1-10",))
class RecordFinding(Command, FindingRecorded):
    """Record what readings, feedback and experiments come to: why a problem is there, what comes again and again, what could be better."""

    finding: Annotated[FindingId | None, MADE] = None
