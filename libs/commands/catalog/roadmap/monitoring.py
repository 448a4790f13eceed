"""Commands about a monitoring."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.monitoring import MONITORING, MonitoringClosed, MonitoringOpened
from libs.events.values import MonitoringId


@command("roadmap.open_monitoring", MONITORING, topic="monitoring", creates=True, requirements=("S1-13",))
class OpenMonitoring(Command, MonitoringOpened, first=("monitoring",)):
    """Look at what a change has brought, for some time after it. Of a release that changes what a product does this is said by itself."""

    monitoring: Annotated[MonitoringId | None, MADE] = None


@command("roadmap.close_monitoring", MONITORING, topic="monitoring", requirements=("S1-09", "S1-13"))
class CloseMonitoring(Command, MonitoringClosed):
    """Say whether a change has brought what it was to bring, by the same metrics before and after; by others only with a note."""

    monitoring: Annotated[MonitoringId, Field(description="The monitoring's id.")]
