"""Parses the filters of the roadmap from its address: items, order and quarters, with the options to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from libs.commands.errors import Invalid
from libs.events.catalog.roadmap.roadmap_item import Horizon
from libs.rules.money.fiscal_years import CALENDAR
from libs.rules.money.quarters import Quarter
from services.gateway.pages.kit import quarters, words
from services.gateway.pages.kit.as_of import read_day
from services.gateway.pages.kit.page import ORGANISATION, Option, Visit, chosen, options

PROGRAM, TEAM, PRODUCT, HORIZON, TEXT, SLIPPED, ORDER = "program", "team", "product", "horizon", "text", "slipped", "order"
FROM, SPAN, QUARTERS, AFTER, FIRST = "from", "span", "quarters", "after", 40
FISCAL, BY_CALENDAR = "fiscal", "calendar"
NARROWING: Final = (PROGRAM, TEAM, PRODUCT, HORIZON, TEXT, SLIPPED)

ORDERS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "product": ("by product", "PRODUCT", "ASC"),
        "ends": ("what ends first", "ENDS", "ASC"),
        "starts": ("what starts first", "STARTS", "ASC"),
        "slip": ("what slips most", "SLIP", "DESC"),
    }
)
"""As the address says it -> in words, and as the schema says it."""
SPANS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType({"1": ("1 year", 4), "2": ("2 years", 8), "3": ("3 years", 12), "5": ("5 years", 20)})
USUAL_SPAN: Final = "2"


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another look: its words, its address, and whether it is the one that is looked at."""

    words: str
    href: str
    current: bool = False


def filter_of(visit: Visit) -> dict[str, Any]:
    """The filter of the schema. Raises Invalid for a horizon that there is not."""
    query = visit.query
    found: dict[str, Any] = {name: [query[name]] for name in (ORGANISATION, PROGRAM, TEAM, PRODUCT) if query.get(name)}
    if horizon := chosen(visit, HORIZON, Horizon):
        found[HORIZON] = [horizon.name]
    if query.get(TEXT):
        found[TEXT] = query[TEXT].strip()
    return found | ({SLIPPED: True} if query.get(SLIPPED) else {})


def variables(visit: Visit) -> dict[str, Any]:
    """What the document is asked with. Raises Invalid for what cannot be chosen."""
    wanted = filter_of(visit)
    _, by, direction = ORDERS[order_of(visit)]
    horizons = {one.value: {**wanted, HORIZON: [one.name] if wanted.get(HORIZON, [one.name]) == [one.name] else []} for one in Horizon}
    return {
        **visit.moment.variables,
        ORGANISATION: visit.query.get(ORGANISATION),
        "filter": wanted,
        "order": {"by": by, "direction": direction},
        "first": FIRST,
        "after": visit.query.get(AFTER),
        **horizons,
    }


def order_of(visit: Visit) -> str:
    """The order that is asked for; by product where none is."""
    return _one_of(visit.query.get(ORDER, "product"), ORDERS, ORDER)


def year_begins(visit: Visit, fiscal_year_start: str) -> str:
    """MM-DD on which years begin: those of the organisation, or, where asked, of the calendar."""
    kind = _one_of(visit.query.get(QUARTERS, FISCAL), {FISCAL: "", BY_CALENDAR: ""}, QUARTERS)
    return CALENDAR if kind == BY_CALENDAR else fiscal_year_start


def quarters_of(visit: Visit, begins: str, spans: Sequence[quarters.Span]) -> tuple[Quarter, ...]:
    """The quarters that the grid shows: from the day asked for, else those that fit what is shown. Raises Invalid for what is no day or length."""
    count = SPANS[_one_of(visit.query.get(SPAN, USUAL_SPAN), SPANS, SPAN)][1]
    first = read_day(visit.query.get(FROM), FROM) or quarters.fitting(spans, visit.moment.day, count, begins)
    return quarters.quarters(first, count, begins)


def grid_links(visit: Visit, shown: Sequence[Quarter], begins: str, fiscal_year_start: str) -> tuple[tuple[Link, ...], ...]:
    """Ways to other quarters: back and forth, longer and shorter, and of the other kind of year."""
    step = max(2, len(shown) // 2)
    turning = tuple(
        Link(said, visit.here(**{FROM: quarters.moved(shown[0].starts, by, begins).isoformat()})) for said, by in (("Earlier", -step), ("Later", step))
    )
    span = visit.query.get(SPAN, USUAL_SPAN)
    lengths = tuple(Link(said, visit.here(**{SPAN: value}), value == span) for value, (said, _) in SPANS.items())
    if fiscal_year_start == CALENDAR:
        return turning, lengths
    kinds = ((f"Fiscal years (from {_month_day(fiscal_year_start)})", FISCAL), ("Calendar years", BY_CALENDAR))
    current = visit.query.get(QUARTERS, FISCAL)
    return turning, lengths, tuple(Link(said, visit.here(**{QUARTERS: value}), value == current) for said, value in kinds)


def choices(visit: Visit, found: Mapping[str, Any]) -> dict[str, tuple[Option, ...]]:
    """What can be chosen of programs, teams, products, horizons and orders; no products where there are too many to choose from."""
    products = found["products"]
    lists = {
        PROGRAM: found["programs"],
        TEAM: found["teams"]["nodes"],
        PRODUCT: products["nodes"] if products["totalCount"] <= len(products["nodes"]) else [],
    }
    given = {
        name: tuple(_option(words.plain(one["id"]), one["name"], words.plain(visit.query.get(name, ""))) for one in listed) for name, listed in lists.items()
    }
    given[HORIZON] = options(Horizon, chosen(visit, HORIZON, Horizon))
    given[ORDER] = tuple(_option(name, said, order_of(visit)) for name, (said, _, _) in ORDERS.items())
    return given


def _option(value: str, said: str, given: str) -> Option:
    return Option(value, said, value == given)


def _one_of(given: str, there: Mapping[str, Any], field: str) -> str:
    found = next((name for name in there if name.lower() == given.strip().lower()), None)
    if found is None:
        raise Invalid(f"{given[:40]!r} is none of {', '.join(there)}", field=field, remedy="Choose one of these, or leave it out.")
    return found


def _month_day(begins: str) -> str:
    return f"{int(begins[3:])}{words.NBSP}{date(2000, int(begins[:2]), 1):%B}"
