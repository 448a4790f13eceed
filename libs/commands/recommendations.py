"""What a change of any service asks of the recommendation that it would carry out."""

from __future__ import annotations

from typing import Any

from libs.commands.decision import Case
from libs.rules.products.recommendations import declined


def demand_not_declined(case: Case[Any], recommendation: str | None) -> None:
    """Refuses (S1-12) to carry out what the product owner has declined; None is no recommendation at all."""
    against = declined(case.facts, recommendation)
    if against is not None:
        case.demand("S1-12", False, against, field="recommendation")
