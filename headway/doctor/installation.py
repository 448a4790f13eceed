"""Opens what exists of an installation for reading only: what the doctor inspects is never created or changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from headway.doctor.check_result import NOT_ALLOWED, UNREACHABLE, CheckResult, good, mend
from headway.stack import SERVICES
from libs.events.ports.log import Log, TopicMissing
from libs.events.ports.store import CommitStore
from libs.runtime.failure_reason import reason
from libs.service.adapters import Adapters
from libs.service.settings import Settings

PATIENCE: Final = 15.0
"""Seconds that a server has to answer."""
UNAUTHORIZED: Final = (13, 18)
"""MongoDB's codes for a user who may not, and one whom it does not know."""


class Opening(Protocol):
    """What is opened before it is asked, and closed after."""

    async def open(self) -> None:
        """Connects."""

    async def close(self) -> None:
        """Lets go."""


Opened = TypeVar("Opened", bound=Opening)


@dataclass
class Installation:
    """An installation as its settings describe it. `names`: the services that run here; none: all of them. `url`: where the gateway answers.

    `stores` and `log` hold what could be opened, to read only; `let_go` closes it.
    """

    settings: Settings
    adapters: Adapters
    names: Collection[str] = ()
    url: str = ""
    told: bool = False
    """Whether somebody named `url`: then nothing answering there is a fault."""
    stores: dict[str, CommitStore] = field(default_factory=dict)
    log: Log | None = None
    log_known: bool = False
    """Whether it could be seen what the log holds, be it nothing."""
    events: dict[str, int] = field(default_factory=dict)
    """Of each service whose store could be looked at, how many events it holds."""
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def services(self) -> list[str]:
        """The services that decide and keep something here."""
        return [name for name in SERVICES if not self.names or name in self.names]

    async def opened(self, adapter: Opened) -> Opened:
        """Opened until `let_go`."""
        await adapter.open()
        self._open.push_async_callback(adapter.close)
        return adapter

    async def let_go(self) -> None:
        """Closes all that was opened."""
        await self._open.aclose()


async def asked(what: str, where: str, look: Callable[[], Awaitable[list[CheckResult] | str]], failed: int = UNREACHABLE) -> list[CheckResult]:
    """What `look` finds; what keeps it from looking is a fault with `failed` for its code, and never keeps the next line from being read.

    `where` says what to look at then, as in `HEADWAY_STORE_URL and at the server`.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            found = await look()
    except TimeoutError:
        return [mend(f"{what}: no answer within {PATIENCE:g} s; look at {where}", UNREACHABLE)]
    except Exception as e:
        not_allowed = isinstance(e, TopicMissing) or getattr(e.__cause__, "code", None) in UNAUTHORIZED
        return [mend(f"{what}: {reason(e)}; look at {where}", NOT_ALLOWED if not_allowed else failed)]
    return [good(f"{what}: {found}")] if isinstance(found, str) else found
