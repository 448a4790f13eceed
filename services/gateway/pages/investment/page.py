"""`/investment`: what is committed, forecast and spent, in all, per fiscal year, by organisation, program and team, and what each figure rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.gateway.pages.investment import tables as made
from services.gateway.pages.investment.tables import Charted, Node, SubjectRow
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import ORGANISATION, Data, Page, Visit, of_portfolio
from services.gateway.pages.kit.sections import WarningLine, warned
from services.gateway.pages.kit.table import Cell, Column, Table, text
from services.gateway.pages.kit.tables.amounts import FIGURES, WHOLE, CurrencyAmounts, amounts, cell

AFTER: Final = "after"
TEAMS: Final = 25
TEAM_LIST, LOANS = ("portfolio", "teams"), ("portfolio", "loans")


@dataclass(frozen=True, slots=True)
class Level:
    """Organisations, programs or teams: their money, and more of it by baseline, by enhance and support, and by fiscal year."""

    id: str
    title: str
    money: Charted
    more: tuple[Charted, ...]


@dataclass(frozen=True, slots=True)
class InvestmentView:
    """What the page shows; `withheld` where the reader may not see the money of the whole."""

    said: tuple[str, ...]
    withheld: bool
    whole: Table
    years: Charted
    budgets: Table
    variance: Charted
    levels: tuple[Level, ...]
    moved_by_loans: Table
    loans: Table
    warnings: tuple[WarningLine, ...]
    before: str | None
    more: str | None
    teams: int
    title: str = "Investment"


def _present(visit: Visit, data: Data) -> InvestmentView:
    portfolio = data["portfolio"]
    whole = SubjectRow(WHOLE, "Everything", None, "", portfolio["investment"])
    organisations = [_subject(one, visit.here(organisation=words.plain(one["id"]), after=None)) for one in portfolio["organisations"]]
    programs = [_subject(one, None) for one in portfolio["programs"]]
    teams, info = portfolio["teams"], portfolio["teams"]["pageInfo"]
    on_page = [_subject(one, visit.href(f"/teams/{words.plain(one['id'])}"), words.named(one["home"])) for one in teams["nodes"]]
    chosen = visit.query.get(ORGANISATION)
    besides = portfolio["investment"] or {}

    def beside(who: str) -> Iterator[SubjectRow]:
        return made.beside(who, besides.get(f"beside{who}s", ()))

    levels = (
        _level(visit, "organisation", "By organisation", "Organisation", () if chosen else (*organisations, *beside("Organisation"))),
        _level(visit, "program", "By program", "Program", (*programs, *beside("Program"))),
        _paged(_level(visit, "team", "By team", "Team", (*on_page, *(() if info["hasNextPage"] else beside("Team")))), teams),
    )
    return InvestmentView(
        said=tuple(_said(one) for one in whole.amounts),
        withheld=portfolio["investment"] is None,
        whole=_whole(visit, whole),
        years=made.fiscal_years(visit, "fiscal-years", "Per fiscal year", None, [whole]),
        budgets=made.budgets(visit, whole),
        variance=made.variance(visit, whole),
        levels=tuple(level for level in levels if level.money.table.rows),
        moved_by_loans=made.moved_by_loans(visit, organisations),
        loans=made.loans(visit, portfolio["loans"]["nodes"]).of(LOANS, portfolio["loans"]),
        warnings=warned(visit, portfolio["investment"]),
        before=visit.here(after=None) if info["hasPreviousPage"] else None,
        more=visit.here(after=info["endCursor"]) if info["hasNextPage"] else None,
        teams=teams["totalCount"],
    )


def _variables(visit: Visit) -> dict[str, Any]:
    return {**of_portfolio(visit), "first": TEAMS, "after": visit.query.get(AFTER)}


def _subject(one: Node, href: str | None, note: str = "") -> SubjectRow:
    return SubjectRow(one["id"], one["name"], href, note, one["investment"])


def _paged(level: Level, page: Node) -> Level:
    """A level whose subjects are a page of a list."""
    money, *more = (Charted(one.table.of(TEAM_LIST, page), one.bars) for one in (level.money, *level.more))
    return Level(level.id, level.title, money, tuple(more))


def _level(visit: Visit, id: str, title: str, who: str, subjects: Sequence[SubjectRow]) -> Level:
    return Level(
        id,
        title,
        made.money(visit, f"{id}-money", title, who, subjects),
        (
            made.baselines(visit, f"{id}-baselines", f"First and current baseline {title.lower()}", who, subjects),
            made.split(visit, f"{id}-split", f"Enhance and support {title.lower()}", who, subjects),
            made.fiscal_years(visit, f"{id}-years", f"Fiscal years {title.lower()}", who, subjects),
        ),
    )


def _said(one: CurrencyAmounts) -> str:
    """The money of the whole in one currency in a sentence."""
    committed, forecast, actual, over = (one.get(name) for name in ("committed", "forecast", "actual", "againstFirstBaseline"))
    if not committed:
        return f"Nothing committed in {one.currency}; {_rounded(actual, one)} spent."
    spent = f"{_rounded(actual, one)} of it spent ({words.share(actual, committed)})" if actual else "nothing of it spent so far"
    first = one.get("firstBaseline")
    against = f"{words.share(over, first)} {'over' if over > 0 else 'under'} the first baseline" if over else "as first approved"
    return f"{_rounded(committed, one)} committed, {spent}. The forecast is {_rounded(forecast, one)}, {against}."


def _rounded(value: Decimal, one: CurrencyAmounts) -> str:
    return words.rounded([{"amount": value, "currency": one.currency}])


def _whole(visit: Visit, whole: SubjectRow) -> Table:
    """Every figure of the whole, a row a figure, a column a currency."""
    found = amounts(WHOLE, whole.investment)
    names = [name for name in FIGURES if any(one.by.get(name) is not None for one in found)]
    columns = (Column("Figure", "figure"), *(Column(one.currency, one.currency.lower(), True) for one in found))
    rows = tuple(
        (Cell(_WORDS.get(name, FIGURES[name]), value=name), *(cell(visit, one, name, signed=name.startswith("against")) for one in found)) for name in names
    )
    return Table("whole", "In all", columns, rows or ((text(made.unless_withheld([whole], "Nothing is invested.")),),), caption_hidden=True)


_WORDS: Final = {"committed": "Current baseline: committed", "firstBaseline": "First baseline: approved first"}

INVESTMENT: Final = Page(
    "investment",
    "/investment",
    "Investment",
    _variables,
    _present,
    kinds=("investment", "bid", "loan", ORGANISATION, "program", "product", "team"),
    lists=(TEAM_LIST, LOANS),
)
