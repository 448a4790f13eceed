"""`/teams` and `/products`: what there is, by name, narrowed by what is typed and by status or phase."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.lifecycle import DEFAULT_LIFECYCLE
from services.gateway.pages import words
from services.gateway.pages.page import Data, Option, Page, Visit, chosen, of_portfolio, options
from services.gateway.pages.tables import Cell, Column, Table, day, status, text

NAME, STATUS, PHASE, AFTER = "name", "status", "phase", "after"
FIRST: Final = 50
TEAM_LIST, PRODUCT_LIST = ("portfolio", "teams"), ("portfolio", "products")


@dataclass(frozen=True, slots=True)
class ListView:
    """What a list shows: its sentence, the field it is narrowed by with its choices, one page of a table, and where it goes on."""

    title: str
    noun: str
    said: str
    name: str
    field: str
    field_words: str
    choices: tuple[Option, ...]
    table: Table
    total: int
    first: str | None
    more: str | None
    narrowed: bool
    organisations: tuple[tuple[str, str], ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The one there is."""
        return (self.table,)


def _variables(visit: Visit, field: str) -> dict[str, Any]:
    given = visit.query.get(field)
    found = {**of_portfolio(visit), "name": visit.query.get(NAME, "").strip() or None, field: [given] if given else None}
    return {**found, "first": FIRST, "after": visit.query.get(AFTER)}


def _team_variables(visit: Visit) -> dict[str, Any]:
    status = chosen(visit, STATUS, GraduationStatus)
    return {**_variables(visit, STATUS), STATUS: [status.name] if status else None}


def _product_variables(visit: Visit) -> dict[str, Any]:
    lifecycle, slash, phase = visit.query.get(PHASE, "").partition("/")
    found = _variables(visit, PHASE)
    return {**found, PHASE: [phase], "lifecycle": [lifecycle]} if slash else found


def _teams(visit: Visit, data: Data) -> ListView:
    choices = options(words.STATUSES, chosen(visit, STATUS, GraduationStatus))
    columns = (
        Column("Team", "team"),
        Column("Status", "status"),
        Column("Criteria", "met"),
        Column("Home", "home", csv_only=True),
        Column("Since", "since", csv_only=True),
        Column("Next step", "next_step"),
        Column("Products", "products", csv_only=True),
    )
    page = data["portfolio"]["teams"]
    table = Table("teams", "Teams", columns, tuple(_team(visit, one) for one in page["nodes"]), empty="No team fits.", caption_hidden=True).of(TEAM_LIST, page)
    return _list(visit, data, page, ("Teams", "team", STATUS, "Status"), choices, table)


def _team(visit: Visit, team: Mapping[str, Any]) -> tuple[Cell, ...]:
    graduation = team["graduation"]
    home = words.named(team["home"])
    products = words.listed(words.named(one) for one in team["products"])
    shown, met = status(graduation["status"]), sum(one["met"] for one in graduation["criteria"])
    since = f"since{words.NBSP}{words.short_day(graduation['since'])}" if graduation["since"] else ""
    return (
        Cell(team["name"], visit.href(f"/teams/{words.plain(team['id'])}"), note=home, value=team["id"]),
        Cell(shown.text, tone=shown.tone, note=since, value=shown.value),
        Cell(f"{met} of {len(graduation['criteria'])} met", value=met),
        text(home),
        day(graduation["since"]),
        text(graduation["nextStep"]),
        text(products),
    )


def _products(visit: Visit, data: Data) -> ListView:
    given = visit.query.get(PHASE, "")
    phases = data["portfolio"]["phases"]
    several = {id for id, n in Counter(one["id"] for one in phases).items() if n > 1}
    choices = tuple(_phase_option(one, given, one["id"] in several) for one in phases)
    columns = (
        Column("Product", "product"),
        Column("Phase", "phase"),
        Column("Teams", "teams"),
        Column("Backlog", "open"),
        Column("Delivered", "delivered", True, csv_only=True),
        Column("Home", "home", csv_only=True),
        Column("Program", "program", csv_only=True),
        Column("In the phase since", "since", csv_only=True),
        Column("Prioritised needs", "needs", True, csv_only=True),
        Column("Needs met", "needs_met", True, csv_only=True),
    )
    page = data["portfolio"]["products"]
    table = Table("products", "Products", columns, tuple(_product(visit, one) for one in page["nodes"]), empty="No product fits.", caption_hidden=True).of(
        PRODUCT_LIST, page
    )
    return _list(visit, data, page, ("Products", "product", PHASE, "Phase"), choices, table)


