"""Speaks `graphql-transport-ws` on one WebSocket: its messages and close codes to the letter, and a clean end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import ExitStack, aclosing
from typing import Any, Final

from fastapi import HTTPException
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.types.execution import PreExecutionError

from libs.commands.errors import HeadwayError, NotAllowed, NotSignedIn, Unreachable
from libs.rules.roles import Principal
from libs.service.app import authenticate, with_role
from libs.service.identity.throttling import slowed
from libs.service.json_body import parse_json
from services.gateway.capacity.connections import authorization_of, until_sent_away
from services.gateway.gateway import Gateway
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.execution import stream
from services.gateway.graphql.extensions import as_json, result_of
from services.gateway.graphql.transport.request import Unreadable, asked

logger = logging.getLogger("headway.graphql")

PROTOCOL: Final = "graphql-transport-ws"
INIT_SECONDS: Final = 5.0
"""How long a socket may take to say who it is."""
CLOSE_SECONDS: Final = 1.0
"""How long the last word may take: whoever reads nothing must not keep the socket by that."""
IDLE_SECONDS: Final = 60.0
"""How long a socket may be silent on which nothing runs, at least; it is ended before twice as long. A `ping` every half minute keeps it."""
MOST_OPERATIONS: Final = 20
"""How many operations may run on one socket at once."""

BAD_REQUEST: Final = 4400
UNAUTHORIZED: Final = 4401
FORBIDDEN: Final = 4403
NOT_ACCEPTABLE: Final = 4406
INIT_TIMEOUT: Final = 4408
ALREADY_EXISTS: Final = 4409
TOO_MANY_INITS: Final = 4429
INTERNAL: Final = 4500
AWAY: Final = 1001
TRY_LATER: Final = 1013
"""Of the WebSocket's own codes; a client waits and connects again."""
_LONGEST_REASON: Final = 123
"""Bytes; a close frame holds no more."""


