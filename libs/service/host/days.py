"""Which day it is for whom, found once for each minute: every answer asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from libs.events.world import World
from libs.rules.roles import Role
from libs.rules.time_zones import latest, today

_MINUTE: Final = timedelta(minutes=1)


class Days:
    """The days of one minute in one state of the world. Offsets are of whole minutes (`libs.calendar.local_time.local`): no day begins within one."""

    def __init__(self) -> None:
        self._world: World | None = None
        self._digest, self._begins = "", datetime.min.replace(tzinfo=UTC)
        self._today: dict[frozenset[Role], date] = {}
        self._latest: date | None = None

    def today(self, world: World, now: datetime, roles: frozenset[Role]) -> date:
        """The day that it is for somebody with these roles."""
        self._begin(world, now)
        found = self._today.get(roles)
        if found is None:
            found = self._today[roles] = today(world.facts(now.date()), now, roles)
        return found

    def latest(self, world: World, now: datetime) -> date:
        """The latest day that it is by now at any place."""
        self._begin(world, now)
        if self._latest is None:
            self._latest = latest(world.facts(now.date()), now)
        return self._latest

    def _begin(self, world: World, now: datetime) -> None:
        if world is not self._world or world.digest != self._digest or not self._begins <= now < self._begins + _MINUTE:
            self._world, self._digest, self._begins = world, world.digest, now.replace(second=0, microsecond=0)
            self._today, self._latest = {}, None
