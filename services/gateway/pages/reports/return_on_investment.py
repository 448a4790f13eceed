"""The report on what came of the money for a product or a team (R-07)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.gateway.pages.product.page import PRODUCT, ProductView
from services.gateway.pages.reports.report import Report, ReportPart
from services.gateway.pages.reports.sentences import figures, money
from services.gateway.pages.team.page import TEAM, TeamView

KIND, TITLE = "return-on-investment", "Return on investment"
_COSTS, _DECIDED, _USERS, _DELIVERED = "What it costs", "What was decided", "What users got for it", "What was delivered"
_JUDGED: Final = ReportPart(
    "What is to be judged",
    asks=(
        "Which of these results would not have come about without the money?",
        "Would the same amount be approved again, knowing this?",
        "What does the next year cost, and what should have changed by its end?",
    ),
)


def _asked(view: ProductView | TeamView) -> Iterable[str]:
    """How many investments the rest is about."""
    return () if view.investments.rows else ("So far nobody has proposed an investment.",)


RETURN_OF_PRODUCT: Final = Report(
    KIND,
    TITLE,
    PRODUCT,
    (
        ReportPart(_COSTS, ("money",), money),
        ReportPart(_DECIDED, ("investments",), _asked),
        ReportPart(_USERS, ("needs", "metrics", "readings"), figures),
        ReportPart(_DELIVERED, ("releases", "backlog-over-time"), lambda view: (view.improved,) if view.improved else ()),
        _JUDGED,
    ),
)
RETURN_OF_TEAM: Final = Report(
    KIND,
    TITLE,
    TEAM,
    (
        ReportPart(_COSTS, ("money",), money),
        ReportPart(_DECIDED, ("investments",), _asked),
        ReportPart(_USERS, ("backlog",), figures),
        ReportPart(_DELIVERED, ("roadmap", "improvements")),
        _JUDGED,
    ),
)
