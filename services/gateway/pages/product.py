"""`/products/{id}`: the whole story of a product: phases, money, roadmap and releases, backlog over time, needs and metrics, people, duties, what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from markupsafe import Markup

from services.gateway.pages import product_tables, sections, words
from services.gateway.pages.columns import table, thing
from services.gateway.pages.over_time import Period, band, burn
from services.gateway.pages.page import Data, Page, View, Visit
from services.gateway.pages.sections import CASES, MoneyPart
from services.gateway.pages.tables import Cell, Column, Table, day, text
from services.gateway.pages.team import outcomes, story_variables
from services.gateway.pages.told import Telling, telling

KINDS: Final = ("product", "investment", "bid", "roadmap_item", "release", "change", "metric", "need", "backlog", "item")

NEEDS, METRICS, ASKED, ITEMS = ("product", "userNeeds"), ("product", "metrics"), ("product", "changeRequests"), ("product", "backlog", "items")


@dataclass(frozen=True, slots=True)
class ProductView:
    """What the page shows."""

    title: str
    lead: str
    tone: str
    home: str
    home_href: str
    program: str
    facts: tuple[tuple[str, str], ...]
    phases: Table
    band: Markup
    band_from: str
    band_until: str
    money: MoneyPart | None
    investments: Table
    roadmap: Table
    releases: Table
    changes: Table
    backlog: Table
    burn: Markup
    burn_from: str
    items: Table
    owner: str
    teams: Table
    people: Table
    needs: Table
    metrics: Table
    duties: Table
    telling: Telling
    not_yet: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them."""
        money = (self.money.table,) if self.money else ()
        work = (self.roadmap, self.releases, self.changes, self.backlog, self.items)
        return self.phases, *money, self.investments, *work, self.teams, self.people, self.needs, self.metrics, self.duties, self.telling.table


def _present(visit: Visit, data: Data) -> View:
    product = data["product"]
    if product is None:
        return sections.not_yet(visit, "product", data["ever"])
    backlog = product["backlog"] or {"owner": None, "open": 0, "delivered": 0, "overTime": [], "items": {"totalCount": 0, "nodes": []}}
    months = backlog["overTime"]
    lead, tone = _lead(product)
    return ProductView(
        title=product["name"],
        lead=lead,
        tone=tone,
        home=words.named(product["home"]),
        home_href=visit.href("/", organisation=words.plain(product["home"]["id"])) if product["home"] else "",
        program=words.named(product["program"]),
        facts=tuple(_facts(product, backlog)),
        phases=_phases(visit, product),
        band=_band(visit, product),
        band_from=words.short_day(product["phases"][0]["since"]) if product["phases"] else "",
        band_until=words.short_day(visit.moment.day),
        money=sections.money_part(product["investment"]),
        investments=sections.investments(visit, data["portfolio"]["investments"]["nodes"]),
        roadmap=sections.roadmap(visit, product["roadmap"], of_products=False),
        releases=product_tables.releases(visit, product["releases"]),
        changes=product_tables.changes(visit, product["changeRequests"]["nodes"]).of(ASKED, product["changeRequests"]),
        backlog=product_tables.backlog(visit, months),
        burn=burn([one["delivered"] for one in months], [one["open"] for one in months], product_tables.burn_words(months)),
        burn_from=words.short_day(months[0]["on"]) if months else "",
        items=product_tables.items(visit, backlog["items"]["nodes"]).of(ITEMS, backlog["items"]),
        owner=backlog["owner"]["name"] if backlog["owner"] else "",
        teams=_teams(visit, product["teams"]),
        people=_people(visit, product["teams"]),
        needs=product_tables.needs(visit, product["userNeeds"]["nodes"]).of(NEEDS, product["userNeeds"]),
        metrics=product_tables.metrics(visit, product["metrics"]["nodes"]).of(METRICS, product["metrics"]),
        duties=sections.duties(visit, data["portfolio"]["duties"], sections.subjects_of(data, product["id"])),
        telling=telling(visit, product["story"], KINDS),
    )


