"""What can be asked of the portfolio service."""

from libs.commands.catalog.portfolio import bid, graduation, investment, lifecycle, loan, organisation, product, program, team, webhook

__all__ = ["bid", "graduation", "investment", "lifecycle", "loan", "organisation", "product", "program", "team", "webhook"]
