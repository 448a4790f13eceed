"""`/`: whether the portfolio goes well, what it costs, which teams can stand alone, what is due, and who needs help most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from libs.commands.errors import Invalid
from libs.events.catalog.portfolio.evaluations.confidence import ConfidenceLevel
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.choice import Tone
from libs.events.currencies import exact
from services.gateway.pages.actions.offers import act_address
from services.gateway.pages.home.ranking import ORDER, ORDER_WITHOUT_MONEY, Worst, worst
from services.gateway.pages.home.verdict import PortfolioVerdict, verdict
from services.gateway.pages.kit import words
from services.gateway.pages.kit.as_of import read_day
from services.gateway.pages.kit.charts import charts
from services.gateway.pages.kit.page import Data, Page, Visit, of_portfolio
from services.gateway.pages.kit.quarters import last_quarter_end
from services.gateway.pages.kit.sections import WarningLine, warned
from services.gateway.pages.kit.table import Cell, Column, Table, money, status, text
from services.gateway.pages.kit.tables.columns import Cells, table
from services.gateway.pages.kit.tables.sums import CurrencySum, sums_of

SINCE: Final = "since"
DUTIES_SHOWN: Final = 6
WAITING, ALL, WAITING_SHOWN = "waiting", "all", 3
SOON: Final = timedelta(days=30)
"""What is due within that is shown before what has no day."""


@dataclass(frozen=True, slots=True)
class HomeView:
    """What the overview shows."""

    verdict: PortfolioVerdict
    since: date
    since_words: str
    by_status: Table
    status_bars: tuple[Markup, ...]
    money: Table | None
    money_bars: tuple[Markup, ...]
    money_words: tuple[str, ...]
    overdue: Table
    next: Table
    worst: tuple[Worst, ...]
    worst_table: Table
    warnings: tuple[WarningLine, ...]
    outcomes: tuple[str, ...]
    awaiting: Table
    awaiting_shown: int | None
    awaiting_total: int
    withheld: bool
    duties_shown: int = DUTIES_SHOWN

    @property
    def order(self) -> str:
        """In which order the teams stand that need somebody most."""
        return ORDER_WITHOUT_MONEY if self.withheld else ORDER

    @property
    def title(self) -> str:
        """The verdict stands as the heading."""
        return "Overview"


def _since(visit: Visit) -> date:
    """The day that statuses are compared with: the one asked for, else the end of the quarter before."""
    since = read_day(visit.query.get(SINCE), SINCE) or last_quarter_end(visit.moment.day, visit.year_begins)
    if since > visit.moment.day:
        raise Invalid("the day to compare with lies behind the day that is looked at", field=SINCE, remedy="Choose an earlier day.")
    return since


def _variables(visit: Visit) -> dict[str, Any]:
    then = visit.moment.before(_since(visit))
    return {**of_portfolio(visit), "since": then.variables["asOf"], "sinceKnown": then.variables["knownAt"]}


def _present(visit: Visit, data: Data) -> HomeView:
    portfolio = data["portfolio"]
    teams, duties, investment = portfolio["teams"]["nodes"], portfolio["duties"], portfolio["investment"]
    now, then = _counts(teams), _counts(data["then"]["teams"]["nodes"])
    since = _since(visit)
    most = Decimal(max([*now.values(), *then.values()], default=1))
    overdue = [duty for duty in duties if duty["overdue"]]
    found = worst(teams, duties)
    rows, bars, said = _money(investment)
    return HomeView(
        verdict=verdict(now, len(overdue), sums_of(investment)),
        since=since,
        since_words=_since_words(visit, since),
        by_status=_by_status(visit, now, then),
        status_bars=tuple(_status_bar(one, now[one.name], then[one.name], most) for one in _statuses(now, then)),
        money=rows,
        money_bars=bars,
        money_words=said,
        overdue=_duties(visit, "overdue", "Overdue", overdue, "No duty is overdue."),
        next=_duties(visit, "next", "Next", [duty for duty in duties if not duty["overdue"]], "No duty is ahead."),
        worst=found,
        worst_table=_worst_table(visit, found),
        warnings=warned(visit, investment),
        outcomes=_outcomes(portfolio),
        awaiting=_awaiting(visit, data["awaiting"]),
        awaiting_total=data["awaiting"]["totalCount"],
        awaiting_shown=None if visit.query.get(WAITING) == ALL else WAITING_SHOWN,
        withheld=investment is None or any(team["investment"] is None for team in teams),
    )


def _awaiting(visit: Visit, awaiting: Mapping[str, Any]) -> Table:
    """What waits for the reader, what is due first at the top."""
    rows = sorted(awaiting["nodes"], key=lambda one: _urgency(one, visit.moment.day))
    cells: Cells = {
        "what": lambda one: Cell(
            words.sentence(words.readable(one["what"])), _form_of(visit, one), note=_waiting_since(one), value=words.sentence(one["what"])
        ),
        "due": lambda one: Cell("Overdue", tone="bad", note=words.short_day(one["due"]), value=one["due"]) if one["overdue"] else "",
    }
    columns = "What to do: what, About: subject as about, due, -since, -rule"
    return table(visit, "awaiting", "Waiting for you", "Awaiting", columns, rows, empty="Nothing.", caption_hidden=True, cells=cells)


def _form_of(visit: Visit, one: Mapping[str, Any]) -> str | None:
    """The form by which it is done, filled in; none on a page of another moment, since what is said holds from now on."""
    return act_address(one["command"], tuple(one["data"].items()), visit.here()) if visit.moment.is_now else None


def _urgency(one: Mapping[str, Any], today: date) -> tuple[int, str]:
    """Overdue or due soon first, then what has no day, by how long it waits, then what has time."""
    if one["due"] is None:
        return 1, one["since"] or today.isoformat()
    return (0 if one["overdue"] or date.fromisoformat(one["due"]) <= today + SOON else 2), one["due"]


def _waiting_since(one: Mapping[str, Any]) -> str:
    return f"{one['rule']}, since {words.day(one['since'])}" if one["since"] else one["rule"]


def _counts(teams: Sequence[Mapping[str, Any]]) -> Counter[str]:
    return Counter(team["graduation"]["status"] for team in teams)


def _statuses(now: Counter[str], then: Counter[str]) -> list[GraduationStatus]:
    """Those that some team has or had, in the order of all pages."""
    return [one for one in words.STATUSES if now[one.name] or then[one.name]]


def _since_words(visit: Visit, since: date) -> str:
    if visit.query.get(SINCE):
        return f"Change since {words.day(since)}, as it was known then."
    return f"Change since {words.day(since)}, the end of the last quarter: no review of the whole portfolio is on record."


def _by_status(visit: Visit, now: Counter[str], then: Counter[str]) -> Table:
    rows = tuple(
        (
            Cell(one.words, visit.href("/graduation", status=one.name), value=one.name),
            text(now[one.name], value=now[one.name]),
            Cell(words.change(now[one.name] - then[one.name]), value=now[one.name] - then[one.name]),
        )
        for one in _statuses(now, then)
    )
    total, before = sum(now.values()), sum(then.values())
    foot = (Cell("All teams", visit.href("/graduation")), Cell(str(total)), Cell(words.change(total - before)))
    columns = (Column("Status", "status"), Column("Teams", "teams", True), Column("Change", "change", True))
    return Table("teams-by-status", "Teams by status", columns, rows, foot if rows else (), "No team is known on this day.", caption_hidden=True)


def _status_bar(one: GraduationStatus, now: int, then: int, most: Decimal) -> Markup:
    label = f"{one.words}: {words.count(now, 'team')} now, {words.number(then)} then"
    return charts.bar(charts.Bar(Decimal(now), one.tone or Tone.PLAIN, Decimal(then)), most, label)


def _money(investment: Mapping[str, Any] | None) -> tuple[Table | None, tuple[Markup, ...], tuple[str, ...]]:
    """A row for each baseline, the forecast and what was spent, in each currency, and a sentence a currency; no table where money is withheld."""
    if investment is None:
        return None, (), ()
    rows: list[tuple[Cell, ...]] = []
    bars: list[Markup] = []
    said: list[str] = []
    for one in sums_of(investment) or ():
        sums = {name: _in(investment[name], one.currency) for name in ("committed", "actual", "againstCurrentBaseline")}
        most = max(one.first, sums["committed"], one.forecast, sums["actual"], Decimal(1))
        said.append(_against(one, sums["againstCurrentBaseline"], sums["committed"]))
        for figure, value, tone in (
            ("First baseline", one.first, "plain"),
            ("Current baseline", sums["committed"], "plain"),
            ("Forecast", one.forecast, "bad" if one.over > 0 else "good"),
            ("Spent so far", sums["actual"], "going"),
        ):
            rows.append((text(figure), money([{"amount": exact(value, one.currency), "currency": one.currency}])))
            bars.append(charts.bar(charts.Bar(value, tone), most, f"{figure}: {words.amount({'amount': value, 'currency': one.currency})}"))
    columns = (Column("Figure", "figure"), Column("Amount", "amount", True))
    caption = "Money against the first and the current baseline"
    return Table("money", caption, columns, tuple(rows), empty="No investment is approved.", caption_hidden=True), tuple(bars), tuple(said)


def _in(values: Sequence[Mapping[str, Any]], currency: str) -> Decimal:
    return next((Decimal(one["amount"]) for one in values if one["currency"] == currency), Decimal(0))


def _against(one: CurrencySum, over_current: Decimal, current: Decimal) -> str:
    return f"The forecast is {_over(one.over, one.first, one.currency)} the first baseline and {_over(over_current, current, one.currency)} the current one."


def _over(over: Decimal, baseline: Decimal, currency: str) -> str:
    if not over:
        return "at"
    return f"{words.amount({'amount': abs(over), 'currency': currency})} ({words.share(over, baseline)}) {'over' if over > 0 else 'under'}"


def _duties(visit: Visit, id: str, caption: str, duties: Sequence[Mapping[str, Any]], empty: str) -> Table:
    columns = "Due: dueOn as due, What: kind as what, About: subject as about, -rule"
    return table(visit, f"duties-{id}", caption, "Duty", columns, duties, empty=empty, cells={"what": lambda duty: str(duty["rule"])})


def _page_of(visit: Visit, subject: str) -> str | None:
    """The page of a team or a product."""
    kind, _, id = subject.partition(":")
    return visit.href(f"/{kind}s/{id}") if kind in ("team", "product") else None


def _worst_table(visit: Visit, found: Sequence[Worst]) -> Table:
    columns = (Column("Team", "team"), Column("Status", "status"), Column("Why", "why"))
    rows = tuple((Cell(one.name, _page_of(visit, one.team), value=one.team), status(one.status), text(" ".join(one.reasons))) for one in found)
    return Table("worst", "Where somebody is needed most", columns, rows, empty="Nowhere.")


def _outcomes(portfolio: Mapping[str, Any]) -> tuple[str, ...]:
    """Needs and targets in sentences, where there are any."""
    needs, targets = portfolio["needs"], portfolio["targets"]
    found = []
    if needs["prioritised"]:
        met = words.number_or_none(needs["met"]).capitalize()
        found.append(f"{met} of {words.count(needs['prioritised'], 'prioritised user need')} {'is' if needs['met'] == 1 else 'are'} met.")
    if any(targets.values()):
        missed = words.number_or_none(targets["missed"])
        waiting = [f"{words.number(targets[name])} {shown}" for name, shown in (("open", "open"), ("notMeasured", "not measured yet")) if targets[name]]
        found.append(f"{words.count(targets['hit'], 'target').capitalize()} hit, {', '.join((f'{missed} missed', *waiting))}.")
    return (*found, *_confidence(portfolio["confidenceSummary"]))


def _confidence(summary: Mapping[str, Any]) -> Iterator[str]:
    """How many rated how sure they are of what they answer for, in a sentence, where somebody has."""
    levels = [f"{words.number(one['rated'])} {ConfidenceLevel[one['level']].spoken}" for one in summary["byLevel"] if one["rated"]]
    if levels:
        parts = [f"{words.number(summary[name])} {shown}" for name, shown in _RATINGS if summary[name]]
        yield words.sentence(f"confidence is rated {words.listed(levels)}{'; ' if parts else ''}{', '.join(parts)}")


_RATINGS: Final = (("disagreeing", "rated two levels or more better than the rules make of it"), ("old", "older than 90 days"), ("unrated", "rated by nobody"))


HOME: Final = Page("home", "/", "Overview", _variables, _present, wholes=(("portfolio", "teams"), ("then", "teams"), ("awaiting",)))
