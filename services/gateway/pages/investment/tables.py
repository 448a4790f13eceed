"""The tables of the investment page: money, baselines, enhance and support, fiscal years and loans; one row a subject and currency, each with its bar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from libs.events.catalog.portfolio.team import Staffing
from libs.rules.money.breakdowns import Why
from services.gateway.pages.kit import words
from services.gateway.pages.kit.charts import money as charts_money
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell, Column, Table, day, text
from services.gateway.pages.kit.tables.amounts import CurrencyAmounts, amounts, cell, deviation, scales, year_words
from services.gateway.pages.kit.tables.columns import Cells, table

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Charted:
    """A table, and a bar for each of its rows."""

    table: Table
    bars: tuple[Markup, ...] = ()


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """Whose money it is: its global id (or `portfolio`), its name, its page, a note, and its investment (None: withheld).

    What stands beside the parts of a whole is not `explained`: it is no subject's.
    """

    id: str
    name: str
    href: str | None
    note: str
    investment: Node | None
    explained: bool = True

    @property
    def amounts(self) -> tuple[CurrencyAmounts, ...]:
        """Its figures, one entry a currency."""
        return amounts(self.id if self.explained else "", self.investment)


_NO_BAR: Final = Markup("")
"""What stands beside the parts of a whole has none: it may be below zero."""


def beside(who: str, found: Sequence[Node]) -> Iterator[SubjectRow]:
    """What of a whole is in none of its parts, or in several: a row each, so that the rows sum to the whole (S4-09)."""
    for one in found:
        why = Why[one["why"]]
        name, note = (words.plain(one["named"]), words.UNKNOWN) if one["named"] else (why.words, why.description)
        subject = SubjectRow(one["named"] or "", name, None, note, one, explained=False)
        if subject.amounts:
            yield subject


def money(visit: Visit, id: str, caption: str, who: str, subjects: Sequence[SubjectRow]) -> Charted:
    """Committed, forecast and spent of each, and the forecast against the first baseline."""
    columns = (
        Column(who, "name"),
        Column("Id", "id", csv_only=True),
        Column("Committed", "committed", True),
        Column("Forecast", "forecast", True),
        Column("Spent", "spent", True),
        Column("Against the first baseline", "against_first_baseline", True),
    )
    most = scales([one for subject in subjects for one in subject.amounts])
    rows, bars = [], []
    for subject in subjects:
        for one in subject.amounts:
            change = cell(visit, one, "againstFirstBaseline", signed=True, note=deviation(one.get("againstFirstBaseline"), one.get("firstBaseline")))
            rows.append((_named(subject), text(subject.id), *(cell(visit, one, name) for name in ("committed", "forecast", "actual")), change))
            over = one.get("actual") > one.get("committed")
            bars.append(_spent(subject.name, one, most[one.currency], "bad" if over else "going") if subject.explained else _NO_BAR)
        if not subject.amounts:
            rows.append((_named(subject), text(subject.id), *_nothing(subject, 4)))
            bars.append(Markup(""))
    return Charted(Table(id, caption, columns, tuple(rows), empty="There is none.", caption_hidden=True), tuple(bars))


def baselines(visit: Visit, id: str, caption: str, who: str, subjects: Sequence[SubjectRow]) -> Charted:
    """What was approved first and what holds now, beside each other (S0-14)."""
    columns = (
        Column(who, "name"),
        Column("First baseline", "first_baseline", True),
        Column("Current baseline", "current_baseline", True),
        Column("Moved by", "moved", True),
        Column("Forecast against the current one", "against_current_baseline", True),
    )
    most = scales([one for subject in subjects for one in subject.amounts], ("firstBaseline", "committed"))
    rows, bars = [], []
    for subject in subjects:
        rows += _withheld(subject, len(columns) - 1)
        bars += [_NO_BAR] * (subject.investment is None)
        for one in subject.amounts:
            first, current = one.get("firstBaseline"), one.get("committed")
            moved = {"amount": current - first, "currency": one.currency}
            rows.append(
                (
                    _named(subject),
                    cell(visit, one, "firstBaseline"),
                    cell(visit, one, "committed"),
                    Cell(words.amount(moved, signed=True) if current != first else "not moved", value=words.exactly(current - first, one.currency)),
                    cell(visit, one, "againstCurrentBaseline", signed=True, note=deviation(one.get("againstCurrentBaseline"), current)),
                )
            )
            label = f"{subject.name}: first baseline {_words(first, one)}, current baseline {_words(current, one)}"
            bars.append(charts_money.baselines(first, current, most[one.currency], label) if subject.explained else _NO_BAR)
    return Charted(Table(id, caption, columns, tuple(rows), empty=unless_withheld(subjects, "Nothing is approved.")), tuple(bars))


def split(visit: Visit, id: str, caption: str, who: str, subjects: Sequence[SubjectRow]) -> Charted:
    """How much of what is committed is for enhancing and for supporting (S0-08)."""
    columns = (Column(who, "name"), Column("To enhance", "enhance", True), Column("To support", "support", True), Column("Not split", "not_split", True))
    rows, bars = [], []
    for subject in subjects:
        rows += _withheld(subject, len(columns) - 1)
        bars += [_NO_BAR] * (subject.investment is None)
        for one in subject.amounts:
            enhance, support, rest = one.get("enhance"), one.get("support"), one.get("unsplit")
            note = f"{words.share(support, enhance + support)} of both" if enhance + support else ""
            rows.append(
                (
                    _named(subject),
                    cell(visit, one, "enhance"),
                    cell(visit, one, "support", note=note),
                    cell(visit, one, "unsplit") if rest else Cell(words.NONE, value=words.exactly(rest, one.currency)),
                )
            )
            label = f"{subject.name}: {_words(enhance, one)} to enhance, {_words(support, one)} to support"
            bars.append(charts_money.split(enhance, support, label) if subject.explained else _NO_BAR)
    return Charted(Table(id, caption, columns, tuple(rows), empty=unless_withheld(subjects, "Nothing is committed.")), tuple(bars))


def fiscal_years(visit: Visit, id: str, caption: str, who: str | None, subjects: Sequence[SubjectRow]) -> Charted:
    """Per fiscal year what was approved in it, what that is forecast to cost, and what was spent in it.

    `who` heads the names of several subjects; without it there is one, whose years have bars.
    """
    columns = (
        *((Column(who, "name"),) if who else ()),
        Column("Fiscal year", "fiscal_year"),
        Column("Starts", "starts", csv_only=True),
        Column("Ends", "ends", csv_only=True),
        Column("First baseline", "first_baseline", True, csv_only=True),
        Column("Committed in it", "committed", True),
        Column("Forecast of that", "forecast", True),
        Column("Spent in it", "spent", True),
    )
    told = [(subject, year, one) for subject in subjects for year in (subject.investment or {}).get("fiscalYears", ()) for one in amounts(subject.id, year)]
    most = scales([one for _, _, one in told])
    rows, bars = [], []
    for subject in subjects if who else ():
        rows += _withheld(subject, len(columns) - 1)
    for subject, year, one in told:
        named = (_named(subject),) if who else ()
        figures = (cell(visit, one, name, explained="fiscalYears") for name in ("firstBaseline", "committed", "forecast", "actual"))
        rows.append((*named, Cell(year_words(year)), day(year["starts"]), day(year["ends"]), *figures))
        if not who:
            bars.append(_spent(year_words(year), one, most[one.currency]))
    return Charted(
        Table(id, caption, columns, tuple(rows), empty=unless_withheld(subjects, "Nothing was approved or spent."), caption_hidden=not who), tuple(bars)
    )


def budgets(visit: Visit, whole: SubjectRow) -> Table:
    """The budget of each fiscal year beside what is expected and what was spent, the year that is furthest above its budget first."""
    columns = (
        Column("Fiscal year", "fiscal_year"),
        Column("Starts", "starts", csv_only=True),
        Column("Ends", "ends", csv_only=True),
        Column("Budget", "budget", True),
        Column("Forecast", "forecast", True),
        Column("Spent", "spent", True),
        Column("Against the budget", "variance", True),
    )
    told = [(year, one) for year in (whole.investment or {}).get("budgetYears", ()) for one in amounts("", year)]
    rows = []
    for year, one in sorted(told, key=lambda found: -found[1].get("variance")):
        figures = (cell(visit, one, name) for name in ("budget", "forecast", "actual"))
        over = cell(visit, one, "variance", signed=True, note=deviation(one.get("variance"), one.get("budget")))
        rows.append((Cell(year_words(year)), day(year["starts"]), day(year["ends"]), *figures, over))
    empty = unless_withheld([whole], "Nothing is planned by fiscal year.")
    return Table("budgets", "Budget by fiscal year", columns, tuple(rows), empty=empty, caption_hidden=True)


def variance(visit: Visit, whole: SubjectRow) -> Charted:
    """From what was approved first over what it was re-baselined to to what is forecast: a step a row, in each currency (S0-14)."""
    columns = (Column("Step", "step"), Column("Moves it by", "change", True), Column("To", "sum", True))
    rows, bars = [], []
    most = scales(whole.amounts, ("firstBaseline", "committed", "forecast"))
    for one in whole.amounts:
        stood = Decimal(0)
        for step, figure in (("First baseline", "firstBaseline"), ("Re-baselines", "committed"), ("Forecast", "forecast")):
            stands = one.get(figure)
            change = Cell(words.amount({"amount": stands - stood, "currency": one.currency}, signed=True), value=words.exactly(stands - stood, one.currency))
            rows.append((Cell(step, note=one.currency), change, cell(visit, one, figure)))
            tone = "going" if figure == "firstBaseline" else "bad" if stands > stood else "good"
            bars.append(charts_money.step(stood, stands, most[one.currency], f"{step}: from {_words(stood, one)} to {_words(stands, one)}", tone=tone))
            stood = stands
    empty = unless_withheld([whole], "Nothing is approved.")
    return Charted(Table("variance", "From the first baseline to the forecast", columns, tuple(rows), empty=empty, caption_hidden=True), tuple(bars))


def moved_by_loans(visit: Visit, organisations: Sequence[SubjectRow]) -> Table:
    """What loans move between organisations: spent by its own investments, less what borrowers bear, and what it bears for others, is what it bears."""
    columns = (
        Column("Organisation", "name"),
        Column("Spent by its own", "own", True),
        Column("Borne by borrowers", "lent_out", True),
        Column("Borne for others", "borrowed", True),
        Column("Bears itself", "actual", True),
    )
    rows = []
    for subject in organisations:
        for one in subject.amounts:
            if one.by.get("lentOut") is None and one.by.get("borrowed") is None:
                continue
            own = one.get("actual") + one.get("lentOut") - one.get("borrowed")
            rows.append(
                (
                    _named(subject),
                    Cell(_words(own, one), value=words.exactly(own, one.currency)),
                    cell(visit, one, "lentOut"),
                    cell(visit, one, "borrowed"),
                    cell(visit, one, "actual"),
                )
            )
    return Table("moved-by-loans", "What loans move", columns, tuple(rows), empty=unless_withheld(organisations, "No loan has moved money so far."))


def loans(visit: Visit, found: Sequence[Node]) -> Table:
    """The loans themselves, the latest first (S4-15)."""
    columns = (
        "team, From: lender.name as lender, To: borrower.name as borrower, Days: from as days, "
        "-First day: from as from, -Last day: until as until, As: staffing"
    )
    cells: Cells = {
        "team": lambda one: _team(visit, one["team"]),
        "days": lambda one: Cell(f"from {words.short_day(one['from'])}", note=_until(one)),
        "staffing": lambda one: text(Staffing[one["staffing"]].spoken),
    }
    return table(visit, "loans", "Loans of teams", "Loan", columns, found, empty="No team is or was on loan.", cells=cells)


def _team(visit: Visit, team: Node | None) -> Cell:
    """A team that is lent, with its page where it has one yet."""
    if team is None:
        return text(None)
    return Cell(words.named(team), visit.href(f"/teams/{words.plain(team['id'])}") if team.get("known", True) else None, value=team["id"])


def _until(loan: Node) -> str:
    if loan["until"] is None:
        return "still away, no end planned"
    return f"back on {words.short_day(loan['until'])}" if loan["returned"] else f"planned until {words.short_day(loan['until'])}"


def unless_withheld(subjects: Sequence[SubjectRow], empty: str) -> str:
    """What a table without rows says: that there is nothing only to whoever reads the money of all of it."""
    return words.WITHHELD if any(one.investment is None for one in subjects) else empty


def _withheld(subject: SubjectRow, cells: int) -> list[tuple[Cell, ...]]:
    """The row of a subject whose money the reader may not see; none where they may."""
    return [(_named(subject), *_nothing(subject, cells))] if subject.investment is None else []


def _named(subject: SubjectRow) -> Cell:
    return Cell(subject.name, subject.href, note=subject.note)


def _nothing(subject: SubjectRow, cells: int) -> tuple[Cell, ...]:
    said = "withheld" if subject.investment is None else words.NONE
    return tuple(Cell(said, value="withheld" if subject.investment is None else "") for _ in range(cells))


def _spent(name: str, one: CurrencyAmounts, most: Decimal, tone: str = "going") -> Markup:
    committed, forecast, actual = (one.get(figure) for figure in ("committed", "forecast", "actual"))
    label = f"{name}: {_words(actual, one)} spent of {_words(committed, one)} committed, forecast {_words(forecast, one)}"
    return charts_money.spent_of(committed, forecast, actual, most, label, tone=tone)


def _words(value: Decimal, one: CurrencyAmounts) -> str:
    return words.amount({"amount": value, "currency": one.currency})
