"""Compares the clock of this machine with those of the log and store servers."""

from __future__ import annotations

from headway.doctor.check_result import CheckResult, good, mend
from headway.doctor.installation import Installation
from libs.events.ports.log import LogUnavailable
from libs.events.ports.server_clock import ClockUntold, ServerClock
from libs.events.ports.store import StoreUnavailable
from libs.service.peers.clock_offset import steady, told


async def clocks(there: Installation) -> list[CheckResult]:
    """One line each; nothing where they are files, or could not be opened, which is said of themselves."""
    servers: dict[str, object] = {"log": there.log, "store": next(iter(there.stores.values()), None)}
    found = [await _held_against(there, name, server) for name, server in servers.items() if isinstance(server, ServerClock)]
    return [finding for finding in found if finding is not None]


async def _held_against(there: Installation, name: str, server: ServerClock) -> CheckResult | None:
    try:
        offset = (await told(server.server_time)).offset(there.adapters.clock(), steady())
    except ClockUntold as e:
        return good(f"clock of the {name}: not known: {e}")
    except (LogUnavailable, StoreUnavailable):
        return None
    words = f"clock of the {name}: {offset.words(f'the {name}')}"
    return mend(f"{words}; set it right (NTP): beyond a minute commands are refused") if offset.off else good(words)
