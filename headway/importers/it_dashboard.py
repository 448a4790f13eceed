"""Format `it-dashboard`: the projects of the US federal IT Dashboard, one a row, as organisations, products, investments and roadmap items."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from headway.importers.cells.notation import PLAIN
from headway.importers.cells.table import CsvRow, read_table
from headway.importers.line import ImportLine, Rejected, identifier
from libs.events.currencies import unit

NOTES = (
    "Cost variance is left out: the file does not say which sign means too much.",
    "The file gives no horizon and not its own day: every project stands under now.",
    "A project that a later edition no longer lists stays on the roadmap; its investment counts those that are listed.",
)

_COLUMNS = ("unique_investment_identifier", "agency_code", "agency_name", "investment_title", "project_id", "project_name")
_FIGURES = ("start_date", "plannedcost", "planned_duration", "project_delay")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class _Project:
    """One row, read: money in dollars, duration and delay as the days that they lead to."""

    agency: str
    agency_name: str
    investment: str
    investment_title: str
    project: str
    name: str
    cost: Decimal
    starts: date
    ends: date
    delayed: date


@dataclass(frozen=True, slots=True)
class _Before:
    """The rows that stand so far, by the ids they give."""

    projects: dict[str, _Project]
    agencies: dict[str, str]
    investments: dict[str, tuple[str, str]]

    def clash(self, row: _Project) -> str:
        """Why a row cannot stand beside those before it; an empty string, and it stands. The same row again is no clash."""
        if self.projects.get(row.project, row) != row:
            return "an earlier row has the same project id and says something else"
        if self.agencies.get(row.agency, row.agency_name) != row.agency_name:
            return f"an earlier row calls the agency of this code {self.agencies[row.agency]!r}"
        if self.investments.get(row.investment, (row.investment_title, row.agency)) != (row.investment_title, row.agency):
            return f"an earlier row gives this investment another title or agency: {self.investments[row.investment][0]!r}"
        self.projects[row.project] = row
        self.agencies[row.agency] = row.agency_name
        self.investments[row.investment] = (row.investment_title, row.agency)
        return ""


def lines(file: str, text: str, today: date | None = None) -> Iterator[ImportLine | Rejected]:
    """The file's agencies, investments and projects as lines, ordered by kind, after whatever rows had to be refused.

    - An agency is an organisation, `us-005`, from its earliest start.
    - An investment is a product and an approved investment of the same id, from its earliest start, without team or split, of the sum of its projects'
      planned cost: dollars, millions times 1,000,000, rounded half up to the cent for each project.
    - A project is a roadmap item under `now` (the file says no horizon) from its start to its start and its planned duration in days; its delay, in whole
      days, is a re-dating. That is said also where the delay is none (the service then finds nothing changed), so that a later edition which takes a delay
      back is heard.

    Each line names its row by the id in the file (`revise`), so an edited row becomes a change of the same thing. A start after `today` is left out of `at`,
    since nothing can have been true then yet. A row that cannot be read is refused with its number; its investment counts its other projects.
    """
    before = _Before({}, {}, {})
    for row in read_table(file, text, [(name,) for name in _COLUMNS + _FIGURES]):
        read = row if isinstance(row, Rejected) else _read(row)
        if isinstance(read, Rejected):
            yield read
        elif isinstance(row, CsvRow):
            clash = before.clash(read)
            if clash:
                yield row.rejected(clash)
    yield from _said(list(before.projects.values()), today)


def _read(row: CsvRow) -> _Project | Rejected:
    def refuse(why: str) -> Rejected:
        named = row.get("unique_investment_identifier")
        return row.rejected(f"{why}; investment {named} counts its other projects" if named else why)

    named = {column: " ".join(html.unescape(row.get(column)).split()) for column in _COLUMNS}
    for column, value in named.items():
        if not value:
            return refuse(f"{column} is empty")
    numbers: dict[str, Decimal] = {}
    for column in ("plannedcost", "planned_duration", "project_delay"):
        value = row.get(column)
        if not _NUMBER.fullmatch(value):
            return refuse(f"{column} {value!r} is not a number")
        numbers[column] = Decimal(value)
    if numbers["plannedcost"] < 0:
        return refuse("plannedcost is less than nothing")
    if numbers["planned_duration"] < 0:
        return refuse("planned_duration is less than nothing")
    try:
        starts = PLAIN.day(row.get("start_date"))
    except ValueError:
        return refuse(f"start_date {row.get('start_date')!r} is not a day such as 2011-10-01")
    try:
        cost = (numbers["plannedcost"] * 1_000_000).quantize(unit(_CURRENCY), ROUND_HALF_UP)
        ends = starts + timedelta(days=_whole(numbers["planned_duration"]))
        delayed = ends + timedelta(days=_whole(numbers["project_delay"]))
    except (InvalidOperation, OverflowError):
        return refuse("its cost or its days are too large to be meant")
    if delayed < starts:
        return refuse("its delay would end it before it starts")
    return _Project(
        agency=_agency(named["agency_code"]),
        agency_name=named["agency_name"],
        investment=identifier(named["unique_investment_identifier"], "us-"),
        investment_title=named["investment_title"],
        project=identifier(named["project_id"], "us-project-"),
        name=named["project_name"],
        cost=cost,
        starts=starts,
        ends=ends,
        delayed=delayed,
    )


def _whole(days: Decimal) -> int:
    return int(days.quantize(Decimal(1), ROUND_HALF_EVEN))


def _agency(code: str) -> str:
    """The agency's id: its code with three digits at least, as the identifiers of its investments begin."""
    return identifier(code.zfill(3) if code.isdigit() else code, "us-")


