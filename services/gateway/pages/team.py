"""`/teams/{id}`: the whole story of a team: how it stood over time, money, roadmap, backlog, people, evidence, duties, and everything that was said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from libs.commands.errors import NotFound
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.team import HealthReading, HealthSubject
from libs.events.choice import Tone
from services.gateway.pages import sections, words
from services.gateway.pages.columns import Cells, table
from services.gateway.pages.graduation import TeamCard, card
from services.gateway.pages.over_time import Period, band
from services.gateway.pages.page import Data, Page, View, Visit
from services.gateway.pages.people import former, people
from services.gateway.pages.sections import CASES, MoneyPart
from services.gateway.pages.tables import Cell, Column, Table, day, status, text
from services.gateway.pages.told import AFTER, KIND, Telling, telling

KINDS: Final = ("team", "graduation", "investment", "bid", "loan")
FIRST: Final = 25
_ID: Final = re.compile(r"(?:([a-z_]+):)?[a-z0-9][a-z0-9._-]{0,63}\Z")
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
    backlog: Table
    people: Table
    former: Table
    loans: Table
    duties: Table
    telling: Telling
    not_yet: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them."""
        money = (self.money.table,) if self.money else ()
        rest = (self.roadmap, self.backlog, self.people, self.former, self.loans, self.duties, self.telling.table)
        return self.statuses, *money, self.investments, *rest


def story_variables(visit: Visit) -> dict[str, Any]:
    """What the document of a team or a product is asked with. Raises NotFound for what is no id."""
    id, kind = visit.path["id"], visit.page.name
    found = _ID.match(id)
    if found is None or found[1] not in (None, kind):
        raise NotFound(f"{id[:64]!r} is not the id of a {kind}", field="id", remedy=f"Look for it in the list of {kind}s, or search for its name.")
    said = visit.query.get(KIND)
    return {**visit.moment.variables, "id": id, "said": [said] if said else None, "first": FIRST, "after": visit.query.get(AFTER)}


def _present(visit: Visit, data: Data) -> View:
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
        money=sections.money_part(team["investment"]),
        investments=sections.investments(visit, data["portfolio"]["investments"]["nodes"]),
        roadmap=sections.roadmap(visit, team["roadmap"], of_products=len(team["products"]) > 1),
        backlog=_backlog(visit, team["products"]),
        people=people(team),
        former=former(visit, team["formerMembers"]),
        loans=_loans(visit, team["loans"]),
        duties=sections.duties(visit, data["portfolio"]["duties"], sections.subjects_of(data, team["id"])),
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
    """Needs and targets of a team or a product at a glance, where there are any."""
    needs, targets = subject["needs"], subject["targets"]
    found = [("Prioritised needs met", f"{needs['met']} of {needs['prioritised']}")] if needs["prioritised"] else []
    if any(targets.values()):
        parts = [f"{targets[name]} {shown}" for name, shown in _TARGETS if targets[name]]
        found.append(("Targets", ", ".join(parts)))
    return found


def _statuses(visit: Visit, periods: Sequence[Mapping[str, Any]]) -> Table:
    columns = (Column("Status", "status"), Column("From", "from"), Column("Until", "until"), Column("Days", "days", True, csv_only=True))
    rows = tuple(
        (
            status(one["status"]),
            Cell(words.short_day(one["from"]), note=words.count(_days(one, visit.moment.day), "day"), value=one["from"], datetime=one["from"]),
            day(one["until"]) if one["until"] else Cell("today" if visit.moment.as_of is None else "this day", value=""),
            text(_days(one, visit.moment.day), value=_days(one, visit.moment.day)),
        )
        for one in reversed(periods)
    )
    return Table("statuses", "Status over time", columns, rows, empty="It was not formed yet.", caption_hidden=True)


def _days(period: Mapping[str, Any], today: date) -> int:
    until = date.fromisoformat(period["until"]) if period["until"] else today
    return (until - date.fromisoformat(period["from"])).days + 1


def _band(visit: Visit, periods: Sequence[Mapping[str, Any]]) -> Markup:
    drawn = []
    for one in periods:
        status = GraduationStatus[one["status"]]
        ends = date.fromisoformat(one["until"]) if one["until"] else visit.moment.day
        drawn.append(Period(date.fromisoformat(one["from"]), ends, status.tone or Tone.PLAIN, _LEVELS[status]))
    names = [GraduationStatus[one["status"]].words for one in periods]
    return band(drawn, f"Status over time: {', then '.join(names)}")


def _backlog(visit: Visit, products: Sequence[Mapping[str, Any]]) -> Table:
    columns = "Product: *, Phase: phase.title as phase, #Open: backlog.open as open, #Delivered: backlog.delivered as delivered"
    cells: Cells = {"phase": lambda one: f"since {words.short_day(one['phase']['since'])}" if one["phase"] else ""}
    caption, empty = "Products and their backlogs", "It serves no product."
    return table(visit, "backlog", caption, "Product", columns, products, empty=empty, caption_hidden=True, cells=cells)


def _loans(visit: Visit, loans: Sequence[Mapping[str, Any]]) -> Table:
    columns = "Borrower: borrower.name as borrower, Lender: lender.name as lender, from, until, -Loan: id as loan"
    return table(visit, "loans", "Loans", "Loan", columns, loans, empty="It was never on loan.")


TEAM: Final = Page("team", "/teams/{id}", "", story_variables, _present, wholes=(CASES,))
