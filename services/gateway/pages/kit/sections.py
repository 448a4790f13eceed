"""Sections that the pages of teams and products share: money and investments, roadmap, duties, and the day before the first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from libs.commands.errors import NotFound
from libs.events.catalog.portfolio.bid import BidState
from libs.events.catalog.portfolio.evaluations.confidence import ConfidenceLevel
from libs.events.catalog.portfolio.investment import InvestmentState
from libs.events.catalog.roadmap.roadmap_item import Horizon
from libs.events.currencies import exact
from libs.events.values import PLAIN_ID
from libs.rules.evaluations.confidence import Trend
from libs.rules.search import Findable
from libs.rules.text import with_article
from services.gateway.pages.kit import words
from services.gateway.pages.kit.charts import charts
from services.gateway.pages.kit.page import Data, Visit
from services.gateway.pages.kit.table import Cell, Column, Table, day, money, text
from services.gateway.pages.kit.tables.columns import Cells, table
from services.gateway.pages.kit.tables.event_rows import kind_words, plural_words, when
from services.gateway.pages.kit.tables.sums import sums_of

CASES: Final = ("portfolio", "investments")
"""Where the investments of a team or a product stand in the answer; what is said of them and of bids for them is of all."""
_FIGURES: Final = (
    ("Current baseline", "committed", "plain"),
    ("To enhance", "enhance", "plain"),
    ("To support", "support", "plain"),
    ("Not split", "unsplit", "plain"),
    ("Forecast", "forecast", "good"),
    ("Spent so far", "actual", "going"),
    ("Came back or was saved", "returned", "good"),
)
_WHERE_ANY: Final = frozenset({"To enhance", "To support", "Not split", "Came back or was saved"})
"""Figures that have a row only where there is something of them."""


class WarningLine(NamedTuple):
    """A warning in a sentence, and the address of the page of what it is about."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class MoneyPart:
    """Money in a table with a bar a row, a sentence a currency, and the warnings; None instead of it where it is withheld."""

    table: Table
    bars: tuple[Markup, ...]
    said: tuple[str, ...]
    warnings: tuple[WarningLine, ...]


@dataclass(frozen=True, slots=True)
class NotYet:
    """Instead of a story: on this day, or by what was known then, it had not begun. `begins` leads to its first day, `now` to today."""

    title: str
    sentence: str
    begins: str
    begins_words: str
    now: str
    not_yet: bool = True


_NAMED: Final = re.compile(rf"(?:([a-z_]+):)?({PLAIN_ID})\Z")
"""The id of a thing, plain or after its kind."""


def plain_id(visit: Visit, kind: str) -> str:
    """The plain id of the thing of a kind whose page is visited. Raises NotFound for what is no id of such a thing."""
    found = _NAMED.match(visit.path["id"])
    if found is None or found[1] not in (None, kind):
        what = f"{visit.path['id'][:64]!r} is not the id of {with_article(kind_words(kind).lower())}"
        raise NotFound(what, field="id", remedy=_look_for(kind))
    return found[2]


def not_yet(visit: Visit, kind: str, ever: Mapping[str, Any] | None) -> NotYet:
    """What is shown where a thing of a kind is not there at the visit's moment but is today. Raises NotFound where it never was."""
    id = visit.path["id"]
    if ever is None or ever["firstEvent"] is None:
        raise NotFound(f"there is no {kind_words(kind).lower()} {words.plain(id)[:64]!r}", field="id", remedy=_look_for(kind))
    first, name = ever["firstEvent"], ever["name"]
    at, learned = first["at"][:10], first["recorded"][:10]
    known_on = visit.moment.known_on
    if visit.moment.day.isoformat() < at:
        sentence = f"On {words.day(visit.moment.day)} {name} was not there yet. Its story begins on {words.day(at)}."
    else:
        known = f" by {words.day(known_on)}" if known_on else ""
        sentence = f"Nothing was known of {name}{known}: what is first in its story was true on {words.day(at)} and learned on {when(first['recorded'])}."
    begins = max(at, learned) if known_on else at
    moved = visit.here(asOf=at if not known_on else max(at, visit.moment.day.isoformat()), knownAt=begins if known_on else None, after=None)
    return NotYet(f"{name}: not yet", sentence, moved, words.day(begins), visit.here(asOf=None, knownAt=None, after=None))


def _look_for(kind: str) -> str:
    searched = ", or search for its name" if kind.upper() in Findable.__members__ else ""
    return f"Look for it in the list of {plural_words(kind).lower()}{searched}."


