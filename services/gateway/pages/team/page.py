"""`/teams/{id}`: the story of a team: status over time, money, roadmap, backlog, people, evidence, duties, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.team import HealthReading, HealthSubject
from libs.events.choice import Tone
from services.gateway.pages.graduation.page import TeamCard, card
from services.gateway.pages.improvement.tables import improved, paced
from services.gateway.pages.kit import sections, words
from services.gateway.pages.kit.charts.over_time import Period, band
from services.gateway.pages.kit.page import Data, Page, PageView, Visit
from services.gateway.pages.kit.people import people
from services.gateway.pages.kit.sections import CASES, MoneyPart
from services.gateway.pages.kit.table import Cell, Table, status
from services.gateway.pages.kit.tables.event_rows import AFTER, KIND, Telling, telling
from services.gateway.pages.kit.tables.field_tables import FieldTable, FieldTables

KINDS: Final = ("team", "graduation", "investment", "bid", "loan", "improvement", "experiment")
FIRST: Final = 25
_LEVELS: Final = {
    GraduationStatus.AT_RISK: 0.15,
    GraduationStatus.PIVOTED_AWAY: 0.0,
    GraduationStatus.IN_RESIDENCY: 0.15,
    GraduationStatus.SUSTAIN: 0.35,
    GraduationStatus.HANDING_OFF: 0.5,
    GraduationStatus.READY: 0.75,
    GraduationStatus.GRADUATED: 1.0,
    GraduationStatus.ALUMNI: 1.0,
}
LISTED: Final = FieldTables(
    "Team",
    (
        FieldTable(
            "products",
            "Products and their backlogs",
            "Product: *, Phase: phase.title as phase, #Open: backlog.open as open, #Delivered: backlog.delivered as delivered",
            {"phase": lambda one: f"since {words.short_day(one['phase']['since'])}" if one["phase"] else ""},
            empty="It serves no product.",
            also="phase { since }",
            id="backlog",
            caption_hidden=True,
        ),
        *improved(of_team=True),
        FieldTable(
            "accountable",
            "Who answers for it",
            "As: role, Who: person, Since: since",
            empty="Nobody is named.",
        ),
        FieldTable(
            "formerMembers",
            "Who left",
            "Who: person, role, Left: leftOn, -since",
            {"left_on": lambda one: f"came {words.short_day(one['since'])}"},
            empty="Nobody has left.",
        ),
        FieldTable(
            "healthReadings",
            "Health over time",
            "Of: subject, Found: reading, On: on, Check: source",
            empty="Its health was never checked.",
        ),
        FieldTable(
            "loans",
            "Loans",
            "Borrower: borrower.name as borrower, state, from, until, Days to first release: firstDelivery.days as days, "
            "-Lender: lender.name as lender, -Loan: id as loan",
            empty="It was never on loan.",
        ),
        FieldTable(
            "opportunities",
            "Opportunities beyond its program",
            "Opportunity: *, State: state, For: organisation, starts, ends, -Why declined: declinedBecause as declined_because",
            empty="None was recorded.",
        ),
        FieldTable(
            "specialists",
            "Specialists who saw it at work",
            "Specialists: function, Last saw it: last.on as last_on, How: last.form as form, times, last.note as note",
            {"last_on": lambda one: "" if one["last"] else Cell("Never", tone="bad", value="")},
        ),
    ),
)
"""What of it is listed; what has no place of its own on the page stands below its people."""


@dataclass(frozen=True, slots=True)
class TeamView:
    """What the page shows."""

    title: str
    status: str
    lead: str
    tone: str
    home: str
    home_href: str
    facts: tuple[tuple[str, str], ...]
    card: TeamCard
    statuses: Table
    band: Markup
    band_from: str
    band_until: str
    money: MoneyPart | None
    investments: Table
    roadmap: Table
    people: Table
    listed: Mapping[str, Table]
    pace: str
    duties: Table
    telling: Telling
    not_yet: bool = False


def story_variables(visit: Visit) -> dict[str, Any]:
    """What the document of a team or a product is asked with. Raises NotFound for what is no id."""
    id = sections.plain_id(visit, visit.page.name)
    said = visit.query.get(KIND)
    return {**visit.moment.variables, "id": id, "said": [said] if said else None, "first": FIRST, "after": visit.query.get(AFTER)}


def _present(visit: Visit, data: Data) -> PageView:
    team = data["team"]
    if team is None:
        return sections.not_yet(visit, "team", data["ever"])
    shown = card(visit, team)
    return TeamView(
        title=team["name"],
        status=shown.status,
        lead=_lead(shown),
        tone=GraduationStatus[shown.status].tone or Tone.PLAIN,
        home=words.named(team["home"]),
        home_href=visit.href("/", organisation=words.plain(team["home"]["id"])) if team["home"] else "",
        facts=tuple(_facts(team)),
        card=shown,
        statuses=_statuses(visit, team["statuses"]),
        band=_band(visit, team["statuses"]),
        band_from=words.short_day(team["statuses"][0]["from"]) if team["statuses"] else "",
        band_until=words.short_day(visit.moment.day),
        money=sections.money_part(visit, team["investment"]),
        investments=sections.investments(visit, data["portfolio"]["investments"]["nodes"]),
        roadmap=sections.roadmap(visit, team["roadmap"], of_products=len(team["products"]) > 1),
        people=people(visit, team),
        listed=LISTED.made(visit, team),
        pace=paced(team["pace"]),
        duties=sections.duties(visit, data["portfolio"]["duties"], sections.subjects_of(data, team)),
        telling=telling(visit, team["story"], KINDS),
    )


def _lead(shown: TeamCard) -> str:
    begin = GraduationStatus[shown.status].words
    since = f" since {words.day(shown.since)}" if shown.since else ""
    met = f"{words.number(shown.met) if shown.met else 'none'} of {words.number(len(shown.criteria))} criteria {'is' if shown.met == 1 else 'are'} met"
    blocked = f", blocked by {words.listed(shown.blocked_by.split(', '))}" if shown.blocked_by else ""
    return f"{begin}{since}: {met}{blocked}."


def _facts(team: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is to be known at a glance, by its name."""
    covered = sum(one["covered"] for one in team["core"])
    found = [("Core seats filled", f"{covered} of {len(team['core'])}")]
    if team["continuity"]:
        found.append(("Core that has stayed a year", f"{team['continuity']['share']:.0%}".replace("%", f"{words.NBSP}%")))
    if team["health"]:
        readings = [f"{one.spoken} {HealthReading[team['health'][one]].spoken}" for one in HealthSubject if team["health"][one]]
        found.append(("Health", f"{words.sentence(', '.join(readings)).rstrip('.')} ({words.short_day(team['health']['recordedOn'])})"))
    return found + outcomes(team)


