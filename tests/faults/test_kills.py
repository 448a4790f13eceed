"""Row 1: services, relays and gateway killed at random under load; nothing acknowledged is lost, nothing is done twice, the gateway is what a rebuild is."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

import pytest

from tests.faults.clients import AGGREGATES, Load, commands, founded
from tests.faults.conftest import IN_FILES, ON_SERVERS, WHOLE, Figures, Sizes
from tests.faults.judging import Watch, answers_in_words, judged, states_of
from tests.faults.places import Instance, Place, apart, running, whole
from tools.servers.processes import free_port

ROW = "services, relays and gateway killed at random"


async def killed(load: Load, instances: Sequence[Instance], sizes: Sizes, seed: int) -> Counter[str]:
    """Kills a process that is chosen at random, each time when some more commands were acknowledged, and starts it again; how often each."""
    rnd = random.Random(seed)
    counts: Counter[str] = Counter()
    for n in range(sizes.kills):
        step = sizes.commands / (sizes.kills + 1)
        await load.until(int(step * n + rnd.uniform(0.2, 1) * step))
        victim = rnd.choice(instances)
        victim.kill()
        counts["+".join(victim.names) or "all in one"] += 1
        await asyncio.sleep(rnd.uniform(0, 0.3))
        victim.begin()
        await victim.ready()
    return counts


async def held(place: Place, instances: Sequence[Instance], gateway: Instance, load: Load, sizes: Sizes, figures: Figures, how: str) -> None:
    """Kills, waits for rest, then holds the log against the acknowledgements and the gateway against one that is made anew."""
    running_load = asyncio.create_task(load.run())
    try:
        counts = await killed(load, instances, sizes, seed=len(instances))
        await running_load
    finally:
        load.stopped = True
        await asyncio.gather(running_load, return_exceptions=True)
    seconds = await Watch(place, gateway.url).rest()
    verdict = await judged(place, load.said)
    aggregates = sorted({said.aggregate for said in load.said})
    world, states = await states_of(gateway.url, place, aggregates)
    environment = {f"HEADWAY_{i.names[0].upper()}_URL": i.url for i in instances if i.names and i.names[0] != "gateway"}
    fresh = Instance(place, "gateway", port=free_port(), environment=environment)
    async with running(fresh):
        rebuilt = await states_of(fresh.url, place, aggregates)
    wrong = list(verdict.wrong) + load.odd
    wrong += [] if len(load.acknowledged) == len(load.said) else [f"{len(load.said) - len(load.acknowledged)} were never acknowledged"]
    wrong += [] if rebuilt == (world, states) else [f"the rebuild is at {rebuilt[0]}, the gateway at {world}"]
    wrong += [] if world == verdict.digest else [f"the log is at {verdict.digest}, the gateway at {world}"]
    shown = {a: state.get("title") or state.get("text") for a, state in states.items()}
    wrong += [f"{a} shows {shown[a]}, not {text}" for a, text in verdict.latest.items() if shown.get(a) not in (None, text)]
    who = ", ".join(f"{n} {name}" for name, n in sorted(counts.items()))
    figures(
        ROW,
        f"{place.on}, {how}",
        f"{len(load.acknowledged):,} commands on {AGGREGATES} aggregates, {counts.total()} kills ({who}): "
        f"{verdict}; at rest after {seconds:.1f} s, gateway equal to a rebuild at {world}; answers: {answers_in_words(load.answers)}",
        wrong,
    )


async def test_the_one_process_stack_in_files_loses_and_doubles_nothing_when_it_is_killed(sqlite: Place, sizes: Sizes, figures: Figures) -> None:
    one = whole(sqlite)
    async with running(one):
        await founded(lambda service: one.url, sqlite.token())
        load = Load(commands(sizes.commands), lambda client, service: one.url, sqlite.token())
        await held(sqlite, [one], one, load, sizes, figures, "one process")


@pytest.mark.parametrize("place", [IN_FILES, ON_SERVERS] if WHOLE else [ON_SERVERS], indirect=True)
async def test_four_processes_lose_and_double_nothing_when_any_of_them_is_killed(place: Place, sizes: Sizes, figures: Figures) -> None:
    four = apart(place)
    async with running(*four.values()):
        await founded(lambda service: four[service].url, place.token())
        # Two clients of eight send through the gateway, which passes their commands on.
        load = Load(commands(sizes.commands), lambda client, service: four["gateway" if client < 2 else service].url, place.token())
        await held(place, list(four.values()), four["gateway"], load, sizes, figures, "four processes")
