"""`/improvement`: what teams improve, what came of it and what was learned, how much of it worked quarter by quarter, and the pace of each team."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from libs.events.catalog.backlog.improvement import ImprovementLevel, ImprovementScope
from libs.rules.improvement.improvements import PaceReading
from services.gateway.pages.improvement import tables
from services.gateway.pages.kit import words
from services.gateway.pages.kit.charts import charts
from services.gateway.pages.kit.page import Data, Option, Page, Visit, chosen, of_portfolio, options
from services.gateway.pages.kit.table import Table

Node = Mapping[str, Any]
LEVEL, SCOPE = "level", "scope"
UNDER_WAY, WORKED, FAILED, INITIATIVES, TEAMS = (("portfolio", name) for name in ("underWay", "worked", "failed", "initiatives", "teams"))
BEYOND, LACKING = ("portfolio", "beyond"), ("portfolio", "lacking")


@dataclass(frozen=True, slots=True)
class ImprovementView:
    """What the page shows: sentences, what the lists are narrowed by, each table, and of each quarter its bar."""

    said: tuple[str, ...]
    choices: tuple[tuple[str, str, tuple[Option, ...]], ...]
    narrowed: bool
    under_way: Table
    failed: Table
    worked: Table
    quarters: Table
    bars: tuple[Markup, ...]
    pace: Table
    initiatives: Table
    overdue: Table
    beyond: Table
    lacking: Table
    by_level: Table
    by_scope: Table
    title: str = "Improvement"


def _variables(visit: Visit) -> dict[str, Any]:
    level, scope = chosen(visit, LEVEL, ImprovementLevel), chosen(visit, SCOPE, ImprovementScope)
    narrowed = {LEVEL: level and level.name, SCOPE: scope and scope.name}
    return {**of_portfolio(visit), **narrowed, **{f"{name}s": [value] for name, value in narrowed.items() if value}}


def _present(visit: Visit, data: Data) -> ImprovementView:
    portfolio = data["portfolio"]
    summary = portfolio["improvementSummary"]
    level, scope = chosen(visit, LEVEL, ImprovementLevel), chosen(visit, SCOPE, ImprovementScope)
    teams = sorted(portfolio["teams"]["nodes"], key=lambda team: _FIRST.index(team["pace"]["reading"]))
    most = Decimal(max((quarter["finished"] for quarter in summary["byQuarter"]), default=0))
    return ImprovementView(
        said=(*_said(summary), *(_paces(teams) if level is None and scope is None else ())),  # a pace is of all that a team improves
        choices=((LEVEL, "Level", options(ImprovementLevel, level)), (SCOPE, "Scope", options(ImprovementScope, scope))),
        narrowed=level is not None or scope is not None,
        under_way=tables.under_way(visit, portfolio["underWay"]["nodes"]).of(UNDER_WAY, portfolio["underWay"]),
        failed=tables.ended(visit, "failed", "Did not work", portfolio["failed"]["nodes"]).of(FAILED, portfolio["failed"]),
        worked=tables.ended(visit, "worked", "Worked", portfolio["worked"]["nodes"]).of(WORKED, portfolio["worked"]),
        quarters=tables.quarters(visit, summary["byQuarter"]),
        bars=tuple(_bar(quarter, most) for quarter in summary["byQuarter"]),
        pace=tables.pace(visit, teams),
        initiatives=tables.initiatives(visit, portfolio["initiatives"]["nodes"]).of(INITIATIVES, portfolio["initiatives"]),
        overdue=tables.overdue(visit, portfolio["duties"]),
        beyond=tables.beyond(visit, portfolio["beyond"]["nodes"]).of(BEYOND, portfolio["beyond"]),
        lacking=tables.lacking(visit, portfolio["lacking"]["nodes"]).of(LACKING, portfolio["lacking"]),
        by_level=tables.counts(visit, "LevelCount", LEVEL, summary["byLevel"]),
        by_scope=tables.counts(visit, "ScopeCount", SCOPE, summary["byScope"]),
    )


_FIRST: Final = (PaceReading.TOO_MANY.name, PaceReading.NONE.name, PaceReading.STEADY.name, PaceReading.DISSOLVED.name)
"""The readings of pace, what needs somebody first."""


def _said(summary: Node) -> Iterator[str]:
    """What is under way, what came of the rest, and how much of it worked of late, in sentences."""
    active, finished, worked = (summary[name] for name in ("underWay", "finished", "worked"))
    yield words.sentence(f"{words.count(active, 'improvement')} {'is' if active == 1 else 'are'} under way, and {words.number_or_none(finished)} finished")
    if finished:
        yield words.sentence(f"{words.number_or_none(worked)} of these worked ({words.share(Decimal(worked), Decimal(finished))})")
    *before, now = summary["byQuarter"]
    last = next((one for one in reversed(before) if one["finished"]), None)
    if last is not None:
        so_far = f", in this quarter so far {_of(now)}" if now["finished"] else ""
        yield words.sentence(f"in {last['quarter']} {_of(last)} worked{so_far}")


def _of(quarter: Node) -> str:
    return f"{words.number_or_none(quarter['worked'])} of {words.number(quarter['finished'])}"


def _paces(teams: Sequence[Node]) -> Iterator[str]:
    """The teams that need somebody, by what of their pace does."""
    for reading, what in ((PaceReading.TOO_MANY, "more under way at once than is meant"), (PaceReading.NONE, "begun and finished nothing for six weeks")):
        found = [team for team in teams if team["pace"]["reading"] == reading.name]
        if found:
            yield words.sentence(f"{words.count(len(found), 'team')} {'has' if len(found) == 1 else 'have'} {what}")


def _bar(quarter: Node, most: Decimal) -> Markup:
    """What worked, within the outline of what was finished."""
    label = f"{quarter['quarter']}: {quarter['worked']} of {quarter['finished']} worked"
    return charts.bar(charts.Bar(Decimal(quarter["worked"]), "good", Decimal(quarter["finished"])), most, label)


IMPROVEMENT: Final = Page(
    "improvement",
    "/improvement",
    "Improvement",
    _variables,
    _present,
    wholes=(TEAMS,),
    lists=(UNDER_WAY, WORKED, FAILED, INITIATIVES, BEYOND, LACKING),
)
