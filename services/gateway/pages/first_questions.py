"""The questions that are asked first: the executive's, and the pages that a working day begins with; asked by nobody, so that what they rest on is there."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any, Final

from strawberry.types.graphql import OperationType

from libs.rules.fiscal_years import year_start_of
from libs.rules.roles import Principal, Role
from libs.service.process import Process
from services.gateway import documents
from services.gateway.asked import Asked
from services.gateway.asking import Asking
from services.gateway.budget import PAGE
from services.gateway.executing import Ended, execute
from services.gateway.forwarding import Forwarding
from services.gateway.limits import prepared
from services.gateway.pages.home import HOME
from services.gateway.pages.moment import Moment
from services.gateway.pages.page import Visit
from services.gateway.pages.rendering import environment
from services.gateway.pages.routes import Pages
from services.gateway.schema import schema
from services.gateway.slices import GAP

NOBODY: Final = Principal("headway", frozenset({Role("executive")}))
"""Reads all that is derived: that lies below rights, and whoever asks later sees what theirs let them see."""
TEAMS_AT_ONCE: Final = 100
MOST_TEAMS: Final = 2_000
"""So many teams are derived beforehand; of more, what they rest on would push out what was derived first."""
OPENED_FIRST: Final = (HOME,)
"""What the other pages rest on is derived by these and by the executive's question."""


class FirstQuestions:
    """Asks them."""

    def __init__(self, process: Process, forwarding: Forwarding, pages: Pages) -> None:
        self._process, self._forwarding, self._pages = process, forwarding, pages

    async def __call__(self, day: date) -> None:
        """All of them, as of a day; between two pieces others have their turn."""
        await self._read()
        await self._executive(day)
        for page in OPENED_FIRST:
            begins = self._process.world.facts(day, None).derive(year_start_of, "portfolio", None)
            await self._pages.made("", Visit(page, Moment(day), NOBODY, world=self._process.world.digest, year_begins=begins))

    async def _read(self) -> None:
        """Documents and templates, each read once for all. What a kind's declaration prints is read when it is opened: there are many, and each is short."""
        for text in (documents.EXECUTIVE, documents.PRODUCT, *(page.document for page in self._pages.pages if page.asks is None)):
            prepared(schema()._schema, text)
            await asyncio.sleep(GAP)
        for page in self._pages.pages:
            environment().get_template(page.template)
            await asyncio.sleep(GAP)

    async def _executive(self, day: date) -> None:
        after: str | None = None
        for _ in range(0, MOST_TEAMS, TEAMS_AT_ONCE):
            asking = Asking(self._process, self._forwarding, NOBODY, day=day, most=PAGE)
            variables: dict[str, Any] = {"first": TEAMS_AT_ONCE, "after": after}
            result = await execute(Asked(documents.EXECUTIVE, None, variables), asking, {OperationType.QUERY})
            if isinstance(result, Ended) or result.data is None:
                return
            page = result.data["portfolio"]["teams"]["pageInfo"]
            if not page["hasNextPage"]:
                return
            after = page["endCursor"]
