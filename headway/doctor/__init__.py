"""`headway doctor`: whether this machine and its settings can run Headway, and what to mend. It looks, and makes and changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from headway.doctor.check_result import OUR_FAULT, WRONG_SETTING, CheckResult, mend
from headway.doctor.clocks import clocks
from headway.doctor.comparison import comparison
from headway.doctor.installation import Installation
from headway.doctor.log import log
from headway.doctor.machine import machine
from headway.doctor.other_data import other_data
from headway.doctor.processes import processes
from headway.doctor.stores import stores
from libs.runtime.failure_reason import reason
from libs.service.adapters import adapters_of
from libs.service.settings import Settings, SettingsError

__all__ = ["CheckResult", "examined"]

Look = Callable[[Installation], Awaitable[list[CheckResult]]]

LOOKS: Final[tuple[Look, ...]] = (machine, stores, log, comparison, clocks, other_data, processes)
"""In this order. What looks at stores and log together comes after both: it finds in `Installation` what could be opened."""


def examined(settings: Settings, names: Collection[str] = (), url: str = "", *, told: bool = False) -> list[CheckResult]:
    """Each check in one line that says what to do where it is not good.

    `names` are the services that run here; none: all of them. `url` is where Headway may be running already; `told`: somebody said that it does.
    """
    return asyncio.run(_examined(settings, names, url, told))


async def _examined(settings: Settings, names: Collection[str], url: str, told: bool) -> list[CheckResult]:
    try:
        adapters = adapters_of(settings, reads_only=True)
    except SettingsError as e:
        return [mend(f"settings: {e}", WRONG_SETTING)]
    there = Installation(settings, adapters, names, url, told)
    try:
        return [finding for look in LOOKS for finding in await _looked(look, there)]
    finally:
        await there.let_go()


async def _looked(look: Look, there: Installation) -> list[CheckResult]:
    """What a look finds; one that fails is said, and the next one is taken."""
    try:
        return await look(there)
    except Exception as e:
        return [mend(f"{look.__name__}: {reason(e)}", OUR_FAULT)]
