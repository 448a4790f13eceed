"""Row 4: two relays and two instances of each service at once; each command is decided once, the log keeps the order, both gateways say the same."""

from __future__ import annotations

import asyncio
from collections import Counter

from libs.adapters.kafka.log import KafkaLog
from libs.events.envelope import all_topics
from libs.events.ports.log import LogUnavailable
from libs.service.adapters import log_of
from tests.faults.clients import AGGREGATES, Load, commands, founded
from tests.faults.conftest import Figures, Sizes
from tests.faults.judging import Watch, answers_in_words, judged, states_of
from tests.faults.places import Place, running, whole
from tests.patience import GIVE_UP

ROW = "two relays and two instances of each service"


class Member:
    """One of a group of consumers, and what it was given."""

    def __init__(self, place: Place) -> None:
        log = log_of(place.settings)
        assert isinstance(log, KafkaLog)
        self.log, self.place, self.seen = log, place, Counter[str]()

    @property
    def has_a_part(self) -> bool:
        """Whether partitions are its own: who joins late is given what is left, which may be nothing."""
        return any(consumer.assignment() for consumer in self.log._sharing._open)

    async def run(self) -> None:
        """Takes part until it is cancelled, also where the broker is too busy to answer at first."""
        await self.log.open()
        while True:
            try:
                async for share in self.log.share(all_topics(self.place.settings.namespace), "members"):
                    for delivery in share.deliveries:
                        self.seen[delivery.record.headers["ce_id"]] += 1
                    await share.done()
            except LogUnavailable:
                pass
            await asyncio.sleep(0.1)

    @property
    def takes_part(self) -> bool:
        """Whether partitions came to it."""
        return any(consumer.assignment() for consumer in self.log._sharing._open)


async def test_what_two_instances_do_at_once_is_done_once_and_in_order(servers: Place, sizes: Sizes, figures: Figures) -> None:
    two = [whole(servers), whole(servers)]
    members = [Member(servers), Member(servers)]
    sharing = [asyncio.create_task(member.run()) for member in members]
    try:
        async with running(*two):
            async with asyncio.timeout(GIVE_UP):
                while not all(member.has_a_part for member in members):  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.05)
            await founded(lambda service: two[0].url, servers.token())
            async with asyncio.timeout(GIVE_UP):
                while not all(member.takes_part for member in members):  # noqa: ASYNC110 - one that joins when all is done is given nothing
                    await asyncio.sleep(0.05)
            # Every command is sent twice under its key, to one instance and to the other.
            loads = [
                Load(commands(sizes.together), lambda client, service: two[client % 2].url, servers.token()),
                Load(commands(sizes.together), lambda client, service: two[1 - client % 2].url, servers.token()),
            ]
            await asyncio.gather(*(load.run() for load in loads))
            seconds = await Watch(servers, *(i.url for i in two)).rest()
            verdict = await judged(servers, loads[0].said, by_client=False)
            aggregates = sorted({said.aggregate for said in loads[0].said})
            shown = [await states_of(i.url, servers, aggregates) for i in two]
            async with asyncio.timeout(GIVE_UP):
                while len(members[0].seen.keys() | members[1].seen.keys()) < verdict.events:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.05)
    finally:
        for task in sharing:
            task.cancel()
        await asyncio.gather(*sharing, return_exceptions=True)
        for member in members:
            await member.log.close()
    wrong = list(verdict.wrong) + loads[0].odd + loads[1].odd
    wrong += [f"{a.text}: {a.position} and {b.position}" for a, b in zip(loads[0].said, loads[1].said, strict=True) if a.position != b.position]
    wrong += (
        [] if shown[0] == shown[1] and shown[0][0] == verdict.digest else [f"the gateways are at {shown[0][0]} and {shown[1][0]}, the log at {verdict.digest}"]
    )
    wrong += [] if all(m.seen for m in members) else ["one member of the group was given nothing"]
    both = sum((members[0].seen + members[1].seen).values()) - verdict.events - verdict.repeated
    figures(
        ROW,
        servers.on,
        f"{len(loads[0].said):,} commands on {AGGREGATES} aggregates, each sent to both instances: {verdict}, each decided once; both gateways at "
        f"{shown[0][0]} after {seconds:.1f} s; two members of a group were given {members[0].seen.total():,} and {members[1].seen.total():,} records, "
        f"{both} of them twice; answers: {answers_in_words(loads[0].answers + loads[1].answers)}",
        wrong,
    )
