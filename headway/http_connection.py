"""Limits uvicorn's HTTP connections before a request is parsed: the size of its head, and the seconds for head, body and response."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Final, cast

import httptools
import orjson
import uvicorn
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from headway.connections import Connections, neighbourhood
from headway.response_cycle import ResponseCycle
from libs.service.pieces import PIECES
from libs.service.problems import MEDIA_TYPE

HEAD_BYTES: Final = 64 * 1024
"""Of the request line and all fields, those behind a body (trailers) included."""
HEAD_LOOKS: Final = 10
"""For a head, from the opening of the connection or from its first byte. A look is a second in which the loop was free: one that was busy reads nothing."""
PIECE_LOOKS: Final = 10
"""For the next piece of a body, and for what is still to come of it once it was answered."""
BODY_LOOKS: Final = 600
"""For a whole body."""
TAKE_LOOKS: Final = 60
"""For taking something of the answer."""
LINGER_LOOKS: Final = 3
"""For reading why it was refused."""
PROBES: Final = (b"/health/live", b"/health/ready")


class Config(uvicorn.Config):
    """What a server is made with, and the connections that it holds."""

    connections: Connections


class SocketConnection(WebSocketsSansIOProtocol):
    """A WebSocket, which counts for the connection that it began as."""

    began_as: HttpConnection | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.began_as is not None:
            self.began_as.leave()


class HttpConnection(HttpToolsProtocol):
    """One connection. `look` is called once a second."""

    config: Config

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address, self.spare = "", False
        self._held = self._refused = False
        self._in_head, self._in_body = True, False
        self._head_read = self._head_said = 0
        self._waited = self._body_looks = 0
        self._unsent = self._untaken = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = neighbourhood(self.client[0]) if self.client else ""
        self._held = True
        self.config.connections.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.leave()

    def give_way(self) -> None:
        """Ends at once: somebody else needs the place, which is given up already."""
        self._held = False
        self.transport.abort()

    def leave(self) -> None:
        """Gives up its place."""
        if self._held:
            self._held = False
            self.config.connections.leave(self)

    def look(self) -> None:
        """Ends the connection where what is awaited on it does not come forward."""
        unsent = self.transport.get_write_buffer_size()
        self._untaken = self._untaken + 1 if unsent and unsent >= self._unsent else 0
        self._unsent = unsent
        if self._untaken >= TAKE_LOOKS:
            self.transport.abort()
        elif self._refused:
            self._waited += 1
            if self._waited >= LINGER_LOOKS:
                self.transport.abort()
        elif self.transport.is_closing():
            return
        elif self._in_head:
            self._waited += 1
            if self._waited >= HEAD_LOOKS:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"The head of the request was not complete within {HEAD_LOOKS} seconds.", said=self._head_read > 0)
        elif self._in_body and not self.flow.read_paused and not self.cycle.waiting_for_100_continue:
            self._waited += 1
            self._body_looks += 1
            if self._waited >= PIECE_LOOKS or self._body_looks >= BODY_LOOKS:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"The body of the request has stopped coming for {PIECE_LOOKS} seconds, or takes too long.")

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if not self._in_head and not self._in_body and self._answered():  # the first of a new request
            self._in_head, self._head_read, self._waited = True, 0, 0
        elif self._in_body and not self._answered():
            self._waited = 0
        before = self._in_head
        super().data_received(data)
        if before and self._in_head:
            self._head_read += len(data)
            if self._head_read > HEAD_BYTES and not self._refused:
                self._refuse_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {PIECES: {}}
        self._head_said = 0
        if not self._in_head:  # another behind one that is still answered
            self._in_head, self._head_read, self._waited = True, 0, 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._count(len(name) + len(value) + 4)

    def on_headers_complete(self) -> None:
        self._in_head, self._in_body, self._waited, self._body_looks = False, True, 0, 0
        self.config.connections.works(self)
        if self.spare and not self.url.partition(b"?")[0].endswith(PROBES):
            self.app = cast("Any", _NO_ROOM)
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            self.cycle.__class__ = ResponseCycle  # which uvicorn makes by name
            self.cycle.keep_alive = self.cycle.keep_alive and not self.spare

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_body = False
        self._rest()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._waited = 0
        self._rest()

    def handle_websocket_upgrade(self) -> None:
        if self.spare:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, _FULL)
            return
        self.config.connections.works(self)
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if isinstance(protocol, SocketConnection):
            protocol.began_as = self

    def send_400_response(self, msg: str) -> None:
        """What uvicorn says to what it cannot read; nothing where an answer is under way, in whose middle it would stand."""
        if self._head_said > HEAD_BYTES:
            self._refuse_head()
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _answering(self) -> RequestResponseCycle | None:
        """The request that is being answered, where one is."""
        cycle: RequestResponseCycle | None = self.cycle  # None before the first
        return None if cycle is None or cycle.response_complete else cycle

    def _answered(self) -> bool:
        return self._answering() is None

    def _rest(self) -> None:
        """Whoever was answered in full, and has said all, waits for the next request."""
        if not self._in_head and not self._in_body and self._answered() and self._held and not self._refused and not self.transport.is_closing():
            self.config.connections.waits(self)

    def _count(self, size: int) -> None:
        self._head_said += size
        if self._head_said > HEAD_BYTES:
            raise httptools.HttpParserError("the head is too large")  # comes back as uvicorn's answer to what cannot be read

    def _refuse_head(self) -> None:
        self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"The head of the request is larger than {HEAD_BYTES} bytes.")

    def _refuse(self, status: HTTPStatus, detail: str, *, said: bool = True) -> None:
        """Says why, unless an answer is under way, and ends the connection once whoever called has had time to read it: what is closed on data is reset."""
        self._refused, self._waited = True, 0
        answering = self._answering()
        if answering is not None:
            answering.disconnected = True
            answering.message_event.set()
        if not said or (answering.response_started if answering is not None else self._in_body):
            self.transport.close()
            return
        body = _problem(status, detail)
        line = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(line.encode() + body)
        self.transport.write_eof()
        if self._held:
            self.config.connections.waits(self)


def _problem(status: HTTPStatus, detail: str) -> bytes:
    return orjson.dumps({"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail})


_FULL: Final = "As many connections are open as may be: try again shortly."
_NO_ROOM: Final = Response(_problem(HTTPStatus.SERVICE_UNAVAILABLE, _FULL), 503, {"Retry-After": "5", "Connection": "close"}, MEDIA_TYPE)
