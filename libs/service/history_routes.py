"""Routes by which a service serves its history to listeners that fill a gap, and the client that asks another process for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import httpx
import orjson
from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from libs.commands.errors import NotAllowed
from libs.events.envelope import from_structured, to_structured, topic
from libs.events.ports.history_source import Owner
from libs.events.ports.log import Record
from libs.events.ports.store import Mark, Tally
from libs.rules.roles import Principal
from libs.runtime.late_route import late_router
from libs.service.app import principal

PAGE = 1_000


def owner_routes(owner: Owner, namespace: str) -> APIRouter:
    """`/owner/tallies`, `/owner/heads/{kind}`, `/owner/events/{aggregate}`: whole events, money included, so for auditors alone."""
    router = late_router(prefix="/v1/owner", tags=["owner"])

    async def auditor(who: Principal = Depends(principal)) -> Principal:
        if not who.has("auditor"):
            raise NotAllowed("this takes auditor: events are given whole", remedy="Subscribe to /events, or ask for the role auditor.")
        return who

    async def tallies(who: Principal = Depends(auditor)) -> dict[str, dict[str, int | str]]:
        return {kind: {"events": t.events, "digest": f"{t.digest:016x}"} for kind, t in (await owner.tallies()).items()}

    async def heads(
        kind: Annotated[str, Path(max_length=64)],
        after: Annotated[str, Query(max_length=140)] = "",
        limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
        who: Principal = Depends(auditor),
    ) -> list[Mark]:
        return await owner.heads(kind, after, limit)

    async def events(aggregate: Annotated[str, Path(max_length=140)], after: Annotated[int, Query(ge=0)] = 0, who: Principal = Depends(auditor)) -> Response:
        found = [to_structured(r) for r in (await owner.events(aggregate, after))[:PAGE]]
        return Response(orjson.dumps(found), media_type="application/cloudevents-batch+json")

    router.get("/tallies", summary="Per kind: how many events there are, and the sum of their positions' hashes")(tallies)
    router.get("/heads/{kind}", summary="The aggregates of a kind with their last sequence")(heads)
    router.get("/events/{aggregate}", summary="The events of one aggregate behind a sequence")(events)
    return router


class HttpOwner:
    """A service in another process, asked over HTTP (`libs.events.ports.history_source.Owner`). `must_be_right` raises where another service answers."""

    def __init__(self, client: httpx.AsyncClient, service: str, namespace: str, token: Callable[[], str], must_be_right: Callable[[], Awaitable[None]]) -> None:
        self.client, self.service, self.namespace, self.token, self.must_be_right = client, service, namespace, token, must_be_right

    async def _get(self, path: str, **query: Any) -> Any:
        await self.must_be_right()
        answer = await self.client.get(f"/{self.service}/v1/owner/{path}", params=query, headers={"Authorization": f"Bearer {self.token()}"})
        answer.raise_for_status()
        return answer.json()

    async def events(self, aggregate: str, after: int) -> list[Record]:
        found: list[Record] = []
        while True:
            page = await self._get(f"events/{aggregate}", after=after + len(found))
            found += [from_structured(e, topic(self.namespace, self.service)) for e in page]
            if len(page) < PAGE:
                return found

    async def tallies(self) -> dict[str, Tally]:
        return {kind: Tally(t["events"], int(t["digest"], 16)) for kind, t in (await self._get("tallies")).items()}

    async def heads(self, kind: str, after: str = "", limit: int = PAGE) -> list[Mark]:
        return [(aggregate, last) for aggregate, last in await self._get(f"heads/{kind}", after=after, limit=limit)]
