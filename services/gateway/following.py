"""The WebSocket at `/graphql`: who may open it, and from where."""

from __future__ import annotations

from typing import Final

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry.http.websocket_origin import is_same_origin

from libs.service.app import TWO_TOKENS
from libs.service.problems import response
from libs.service.process import Process
from services.gateway.forwarding import Forwarding
from services.gateway.protocol import Conversation
from services.gateway.staying import open_of

DENIAL: Final = "websocket.http.response"
"""The extension of ASGI by which a handshake is answered otherwise than with 403."""


def socket_route(process: Process, forwarding: Forwarding) -> BaseRoute:
    """The WebSocket at `/graphql`. A page of another origin is refused in the handshake (403): a browser would send it what belongs to ours.

    So are two `Authorization` headers (400).
    """
    open = open_of(process.app)

    async def speak(socket: WebSocket) -> None:
        if len(socket.headers.getlist("authorization")) > 1:
            await (socket.send_denial_response(response(TWO_TOKENS)) if DENIAL in socket.scope.get("extensions", {}) else socket.close())
            return
        origin = socket.headers.get("origin")
        if origin is not None and not is_same_origin(origin, socket.headers.get("host")):
            await socket.close()
            return
        await Conversation(socket, process, forwarding, open).hold()

    return WebSocketRoute("/graphql", speak)