class Closed(Exception):
    """The socket is to be closed with this code, for this reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Conversation:
    """What is said on one socket, from `connection_init` to the end."""

    def __init__(self, socket: WebSocket, gateway: Gateway) -> None:
        self._socket, self._gateway, self._process, self._open = socket, gateway, gateway.process, gateway.open
        self._begun = asyncio.Event()
        self._signed_in: asyncio.Future[tuple[Principal, str]] = asyncio.get_running_loop().create_future()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._held = ExitStack()
        self._heard = False

    async def hold(self) -> None:
        """Speaks until one of the two sides ends it. However it ends, everything that it had begun has ended too when this returns."""
        spoken = PROTOCOL in self._socket.scope["subprotocols"]
        await self._socket.accept(subprotocol=PROTOCOL if spoken else None)
        if not spoken:
            await self._close(Closed(NOT_ACCEPTABLE, "Subprotocol not acceptable"))
            return
        sides = {asyncio.create_task(side()) for side in (self._listen, self._watch, self._doze)}
        closed: Closed | None = None
        try:
            done, _ = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Closed as e:
            closed = e
        except WebSocketDisconnect:
            pass
        except Exception as e:
            logger.exception("a socket broke: %s", type(e).__name__)
            closed = Closed(INTERNAL, "Internal server error")
        finally:
            begun = [*sides, *self._tasks]
            for task in begun:
                task.cancel()
            if closed is not None:
                await self._close(closed)
            await asyncio.gather(*begun, return_exceptions=True)
            self._held.close()

    async def _close(self, closed: Closed) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(closed.code, closed.reason.encode()[:_LONGEST_REASON].decode(errors="ignore"))
        except (RuntimeError, WebSocketDisconnect, TimeoutError):
            return  # the other side was quicker, or takes nothing in any more: its end comes without a word

    async def _watch(self) -> None:
        """Raises Closed where nobody signs in in time, and when whoever did may no longer listen."""
        try:
            async with asyncio.timeout(INIT_SECONDS):
                await self._begun.wait()
        except TimeoutError:
            raise Closed(INIT_TIMEOUT, "Connection initialisation timeout") from None
        raise Closed(FORBIDDEN, "Forbidden: " + await until_sent_away(self._process, *await self._signed_in))

    async def _doze(self) -> None:
        """Raises Closed where nothing runs and nothing is said for long."""
        while self._heard or self._running or not self._signed_in.done():
            self._heard = False
            await asyncio.sleep(IDLE_SECONDS)
        raise Closed(AWAY, f"Nothing was asked for {IDLE_SECONDS:g} seconds")

    async def _listen(self) -> None:
        """Takes message after message. Raises Closed for what the protocol does not allow."""
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            self._heard = True
            text = received.get("text")
            if text is None:
                raise Closed(BAD_REQUEST, "Invalid message received: it must be text")
            try:
                message = parse_json(text)
            except HeadwayError as e:
                raise Closed(BAD_REQUEST, f"Invalid message received: {e.detail}") from None
            await self._take(message if isinstance(message, dict) else {})

    async def _take(self, message: Mapping[str, Any]) -> None:
        match message.get("type"):
            case "connection_init":
                await self._init(_payload(message))
            case "ping":
                payload = _payload(message)
                await self._say({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})
            case "pong":
                _payload(message)
            case "subscribe":
                await self._subscribe(_id(message), _asked(message))
            case "complete":
                found = self._running.pop(_id(message), None)
                if found is not None:
                    found.cancel()
            case other:
                raise Closed(BAD_REQUEST, f"Invalid message received: {str(other)[:40]!r} is no type of message")

    async def _init(self, payload: Mapping[str, Any] | None) -> None:
        if self._begun.is_set():
            raise Closed(TOO_MANY_INITS, "Too many initialisation requests")
        self._begun.set()
        who, authorization = await self._who(payload or {})
        if who.expires is not None and self._process.adapters.clock() >= who.expires:
            raise Closed(FORBIDDEN, "Forbidden: The token has expired.")
        if not self._open.has_room(who):
            raise Closed(TRY_LATER, f"{self._open.most} connections of this caller are open already")
        self._held.enter_context(self._open.one(who))
        self._signed_in.set_result((who, authorization))
        await self._say({"type": "connection_ack", "payload": {"world": self._process.world.digest}})

    async def _who(self, payload: Mapping[str, Any]) -> tuple[Principal, str]:
        """Who speaks: by the payload's `Authorization`, else by what the handshake carried."""
        said = [value for name, value in payload.items() if name.lower() == "authorization"]
        if len(said) > 1:
            raise Closed(BAD_REQUEST, "Invalid message received: the payload has two Authorizations")
        given = said[0] if said else None
        try:
            if given is None:
                return await authenticate(self._socket), authorization_of(self._socket)
            scheme, _, token = given.partition(" ") if isinstance(given, str) else ("", "", "")
            if scheme.lower() != "bearer":
                raise Closed(FORBIDDEN, "Forbidden: send {'Authorization': 'Bearer TOKEN'} as the payload")
            async with slowed(self._socket, self._process.app.refusals):
                verified = await self._process.verifier.verify(token.strip())
            return with_role(verified), str(given)
        except (NotSignedIn, NotAllowed) as e:
            raise Closed(FORBIDDEN, f"Forbidden: {e.detail}") from None
        except Unreachable:
            raise Closed(TRY_LATER, "The issuer of the tokens does not answer") from None

    async def _subscribe(self, id: str, request: GraphQLRequest) -> None:
        if not self._signed_in.done():
            raise Closed(UNAUTHORIZED, "Unauthorized")
        if id in self._running:
            raise Closed(ALREADY_EXISTS, f"Subscriber for {id} already exists")
        if len(self._running) >= MOST_OPERATIONS:
            words = f"{MOST_OPERATIONS} operations run on this connection already: complete one first."
            await self._say({"id": id, "type": "error", "payload": [GraphQLError(words, extensions={"code": "SUBSCRIPTIONS"}).formatted]})
            return
        task = self._running[id] = asyncio.create_task(self._run(id, request))
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._over(id, ended))

    def _over(self, id: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._heard = True  # whoever waited for an answer begins to be silent now
        if self._running.get(id) is task:
            del self._running[id]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, WebSocketDisconnect):
            logger.error("a socket's operation broke: %s", type(error).__name__, exc_info=error)

    async def _run(self, id: str, request: GraphQLRequest) -> None:
        """Executes one operation and says what comes of it. Whatever goes wrong here ends this operation alone."""
        who, authorization = self._signed_in.result()
        asking = OperationContext(self._gateway, who, authorization=authorization)
        allowances = self._gateway.allowances
        last: dict[str, Any] = {"id": id, "type": "complete"}
        try:
            allowances.must_be_left(who)
        except HTTPException as e:
            await self._say({"id": id, "type": "error", "payload": [GraphQLError(e.detail, extensions={"code": "COST"}).formatted]})
            return
        async with aclosing(stream(request, asking, allowances)) as results:
            async for result in results:
                said = result_of(result)
                if isinstance(result, PreExecutionError):
                    last = {"id": id, "type": "error", "payload": said["errors"]}
                    break
                await self._say({"id": id, "type": "next", "payload": said})
        # Before the last word: whoever hears it may use the id again.
        self._running.pop(id, None)
        await self._say(last)

    async def _say(self, message: Mapping[str, Any]) -> None:
        await self._socket.send_text(as_json(message).decode())


def _payload(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The payload, where there is one. Raises Closed."""
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise Closed(BAD_REQUEST, f"Invalid message received: the payload of {message['type']} must be an object")
    return payload


def _id(message: Mapping[str, Any]) -> str:
    """The operation's id. Raises Closed."""
    id = message.get("id")
    if not isinstance(id, str) or not id:
        raise Closed(BAD_REQUEST, f"Invalid message received: {message['type']} needs an id")
    return id


def _asked(message: Mapping[str, Any]) -> GraphQLRequest:
    """What is asked for. Raises Closed."""
    try:
        return asked(_payload(message) or {})
    except Unreadable as e:
        raise Closed(BAD_REQUEST, f"Invalid message received: {e.detail}") from None
