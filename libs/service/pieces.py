"""A response whose body is sent in pieces as they are: to join those of a large answer takes as long as to send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PIECES: Final = "headway.pieces"
"""Names the extension of ASGI by which a last message says a whole body as `pieces`, which are written at once; else each waits until that before is taken."""


class PiecedResponse(Response):
    """A body of several pieces, at least one, of a length that is known."""

    def __init__(self, pieces: Sequence[bytes], status: int, headers: Mapping[str, str], media_type: str) -> None:
        self.pieces, self.status_code, self.background = pieces, status, None
        length = (b"content-length", b"%d" % sum(map(len, pieces)))
        fields = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        self.raw_headers = [*fields, length, (b"content-type", media_type.encode("latin-1"))]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the head, and the pieces at once or one after the other."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if PIECES in scope.get("extensions", ()):
            await send({"type": "http.response.body", "pieces": self.pieces})
            return
        for piece in self.pieces[:-1]:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": self.pieces[-1]})
