"""The pages there are, in the order of the navigation."""

from __future__ import annotations

from typing import Final

from services.gateway.pages.changes import CHANGES
from services.gateway.pages.explanation import EXPLANATION
from services.gateway.pages.graduation import GRADUATION
from services.gateway.pages.home import HOME
from services.gateway.pages.investment import INVESTMENT
from services.gateway.pages.lists import PRODUCTS, TEAMS
from services.gateway.pages.pack import PACK
from services.gateway.pages.page import Page
from services.gateway.pages.product import PRODUCT
from services.gateway.pages.roadmap import ROADMAP
from services.gateway.pages.search import SEARCH
from services.gateway.pages.team import TEAM

PAGES: Final[tuple[Page, ...]] = (
    HOME,
    ROADMAP,
    INVESTMENT,
    EXPLANATION,
    GRADUATION,
    CHANGES,
    TEAMS,
    PRODUCTS,
    TEAM,
    PRODUCT,
    PACK,
    SEARCH,
)
