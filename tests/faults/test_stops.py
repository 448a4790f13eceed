"""Row 8: SIGTERM under load, over and over, also while Kafka is away: a clean end within seconds, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from libs.events.envelope import SERVICES
from tests.faults.clients import Load, commands, founded
from tests.faults.conftest import Figures, Sizes
from tests.faults.judging import Watch, answers_in_words, judged
from tests.faults.places import BOTH, Place, dropped, on_servers, running, whole
from tools.servers import KafkaServer

ROW = "SIGTERM under load"
MOST = 200_000
OUT = 25.0
"""Seconds: the goal, as a figure for the table; how fast the machine is judges nothing."""


async def stopped(place: Place, times: int, figures: Figures, on: str, kafka: KafkaServer | None = None) -> None:
    """Stops the stack under load so often; with `kafka`, each time some moments after that was killed."""
    rnd = random.Random(13)
    one = whole(place)
    ended: list[tuple[int, float]] = []
    async with running(one):
        await founded(lambda service: one.url, place.token())
        load = Load(commands(MOST), lambda client, service: one.url, place.token())
        sending = asyncio.create_task(load.run())
        try:
            for _ in range(times):
                await load.until(load.answers["stored"] + rnd.randint(20, 200))
                if kafka is not None:
                    await asyncio.to_thread(kafka.kill)
                    await load.until(load.answers["stored"] + rnd.randint(20, 200))
                ended.append(await one.stop())
                if kafka is not None:
                    await asyncio.to_thread(kafka.start)
                one.begin()
                await one.ready()
        finally:
            load.stopped = True
            await asyncio.gather(sending, return_exceptions=True)
        await Watch(place, one.url).rest()
        verdict = await judged(place, [said for said in load.said if said.client >= 0])
    wrong = list(verdict.wrong) + load.odd + [f"ended with {code} after {s:.1f} s" for code, s in ended if code != 0]
    figures(
        ROW,
        on,
        f"{len(ended)} stops: {len(load.acknowledged):,} acknowledged, {verdict}; out in {min(s for _, s in ended):.1f} to {max(s for _, s in ended):.1f} s "
        f"(goal {OUT:.0f}), "
        f"exit code 0; answers: {answers_in_words(load.answers)}",
        wrong,
    )


async def test_stopped_under_load_it_ends_in_time_and_keeps_what_it_acknowledged(place: Place, sizes: Sizes, figures: Figures) -> None:
    await stopped(place, sizes.stops, figures, place.on)


@pytest.mark.servers
async def test_stopped_while_kafka_is_away_it_ends_in_time_too(
    own_kafka: KafkaServer, mongo: str, tmp_path: Path, namespace: str, sizes: Sizes, figures: Figures
) -> None:
    place = Place(BOTH, tmp_path / "data", on_servers(own_kafka.address, mongo, namespace))
    try:
        await stopped(place, max(1, sizes.stops // 4), figures, "Kafka away, and MongoDB", own_kafka)
    finally:
        await dropped(mongo, [f"{namespace}_{name}" for name in (*SERVICES, "gateway")])
