"""The route to which sources send their webhooks."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request

from libs.commands.errors import HeadwayError
from libs.commands.execution.handler import Handling
from libs.events.ports.store import CommitStore
from libs.runtime.late_route import late_router
from libs.service.app import app_of, public
from libs.service.body_limits import BODY_LIMIT, drain, takes
from libs.service.identity.throttling import slowed
from libs.service.observability.telemetry import Telemetry
from services.backlog.webhooks.receiver import Receiver

LARGEST: Final = 25 * 1024 * 1024
"""Bytes of a delivery: as many as GitHub sends at most."""
AT_ONCE: Final = 8
"""Deliveries of more than a MiB that are in memory together."""


def webhook_routes(handling: Handling, store: CommitStore, telemetry: Telemetry | None = None) -> APIRouter:
    """`POST /v1/webhooks/{source}`: 202 for what was stored, also before; 401, 404, 400 or 422 as typed errors. No token: a delivery bears its signature."""
    router, receiver = late_router(tags=["webhooks"]), Receiver(handling, store)
    if telemetry is not None:
        telemetry.counts(
            "headway_webhook_deliveries_ignored", "Deliveries of a source that said nothing of an item or a change.", "source", lambda: receiver.ignored.counts
        )

    large = asyncio.Semaphore(AT_ONCE)

    @router.post("/v1/webhooks/{source}", status_code=202, summary="Take a delivery of a connected source")
    @public
    @takes(LARGEST)
    async def receive(source: Annotated[str, Path(description="The source, as it was connected.")], request: Request) -> dict[str, Any]:
        """The raw body, of 25 MiB at most, is signed by the sender; it is read after what its headers say was checked.

        Answers which item or change request it speaks of, or why it speaks of none; a delivery that came before, or one that says the same, is `known`.
        """
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            async with slowed(request, app_of(request).refusals):
                await receiver.expected(source, headers)
        except HeadwayError:
            if "expect" not in headers:
                await drain(request.receive)  # so that the sender gets to read the answer
            raise
        length = headers.get("content-length", "")
        small = length.isascii() and length.isdigit() and int(length) <= BODY_LIMIT
        async with contextlib.nullcontext() if small else large:
            raw = await request.body()
            async with slowed(request, app_of(request).refusals):
                receipt = await receiver.receive(source, headers, raw)
        answer = {"delivery": receipt.delivery, "known": receipt.known, "item": receipt.item, "change": receipt.change, "reason": receipt.reason}
        return {name: value for name, value in answer.items() if value is not None}

    return router
