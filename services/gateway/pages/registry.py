"""The list of all pages, in the order of the navigation."""

from __future__ import annotations

from typing import Final

import services.gateway.graphql.types.catalog  # noqa: F401  (the kinds are known by importing their types)
from services.gateway.graphql.types.kinds.types import BY_KIND
from services.gateway.pages.changes.page import CHANGES
from services.gateway.pages.directory.page import PRACTICES, PRODUCTS, TEAMS
from services.gateway.pages.evaluation.page import EVALUATION
from services.gateway.pages.explanation.page import EXPLANATION
from services.gateway.pages.graduation.page import GRADUATION
from services.gateway.pages.home.page import HOME
from services.gateway.pages.improvement.page import IMPROVEMENT
from services.gateway.pages.initiative.page import INITIATIVE
from services.gateway.pages.intake.page import INTAKE
from services.gateway.pages.investment.page import INVESTMENT
from services.gateway.pages.kinds.list import page_of_all
from services.gateway.pages.kinds.thing import page_of_one
from services.gateway.pages.kit.page import Page
from services.gateway.pages.pack.page import PACK
from services.gateway.pages.product.page import PRODUCT
from services.gateway.pages.reports.brief import OF_ORGANISATION, OF_PRODUCT, OF_TEAM
from services.gateway.pages.reports.graduation import AGENDA, BLOG, PROFILE, SURVEY
from services.gateway.pages.reports.improve import IMPROVE
from services.gateway.pages.reports.report import Report, pages_of
from services.gateway.pages.reports.return_on_investment import RETURN_OF_PRODUCT, RETURN_OF_TEAM
from services.gateway.pages.reports.team_health import TEAM_HEALTH
from services.gateway.pages.roadmap.page import ROADMAP
from services.gateway.pages.search.page import SEARCH
from services.gateway.pages.team.page import TEAM

_WITH_MORE: Final = {"evaluation": EVALUATION, "initiative": INITIATIVE}
KIND_PAGES: Final = tuple(
    made for kind in sorted(BY_KIND) if kind not in ("team", "product") for made in (page_of_all(kind), _WITH_MORE.get(kind) or page_of_one(kind))
)
"""The pages that are made from the declarations of kinds: of all that have none made by hand."""

REPORTS: Final[tuple[Report, ...]] = (
    *(IMPROVE, RETURN_OF_PRODUCT, RETURN_OF_TEAM, TEAM_HEALTH),
    *(AGENDA, BLOG, PROFILE, SURVEY),
    *(OF_ORGANISATION, OF_PRODUCT, OF_TEAM),
)
"""The kinds of reports, and of those on things of several kinds the one that a plain id means first (S0-27, S4-19, R-07, R-08)."""

REPORT_PAGES: Final = pages_of(REPORTS)
"""Their pages, which are made from the declarations of reports."""

PAGES: Final[tuple[Page, ...]] = (
    HOME,
    ROADMAP,
    INVESTMENT,
    EXPLANATION,
    GRADUATION,
    IMPROVEMENT,
    INTAKE,
    CHANGES,
    TEAMS,
    PRODUCTS,
    TEAM,
    PRODUCT,
    PRACTICES,
    PACK,
    SEARCH,
)
