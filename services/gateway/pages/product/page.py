"""`/products/{id}`: the story of a product: phases, money, roadmap and releases, backlog over time, needs and metrics, people, duties, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from markupsafe import Markup

from services.gateway.pages.improvement import tables as improvement_tables
from services.gateway.pages.kit import sections, words
from services.gateway.pages.kit.charts.over_time import Period, band, burn
from services.gateway.pages.kit.page import Data, Page, PageView, Visit
from services.gateway.pages.kit.sections import CASES, MoneyPart
from services.gateway.pages.kit.table import Cell, Table
from services.gateway.pages.kit.tables.columns import table, thing
from services.gateway.pages.kit.tables.event_rows import Telling, telling
from services.gateway.pages.product import metrics
from services.gateway.pages.product import tables as product_tables
from services.gateway.pages.product.evaluations import next_evaluation
from services.gateway.pages.product.feedback import heard
from services.gateway.pages.product.metrics import READINGS, MetricCourse
from services.gateway.pages.team.page import outcomes, story_variables

KINDS: Final = (
    "product",
    "investment",
    "bid",
    "roadmap_item",
    "release",
    "change",
    "metric",
    "channel",
    "theme",
    "finding",
    "recommendation",
    "confidence",
    "evaluation",
    "record",
    "need",
    "improvement",
    "experiment",
    "backlog",
    "item",
)


@dataclass(frozen=True, slots=True)
class ProductView:
    """What the page shows."""

    title: str
    lead: str
    tone: str
    home: str
    home_href: str
    program: str
    linked: str
    facts: tuple[tuple[str, str], ...]
    vision: str
    phases: Table
    band: Markup
    band_from: str
    band_until: str
    money: MoneyPart | None
    investments: Table
    listed: Mapping[str, Table]
    roadmap: Table
    backlog: Table
    burn: Markup
    burn_from: str
    owner: str
    people: Table
    lacking: str
    courses: tuple[MetricCourse, ...]
    readings: Table
    heard: str
    evaluated: str
    improved: str
    duties: Table
    telling: Telling
    not_yet: bool = False


def _present(visit: Visit, data: Data) -> PageView:
    product = data["product"]
    if product is None:
        return sections.not_yet(visit, "product", data["ever"])
    backlog = product["backlog"] or {"owner": None, "open": 0, "delivered": 0, "overTime": []}
    months = backlog["overTime"]
    lead, tone = _lead(product)
    return ProductView(
        title=product["name"],
        lead=lead,
        tone=tone,
        home=words.named(product["home"]),
        home_href=visit.href("/", organisation=words.plain(product["home"]["id"])) if product["home"] else "",
        program=words.named(product["program"]),
        linked=", ".join(map(words.named, product["linkedPrograms"])),
        facts=tuple(_facts(product, backlog)),
        vision=_vision(product["vision"]),
        phases=_phases(visit, product),
        band=_band(visit, product),
        band_from=words.short_day(product["phases"][0]["since"]) if product["phases"] else "",
        band_until=words.short_day(visit.moment.day),
        money=sections.money_part(visit, product["investment"]),
        investments=sections.investments(visit, data["portfolio"]["investments"]["nodes"]),
        listed=product_tables.LISTED.made(visit, product),
        roadmap=sections.roadmap(visit, product["roadmap"], of_products=False),
        backlog=product_tables.backlog(visit, months),
        burn=burn([one["delivered"] for one in months], [one["open"] for one in months], product_tables.burn_words(months)),
        burn_from=words.short_day(months[0]["on"]) if months else "",
        owner=backlog["owner"]["name"] if backlog["owner"] else "",
        people=_people(visit, product["teams"]),
        lacking=metrics.lacking(product["lackingMetrics"]),
        courses=metrics.courses(visit, product["metrics"]["nodes"], product["readings"]["nodes"]),
        readings=metrics.readings(visit, product["readings"]),
        heard=heard(product["problemPoints"]),
        evaluated=next_evaluation(product["nextEvaluationOn"], product["evaluations"]),
        improved=improvement_tables.summed(product["improvementSummary"]),
        duties=sections.duties(visit, data["portfolio"]["duties"], sections.subjects_of(data, product)),
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
        return f"{begin}. Work halted early on {words.day(halt['since'])}: {words.sentence(halt['reason'].replace('_', ' '))}", "bad"
    teams = product["teams"]
    served = f"served by {words.listed(one['name'] for one in teams)}" if teams else "served by no team"
    return f"{begin}, {served}.", "going" if teams else "bad"


def _vision(vision: Mapping[str, Any] | None) -> str:
    """Where it is to be in the long term, with since when and until when that holds; empty where nobody said."""
    if vision is None:
        return ""
    until = f" until {words.day(vision['until'])}" if vision["until"] else ""
    return f"Vision since {words.day(vision['setOn'])}{until}: {words.sentence(vision['text'])}"


def _facts(product: Mapping[str, Any], backlog: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [("Backlog", f"{backlog['open']} open, {backlog['delivered']} delivered")] if product["backlog"] else []
    published = [one for one in product["releases"] if one["state"] == "PUBLISHED"]
    if product["releases"]:
        found.append(("Releases published", f"{len(published)} of {len(product['releases'])}"))
    return found + outcomes(product)


def _phases(visit: Visit, product: Mapping[str, Any]) -> Table:
    found = _periods(visit, product)
    periods = [(Cell(one["title"], tone="ended" if ends else "going", value=one["id"]), begins, ends) for one, begins, ends in found]
    return sections.periods(visit, "phases", "Phases over time", "Phase", periods, "It entered no phase yet.")


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


PRODUCT: Final = Page("product", "/products/{id}", "", story_variables, _present, wholes=(CASES,), lists=(READINGS,), declared=product_tables.LISTED)
