"""`/pack`: the whole portfolio as one document to print, with contents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from services.gateway.pages.changes.page import CHANGES
from services.gateway.pages.graduation.page import GRADUATION
from services.gateway.pages.home.page import ALL as EVERY
from services.gateway.pages.home.page import HOME, WAITING
from services.gateway.pages.investment.page import INVESTMENT
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import ORGANISATION, Data, Page, Visit, of_portfolio
from services.gateway.pages.product.page import PRODUCT
from services.gateway.pages.roadmap.page import ROADMAP
from services.gateway.pages.team.page import TEAM

STORIES, ALL, NONE = "stories", "all", "none"
MOST_STORIES: Final = 24
"""So many teams and products have their stories in the pack unless it is asked for all: more would be a book."""
FROM: Final = "from"
FRAME: Final = "/pack/print.css"
SECTIONS: Final = (HOME, ROADMAP, INVESTMENT, GRADUATION, CHANGES)


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its number, heading and id, the visit whose page it shows (None: its own sections alone), and those below it."""

    number: str
    title: str
    id: str
    visit: Visit | None = None
    below: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class PackView:
    """What the document holds; `whose` names the organisation (empty: everything), `frame` the style sheet that numbers its printed pages."""

    sections: tuple[Section, ...]
    whose: str
    stories: str
    other: tuple[str, str] | None
    frame: str
    title: str = "Portfolio pack"

    @property
    def shown(self) -> Iterator[Section]:
        """All sections in order, those below others too."""
        for one in self.sections:
            yield one
            yield from one.below


def _present(visit: Visit, data: Data) -> PackView:
    portfolio = data["portfolio"]
    teams, products = portfolio["teams"], portfolio["products"]
    there = teams["totalCount"] + products["totalCount"]
    asked = visit.query.get(STORIES, "")
    included = asked == ALL or (asked != NONE and there <= MOST_STORIES)
    sections = [_section(visit, n, page) for n, page in enumerate(SECTIONS, 1)]
    if included:
        sections += _stories(visit, len(sections) + 1, (("Teams", TEAM, teams["nodes"]), ("Products", PRODUCT, products["nodes"])))
    counted = f"{words.count(teams['totalCount'], 'team')} and {words.count(products['totalCount'], 'product')}"
    return PackView(
        sections=tuple(sections),
        whose=dict(visit.organisations or ()).get(words.plain(visit.query.get(ORGANISATION, "")), ""),
        stories=f"With the stories of {counted}." if included else f"The stories of {counted} are left out.",
        other=_other(visit, there, included) if there else None,
        frame=f"{FRAME}?{urlencode({**visit.kept, 'world': visit.world})}",
    )


def _other(visit: Visit, there: int, included: bool) -> tuple[str, str]:
    """The pack with or without stories, whichever this is not."""
    if included:
        return "Leave the stories out", visit.here(**{STORIES: NONE})
    return "Take the stories in", visit.here(**{STORIES: ALL if there > MOST_STORIES else None})


def _section(visit: Visit, number: int, page: Page) -> Section:
    query = {WAITING: EVERY} if page is HOME else {FROM: visit.query[FROM]} if page is CHANGES and visit.query.get(FROM) else {}
    return Section(str(number), page.nav, f"section-{number}", _of(visit, page, query))


def _stories(visit: Visit, number: int, kinds: Sequence[tuple[str, Page, Sequence[Mapping[str, Any]]]]) -> Iterator[Section]:
    for n, (title, page, things) in enumerate(kinds, number):
        below = tuple(Section(f"{n}.{m}", one["name"], f"section-{n}-{m}", _of(visit, page, {}, id=words.plain(one["id"]))) for m, one in enumerate(things, 1))
        if below:
            yield Section(str(n), title, f"section-{n}", None, below)


def _of(visit: Visit, page: Page, query: Mapping[str, str], **path: str) -> Visit:
    """The same moment, reader and portfolio on another page, in full."""
    return Visit(page, visit.moment, visit.reader, path, {**visit.kept, **query}, visit.world, whole=True, year_begins=visit.year_begins)


def _parts(visit: Visit, view: PackView) -> tuple[Visit, ...]:
    return tuple(one.visit for one in view.shown if one.visit is not None)


PACK: Final = Page("pack", "/pack", "Pack", of_portfolio, _present, parts=_parts, wholes=(("portfolio", "teams"), ("portfolio", "products")))
