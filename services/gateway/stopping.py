"""Whether the process is about to stop: long answers end then, so that nobody waits for them."""

from __future__ import annotations

import asyncio
from typing import cast

from fastapi import FastAPI


def stopping_of(app: FastAPI) -> asyncio.Event:
    """The app's `state.stopping`, set by whoever serves it as soon as it is told to stop; made where it is not there yet."""
    if not hasattr(app.state, "stopping"):
        app.state.stopping = asyncio.Event()
    return cast("asyncio.Event", app.state.stopping)
