"""`/intake`: who waits for onboarding and why in this order, which opportunities wait for an answer and what they touch, and redesigns of programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Data, Page, Visit, of_portfolio
from services.gateway.pages.kit.table import Cell, Table
from services.gateway.pages.kit.tables.columns import Cells, table

QUEUE, OPPORTUNITIES = ("portfolio", "onboardingQueue"), ("portfolio", "opportunities")


@dataclass(frozen=True, slots=True)
class IntakeView:
    """What the page shows: a sentence, and its tables."""

    said: str
    queue: Table
    opportunities: Table
    redesigns: Table
    title: str = "Intake"


def _present(visit: Visit, data: Data) -> IntakeView:
    portfolio = data["portfolio"]
    queue, asked = portfolio["onboardingQueue"], portfolio["opportunities"]
    open_ = sum(one["state"] == "OPEN" for one in asked["nodes"])
    waits = f"{words.count(queue['totalCount'], 'candidate')} {'waits' if queue['totalCount'] == 1 else 'wait'} for onboarding"
    columns = (
        "Candidate: *, Place: onboarding.place as place, Home: organisation.name as home, Products planned: onboarding.planned as planned, "
        "Why there: onboarding.why as why, -Applied: appliedOn as applied, -products"
    )
    touched = "Opportunity: *, State: state, Team: team.name as team, For: organisation.name as body, Planned for its time: affects as affects, -starts, -ends"
    cells: Cells = {"opportunity": _time, "affects": _affected}
    began = (
        "Program: *, State: redesign.state as state, What: redesign.text as what, Began: redesign.began.on as began, Submission: redesign.asked as submission"
    )
    redesigned = [one for one in portfolio["programs"] if one["redesign"]]
    return IntakeView(
        said=words.sentence(f"{waits}, and {words.number(open_)} of {words.count(asked['totalCount'], 'opportunity', 'opportunities')} for an answer"),
        queue=table(visit, "queue", "Queue for onboarding", "Candidate", columns, queue["nodes"], empty="Nobody waits for onboarding.").of(QUEUE, queue),
        opportunities=table(
            visit, "opportunities", "Opportunities beyond a program", "Opportunity", touched, asked["nodes"], empty="None was recorded.", cells=cells
        ).of(OPPORTUNITIES, asked),
        redesigns=table(visit, "redesigns", "Redesigns of programs", "Program", began, redesigned, empty="No program is redesigned."),
    )


def _time(one: Mapping[str, Any]) -> str:
    """From its first day to its last, as far as they are known."""
    starts, ends = (words.short_day(one[day]) if one[day] else "" for day in ("starts", "ends"))
    return f"{starts} to {ends}" if starts and ends else f"from {starts}" if starts else f"until {ends}" if ends else ""


def _affected(one: Mapping[str, Any]) -> Cell:
    """How many items of the home's roadmap are planned for its time, and which are of products that the team serves."""
    many, served = len(one["affects"]), [each["name"] for each in one["affects"] if each["served"]]
    shown = f"{words.count(many, 'item').capitalize()} of the home’s roadmap" if many else "Nothing of the home’s roadmap"
    return Cell(shown, note=f"Of its own products: {words.listed(served)}" if served else "", value=many)


INTAKE: Final = Page("intake", "/intake", "Intake", of_portfolio, _present, lists=(QUEUE, OPPORTUNITIES))
