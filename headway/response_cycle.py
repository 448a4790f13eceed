"""Writes an answer to a connection as uvicorn does, with less work where there is less to look for: a head of known fields, a body in pieces."""

from __future__ import annotations

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_KNOWN: Final = frozenset(
    {
        b"cache-control",
        b"content-encoding",
        b"content-length",
        b"content-security-policy",
        b"content-type",
        b"date",
        b"etag",
        b"ratelimit",
        b"ratelimit-policy",
        b"referrer-policy",
        b"vary",
        b"x-content-type-options",
        b"x-headway-world",
        b"x-request-id",
    }
)
"""Names of fields that say nothing about the connection, and need not be looked at."""
_CONTROL: Final = bytes([*range(9), *range(10, 32), 127])
"""What no value of a field may hold."""


class ResponseCycle(RequestResponseCycle):
    """A request that is being answered; the body of the answer may come in pieces (`libs.service.pieces`)."""

    async def send(self, message: Any) -> None:
        """One message of the answer."""
        pieces = message.get("pieces")
        head = self._head(message) if pieces is None and not self.response_started and message["type"] == "http.response.start" else None
        if pieces is None and head is None:
            return await super().send(message)
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if head is not None:
            self.response_started, self.waiting_for_100_continue = True, False
            self.transport.write(head)
            return
        self.transport.writelines(pieces)
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()

    def _head(self, message: Any) -> bytes | None:
        """The head of an answer of known fields, its length among them; None where it has to be looked at more closely."""
        fields = [*self.default_headers, *message.get("headers", ())]
        named = dict(fields)
        length = named.get(b"content-length", b"")
        if not _KNOWN.issuperset(named) or len(named) < len(fields) or not length.isdigit() or not self.keep_alive or self.access_log:
            return None
        values = b"".join(named.values())
        if len(values.translate(None, _CONTROL)) < len(values):
            return None
        self.expected_content_length, self.chunked_encoding = int(length), False
        return b"".join([STATUS_LINE[message["status"]], *[b"%b: %b\r\n" % field for field in fields], b"\r\n"])