def _phase_option(phase: Mapping[str, Any], given: str, several: bool) -> Option:
    """A phase to narrow the list by; where several lifecycles have one of its id, that of its lifecycle, which is named."""
    if not several:
        return Option(phase["id"], phase["title"], phase["id"] == given)
    value = f"{words.plain(phase['lifecycle'] or DEFAULT_LIFECYCLE.id)}/{phase['id']}"
    return Option(value, f"{phase['title']} ({phase['lifecycleName']})", value == given)


def _product(visit: Visit, product: Mapping[str, Any]) -> tuple[Cell, ...]:
    home = words.named(product["home"])
    program = words.named(product["program"])
    backlog, teams = product["backlog"], product["teams"]
    return (
        Cell(
            product["name"], visit.href(f"/products/{words.plain(product['id'])}"), note=", ".join(one for one in (home, program) if one), value=product["id"]
        ),
        _phase(product),
        _served(visit, teams),
        Cell(f"{backlog['open']} open", note=f"{backlog['delivered']} delivered", value=backlog["open"]) if backlog else text(None, value=""),
        text(backlog["delivered"] if backlog else None, value=backlog["delivered"] if backlog else ""),
        text(home),
        text(program),
        day(product["phase"]["since"] if product["phase"] else None),
        text(product["needs"]["prioritised"], value=product["needs"]["prioritised"]),
        text(product["needs"]["met"], value=product["needs"]["met"]),
    )


def _phase(product: Mapping[str, Any]) -> Cell:
    if product["decommissionedOn"]:
        return Cell("Decommissioned", tone="ended", note=words.short_day(product["decommissionedOn"]), value="decommissioned")
    if product["halt"]:
        return Cell("Halted", tone="bad", note=words.short_day(product["halt"]["since"]), value="halted")
    phase = product["phase"]
    return Cell(phase["title"], tone="going", note=f"since{words.NBSP}{words.short_day(phase['since'])}", value=phase["id"]) if phase else text(None, value="")


def _served(visit: Visit, teams: Sequence[Mapping[str, Any]]) -> Cell:
    """Its teams; one alone leads to its page."""
    names = words.listed(one["name"] for one in teams)
    value = "; ".join(one["id"] for one in teams)
    if len(teams) != 1:
        return Cell(names or "None", value=value)
    stands = GraduationStatus[teams[0]["graduation"]["status"]]
    return Cell(names, visit.href(f"/teams/{words.plain(teams[0]['id'])}"), note=stands.words, value=value)


def _list(visit: Visit, data: Data, page: Mapping[str, Any], of: tuple[str, str, str, str], choices: tuple[Option, ...], table: Table) -> ListView:
    title, noun, field, field_words = of
    info, name = page["pageInfo"], visit.query.get(NAME, "")
    among = next((one.words for one in choices if one.chosen), "")
    narrowed = (f" called “{name}”" if name else "") + (f" in {field_words.lower()} {among}" if among else "")
    return ListView(
        title=title,
        noun=noun,
        said=f"{words.count(page['totalCount'], noun).capitalize()}{narrowed}.",
        name=name,
        field=field,
        field_words=field_words,
        choices=choices,
        table=table,
        total=page["totalCount"],
        first=visit.here(after=None) if info["hasPreviousPage"] else None,
        more=visit.here(after=info["endCursor"]) if info["hasNextPage"] else None,
        narrowed=bool(narrowed),
        organisations=tuple((words.plain(one["id"]), one["name"]) for one in data["everywhere"]["organisations"]),
    )


TEAMS: Final = Page("teams", "/teams", "Teams", _team_variables, _teams, lists=(TEAM_LIST,))
PRODUCTS: Final = Page("products", "/products", "Products", _product_variables, _products, lists=(PRODUCT_LIST,))
