"""What the portfolio service says: organisations, programs, products, lifecycles, teams, money, loans, graduation, webhooks."""

from libs.events.catalog.portfolio import bid, graduation, investment, lifecycle, loan, organisation, product, program, team, webhook

__all__ = ["bid", "graduation", "investment", "lifecycle", "loan", "organisation", "product", "program", "team", "webhook"]
