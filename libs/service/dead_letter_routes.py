"""Routes for operators of parked events: list, retry, and discard with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from libs.commands.errors import NotAllowed, NotFound
from libs.delivery.consumer import Consumer
from libs.events.envelope import iso
from libs.events.ports.dead_letters import NotParked, Parked
from libs.rules.roles import Principal
from libs.runtime.late_route import late_router
from libs.service.app import principal
from libs.service.problems import NotReady


class Position(BaseModel):
    """What is parked, by its position."""

    model_config = ConfigDict(extra="forbid")

    position: Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Discarding(Position):
    """A position that is passed over for ever, and why."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000), Field(description="For whoever looks later.")]


def parked_routes(consumer: Callable[[], Consumer | None]) -> APIRouter:
    """`GET /parked`, `POST /parked/retry`, `POST /parked/discard`; for lab_ops, to look also for auditors."""
    router = late_router(prefix="/parked", tags=["operating"])

    def hearing() -> Consumer:
        found = consumer()
        if found is None:
            raise NotReady("nothing is heard yet")
        return found

    async def shown(who: Principal = Depends(principal)) -> dict[str, Any]:
        _demand(who, "lab_ops", "auditor", "importer")
        return {"parked": [_shown(p) for p in hearing().parked()]}

    async def retried(body: Position, who: Principal = Depends(principal)) -> dict[str, Any]:
        _demand(who, "lab_ops")
        try:
            return {"position": body.position, "applied": await hearing().retry(body.position)}
        except NotParked as e:
            raise NotFound(f"nothing is parked at {body.position}", field="position") from e

    async def discarded(body: Discarding, who: Principal = Depends(principal)) -> dict[str, Any]:
        _demand(who, "lab_ops")
        try:
            await hearing().discard(body.position, body.reason, who.id)
        except NotParked as e:
            raise NotFound(f"nothing is parked at {body.position}", field="position") from e
        return {"position": body.position, "discarded": True}

    router.get("", summary="What could not be applied")(shown)
    router.post("/retry", summary="Try one again")(retried)
    router.post("/discard", summary="Pass one over for ever")(discarded)
    return router


def _demand(who: Principal, *roles: str) -> None:
    if not any(who.has(role) for role in roles):
        raise NotAllowed(f"this takes {' or '.join(roles)}", remedy="Ask whoever operates Headway.")


def _shown(parked: Parked) -> dict[str, Any]:
    return {"position": parked.position, "reason": parked.reason, "type": parked.record.headers.get("ce_type"), "since": iso(parked.since), "held": parked.held}
