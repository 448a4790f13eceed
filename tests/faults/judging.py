"""What is held against what: acknowledgements against the log and the stores, the gateway against a gateway that was made anew."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson

from libs.adapters.contracts.suites import heard
from libs.events.envelope import SERVICES, all_topics
from libs.events.event import hash_of, position
from libs.events.ports.log import Record
from libs.events.ports.store import CommitStore
from libs.service.adapters import adapters_of, log_of
from tests.delivery.test_relay import never_skipped
from tests.faults.clients import Said, text_of
from tests.faults.places import Place
from tests.patience import GIVE_UP

_STATES: Final = """query ($ids: [ID!]!) { nodes(ids: $ids) {
  id ... on RoadmapItem { title state } ... on Need { text } ... on Team { name health { team recordedOn } } } }"""
_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the log says of the commands that were sent; each list holds what is wrong."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    disordered: tuple[str, ...]
    unlike_store: tuple[str, ...]
    events: int
    repeated: int
    digest: str
    latest: dict[str, str]
    """Of each aggregate the text of the last command that changed it."""

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything that is wrong."""
        return self.lost + self.doubled + self.disordered + self.unlike_store

    def __str__(self) -> str:
        return (
            f"{len(self.lost)} lost, {len(self.doubled)} doubled in effect, {len(self.disordered)} out of order, "
            f"{self.events} events and {self.repeated} repeated in the log"
        )


async def records_of(place: Place) -> list[Record]:
    """The whole log."""
    log = log_of(place.settings)
    await log.open()
    try:
        return await heard(log, all_topics(place.settings.namespace))
    finally:
        await log.close()


async def judged(place: Place, sent: Sequence[Said], *, by_client: bool = True) -> Verdict:
    """Reads log and stores once everything is published. `by_client`: each command was sent by one client alone, so that its own order must be kept."""
    records = await records_of(place)
    first: dict[str, Record] = {}
    numbers: dict[str, list[int]] = defaultdict(list)
    for record in records:
        first.setdefault(record.headers["ce_id"], record)
        numbers[record.key].append(int(record.headers["ce_sequence"]))
    texts: dict[str, list[str]] = defaultdict(list)
    latest: dict[str, str] = {}
    for id, record in first.items():
        if (text := text_of(orjson.loads(record.value))) is not None:
            texts[text].append(id)
            latest[record.key] = text
    lost = [f"{s.text}: {s.position}" for s in sent if s.position and s.position not in texts[s.text]]
    doubled = [f"{s.text}: {texts[s.text]}" for s in sent if len(texts[s.text]) > 1]
    disordered = [a for a, found in numbers.items() if not never_skipped(found)] + (_by_client(sent) if by_client else [])
    digest = f"{sum(hash_of(*position(id)) for id in first) % 2**64:016x}-{len(first)}"
    unlike = await _unlike_store(place, {a: max(found) for a, found in numbers.items()})
    return Verdict(tuple(lost), tuple(doubled), tuple(disordered), tuple(unlike), len(first), len(records) - len(first), digest, latest)


def _by_client(sent: Sequence[Said]) -> list[str]:
    """Where a client's later command of an aggregate came before its earlier one."""
    last: dict[tuple[int, str], int] = {}
    wrong = []
    for said in sent:
        if said.position:
            sequence = position(said.position)[1]
            if sequence <= last.get((said.client, said.aggregate), 0):
                wrong.append(f"client {said.client}: {said.position}")
            last[said.client, said.aggregate] = sequence
    return wrong


async def _unlike_store(place: Place, log: dict[str, int]) -> list[str]:
    adapters = adapters_of(place.settings)
    kept: dict[str, int] = {}
    for name in SERVICES:
        store = adapters.store(name)
        await store.open()
        for kind in await store.tallies():
            after = ""
            while page := await store.heads(kind, after):
                kept.update(page)
                after = page[-1][0]
        await store.close()
    return [f"{a}: {kept.get(a)} stored, {log.get(a)} in the log" for a in kept.keys() | log.keys() if kept.get(a) != log.get(a)]


class Watch:
    """Looks at a place from outside until it is at rest: nothing unpublished, and every gateway has heard what the stores hold."""

    def __init__(self, place: Place, *gateways: str) -> None:
        self.place, self.gateways = place, gateways

    async def rest(self, seconds: float = 2 * GIVE_UP) -> float:
        """How many seconds it took from now. Fails with what is left after `seconds`."""
        began = time.monotonic()
        adapters = adapters_of(self.place.settings)
        stores = [adapters.store(name) for name in SERVICES]
        for store in stores:
            await store.open()
        async with httpx.AsyncClient(timeout=10, headers={"Authorization": f"Bearer {self.place.token('executive')}"}) as http:
            try:
                left: object = "nothing was looked at"
                while time.monotonic() - began < seconds:
                    try:
                        if not (left := await self._left(stores, http)):
                            return time.monotonic() - began
                    except Exception as e:
                        left = f"{type(e).__name__}: {e}"
                    await asyncio.sleep(0.1)
            finally:
                for store in stores:
                    await store.close()
        raise AssertionError(f"not at rest after {seconds:.0f} s: {left}")

    async def _left(self, stores: Sequence[CommitStore], http: httpx.AsyncClient) -> object:
        for name, store in zip(SERVICES, stores, strict=True):
            if waiting := await store.unpublished(None, 500):
                return f"{len(waiting)} unpublished of {name}"
        tallies = [tally for store in stores for tally in (await store.tallies()).values()]
        wanted = f"{sum(t.digest for t in tallies) % 2**64:016x}-{sum(t.events for t in tallies)}"
        for gateway in self.gateways:
            if (found := await world_of(gateway, http)) != wanted:
                return f"{gateway} is at {found}, the stores at {wanted}"
        return None


async def world_of(gateway: str, http: httpx.AsyncClient) -> str:
    """The world that a gateway answers from."""
    answer = await http.post(f"{gateway}/graphql", json={"query": "{ __typename }"})
    answer.raise_for_status()
    return answer.headers["X-Headway-World"]


async def states_of(gateway: str, place: Place, aggregates: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The world of a gateway, and what it shows of these aggregates."""
    states: dict[str, Any] = {}
    async with httpx.AsyncClient(timeout=30, headers={"Authorization": f"Bearer {place.token('executive')}"}) as http:
        for at in range(0, len(aggregates), _A_PAGE):
            asked = {"query": _STATES, "variables": {"ids": list(aggregates[at : at + _A_PAGE])}}
            answer = await http.post(f"{gateway}/graphql", json=asked)
            assert answer.status_code == 200 and not answer.json().get("errors"), answer.text[:2000]
            states |= {node["id"]: node for node in answer.json()["data"]["nodes"]}
    return answer.headers["X-Headway-World"], states


def answers_in_words(answers: Counter[str]) -> str:
    """How the clients were answered."""
    return ", ".join(f"{count} {what}" for what, count in answers.most_common())
