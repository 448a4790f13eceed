"""What can be asked of the portfolio service."""

from __future__ import annotations

from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.graduation import GRADUATION
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE
from libs.events.catalog.portfolio.loan import LOAN
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.portfolio.webhook import WEBHOOK
from libs.service.reads import View

VIEWS = (
    View(ORGANISATION),
    View(LIFECYCLE),
    View(PROGRAM, ("home",)),
    View(PRODUCT, ("home", "program")),
    View(TEAM, ("home", "products")),
    View(LOAN, ("team", "lender", "borrower")),
    View(INVESTMENT, ("team", "product")),
    View(BID, ("investment",)),
    View(GRADUATION),
    View(WEBHOOK),
)
