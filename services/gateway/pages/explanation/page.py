"""`/investment/explain?of=&figure=`: explains a figure of money by its value, its rule, and the events that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from libs.commands.errors import Invalid, NotFound
from services.gateway.pages.investment.tables import SubjectRow, fiscal_years
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import ORGANISATION, Data, Page, Visit, of_portfolio
from services.gateway.pages.kit.table import Table
from services.gateway.pages.kit.tables.amounts import FIGURES, WHOLE
from services.gateway.pages.kit.tables.event_rows import AFTER, EventRow, events_table, told

OF, FIGURE, FIRST = "of", "figure", 50
WHY = ("explain", "events")
HOLDERS: Final = ("organisation", "program", "product", "team")


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """What the page shows: the figure, its value in words (None: withheld), the rule in words with its source, and a page of events."""

    title: str
    figure: str
    value: str | None
    years: Table | None
    statement: str
    rule: str
    source: str
    also: str
    events: tuple[EventRow, ...]
    table: Table
    total: int
    before: str | None
    more: str | None
    back: str


def _figure(visit: Visit) -> str:
    """The figure that is asked about. Raises Invalid for one that there is not."""
    figure = visit.query.get(FIGURE, "committed").removeprefix("investment.")
    if figure not in FIGURES:
        raise Invalid(f"{figure[:60]!r} is no figure of an investment", field=FIGURE, remedy=f"Ask for one of: {', '.join(FIGURES)}.")
    return figure


def _of(visit: Visit) -> str:
    """Whose figure it is, by its global id, or `portfolio`. Raises Invalid for what holds no investment."""
    of = visit.query.get(OF, WHOLE)
    if of != WHOLE and of.partition(":")[0] not in HOLDERS:
        raise Invalid(f"{of[:80]!r} holds no investments", field=OF, remedy="Give portfolio, or a global id such as team:permits-team.")
    return of


def _variables(visit: Visit) -> dict[str, Any]:
    of = _of(visit)
    whole = of == WHOLE
    asked = {"whole": whole, "ids": [] if whole else [of], "field": f"investment.{_figure(visit)}", "first": FIRST, "after": visit.query.get(AFTER)}
    return {**of_portfolio(visit), **asked}


def _present(visit: Visit, data: Data) -> ExplanationView:
    of, figure = _of(visit), _figure(visit)
    holder = data["portfolio"] if of == WHOLE else data["nodes"][0]
    if holder is None:
        raise NotFound(f"there is no {of[:80]} on this day", field=OF, remedy="Choose another day, or begin with the investment page.")
    why, name = holder["explain"], _name(visit, of, holder)
    info, rule, value = why["events"]["pageInfo"], why["rule"], why["value"]
    events = tuple(replace(told(visit, one), late=True) for one in why["events"]["nodes"])  # when it was learned is said of each
    return ExplanationView(
        title=f"{FIGURES[figure]}: {name}",
        figure=FIGURES[figure],
        value=None if value is None else _value(figure, value),
        years=_years(visit, of, name, value) if figure == "fiscalYears" and value else None,
        statement=rule["statement"],
        rule=rule["id"],
        source=rule["source"],
        also=words.listed(rule["also"]),
        events=events,
        table=events_table(events).of(("portfolio", *WHY) if of == WHOLE else ("nodes", 0, *WHY), why["events"]),
        total=why["events"]["totalCount"],
        before=visit.here(after=None) if info["hasPreviousPage"] else None,
        more=visit.here(after=info["endCursor"]) if info["hasNextPage"] else None,
        back=visit.href("/investment"),
    )


def _name(visit: Visit, of: str, holder: Mapping[str, Any]) -> str:
    if of != WHOLE:
        return str(holder["name"])
    chosen = words.plain(visit.query.get(ORGANISATION, ""))
    return next((str(one["name"]) for one in holder["organisations"] if words.plain(one["id"]) == chosen), "everything") if chosen else "everything"


def _value(figure: str, value: Sequence[Mapping[str, Any]]) -> str:
    if figure == "fiscalYears":
        return words.count(len({(one["starts"], one["ends"]) for one in value}), "fiscal year")
    return words.money(value, signed=figure.startswith("against"))


def _years(visit: Visit, of: str, name: str, value: Sequence[Mapping[str, Any]]) -> Table:
    subject = SubjectRow(of, name, None, "", {"fiscalYears": value})
    return fiscal_years(visit, "fiscal-years", "Per fiscal year", None, [subject]).table


EXPLANATION: Final = Page(
    "explanation",
    "/investment/explain",
    "",
    _variables,
    _present,
    kinds=("investment", "bid", "loan", ORGANISATION, "program", "product", "team"),
)
