"""The WebSocket route at `/graphql`, and which origins may open it."""

from __future__ import annotations

from typing import Final

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry.http.websocket_origin import is_same_origin

from libs.service.app import TWO_TOKENS
from libs.service.problems import response
from services.gateway.gateway import Gateway
from services.gateway.graphql.transport.websocket_protocol import Conversation

DENIAL: Final = "websocket.http.response"
"""The extension of ASGI by which a handshake is answered otherwise than with 403."""


def socket_route(gateway: Gateway) -> BaseRoute:
    """The WebSocket at `/graphql`. A page of another origin is refused in the handshake (403): a browser would send it what belongs to ours.

    So are two `Authorization` headers (400).
    """

    async def speak(socket: WebSocket) -> None:
        if len(socket.headers.getlist("authorization")) > 1:
            await (socket.send_denial_response(response(TWO_TOKENS)) if DENIAL in socket.scope.get("extensions", {}) else socket.close())
            return
        origin = socket.headers.get("origin")
        if origin is not None and not is_same_origin(origin, socket.headers.get("host")):
            await socket.close()
            return
        await Conversation(socket, gateway).hold()

    return WebSocketRoute("/graphql", speak)
