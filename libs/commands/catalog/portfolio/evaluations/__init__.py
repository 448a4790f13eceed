"""Commands about evaluations, and about what is kept on record for them."""

from libs.commands.catalog.portfolio.evaluations import confidence, evaluation, record

__all__ = ["confidence", "evaluation", "record"]
