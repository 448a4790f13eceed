"""`/graduation`: how many teams are at each status, and for each team its criteria, evidence, obstacles, next step and decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from libs.events.catalog.portfolio.graduation import GraduationStatus, HandoffState, HomeFunction
from services.gateway.pages.kit import words
from services.gateway.pages.kit.charts import charts
from services.gateway.pages.kit.page import Data, Page, Visit, chosen, of_portfolio
from services.gateway.pages.kit.table import Cell, Column, Table, text
from services.gateway.pages.kit.tables.columns import Cells, table

STATUS, AFTER, FIRST = "status", "after", 25
EVERY, LISTED = ("portfolio", "all"), ("portfolio", "teams")
"""The teams that are counted by status, and those that stand on the page."""
NAMES_SHOWN: Final = 8
DECISIONS: Final[Mapping[str, str]] = {
    "headway.portfolio.graduation.sustain_entered.v1": "Sustain entered",
    "headway.portfolio.graduation.handoff_accepted.v1": "Hand-off accepted",
    "headway.portfolio.graduation.attested.v1": "Expectations attested",
    "headway.portfolio.graduation.story_told.v1": "Story told",
    "headway.roadmap.release.published.v1": "Beta published",
}
"""What somebody decided, among the evidence."""


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One of the six criteria: whether and why it is met, and its evidence, each in a sentence."""

    id: str
    title: str
    met: bool
    why: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, by whom (role and person), on which day (ISO)."""

    what: str
    by: str
    on: str


@dataclass(frozen=True, slots=True)
class TeamCard:
    """A team on its way."""

    id: str
    name: str
    href: str
    home: str
    products: str
    status: str
    since: str | None
    met: int
    steps: Markup
    criteria: tuple[CriterionRow, ...]
    blocked_by: str
    next_step: str
    handoff: tuple[tuple[str, str, bool], ...]
    decisions: tuple[Decision, ...]
    story: str


@dataclass(frozen=True, slots=True)
class GraduationView:
    """What the page shows: all teams by status, and one page of teams in full."""

    by_status: Table
    teams: Table
    cards: tuple[TeamCard, ...]
    total: int
    chosen: str
    before: str | None
    more: str | None
    title: str = "Graduation"


def _variables(visit: Visit) -> dict[str, Any]:
    narrowed = chosen(visit, STATUS, GraduationStatus)
    return {**of_portfolio(visit), "status": [narrowed.name] if narrowed else None, "first": FIRST, "after": visit.query.get(AFTER)}


def _present(visit: Visit, data: Data) -> GraduationView:
    portfolio = data["portfolio"]
    every, page = portfolio["all"]["nodes"], portfolio["teams"]
    by_name = tuple(card(visit, team) for team in page["nodes"])
    cards = tuple(sorted(by_name, key=_needs_first))
    info, narrowed = page["pageInfo"], chosen(visit, STATUS, GraduationStatus)
    return GraduationView(
        by_status=_by_status(visit, every),
        teams=_teams(visit, page["nodes"]).of(LISTED, page),
        cards=cards,
        total=page["totalCount"],
        chosen=narrowed.spoken if narrowed else "",
        before=visit.here(after=None) if info["hasPreviousPage"] else None,
        more=visit.here(after=info["endCursor"]) if info["hasNextPage"] else None,
    )


def _needs_first(card: TeamCard) -> tuple[int, str, str]:
    return words.STATUSES.index(GraduationStatus[card.status]), card.name, card.id


def _by_status(visit: Visit, teams: Sequence[Mapping[str, Any]]) -> Table:
    names: defaultdict[str, list[str]] = defaultdict(list)
    for team in teams:
        names[team["graduation"]["status"]].append(team["name"])
    rows = tuple(
        (
            Cell(one.words, visit.href("/graduation", status=one.name), note=one.description, value=one.name),
            text(len(names[one.name]), value=len(names[one.name])),
            text(_some(names[one.name]), value="; ".join(names[one.name])),
        )
        for one in words.STATUSES
        if names[one.name]
    )
    columns = (Column("Status", "status"), Column("Teams", "teams", True), Column("Which", "names"))
    return Table("teams-by-status", "Teams by status", columns, rows, empty="No team is known on this day.")


def _some(names: Sequence[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:NAMES_SHOWN])} and {rest} more"


def _teams(visit: Visit, teams: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        "Team: *, Home: home.name as home, Status: graduation.status as status, Since: graduation.since as since, "
        "#Criteria met of six: graduation.criteria.met as met, Blocked by: graduation.blockedBy as blocked_by, Next step: graduation.nextStep as next_step"
    )
    cells: Cells = {
        "team": lambda one: Cell(one["name"], visit.href(f"/teams/{words.plain(one['id'])}"), value=words.plain(one["id"])),
        "met": lambda one: text(met := sum(each["met"] for each in one["graduation"]["criteria"]), value=met),
        "blocked_by": lambda one: text(", ".join(one["graduation"]["blockedBy"])),
    }
    return table(visit, "teams", "Teams", "Team", columns, teams, empty="No team is here.", cells=cells)


def card(visit: Visit, team: Mapping[str, Any]) -> TeamCard:
    """A team of an answer, with its graduation, as pages show it."""
    graduation = team["graduation"]
    criteria = tuple(_criterion(one) for one in graduation["criteria"])
    met = sum(one.met for one in criteria)
    unmet = words.listed(one.id for one in criteria if not one.met)
    label = f"{words.number(met)} of {words.number(len(criteria))} criteria met" + (f", not {unmet}" if unmet else "")
    return TeamCard(
        id=words.plain(team["id"]),
        name=team["name"],
        href=visit.href(f"/teams/{words.plain(team['id'])}"),
        home=words.named(team["home"]),
        products=words.listed(words.named(product) for product in team["products"]),
        status=graduation["status"],
        since=graduation["since"],
        met=met,
        steps=charts.steps([one.met for one in criteria], label),
        criteria=criteria,
        blocked_by=", ".join(graduation["blockedBy"]),
        next_step=graduation["nextStep"] or "",
        handoff=tuple((HomeFunction[h["function"]].words, HandoffState[h["state"]].spoken, h["late"]) for h in graduation["handoff"]),
        decisions=tuple(_decisions(graduation)),
        story=(graduation["ceremony"] or {}).get("story") or "",
    )


def _criterion(one: Mapping[str, Any]) -> CriterionRow:
    return CriterionRow(one["id"], one["title"], one["met"], words.sentence(one["why"]), tuple(_evidence(e) for e in one["evidence"]))


def _evidence(one: Mapping[str, Any]) -> str:
    """An event in words: what happened, when, who said it, whether that was the team itself, and until when it counts."""
    what = " ".join(one["type"].split(".")[-3:-1]).replace("_", " ").capitalize()
    until = f", counts until {words.day(one['expiresAt'])}" if one["expiresAt"] else ""
    own = "" if one["independent"] else ", the team's own word"
    return f"{what} on {words.day(one['at'])}, said by {words.said_by(one)}{own}{until}"


def _decisions(graduation: Mapping[str, Any]) -> Iterator[Decision]:
    """By day: each decision that a criterion rests on once, and the ceremony."""
    found: dict[str, Decision] = {}
    for criterion in graduation["criteria"]:
        for one in criterion["evidence"]:
            if one["type"] in DECISIONS:
                found[one["event"]] = Decision(DECISIONS[one["type"]], words.said_by(one), one["at"][:10])
    ceremony = graduation["ceremony"]
    if ceremony:
        found[ceremony["event"]] = Decision("Ceremony held", words.said_by(ceremony), ceremony["heldOn"])
    yield from sorted(found.values(), key=lambda one: (one.on, one.what))


GRADUATION: Final = Page("graduation", "/graduation", "Graduation", _variables, _present, wholes=(EVERY,), lists=(LISTED,))
