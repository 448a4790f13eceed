"""The events of the portfolio service: organisations, programs, products, lifecycles, teams, money, loans, graduation, evaluations, webhooks."""

from libs.events.catalog.portfolio import (
    agreements,
    bid,
    evaluations,
    graduation,
    intake,
    investment,
    lifecycle,
    loan,
    organisation,
    override_approval,
    people,
    product,
    program,
    submission,
    team,
    webhook,
)

__all__ = [
    "agreements",
    "bid",
    "evaluations",
    "graduation",
    "intake",
    "investment",
    "lifecycle",
    "loan",
    "organisation",
    "override_approval",
    "people",
    "product",
    "program",
    "submission",
    "team",
    "webhook",
]
