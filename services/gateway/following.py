"""GraphQL over a WebSocket: `graphql-transport-ws` alone, a token before anything else, a bounded number of subscriptions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from fastapi.routing import APIWebSocketRoute
from starlette.routing import BaseRoute
from strawberry.exceptions import ConnectionRejectionError
from strawberry.fastapi import GraphQLRouter
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from libs.commands.errors import HeadwayError
from libs.rules.roles import Principal
from libs.service.process import Process
from services.gateway.asking import Asking
from services.gateway.forwarding import Forwarding
from services.gateway.schema import schema

INIT_SECONDS: Final = 5
MOST_SUBSCRIPTIONS: Final = 20
_NOBODY: Final = Principal("nobody")


class _Socket(GraphQLRouter[Asking, None]):
    """Strawberry's handler of the protocol, with sign-in at `connection_init`."""

    def __init__(self, process: Process, forwarding: Forwarding) -> None:
        self.process = process

        def context() -> Asking:
            return Asking(process, forwarding, _NOBODY)

        super().__init__(
            schema(),
            path="/graphql",
            graphql_ide=None,
            context_getter=context,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=MOST_SUBSCRIPTIONS,
        )

    async def on_ws_connect(self, context: Asking) -> Any:
        """Takes the token from `{"Authorization": "Bearer …"}`. Raises ConnectionRejectionError."""
        given = context.connection_params if isinstance(context.connection_params, dict) else {}
        header = next((v for k, v in given.items() if k.lower() == "authorization" and isinstance(v, str)), "")
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise ConnectionRejectionError
        try:
            principal = await self.process.verifier.verify(token.strip())
        except HeadwayError as e:
            raise ConnectionRejectionError from e
        context.signed_in(principal, header)
        return {"world": self.process.world.digest}


def socket_route(process: Process, forwarding: Forwarding) -> BaseRoute:
    """The WebSocket at `/graphql`; everything else that strawberry's router has is left out."""
    return next(route for route in _Socket(process, forwarding).routes if isinstance(route, APIWebSocketRoute))