def warned(visit: Visit, investment: Mapping[str, Any] | None) -> tuple[WarningLine, ...]:
    """What should be looked at about the money of something, each once, with where that is shown; nothing where the money is withheld."""
    found = (investment or {}).get("warnings", ())
    return tuple(dict.fromkeys(WarningLine(words.warning(one), visit.href(one["link"])) for one in found))


def money_part(visit: Visit, investment: Mapping[str, Any] | None) -> MoneyPart | None:
    """What is invested in a team or a product, in each currency."""
    if investment is None:
        return None
    rows: list[tuple[Cell, ...]] = []
    bars: list[Markup] = []
    said: list[str] = []
    for one in sums_of(investment) or ():
        sums = {name: _in(investment[name], one.currency) for _, name, _ in _FIGURES}
        most = max(one.first, one.forecast, *sums.values(), Decimal(1))
        said.append(_against(one.over, one.first, one.currency, sums["actual"], one.forecast))
        for figure, value, tone in (("First baseline", one.first, "plain"), *((words_, sums[name], tone) for words_, name, tone in _FIGURES)):
            if figure in _WHERE_ANY and not value:
                continue
            tone = "bad" if figure == "Forecast" and one.over > 0 else tone
            rows.append((text(figure), money([{"amount": exact(value, one.currency), "currency": one.currency}])))
            bars.append(charts.bar(charts.Bar(value, tone), most, f"{figure}: {words.amount({'amount': value, 'currency': one.currency})}"))
    columns = (Column("Figure", "figure"), Column("Amount", "amount", True))
    found = Table("money", "Money", columns, tuple(rows), empty="No investment is approved.", caption_hidden=True)
    return MoneyPart(found, tuple(bars), tuple(said), warned(visit, investment))


def periods(visit: Visit, id: str, caption: str, what: str, found: Sequence[tuple[Cell, date, date | None]], empty: str) -> Table:
    """What held from which day to which (None: it still holds), the latest first."""
    columns = (Column(what, what.lower()), Column("From", "from"), Column("Until", "until"), Column("Days", "days", True, csv_only=True))
    rows = []
    for cell, begins, ends in reversed(found):
        days = ((ends or visit.moment.day) - begins).days + 1
        since = Cell(words.short_day(begins), note=words.count(days, "day"), value=begins.isoformat(), datetime=begins.isoformat())
        until = day(ends.isoformat()) if ends else Cell("today" if visit.moment.as_of is None else "this day", value="")
        rows.append((cell, since, until, text(days, value=days)))
    return Table(id, caption, columns, tuple(rows), empty=empty, caption_hidden=True)


def investments(visit: Visit, cases: Sequence[Mapping[str, Any]]) -> Table:
    """Each investment with what was asked, decided and bid for."""
    columns = (
        "Investment: *, Decision: state, #Forecast: amounts.forecast as forecast, -First baseline: amounts.firstBaseline.total as first_baseline, "
        "-Current baseline: amounts.currentBaseline.total as current_baseline, -Proposed: proposedOn, -Decided: decidedOn, -reason, -ends, -Decided: decision"
    )
    cells: Cells = {"investment": _named, "state": _decided, "forecast": _first_baseline}
    return table(visit, "investments", "Investments and bids", "InvestmentCase", columns, cases, empty="No investment was proposed.", cells=cells)


def _named(one: Mapping[str, Any]) -> Cell:
    asked = one["amounts"] and one["amounts"]["asked"]
    bids = "; ".join(f"bid to {bid['body']}: {BidState[bid['state']].spoken}" for bid in one["bids"])
    note = ". ".join(part for part in (_asked(asked) if one["state"] == InvestmentState.PROPOSED.name else "", bids) if part)
    return Cell(words.sentence(one["value"] or words.plain(one["id"])).rstrip("."), note=note, value=one["id"])


def _decided(one: Mapping[str, Any]) -> str:
    by = f" by {words.said_by(one['decision'])}" if one["decision"] else ""
    return f"on {words.day(one['decidedOn'])}{by}: {one['reason']}" if one["decidedOn"] and one["reason"] else ""


def _asked(asked: Mapping[str, Any] | None) -> str:
    return f"{words.amount(asked['total'])} asked for" if asked else ""


def _first_baseline(one: Mapping[str, Any]) -> str:
    first = one["amounts"] and one["amounts"]["firstBaseline"]
    return f"first baseline {words.amount(first['total'])}" if first else ""