def _lead(product: Mapping[str, Any]) -> tuple[str, str]:
    """Where it is, in a sentence, with its tone."""
    if product["decommissionedOn"]:
        return f"Decommissioned on {words.day(product['decommissionedOn'])}.", "ended"
    phase = product["phase"]
    begin = f"In {phase['title']} since {words.day(phase['since'])}" if phase else "In no phase yet"
    if product["halt"]:
        halt = product["halt"]
        return f"{begin}. Work halted early on {words.day(halt['since'])}: {words.sentence(halt['reason'])}", "bad"
    teams = product["teams"]
    served = f"served by {words.listed(one['name'] for one in teams)}" if teams else "served by no team"
    return f"{begin}, {served}.", "going" if teams else "bad"


def _facts(product: Mapping[str, Any], backlog: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [("Backlog", f"{backlog['open']} open, {backlog['delivered']} delivered")] if product["backlog"] else []
    published = [one for one in product["releases"] if one["state"] == "PUBLISHED"]
    if product["releases"]:
        found.append(("Releases published", f"{len(published)} of {len(product['releases'])}"))
    return found + outcomes(product)


def _phases(visit: Visit, product: Mapping[str, Any]) -> Table:
    columns = (Column("Phase", "phase"), Column("From", "from"), Column("Until", "until"), Column("Days", "days", True, csv_only=True))
    rows = []
    for one, begins, ends in _periods(visit, product):
        last = ends is None
        days = ((ends or visit.moment.day) - begins).days + 1
        rows.append(
            (
                Cell(one["title"], tone="going" if last else "ended", value=one["id"]),
                Cell(words.short_day(one["since"]), note=words.count(days, "day"), value=one["since"], datetime=one["since"]),
                Cell("today" if visit.moment.as_of is None else "this day", value="") if ends is None else day(ends.isoformat()),
                text(days, value=days),
            )
        )
    return Table("phases", "Phases over time", columns, tuple(reversed(rows)), empty="It entered no phase yet.", caption_hidden=True)


def _periods(visit: Visit, product: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], date, date | None]]:
    """Each phase with its first and its last day; None while it lasts."""
    begun = [date.fromisoformat(one["since"]) for one in product["phases"]]
    ends: list[date | None] = [max(begins, following - timedelta(days=1)) for begins, following in pairwise(begun)]
    return list(zip(product["phases"], begun, [*ends, None] if begun else [], strict=True))


def _band(visit: Visit, product: Mapping[str, Any]) -> Markup:
    periods = _periods(visit, product)
    many = max(len(periods) - 1, 1)
    drawn = [
        Period(begins, ends or visit.moment.day, "going" if ends is None else "plain", n / many if len(periods) > 1 else 1.0)
        for n, (_, begins, ends) in enumerate(periods)
    ]
    return band(drawn, f"Phases over time: {', then '.join(one['title'] for one, *_ in periods) or 'none'}")


def _teams(visit: Visit, teams: Sequence[Mapping[str, Any]]) -> Table:
    columns, empty = "Team: *, Status: graduation.status as status, Since: graduation.since as since", "No team serves it."
    return table(visit, "teams", "Teams that serve it", "Team", columns, teams, empty=empty, caption_hidden=True)


def _people(visit: Visit, teams: Sequence[Mapping[str, Any]]) -> Table:
    members = [one | {"team": team} for team in teams for one in team["members"]]
    rows = sorted(members, key=lambda one: (one["role"], not one["core"], one["since"]))
    return table(
        visit,
        "people",
        "People by role",
        "Member",
        "role, Who: person, Team: * as team, -since",
        rows,
        empty="Nobody is on a team that serves it.",
        caption_hidden=True,
        cells={
            "role": lambda one: "" if one["core"] else "drawn on",
            "person": lambda one: f"since {words.short_day(one['since'])}",
            "team": lambda one: thing(visit, one["team"]),
        },
    )


PRODUCT: Final = Page("product", "/products/{id}", "", story_variables, _present, wholes=(CASES,), lists=(NEEDS, METRICS, ASKED, ITEMS))
