"""What the portfolio service decides, one file per aggregate: pure functions from a command and its case to events."""

import libs.commands.catalog.portfolio  # noqa: F401  (declares them)
from libs.commands.command import of_service
from libs.commands.deciding import Decisions

decisions = Decisions(of_service("portfolio"))

from services.portfolio.domain import bid, graduation, investment, lifecycle, loan, organisation, product, spending, team, webhook  # noqa: E402

__all__ = ["bid", "decisions", "graduation", "investment", "lifecycle", "loan", "organisation", "product", "spending", "team", "webhook"]
