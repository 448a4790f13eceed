"""The pages there are, in the order of the navigation."""

from __future__ import annotations

from typing import Final

import services.gateway.types.catalog  # noqa: F401  (the kinds are known by importing their types)
from services.gateway.pages.changes import CHANGES
from services.gateway.pages.explanation import EXPLANATION
from services.gateway.pages.graduation import GRADUATION
from services.gateway.pages.home import HOME
from services.gateway.pages.investment import INVESTMENT
from services.gateway.pages.kind_list import page_of_all
from services.gateway.pages.kind_page import page_of_one
from services.gateway.pages.lists import PRODUCTS, TEAMS
from services.gateway.pages.pack import PACK
from services.gateway.pages.page import Page
from services.gateway.pages.product import PRODUCT
from services.gateway.pages.roadmap import ROADMAP
from services.gateway.pages.search import SEARCH
from services.gateway.pages.team import TEAM
from services.gateway.types.kinds import BY_KIND

KIND_PAGES: Final = tuple(make(kind) for kind in sorted(BY_KIND) if kind not in ("team", "product") for make in (page_of_all, page_of_one))
"""The pages that are made from the declarations of kinds: of all that have none made by hand."""

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
