"""The report on the health of a team, with the questions of its next check (R-07)."""

from __future__ import annotations

from typing import Final

from services.gateway.pages.reports.report import Report, ReportPart
from services.gateway.pages.reports.sentences import figures
from services.gateway.pages.team.page import TEAM

TEAM_HEALTH: Final = Report(
    "team-health",
    "Team health",
    TEAM,
    (
        ReportPart("At a glance", says=figures),
        ReportPart("Health over time", ("health-readings",)),
        ReportPart("Seats and people", ("people", "former-members")),
        ReportPart("Pace of improvement", ("improvements", "experiments"), lambda view: (view.pace,)),
        ReportPart("Who has seen it at work", ("specialists", "loans")),
        ReportPart("What is due", ("duties",)),
        ReportPart(
            "The next check",
            asks=(
                "Does everybody know what the team is to bring about, and for whom?",
                "Can the team decide and release without waiting for others? Where does it wait?",
                "Who carries too much, and which skill would be missed if one person left?",
                "Do people say early when something goes wrong? What was said last?",
                "How healthy is the product: its code, its operation, what its users say?",
                "What will be different by the check after this one?",
            ),
        ),
    ),
)
