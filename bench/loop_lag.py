"""How long others wait while something is done that is asked for: `python -m bench.loop_lag [TEAMS]`.

The longest stretches of computing that nothing interrupts, in the loop's own processor time, so that what else runs on the machine does not count; collections
of garbage among them are shown beside. For each thing that is asked, in a process of its own: what is told of it, the most, and where it was.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
from asyncio.events import Handle
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from bench.fairness import CALLERS, WORST
from bench.portfolio import NOW, caught_up, process_with
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthRecorded, HealthSubject
from libs.events.event import Actor, Event
from libs.runtime.call_stack import with_room
from libs.runtime.garbage_collection import collect_in_pieces
from libs.service.host.process import Process
from libs.service.identity.issuer import Issuer
from services.gateway.documents import EXECUTIVE
from services.gateway.gateway import Gateway
from services.gateway.main import add_to


@dataclass
class Stretches:
    """The longest that was computed in one go, in milliseconds of processor time, and the longest collection of garbage."""

    most: float = 0.0
    where: str = ""
    collecting: float = 0.0
    _begun: float = field(default=0.0)

    def watch(self) -> None:
        """From now on, for whatever a loop of this process runs."""
        run = Handle._run

        def measured(handle: Handle) -> None:
            begun = time.thread_time()
            run(handle)
            took = 1000 * (time.thread_time() - begun)
            if took > self.most:
                self.most, self.where = took, repr(handle)[:160]

        Handle._run = measured  # type: ignore[method-assign,assignment]
        gc.callbacks.append(self._collected)

    def forget(self) -> None:
        """Begins anew."""
        self.most, self.where, self.collecting = 0.0, "", 0.0

    def _collected(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._begun = time.thread_time()
        else:
            self.collecting = max(self.collecting, 1000 * (time.thread_time() - self._begun))


@dataclass
class Asking:
    """Those who ask a process, in the same one."""

    gateway: Gateway
    process: Process
    client: httpx.AsyncClient
    tokens: dict[str, str]

    async def post(self, query: str, who: str = "executive", variables: dict[str, Any] | None = None) -> str:
        """What came of it, in a word."""
        answer = await self.client.post(
            "/graphql", content=json.dumps({"query": query, "variables": variables}), headers={**self.signed_in(who), "Content-Type": "application/json"}
        )
        return f"{answer.status_code}, {len(answer.content):,} bytes"

    async def get(self, path: str) -> str:
        """The same of a page."""
        answer = await self.client.get(path, headers=self.signed_in("executive"))
        return f"{answer.status_code}, {len(answer.content):,} bytes"

    def signed_in(self, who: str) -> dict[str, str]:
        """The header of this caller."""
        return {"Authorization": f"Bearer {self.tokens[who]}"}


async def four(asking: Asking, query: str) -> str:
    """Four callers at once."""
    return (await asyncio.gather(*(asking.post(query, who) for who in CALLERS)))[0]


async def after_many_events(asking: Asking) -> str:
    """A question of today and of many days, after nearly as many events as are remembered for it."""
    await asking.post("{" + " ".join(f'a{n}: changes(from: "2024-{1 + n:02}-01", first: 1) {{ totalCount }}' for n in range(12)) + "}")
    world = asking.process.world
    for n in range(world.KEPT_CHANGES - 1):
        key = TEAM.key(f"t{n % 100}")
        data = HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="health check")
        world.apply(Event(key, world.last(key) + 1, NOW, NOW, NOW, Actor("bench", "importer"), data))
        if n % 256 == 0:
            await asyncio.sleep(0)
    return await asking.post('{ team(id: "t1") { name graduation { status } } }')


LONG: Final = "{ portfolio { asOf } } #" + "x" * 900_000
WIDE: Final = "{ portfolio { teams(first: 500) { nodes { name products { id name program { products { id name description: name title: name } } } } } } }"
ASKED: Final[dict[str, Callable[[Asking], Awaitable[str]]]] = {
    "what is derived at a start": lambda asking: _derived(asking),
    **{name: lambda asking, query=query: four(asking, query) for name, query in WORST.items()},  # type: ignore[misc]
    "the executive's question": lambda asking: four(asking, EXECUTIVE),
    "a large answer": lambda asking: four(asking, WIDE),
    "a long document": lambda asking: asking.post(LONG),
    "a document of many names": lambda asking: asking.post("{" + " ".join(f"a{n}: portfolio {{ asOf }}" for n in range(60_000)) + "}"),
    "a long text": lambda asking: asking.post('{ portfolio(organisation: "' + "x" * 900_000 + '") { asOf } }'),
    "long variables": lambda asking: asking.post("query($a: ID) { portfolio(organisation: $a) { asOf } }", variables={"a": "x" * 900_000}),
    "many variables": lambda asking: asking.post("query($a: [ID!]) { portfolio { asOf } }", variables={"a": ["x"] * 200_000}),
    "the overview": lambda asking: asking.get("/"),
    "the graduation page": lambda asking: asking.get("/graduation"),
    "the money page": lambda asking: asking.get("/investment"),
    "the portfolio pack": lambda asking: asking.get("/pack"),
    "what changed": lambda asking: asking.get("/changes?from=2024-01-01"),
    "what changed, as CSV": lambda asking: asking.get("/changes?from=2024-01-01&format=csv&table=changes"),
    "10,000 events, then a question": after_many_events,
}


async def _derived(asking: Asking) -> str:
    await asking.gateway.prefetch.present()
    return "derived"


async def measured(teams: int, name: str) -> None:
    """Prints what is measured of one thing, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        process, _ = process_with(teams, Path(folder))
        gateway = add_to(process)
        caught_up(process)
        process.revocations.read = True
        issuer = Issuer.embedded(process.settings)
        tokens = {who: issuer.token(who) for who in (*CALLERS, "executive")}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(process.app), base_url="http://127.0.0.1", timeout=600) as client:
            asking = Asking(gateway, process, client, tokens)
            if name != next(iter(ASKED)):
                await _derived(asking)
            await asking.post("{ portfolio { asOf } }")
            stretches = Stretches()
            stretches.watch()
            begun = time.process_time()
            said = await ASKED[name](asking)
            await asyncio.sleep(0)
            print(json.dumps([said, stretches.most, stretches.where, stretches.collecting, time.process_time() - begun]), flush=True)


async def table_of(teams: int, names: list[str]) -> None:
    """Asks each in a process of its own."""
    table = Table("asked", "came of it", "s computed", "ms at most", "of it garbage", "where", title=f"{teams} teams")
    for name in names:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.loop_lag", str(teams), "one", name, stdout=asyncio.subprocess.PIPE, limit=1 << 20
        )
        assert running.stdout is not None
        line = (await running.stdout.read()).decode().strip()
        await running.wait()
        said, most, where, collecting, seconds = json.loads(line or '["it failed", 0, "", 0, 0]')
        table.add_row(name, said, f"{seconds:.2f}", f"{most:,.0f}", f"{collecting:,.0f}", where)
    Console(width=220).print(table)


def main(given: list[str]) -> None:
    """Measures all, those whose names begin with a word, or, in a process of its own, one."""
    teams = int(given[0]) if given else 200
    if given[1:2] == ["one"]:
        collect_in_pieces()
        with_room(asyncio.run, measured(teams, given[2]))
    else:
        asyncio.run(table_of(teams, [name for name in ASKED if not given[1:] or name.startswith(given[1])]))


if __name__ == "__main__":
    main(sys.argv[1:])
