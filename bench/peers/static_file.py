"""A file of bytes sent by uvicorn and a bare ASGI app: `python -m bench.peers.static_file PORT FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from starlette.types import Receive, Scope, Send


class StaticFile:
    """Sends the same bytes, whatever is asked."""

    def __init__(self, content: bytes) -> None:
        self._start = {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", str(len(content)).encode())],
        }
        self._body = {"type": "http.response.body", "body": content}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reads the request to its end, and answers."""
        while (await receive()).get("more_body"):
            pass
        await send(self._start)
        await send(self._body)


if __name__ == "__main__":
    uvicorn.run(StaticFile(Path(sys.argv[2]).read_bytes()), port=int(sys.argv[1]), lifespan="off", log_level="error", access_log=False)
