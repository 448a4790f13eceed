"""The doctor says how far the clock here is off the log's and the store's."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from headway.doctor.check_result import OUR_FAULT, CheckResult
from headway.doctor.clocks import clocks
from headway.doctor.installation import Installation
from libs.events.ports.log import LogUnavailable
from libs.events.ports.server_clock import ClockUntold
from libs.service.adapters import adapters_of
from libs.service.settings import Settings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Server:
    """Says what time it is there, or why not."""

    def __init__(self, said: datetime | Exception) -> None:
        self.said = said

    async def server_time(self) -> datetime:
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


async def found(folder: Path, log: datetime | Exception, store: datetime | Exception) -> list[CheckResult]:
    """What the doctor says at noon."""
    settings = Settings(data=folder)
    there = Installation(settings, dataclasses.replace(adapters_of(settings), clock=lambda: NOON))
    there.log, there.stores = cast(Any, Server(log)), cast(Any, {"backlog": Server(store), "roadmap": Server(store)})
    return await clocks(there)


async def test_clocks_that_agree_are_good(tmp_path: Path) -> None:
    said = await found(tmp_path, NOON, NOON)
    assert [finding.code for finding in said] == [0, 0]
    assert said[0].what.startswith("clock of the log: the clock here agrees with that of the log (to 0.0")


async def test_one_that_is_off_is_to_be_mended(tmp_path: Path) -> None:
    log, store = await found(tmp_path, NOON - timedelta(hours=2), NOON)
    assert (log.code, store.code) == (OUR_FAULT, 0)
    assert log.what == "clock of the log: the clock here is 2 h ahead of that of the log; set it right (NTP): beyond a minute commands are refused"


async def test_one_that_is_not_told_is_said_and_one_that_does_not_answer_was_said_before(tmp_path: Path) -> None:
    said = await found(tmp_path, ClockUntold("this user may not describe the cluster"), LogUnavailable("away"))
    assert [(finding.what, finding.good) for finding in said] == [("clock of the log: not known: this user may not describe the cluster", True)]


async def test_files_have_no_clock(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    adapters = adapters_of(settings)
    assert await clocks(Installation(settings, adapters, log=adapters.log, stores={"backlog": adapters.store("backlog")})) == []