def _said(projects: list[_Project], today: date | None) -> Iterator[ImportLine]:
    agencies: dict[str, list[_Project]] = {}
    investments: dict[str, list[_Project]] = {}
    for project in projects:
        agencies.setdefault(project.agency, []).append(project)
        investments.setdefault(project.investment, []).append(project)

    def line(command: str, kind: str, name: str, since: date, data: dict[str, Any]) -> ImportLine:
        at = since.isoformat() if today is None or since <= today else None
        return ImportLine(command, f"it-dashboard:{kind}:{name}", data, at=at, revise=True)

    def earliest(of: list[_Project]) -> date:
        return min(project.starts for project in of)

    for agency, of in agencies.items():
        data = {"organisation": agency, "name": of[0].agency_name, "currency": _CURRENCY}
        yield line("portfolio.register_organisation", "organisation", agency, earliest(of), data)
    for investment, of in investments.items():
        data = {"product": investment, "name": of[0].investment_title, "home": of[0].agency}
        yield line("portfolio.register_product", "product", investment, earliest(of), data)
    for investment, of in investments.items():
        amount = {"amount": str(sum(project.cost for project in of)), "currency": _CURRENCY}
        yield line("portfolio.propose_investment", "proposal", investment, earliest(of), {"investment": investment, "product": investment, "amount": amount})
    for investment, of in investments.items():
        decided = {"investment": investment, "approved": True, "reason": "Listed on the federal IT Dashboard"}
        yield line("portfolio.decide_investment", "decision", investment, earliest(of), decided)
    for p in projects:
        placed = {"item": p.project, "product": p.investment, "title": p.name, "horizon": "now", "starts": p.starts.isoformat(), "ends": p.ends.isoformat()}
        yield line("roadmap.place_item", "item", p.project, p.starts, placed)
    for p in projects:
        # The reason names the planned end too: an edition that moves the plan and the delay against each other must not look like the same row.
        reason = f"Delayed by {(p.delayed - p.ends).days} days against the planned end {p.ends.isoformat()}"
        yield line(
            "roadmap.redate_item",
            "delay",
            p.project,
            p.starts,
            {"item": p.project, "starts": p.starts.isoformat(), "ends": p.delayed.isoformat(), "reason": reason},
        )
