"""The decisions of the portfolio service, one file per aggregate: pure functions from a command and its case to events."""

import libs.commands.catalog.portfolio  # noqa: F401  (declares them)
from libs.commands.command import of_service
from libs.commands.decision import Decisions

decisions = Decisions(of_service("portfolio"))

from services.portfolio.domain import (  # noqa: E402
    bid,
    confidence,
    evaluation,
    graduation,
    intake,
    investment,
    lifecycle,
    loan,
    organisation,
    person,
    product,
    record,
    reorganisation,
    spending,
    team,
    webhook,
)

__all__ = [
    "bid",
    "confidence",
    "decisions",
    "evaluation",
    "graduation",
    "intake",
    "investment",
    "lifecycle",
    "loan",
    "organisation",
    "person",
    "product",
    "record",
    "reorganisation",
    "spending",
    "team",
    "webhook",
]
