"""Checks that the log still holds every event that the stores say was published, service by service and event by event."""

from __future__ import annotations

import asyncio
from typing import Final

from headway.doctor.check_result import CheckResult, good, mend
from headway.doctor.installation import Installation
from libs.commands.command import kinds_of
from libs.delivery.startup_recovery import compared
from libs.events.envelope import topic

PATIENCE: Final = 60.0
"""Seconds that reading a whole topic may take."""


async def comparison(there: Installation) -> list[CheckResult]:
    """Only of what could be opened; the lines before say what could not."""
    if there.log is None:
        return []
    found = []
    for name, store in there.stores.items():
        where = topic(there.settings.namespace, name)
        try:
            async with asyncio.timeout(PATIENCE):
                lacking = await compared(store, there.log, there.settings.namespace, name, kinds_of(name))
        except TimeoutError:
            found.append(
                good(f"log of {name}: not compared with its store: {where} takes longer to read than {PATIENCE:g} s; /health/ready says what is missing")
            )
            continue
        if lacking.behind:
            words = f"{lacking.events:,} published events of {len(lacking.behind):,} aggregates are missing in {where}"
            found.append(mend(f"log of {name}: {words}: {name} publishes them again while it runs, and when it starts"))
        else:
            found.append(good(f"log of {name}: {where} holds all that was published"))
    return found