_TARGETS: Final = (("hit", "hit"), ("missed", "missed"), ("open", "open"), ("notMeasured", "not measured"))
"""The four states of a target, each with a count, in words."""


def outcomes(subject: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Needs and targets of a team or a product, and how sure those who answer for it are of it, at a glance, where there are any."""
    needs, targets = subject["needs"], subject["targets"]
    found = [("Prioritised needs met", f"{needs['met']} of {needs['prioritised']}")] if needs["prioritised"] else []
    if any(targets.values()):
        parts = [f"{targets[name]} {shown}" for name, shown in _TARGETS if targets[name]]
        found.append(("Targets", ", ".join(parts)))
    return found + sections.confidence(subject)


def _statuses(visit: Visit, found: Sequence[Mapping[str, Any]]) -> Table:
    periods = [(status(one["status"]), date.fromisoformat(one["from"]), date.fromisoformat(one["until"]) if one["until"] else None) for one in found]
    return sections.periods(visit, "statuses", "Status over time", "Status", periods, "It was not formed yet.")


def _band(visit: Visit, periods: Sequence[Mapping[str, Any]]) -> Markup:
    drawn = []
    for one in periods:
        status = GraduationStatus[one["status"]]
        ends = date.fromisoformat(one["until"]) if one["until"] else visit.moment.day
        drawn.append(Period(date.fromisoformat(one["from"]), ends, status.tone or Tone.PLAIN, _LEVELS[status]))
    names = [GraduationStatus[one["status"]].words for one in periods]
    return band(drawn, f"Status over time: {', then '.join(names)}")


TEAM: Final = Page("team", "/teams/{id}", "", story_variables, _present, wholes=(CASES,), declared=LISTED)
