"""Lets a read wait until the world holds what its caller has just written."""

from __future__ import annotations

from typing import Final

from libs.commands.errors import NotHeardYet
from libs.commands.routes import positions
from libs.service.host.process import Process

SECONDS: Final = 2.0
"""How long a read waits for what it says must have been heard first."""


async def must_have_heard(process: Process, after: str | None) -> None:
    """Waits until the world holds what a request's X-Headway-After names. Raises Invalid, and NotHeardYet after two seconds."""
    wanted = positions(after)
    missing = await process.world.heard(wanted, SECONDS) if wanted else []
    if missing:
        raise NotHeardYet(f"not heard within {SECONDS:g} seconds: {', '.join(missing[:5])}", field="X-Headway-After", remedy="Ask again.")
