"""The address that senders of webhooks are given."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from libs.commands.handling import Handling
from libs.events.store import CommitStore
from libs.service.app import public
from libs.service.telemetry import Telemetry
from services.backlog.webhooks.receiving import Receiver


def webhook_routes(handling: Handling, store: CommitStore, telemetry: Telemetry | None = None) -> APIRouter:
    """`POST /v1/webhooks/{source}`: 202 for what was stored, also before; 401, 404, 400 or 422 as typed errors. No token: a delivery bears its signature."""
    router, receiver = APIRouter(tags=["webhooks"]), Receiver(handling, store)
    if telemetry is not None:
        telemetry.counts(
            "headway_webhook_deliveries_ignored", "Deliveries of a source that said nothing of an item.", "source", lambda: receiver.ignored.counts
        )

    @router.post("/v1/webhooks/{source}", status_code=202, summary="Take a delivery of a connected source")
    @public
    async def receive(source: Annotated[str, Path(description="The source, as it was connected.")], request: Request) -> dict[str, Any]:
        """The raw body is signed by the sender. Answers which item it speaks of, or why it speaks of none; a delivery that came before is `known`."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        await receiver.expected(source, headers)
        receipt = await receiver.receive(source, headers, await request.body())
        answer = {"delivery": receipt.delivery, "known": receipt.known, "item": receipt.item, "reason": receipt.reason}
        return {name: value for name, value in answer.items() if value is not None}

    return router
