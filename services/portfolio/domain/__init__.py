"""What the portfolio service decides, one file per aggregate: pure functions from a command and its case to events."""

from libs.commands.deciding import Decisions

decisions = Decisions()

from services.portfolio.domain import bid, graduation, investment, lifecycle, loan, organisation, product, program, spending, team, webhook  # noqa: E402

__all__ = ["bid", "decisions", "graduation", "investment", "lifecycle", "loan", "organisation", "product", "program", "spending", "team", "webhook"]
