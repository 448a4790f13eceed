"""The clock here, held against those of the log and the store where they are servers, which have one."""

from __future__ import annotations

from headway.doctor.finding import Finding, good, mend
from headway.doctor.installation import Installation
from libs.events.log import LogUnavailable
from libs.events.server_clock import ClockUntold, ServerClock
from libs.events.store import StoreUnavailable
from libs.service.clock_offset import steady, told


async def clocks(there: Installation) -> list[Finding]:
    """One line each; nothing where they are files, or could not be opened, which is said of themselves."""
    servers: dict[str, object] = {"log": there.log, "store": next(iter(there.stores.values()), None)}
    found = [await _held_against(there, name, server) for name, server in servers.items() if isinstance(server, ServerClock)]
    return [finding for finding in found if finding is not None]


async def _held_against(there: Installation, name: str, server: ServerClock) -> Finding | None:
    try:
        offset = (await told(server.server_time)).offset(there.adapters.clock(), steady())
    except ClockUntold as e:
        return good(f"clock of the {name}: not known: {e}")
    except (LogUnavailable, StoreUnavailable):
        return None
    words = f"clock of the {name}: {offset.words(f'the {name}')}"
    return mend(f"{words}; set it right (NTP): beyond a minute commands are refused") if offset.off else good(words)
