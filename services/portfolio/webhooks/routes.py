"""Routes for webhooks beside their commands: the attempts made, and a new secret."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from libs.commands.catalog.portfolio.webhook import ChangeWebhookSecret
from libs.commands.errors import NotAllowed, NotFound, Unreachable
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.events.catalog.portfolio.webhook import WEBHOOK, Webhook
from libs.events.values import ID_PATTERN
from libs.rules.authority import AUTHORITY, who_may
from libs.rules.roles import Principal
from libs.runtime.late_route import late_router
from libs.service.app import principal
from services.portfolio.endpoints import signature
from services.portfolio.webhooks.deliverer import Deliverer
from services.portfolio.webhooks.deliveries import KEPT, DeliveriesUnavailable

TOPIC = "webhooks"
MOST = 100

WebhookPath = Annotated[str, Path(pattern=ID_PATTERN, description="The webhook's id.")]


class Made(BaseModel):
    """A secret that was made here, shown this once, and the event that says so."""

    secret: str = Field(description="`whsec_…`: what signs from now on. It is not shown again.")
    position: str = Field(description="`kind:id@sequence`, for `X-Headway-After`.")


def webhook_routes(handling: Handling, deliverer: Deliverer) -> APIRouter:
    """`GET /v1/webhooks/{webhook}/attempts` and `POST /v1/webhooks/{webhook}/secret`."""
    router = late_router(prefix="/v1/webhooks", tags=[WEBHOOK.plural])

    async def attempts(
        webhook: WebhookPath,
        first: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = 50,
        after: Annotated[int | None, Query(ge=1, description="`next` of the page before.")] = None,
        who: Principal = Depends(principal),
    ) -> Response:
        if not any(role.name == "importer" or TOPIC in AUTHORITY.get(role.name, ()) for role in who.roles):
            raise NotAllowed(f"attempts are shown to {who_may(TOPIC)}", remedy=f"Ask whoever is {who_may(TOPIC)}.")
        found: Webhook | None = await handling.see(lambda facts: facts.get(WEBHOOK, webhook))
        if found is None:
            raise NotFound(f"there is no webhook {webhook!r}", field="webhook")
        try:
            deliveries = await deliverer.opened()
            made = await deliveries.attempts(webhook, after, first + 1)
            waiting = (await deliveries.load(webhook) or (None, {}))[1]
        except DeliveriesUnavailable as e:
            raise Unreachable(f"what is remembered of deliveries cannot be read: {e}", remedy="Ask again in a moment.") from e
        body: dict[str, Any] = {
            "attempts": [asdict(one) for one in made[:first]],
            "next": made[first - 1].number if len(made) > first else None,
            "waiting": len(waiting),
        }
        return Response(orjson.dumps(body), media_type="application/json")

    async def make_secret(
        webhook: WebhookPath,
        overlap_hours: Annotated[int, Query(ge=0, le=168, description="How long the former one signs as well, in hours.")] = 24,
        traceparent: Annotated[str | None, Header(include_in_schema=False)] = None,
        who: Principal = Depends(principal),
    ) -> Response:
        secret = signature.made()
        command = ChangeWebhookSecret(webhook=webhook, secret=secret, overlap_hours=overlap_hours)
        answer = await handling.answer(Ask(command, who, traceparent=traceparent))
        return Response(Made(secret=secret, position=answer.position).model_dump_json(), 201, {"Cache-Control": "no-store"}, "application/json")

    router.get(
        "/{webhook}/attempts",
        summary="The attempts to deliver a webhook's events",
        description=f"The newest first, of the last {KEPT}: the event, when, how often it was tried, the outcome (delivered, failed, given_up, gone), the "
        "receiver's status or the reason, and when it is tried again. `waiting` is how many aggregates have an event that is not delivered.",
    )(attempts)
    router.post(
        "/{webhook}/secret",
        status_code=201,
        response_model=Made,
        summary="Make a secret for a webhook",
        description="Says `portfolio.change_webhook_secret` with a secret of our making, and shows it this once.",
    )(make_secret)
    return router