def roadmap(visit: Visit, road: Mapping[str, Any], *, of_products: bool) -> Table:
    """A roadmap from what is being worked on to what is done; with `of_products` each row names its product."""
    columns = "What: title, horizon, Planned end: ends, -Delivered: progress, -Slip in days: slipDays, -Planned start: starts, -product, -Item: id as item"
    found = [one for horizon in Horizon for one in road[horizon]]
    cells: Cells = {
        "title": lambda one: ", ".join(part for part in (words.named(one["product"]) if of_products else "", _delivered(one)) if part),
        "ends": lambda one: _slip(one["slipDays"]),
        "progress": lambda one: text(_delivered(one), value="" if one["progress"] is None else f"{one['progress']:.4f}"),
    }
    return table(visit, "roadmap", "Roadmap", "RoadmapItem", columns, found, empty="Nothing is on the roadmap.", caption_hidden=True, cells=cells)


def _delivered(one: Mapping[str, Any]) -> str:
    progress = one["progress"]
    return "" if progress is None else f"{progress:.0%}".replace("%", f"{words.NBSP}% of its backlog items delivered")


def _slip(days: int | None) -> str:
    if not days:
        return ""
    return f"{words.count(abs(days), 'day')} {'later than' if days > 0 else 'before what was'} first planned"


def duties(visit: Visit, all_duties: Iterable[Mapping[str, Any]], about: frozenset[str]) -> Table:
    """The duties about these things, what is due first at the top."""
    columns = "Due: dueOn as due, What: kind as what, State: overdue, -rule, -About: subject as about"
    rows = [duty for duty in all_duties if duty["subject"]["id"] in about]
    cells: Cells = {
        "what": lambda duty: str(duty["rule"]) if duty["subject"]["id"].startswith("team:") else f"{duty['rule']}, {duty['subject']['name']}",
        "overdue": due,
    }
    return table(visit, "duties", "Duties", "Duty", columns, rows, empty="No duty is open.", caption_hidden=True, cells=cells)


def due(one: Mapping[str, Any]) -> Cell:
    """Whether what is due by a day is overdue."""
    return Cell("Overdue", tone="bad", value="overdue") if one["overdue"] else Cell("Ahead", value="ahead")


def subjects_of(data: Data, of: Mapping[str, Any]) -> frozenset[str]:
    """A team or product with what lies in it of which something is due, and the bids for its money: what its duties are about."""
    return frozenset({of["id"], *(duty["subject"]["id"] for duty in of["duties"]), *_bids(data["portfolio"]["investments"]["nodes"])})


def _bids(cases: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for case in cases:
        yield from (bid["id"] for bid in case["bids"])


def _in(values: Sequence[Mapping[str, Any]], currency: str) -> Decimal:
    return next((Decimal(one["amount"]) for one in values if one["currency"] == currency), Decimal(0))


def _against(over: Decimal, first: Decimal, currency: str, spent: Decimal, forecast: Decimal) -> str:
    begin = f"The forecast is {words.amount({'amount': forecast, 'currency': currency})}, "
    by = words.amount({"amount": abs(over), "currency": currency})
    against = f"{by} ({words.share(over, first)}) {'over' if over > 0 else 'under'} the first baseline" if over else "as in the first baseline"
    return f"{begin}{against}; {words.share(spent, forecast)} of it is spent." if forecast else f"{begin}{against}."


def confidence(subject: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How sure those who answer for something are of it, and what the rules make of it, at a glance; nothing where neither is known."""
    rated, standing = subject["confidence"], subject["standing"]
    found = []
    if rated:
        trend = f", {Trend[rated['trend']].spoken} than before" if rated["trend"] in ("BETTER", "WORSE") else ""
        next_step = f" Next: {words.sentence(rated['nextStep'])}" if rated["nextStep"] else ""
        said = f"{ConfidenceLevel[rated['level']].words}{trend}, by {words.role(rated['assertedBy'])} on {words.short_day(rated['on'])}"
        found.append(("Confidence", f"{said}{', which is old' if rated['old'] else ''}: {words.sentence(rated['words'])}{next_step}"))
    if standing:
        far = ", two levels worse or more" if rated and rated["disagrees"] else ""
        found.append(("By the rules", f"{ConfidenceLevel[standing['level']].words}{far}, since {words.listed(standing['because'])}"))
    return found
