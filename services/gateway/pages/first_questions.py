"""Runs what will be asked first, the executive's query and the first pages of a working day, so that what they rest on is computed."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any, Final

from strawberry.types.graphql import OperationType

from libs.rules.money.fiscal_years import year_start_of
from libs.rules.roles import Principal, Role
from services.gateway import documents
from services.gateway.capacity.kept_answers import QueryAnswer
from services.gateway.capacity.slices import GAP
from services.gateway.gateway import Gateway
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.budget import PAGE
from services.gateway.graphql.cost.limits import prepared
from services.gateway.graphql.execution import answered
from services.gateway.graphql.schema import schema
from services.gateway.pages.home.page import HOME
from services.gateway.pages.kit.as_of import Moment
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.rendering import environment
from services.gateway.pages.routes import Pages

NOBODY: Final = Principal("headway", frozenset({Role("executive")}))
"""Reads all that is derived: that lies below rights, and whoever asks later sees what theirs let them see."""
TEAMS_AT_ONCE: Final = 100
MOST_TEAMS: Final = 2_000
"""So many teams are derived beforehand; of more, what they rest on would push out what was derived first."""
OPENED_FIRST: Final = (HOME,)
"""What the other pages rest on is derived by these and by the executive's question."""


class FirstQuestions:
    """Asks them."""

    def __init__(self, gateway: Gateway, pages: Pages) -> None:
        self._gateway, self._process, self._pages = gateway, gateway.process, pages

    async def __call__(self, day: date) -> None:
        """All of them, as of a day; between two pieces others have their turn."""
        await self._read()
        await self._executive(day)
        for page in OPENED_FIRST:
            begins = self._process.world.facts(day, None).derive(year_start_of, "portfolio", None)
            await self._pages.made("", Visit(page, Moment(day), NOBODY, world=self._process.world.digest, year_begins=begins))

    async def _read(self) -> None:
        """Documents and templates, each read once for all. What a kind's declaration prints is read when it is opened: there are many, and each is short."""
        for text in (documents.EXECUTIVE, documents.PRODUCT, *(page.document for page in self._pages.pages if not page.shown_by)):
            prepared(schema()._schema, text)
            await asyncio.sleep(GAP)
        for template in dict.fromkeys(page.template for page in self._pages.pages):
            environment().get_template(template)
            await asyncio.sleep(GAP)

    async def _executive(self, day: date) -> None:
        after: str | None = None
        for _ in range(0, MOST_TEAMS, TEAMS_AT_ONCE):
            asking = OperationContext(self._gateway, NOBODY, day=day, most=PAGE)
            variables: dict[str, Any] = {"first": TEAMS_AT_ONCE, "after": after}
            answer = await answered(GraphQLRequest(documents.EXECUTIVE, None, variables), asking, {OperationType.QUERY})
            if not isinstance(answer, QueryAnswer):
                return
            page = answer.decoded()["portfolio"]["teams"]["pageInfo"]
            if not page["hasNextPage"]:
                return
            after = page["endCursor"]
