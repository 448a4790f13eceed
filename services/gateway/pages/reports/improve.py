"""The report on how a product is improved, under the five headings of its phase (S0-27)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.gateway.pages.product.page import PRODUCT, ProductView
from services.gateway.pages.reports.report import Report, ReportPart
from services.gateway.pages.reports.sentences import figures


def _governance(view: ProductView) -> Iterable[str]:
    """Who decides what comes next."""
    return (f"The order of its backlog is {view.owner}’s to say." if view.owner else "Nobody is named who says the order of its backlog.",)


def _end(view: ProductView) -> Iterable[str]:
    """Why there is a list, though nothing ends."""
    return ("Improve ends by decommissioning alone, so what its end would ask for comes round each quarter instead.",)


IMPROVE: Final = Report(
    "improve",
    "Improve",
    PRODUCT,
    (
        ReportPart("Team and skills", ("teams", "people")),
        ReportPart("Governance", ("releases", "change-requests", "investments"), _governance),
        ReportPart("Tools", ("roadmap", "open-items")),
        ReportPart("Outcomes", ("needs", "metrics", "improvements"), figures),
        ReportPart("End of phase", ("phases", "checklist", "duties"), _end),
    ),
)
