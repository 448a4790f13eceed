"""Checks the stores: what each holds, what a start would create, and whether this user may write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

from headway.doctor.check_result import DIFFERS, NOT_ALLOWED, OUR_FAULT, CheckResult, good, mend
from headway.doctor.installation import Installation, Opened, asked
from libs.adapters.sqlite.file import SqliteFile
from libs.adapters.sqlite.log import SqliteLog
from libs.adapters.sqlite.reader import untouched
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.events.ports.dead_letters import OperatorDecisions

NOT_YET: Final = "not there yet, made when Headway starts"
SERVER: Final = "HEADWAY_STORE_URL and at the server"
SHOWN: Final = 500
"""Commits that are counted of those that wait."""


async def stores(there: Installation) -> list[CheckResult]:
    """One after the other where they are files; at once where a server has to answer."""
    looks = [partial(_store, there, name) for name in there.services]
    found = await asyncio.gather(*(look() for look in looks), _decisions(there), _revocations(there), _people(there))
    return [finding for each in found for finding in each]


async def _store(there: Installation, name: str) -> list[CheckResult]:
    what, store = f"store of {name}", there.adapters.store(name)

    async def told() -> str:
        there.stores[name] = store
        there.events[name] = sum(tally.events for tally in (await store.tallies()).values())
        waiting = len(await store.unpublished(None, SHOWN))
        more = "at least " if waiting == SHOWN else ""
        return f"{there.events[name]} events" + (f", {more}{waiting} commits not published yet" if waiting else "")

    found = await kept(there, what, store, told)
    if found[0].what.endswith(NOT_YET):
        there.events[name] = 0
    return found


async def _decisions(there: Installation) -> list[CheckResult]:
    decisions = there.adapters.decisions
    return await kept(there, "decisions on parked events", decisions, partial(_discards, decisions))


async def _revocations(there: Installation) -> list[CheckResult]:
    revocations = there.adapters.revocations
    if isinstance(revocations, SqliteFile):  # the same file as the decisions
        return []

    async def told() -> str:
        return f"{len(await revocations.standing(there.adapters.clock()))}"

    return await kept(there, "sessions that were ended", revocations, told)


async def _people(there: Installation) -> list[CheckResult]:
    people = there.adapters.people

    async def told() -> str:
        return f"of {len(await people.kept())} people"

    return await kept(there, "names and addresses", people, told)


async def kept(there: Installation, what: str, adapter: Opened, told: Callable[[], Awaitable[str]]) -> list[CheckResult]:
    """What something tells that is kept in a file or a server, once it was opened."""
    if isinstance(adapter, SqliteCommitStore | SqliteLog | SqliteFile):
        return await asked(what, adapter.path.name, partial(_file, there, what, adapter, told), OUR_FAULT)
    return await asked(what, SERVER, partial(_collection, there, what, adapter, told))


async def _file(there: Installation, what: str, adapter: Any, told: Callable[[], Awaitable[str]]) -> list[CheckResult]:
    path: Path = adapter.path
    whole = await asyncio.to_thread(_checked, path)
    if whole is None:
        return [good(f"{what}: {NOT_YET}")]
    if whole != "ok":
        return [mend(f"{what}: {whole}; restore {path.name} from a copy")]
    await there.opened(adapter)
    return [good(f"{what}: {await told()}")]


def _checked(path: Path) -> str | None:
    """What SQLite says of a file as a whole; None where there is none."""
    if not path.exists():
        return None
    with closing(untouched(path)) as db:
        return str(db.execute("PRAGMA quick_check").fetchone()[0])


async def _collection(there: Installation, what: str, adapter: Any, told: Callable[[], Awaitable[str]]) -> list[CheckResult]:
    """What MongoDB has of it. Without its indexes nothing is counted: that would take reading all of it."""
    await there.opened(adapter)
    lacking = await adapter.lacking()
    if lacking.rights:
        return [mend(f"{what}: this user may not {', '.join(lacking.rights)}: give it the role readWrite of its database", NOT_ALLOWED)]
    if lacking.different:
        return [mend(f"{what}: index {lacking.different[0]} is not Headway's: drop it, and it is made when Headway starts", DIFFERS)]
    if lacking.collection:
        return [good(f"{what}: {NOT_YET}")]
    if lacking.indexes:
        return [good(f"{what}: without the indexes {', '.join(lacking.indexes)}, made when Headway starts")]
    return [good(f"{what}: {await told()}")]


async def _discards(decisions: OperatorDecisions) -> str:
    return f"{len(await decisions.discards())} parked events passed over"
