"""How a product is looked at again: evaluations with their questions, and what is kept on record for them."""

from libs.events.catalog.portfolio.evaluations import confidence, evaluation, record

__all__ = ["confidence", "evaluation", "record"]
