"""A response whose body is sent in pieces as they are: to join those of a large answer takes as long as to send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class PiecedResponse(Response):
    """A body of several pieces, at least one, of a length that is known."""

    def __init__(self, pieces: Sequence[bytes], status: int, headers: Mapping[str, str], media_type: str) -> None:
        self.pieces = pieces
        super().__init__(None, status, {**headers, "Content-Length": str(sum(map(len, pieces)))}, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the head, and one piece after the other."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for piece in self.pieces[:-1]:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": self.pieces[-1]})
