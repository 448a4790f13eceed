"""`/teams`, `/products` and `/good-practices`: lists by name or text, filtered by status, phase or verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from libs.events.catalog.portfolio.evaluations.evaluation import Degree
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.lifecycle import DEFAULT_LIFECYCLE
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import ORGANISATION, Data, Option, Page, Visit, chosen, of_portfolio, options
from services.gateway.pages.kit.table import Cell, Table, text
from services.gateway.pages.kit.tables.columns import Cells, table
from services.gateway.pages.kit.tables.event_rows import page_of

NAME, STATUS, PHASE, EFFECTIVE, AFTER = "name", "status", "phase", "effective", "after"
FIRST: Final = 50
TEAM_LIST, PRODUCT_LIST, PRACTICE_LIST = ("portfolio", "teams"), ("portfolio", "products"), ("evaluations",)


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
    name_words: str = "Name"


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


def _practice_variables(visit: Visit) -> dict[str, Any]:
    verdict, found = chosen(visit, EFFECTIVE, Degree), _variables(visit, EFFECTIVE)
    return {**found, EFFECTIVE: [verdict.name] if verdict else None, "homes": [found[ORGANISATION]] if found[ORGANISATION] else None}


def _teams(visit: Visit, data: Data) -> ListView:
    choices = options(words.STATUSES, chosen(visit, STATUS, GraduationStatus))
    columns = (
        "Team: *, Status: graduation.status as status, Criteria: graduation.criteria.met as met, -Home: home.name as home, "
        "-Since: graduation.since as since, Next step: graduation.nextStep as next_step, -Products: products.name as products"
    )
    cells: Cells = {
        "team": lambda one: words.named(one["home"]),
        "status": lambda one: f"since{words.NBSP}{words.short_day(one['graduation']['since'])}" if one["graduation"]["since"] else "",
        "met": _met,
        "products": lambda one: text(words.listed(words.named(each) for each in one["products"])),
    }
    page = data["portfolio"]["teams"]
    made = table(visit, "teams", "Teams", "Team", columns, page["nodes"], empty="No team fits.", caption_hidden=True, cells=cells).of(TEAM_LIST, page)
    return _list(visit, data, page, ("Teams", "team", STATUS, "Status"), choices, made)


def _met(team: Mapping[str, Any]) -> Cell:
    criteria = team["graduation"]["criteria"]
    met = sum(one["met"] for one in criteria)
    return Cell(f"{met} of {len(criteria)} met", value=met)


def _products(visit: Visit, data: Data) -> ListView:
    given = visit.query.get(PHASE, "")
    phases = data["portfolio"]["phases"]
    several = {id for id, n in Counter(one["id"] for one in phases).items() if n > 1}
    choices = tuple(_phase_option(one, given, one["id"] in several) for one in phases)
    columns = (
        "Product: *, Phase: phase.title as phase, teams, Backlog: backlog.open as open, -Delivered: backlog.delivered as delivered, -Home: home.name as home, "
        "-Program: program.name as program, -In the phase since: phase.since as since, -Prioritised needs: needs.prioritised as needs, "
        "-Needs met: needs.met as needs_met"
    )
    cells: Cells = {
        "product": lambda one: ", ".join(filter(None, (words.named(one["home"]), words.named(one["program"])))),
        "phase": _phase,
        "teams": lambda one: _served(visit, one["teams"]),
        "open": _open,
    }
    page = data["portfolio"]["products"]
    made = table(visit, "products", "Products", "Product", columns, page["nodes"], empty="No product fits.", caption_hidden=True, cells=cells)
    return _list(visit, data, page, ("Products", "product", PHASE, "Phase"), choices, made.of(PRODUCT_LIST, page))


def _open(product: Mapping[str, Any]) -> Cell:
    backlog = product["backlog"]
    return Cell(f"{backlog['open']} open", note=f"{backlog['delivered']} delivered", value=backlog["open"]) if backlog else text(None)


def _phase_option(phase: Mapping[str, Any], given: str, several: bool) -> Option:
    """A phase to narrow the list by; where several lifecycles have one of its id, that of its lifecycle, which is named."""
    if not several:
        return Option(phase["id"], phase["title"], phase["id"] == given)
    value = f"{words.plain(phase['lifecycle'] or DEFAULT_LIFECYCLE.id)}/{phase['id']}"
    return Option(value, f"{phase['title']} ({phase['lifecycleName']})", value == given)


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
    )


def _practices(visit: Visit, data: Data) -> ListView:
    """What was published of evaluations for others to do likewise, the latest first (S1-14)."""
    columns = "Good practice: goodPractice as practice, Product: product.name as product, effective, Shared: publishedOn, -Home: product.home.name as home, -id"
    cells: Cells = {
        "practice": lambda one: Cell(one["goodPractice"], page_of(visit, one["id"])),
        "product": lambda one: words.named(one["product"]["home"]),
    }
    page = data["evaluations"]
    empty = "Nobody has shared any such practice yet."
    made = table(visit, "good-practices", "Good practices", "Evaluation", columns, page["nodes"], empty=empty, caption_hidden=True, cells=cells)
    of = ("Good practices", "good practice", EFFECTIVE, "Effective")
    found = _list(visit, data, page, of, options(Degree, chosen(visit, EFFECTIVE, Degree)), made.of(PRACTICE_LIST, page))
    return replace(found, name_words="Words")


TEAMS: Final = Page("teams", "/teams", "Teams", _team_variables, _teams, lists=(TEAM_LIST,))
PRODUCTS: Final = Page("products", "/products", "Products", _product_variables, _products, lists=(PRODUCT_LIST,))
PRACTICES: Final = Page("practices", "/good-practices", "", _practice_variables, _practices, lists=(PRACTICE_LIST,))
