"""Shares a SQLite log within a group: one member reads at a time, by a lease that it renews while it works."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence

from libs.events.ports.log import Cursor, Delivery, LogUnavailable, Share
from libs.runtime.heartbeat import timed

LEASE = 6.0
"""Seconds after which another member takes over from one that was killed."""
RENEWAL = 2.0
WAIT = 0.25
"""Seconds between two looks whether the group is free, or its member is still this one."""

Do = Callable[[Callable[[sqlite3.Connection], object]], Awaitable[object]]
"""Does something in a transaction of the log's writer. Raises LogUnavailable."""
Read = Callable[..., AsyncIterator[Sequence[Delivery]]]


async def shared(read: Read, do: Do, closed: Callable[[], bool], topics: Sequence[str], group: str, limit: int) -> AsyncGenerator[Share, None]:
    """See `libs.events.ports.log.SharedLog.share`. Raises LogUnavailable."""
    member = _Member(group, do)
    renewing: asyncio.Task[None] | None = None
    try:
        while not closed():
            begin = await member.claim()
            if begin is None:
                await asyncio.sleep(WAIT)
                continue
            renewing = asyncio.create_task(member.keep())
            async with contextlib.aclosing(timed(read(topics, begin, limit=limit), WAIT)) as batches:
                async for batch in batches:
                    if not member.holds:
                        break
                    if batch:
                        yield Share(batch, member.done_at(batch[-1].cursor))
            renewing.cancel()
    finally:
        if renewing is not None:
            renewing.cancel()
        if not closed():
            with contextlib.suppress(LogUnavailable):
                await member.leave()


class _Member:
    """One reader's part in a group. The place of a group is a number in the log of one epoch; a log renewed is shared out from its beginning."""

    def __init__(self, group: str, do: Do) -> None:
        self._group, self._do = group, do
        self._name = uuid.uuid4().hex
        self._epoch = ""
        self.holds = False

    async def claim(self) -> Cursor | None:
        """Where to begin, or None while another member has the group."""

        def job(db: sqlite3.Connection) -> tuple[str, int] | None:
            (epoch,) = db.execute("SELECT name FROM epoch").fetchone()
            db.execute("INSERT OR IGNORE INTO shared VALUES (?, ?, 1, '', 0)", (self._group, epoch))
            db.execute("UPDATE shared SET n = 1, epoch = ? WHERE name = ? AND epoch <> ?", (epoch, self._group, epoch))
            taken = db.execute(
                "UPDATE shared SET member = ?, until = ? WHERE name = ? AND (member IN ('', ?) OR until < ?) RETURNING epoch, n",
                (self._name, time.time() + LEASE, self._group, self._name, time.time()),
            ).fetchall()
            return taken[0] if taken else None

        found = await self._do(job)
        self.holds = isinstance(found, tuple)
        if not isinstance(found, tuple):
            return None
        self._epoch, n = found
        return Cursor({self._epoch: n})

    async def keep(self) -> None:
        """Renews the lease until it is lost or this is cancelled."""
        while self.holds:
            await asyncio.sleep(RENEWAL)
            with contextlib.suppress(LogUnavailable):
                self.holds = await self._mine("until = ?", time.time() + LEASE)

    def done_at(self, cursor: Cursor) -> Callable[[], Awaitable[bool]]:
        """What says that everything before a cursor is done."""
        (n,) = cursor.offsets.values()

        async def done() -> bool:
            with contextlib.suppress(LogUnavailable):
                return self.holds and await self._mine("n = max(n, ?)", n)
            return False

        return done

    async def _mine(self, change: str, value: float) -> bool:
        """Changes the group's row, if it is still this member's and of the log that it claimed. Raises LogUnavailable."""
        sql = f"UPDATE shared SET {change} WHERE name = ? AND member = ? AND epoch = ? AND epoch = (SELECT name FROM epoch)"  # noqa: S608 - two texts of this file
        return bool(await self._do(lambda db: db.execute(sql, (value, self._group, self._name, self._epoch)).rowcount))

    async def leave(self) -> None:
        """Gives the group up, so that another need not wait until the lease ends. Raises LogUnavailable."""
        self.holds = False
        await self._do(lambda db: db.execute("UPDATE shared SET member = '' WHERE name = ? AND member = ?", (self._group, self._name)).rowcount)
