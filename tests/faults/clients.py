"""Clients as they should be: each sends a command until it is answered, always under the same key, and notes every answer."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson

from tests.patience import GIVE_UP

CLIENTS: Final = 8
AGGREGATES: Final = 200
PRODUCT: Final = "p"

_VERBS: Final[tuple[tuple[str, str, str], ...]] = (
    ("portfolio", "record_health", "team"),
    ("roadmap", "retitle_item", "roadmap_item"),
    ("backlog", "change_need", "need"),
)


@dataclass(slots=True)
class Said:
    """A command whose text no other has, so that its effect is recognised in the log; `position` once it is acknowledged, `client` by whom it was sent."""

    service: str
    verb: str
    aggregate: str
    text: str
    position: str = ""
    client: int = -1
    refused: int = 0

    @property
    def key(self) -> str:
        """Its idempotency key."""
        return f"key-{self.text}"

    @property
    def body(self) -> dict[str, Any]:
        """Its fields."""
        id = self.aggregate.partition(":")[2]
        if self.service == "portfolio":
            return {"team": id, "subject": "team", "reading": "good", "source": self.text}
        return {"item": id, "title": self.text} if self.service == "roadmap" else {"need": id, "text": self.text, "reason": "because"}


def text_of(data: Any) -> str | None:
    """The text of a command in the event that it made."""
    return next((data[name] for name in ("source", "title", "text") if isinstance(data, dict) and name in data), None)


def commands(count: int, run: str = "c") -> list[Said]:
    """So many, spread over 200 aggregates of the three services."""
    found = []
    for n in range(count):
        at = n % AGGREGATES
        service, verb, kind = _VERBS[at % 3]
        found.append(Said(service, verb, f"{kind}:a{at}", f"{run}{n}"))
    return found


def foundation() -> dict[str, list[dict[str, Any]]]:
    """The lines, by service, that make the 200 aggregates."""
    made: dict[str, list[dict[str, Any]]] = {
        "portfolio": [
            {"command": "portfolio.register_organisation", "data": {"organisation": "env", "name": "Environment"}},
            {"command": "portfolio.register_product", "data": {"product": PRODUCT, "name": "Permits", "home": "env"}},
        ],
        "roadmap": [],
        "backlog": [],
    }
    heard = {"after": [f"product:{PRODUCT}@1"]}
    for at in range(AGGREGATES):
        id = f"a{at}"
        match _VERBS[at % 3][0]:
            case "portfolio":
                made["portfolio"].append({"command": "portfolio.form_team", "data": {"team": id, "name": id, "home": "env"}})
            case "roadmap":
                made["roadmap"].append(
                    {"command": "roadmap.place_item", "data": {"item": id, "product": PRODUCT, "title": id, "horizon": "now"}, **(heard if at < 3 else {})}
                )
            case _:
                made["backlog"].append(
                    {
                        "command": "backlog.record_need",
                        "data": {"need": id, "product": PRODUCT, "user": "a citizen", "text": id, "origin": "a study"},
                        **(heard if at < 3 else {}),
                    }
                )
    return {service: [{"key": f"found-{service}-{n}", **line} for n, line in enumerate(lines)] for service, lines in made.items()}


async def founded(address: Callable[[str], str], token: str) -> None:
    """Makes the 200 aggregates; `address` gives where a service is."""
    async with httpx.AsyncClient(timeout=30, headers={"Authorization": f"Bearer {token}"}) as client:
        for service, lines in foundation().items():
            async with asyncio.timeout(GIVE_UP):
                while True:
                    answer = await client.post(f"{address(service)}/{service}/v1/commands", content=b"".join(orjson.dumps(line) + b"\n" for line in lines))
                    odd = [line for line in answer.text.splitlines() if orjson.loads(line).get("status", 0) not in ("created", "unchanged")]
                    if not odd:
                        break
                    assert all(orjson.loads(line)["problem"]["status"] == 503 for line in odd), odd[:2]


@dataclass
class Load:
    """Eight clients that send `said`, one command of each in flight. `address(client, service)`: where it is sent. `pace`: seconds between two of a client."""

    said: Sequence[Said]
    address: Callable[[int, str], str]
    token: str
    pace: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    stopped: bool = False
    slowest: float = 0.0
    """Seconds that the slowest answer took."""

    def __post_init__(self) -> None:
        self._left: Iterator[Said] = iter(self.said)

    @property
    def acknowledged(self) -> list[Said]:
        """What was answered as stored."""
        return [said for said in self.said if said.position]

    async def run(self) -> None:
        """Until every command is acknowledged, or `stopped`."""
        limits = httpx.Limits(max_keepalive_connections=4)
        async with httpx.AsyncClient(timeout=15, limits=limits, headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}) as http:
            await asyncio.gather(*(self._client(n, http) for n in range(CLIENTS)))

    async def until(self, count: int) -> None:
        """Waits until so many are acknowledged."""
        while self.answers["stored"] < count and not self.stopped:  # noqa: ASYNC110 - what is awaited is progress
            await asyncio.sleep(0.005)

    async def _client(self, number: int, http: httpx.AsyncClient) -> None:
        for said in self._left:
            said.client = number
            for attempt in itertools.count():
                if self.stopped:
                    return
                if await self._sent(said, http):
                    break
                await asyncio.sleep(min(0.5, 0.02 * 2**attempt))
            if self.pace:
                await asyncio.sleep(self.pace)

    async def _sent(self, said: Said, http: httpx.AsyncClient) -> bool:
        """Whether it was acknowledged."""
        url = f"{self.address(said.client, said.service)}/{said.service}/v1/commands/{said.verb}"
        began = time.monotonic()
        try:
            answer = await http.post(url, content=orjson.dumps(said.body), headers={"Idempotency-Key": said.key})
        except httpx.TransportError:
            self.answers["no answer"] += 1
            return False
        self.slowest = max(self.slowest, time.monotonic() - began)
        if answer.status_code in (200, 201):
            said.position = answer.json()["position"]
            self.answers["stored"] += 1
            return True
        said.refused += 1
        self.answers[str(answer.status_code)] += 1
        if answer.status_code == 503 and "retry-after" in answer.headers:
            return False
        if answer.status_code != 409 or answer.json().get("type") != "urn:headway:problem:race-lost":
            self.odd.append(f"{answer.status_code} {answer.text[:300]}")
        return False
