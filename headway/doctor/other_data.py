"""Finds Headway data in other places when the settings point to an empty one."""

from __future__ import annotations

from functools import partial

from headway.doctor.check_result import CheckResult, good, mend
from headway.doctor.installation import Installation, asked
from libs.events.envelope import all_topics
from libs.service.other_data import elsewhere


async def other_data(there: Installation) -> list[CheckResult]:
    """Asked where all stores and the log could be looked at, and are empty. What the data folder holds besides is a fault: it would be lost from sight."""
    if not there.log_known or there.events.keys() != set(there.services) or any(there.events.values()):
        return []
    if there.log is not None and any((await there.log.end(all_topics(there.settings.namespace))).offsets.values()):
        return []
    return await asked("data elsewhere", "the line above", partial(_found, there))


async def _found(there: Installation) -> list[CheckResult]:
    stores = [there.adapters.store(name) for name in there.services[:1]]
    for store in stores if there.settings.on_mongodb else ():
        await there.opened(store)
    return [(mend if one.ours else good)(f"data: {one.words}") for one in await elsewhere(there.settings, there.adapters.log, stores)]
