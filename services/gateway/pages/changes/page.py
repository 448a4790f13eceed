"""`/changes?from=&to=`: what changed between two instants, in a sentence and in groups, each change with its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from libs.commands.errors import Invalid
from services.gateway.pages.kit import words
from services.gateway.pages.kit.as_of import Moment, last_of, read_instant
from services.gateway.pages.kit.page import ORGANISATION, Data, Page, Visit
from services.gateway.pages.kit.quarters import last_quarter_end
from services.gateway.pages.kit.table import Cell, Column, Table, text
from services.gateway.pages.kit.tables.change_rows import GROUPS, Group, group
from services.gateway.pages.kit.tables.change_summary import CHANGED, GONE, NEW, ChangeCounts, headline, tally

FROM, TO, GROUP, AFTER = "from", "to", "group", "after"
FIRST: Final = 100
ONE_ROW: Final = "; what is the same for an investment, its team and its product stands in one row"


@dataclass(frozen=True, slots=True)
class Between:
    """The two moments: an instant, as of its day and by what was known then, and the later moment, which is the page's own unless the address says `to`."""

    begin: datetime
    until: Moment

    @property
    def end(self) -> datetime:
        """The instant at which the later one ends."""
        return min(self.until.known_at or last_of(self.until.day), last_of(self.until.day))


@dataclass(frozen=True, slots=True)
class ChangesView:
    """What the page shows."""

    title: str
    sentence: str
    tone: str
    further: tuple[str, ...]
    groups: tuple[Group, ...]
    chosen: str
    begin: str
    end: str
    begin_words: str
    end_words: str
    with_time: bool
    spans: tuple[tuple[str, str, bool], ...]
    tallies: Mapping[str, str]
    summary: Table


def between(visit: Visit) -> Between:
    """The two moments that an address asks for. Raises Invalid where the first does not come first."""
    moment = visit.moment
    to = read_instant(visit.query.get(TO), TO)
    if to is not None and to < last_of(moment.day):
        moment = Moment(moment.today, to.date(), min(to, moment.known_at) if moment.known_at else to)
    begin = read_instant(visit.query.get(FROM), FROM)
    begin = begin or last_of(min(last_quarter_end(moment.day, visit.year_begins), (moment.known_on or moment.day) - timedelta(days=1)))
    if begin.date() > moment.day or (moment.known_at is not None and begin > moment.known_at):
        remedy = "Choose an earlier day to begin with, or a later one to end with."
        raise Invalid("what is compared begins after it ends", field=FROM, remedy=remedy)
    return Between(begin, moment)


def _variables(visit: Visit) -> dict[str, Any]:
    asked = between(visit)
    chosen = _chosen(visit)
    found = {**asked.until.variables, ORGANISATION: visit.query.get(ORGANISATION), "from": asked.begin.isoformat(), "fromDay": asked.begin.date().isoformat()}
    return {**found, "first": FIRST, "after": visit.query.get(AFTER) if chosen else None, **{name: name == chosen for name in GROUPS if chosen}}


def _chosen(visit: Visit) -> str:
    """The group that alone is shown; empty for all. Raises Invalid for what is none."""
    chosen = visit.query.get(GROUP, "")
    if chosen and chosen not in GROUPS:
        raise Invalid(f"{chosen[:40]!r} is no group of changes", field=GROUP, remedy=f"Choose one of: {', '.join(GROUPS)}.")
    return chosen


def _present(visit: Visit, data: Data) -> ChangesView:
    asked, portfolio = between(visit), data["portfolio"]
    then = _seen_at(visit, asked.until)
    groups = tuple(group(then, id, portfolio[id]) for id in GROUPS if id in portfolio)
    summary, counts = portfolio["changesSummary"], ChangeCounts(portfolio["changesSummary"])
    sentence, tone, further = headline(summary, groups, data["then"]["investment"], portfolio["investment"])
    with_time = asked.begin != last_of(asked.begin.date()) or asked.end != last_of(asked.end.date())
    return ChangesView(
        title="Changes",
        sentence=sentence,
        tone=tone,
        further=further,
        groups=tuple(one for one in groups if one.total),
        chosen=_chosen(visit),
        begin=_field(asked.begin, with_time),
        end=_field(asked.end, with_time),
        begin_words=_moment_words(asked.begin),
        end_words="today" if asked.until.is_now else _moment_words(asked.end),
        with_time=with_time,
        spans=tuple(_spans(visit, asked)),
        tallies={one.id: tally(counts, one.id) + (ONE_ROW if one.id == "money" and len(one.rows) < one.total else "") for one in groups},
        summary=_summary(visit, groups, counts),
    )


def _seen_at(visit: Visit, moment: Moment) -> Visit:
    """The same visit, whose links to other pages lead to the later moment, also where `to` alone says it."""
    if moment == visit.moment:
        return visit
    return Visit(visit.page, moment, visit.reader, visit.path, {**visit.query, **moment.query}, visit.world, visit.withheld, visit.whole, visit.year_begins)


def _summary(visit: Visit, groups: tuple[Group, ...], counts: ChangeCounts) -> Table:
    """How many changes of each group there are, whether the page shows them or not."""
    natures = ((NEW, "New", "new"), (CHANGED, "Moved", "moved"), (GONE, "Gone", "gone"))
    columns = (Column("What", "group"), Column("Changes", "changes", True), *(Column(name, key, True) for _, name, key in natures))
    shown = {one.id for one in groups if one.total}
    rows = tuple(
        (
            Cell(title, f"#{id}" if id in shown else visit.here(group=id, after=None) if counts.of(id) else None, value=id),
            *(text(many, value=many) for many in (counts.of(id), *(counts.of(id, nature) for nature, _, _ in natures))),
        )
        for id, title in GROUPS.items()
    )
    return Table("changes", "How much moved", columns, rows, caption_hidden=True)


def _spans(visit: Visit, asked: Between) -> list[tuple[str, str, bool]]:
    """Usual spans before the later moment, each with its address, and whether it is the one that is shown."""
    day = asked.until.day
    known: Mapping[str, date] = {
        "a week": day - timedelta(days=7),
        "30 days": day - timedelta(days=30),
        "the last quarter": last_quarter_end(day, visit.year_begins),
        "a year": day - timedelta(days=365),
    }
    return [(name, visit.here(**{FROM: begin.isoformat(), AFTER: None}), asked.begin == last_of(begin)) for name, begin in known.items()]


def _field(instant: datetime, with_time: bool) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M") if with_time else instant.date().isoformat()


def _moment_words(instant: datetime) -> str:
    day = words.day(instant)
    return day if instant == last_of(instant.date()) else f"{day}, {instant:%H:%M}{words.NBSP}UTC"


CHANGES: Final = Page("changes", "/changes", "Changes", _variables, _present, lists=tuple(("portfolio", name) for name in GROUPS))
