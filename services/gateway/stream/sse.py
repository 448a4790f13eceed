"""Encodes server-sent events, for every address of the gateway that streams them."""

from __future__ import annotations

from typing import Final

from fastapi.sse import EventSourceResponse, format_sse_event

# FastAPI's encoder alone is used: what its routes stream ends with neither the token nor the process, and an address of theirs answers in no other media type.

SSE: Final = EventSourceResponse.media_type
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
OPENING: Final = format_sse_event(comment="Headway")
STILL_HERE: Final = format_sse_event(comment="still here")


def encoded(data: bytes, *, event: str | None = None, id: str | None = None) -> bytes:
    """One event as it is sent. `event` and `id` are of one line each."""
    return format_sse_event(data_str=data.decode(), event=event, id=id)
