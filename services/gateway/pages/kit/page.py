"""What a page is: its address, its GraphQL document and variables, its presentation, and a visit to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote, urlencode

from libs.commands.errors import Invalid
from libs.events.choice import Choice
from libs.rules.money.fiscal_years import CALENDAR
from libs.rules.roles import Principal
from services.gateway.pages.documents import document
from services.gateway.pages.kit.as_of import AS_OF, KNOWN_AT, Moment
from services.gateway.pages.kit.table import Path

ORGANISATION: Final = "organisation"
KEPT: Final = (AS_OF, KNOWN_AT, ORGANISATION)
"""What links from page to page keep of an address: the moment, and whose portfolio it is."""
FORMAT, HTML, CSV, MARKDOWN = "format", "html", "csv", "md"
PASSING: Final = frozenset({"theme", FORMAT, "table", "heard", "same"})
"""What an address says once, and no link repeats."""

Data = Mapping[str, Any]
C = TypeVar("C", bound=Choice)


class Declared(Protocol):
    """Tables that a page declares (`kit.tables.field_tables`)."""

    @property
    def lists(self) -> tuple[Path, ...]:
        """Where those of them stand in the answer that are pages of a list."""

    @property
    def fragment(self) -> str:
        """What they ask, for the document to spread."""


class PageView(Protocol):
    """What a template shows: everything in it is words, numbers and tables already. Each of its tables is also given as CSV."""

    @property
    def title(self) -> str:
        """The heading of the page."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a page: the moment, what stands in its path (`id`) and in its query, who looks, and the state of the world they look at.

    With `whole` nothing is left for another page of a list: the page stands in a document. `year_begins` is the day (MM-DD) on which fiscal years begin in the
    portfolio that is looked at: its quarters are those of all pages. `organisations` are those to choose from by id and name, where the page is of a portfolio.
    """

    page: Page
    moment: Moment
    reader: Principal
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    world: str = ""
    withheld: bool = False
    whole: bool = False
    year_begins: str = CALENDAR
    organisations: tuple[tuple[str, str], ...] | None = None

    @property
    def address(self) -> str:
        """The path of this page."""
        return self.page.path.format(**{name: quote(value, safe="") for name, value in self.path.items()})

    @property
    def kept(self) -> dict[str, str]:
        """What every link keeps of the address."""
        return {name: self.query[name] for name in KEPT if self.query.get(name)}

    @property
    def state(self) -> dict[str, str]:
        """The whole state of this page in its address."""
        return {name: value for name, value in self.query.items() if value and name not in PASSING}

    def href(self, path: str, **query: str | None) -> str:
        """The address of another page at the same moment; None leaves a part out."""
        return _address(path, {**self.kept, **query})

    def here(self, **query: str | None) -> str:
        """The address of this page with parts of its state otherwise; None leaves a part out."""
        return _address(self.address, {**self.state, **query})

    @property
    def variables(self) -> dict[str, Any]:
        """What the document of the page is asked with."""
        return {name: value for name, value in self.page.variables(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Page:
    """A page. `name` is also that of its document, its template and its live line; `kinds` are those of the events it rests on (none: all).

    `variables` says with what the document is asked; `present` is a pure function from the visit and the answer's data to what the template shows. It raises
    NotFound where what was asked for is not there. `nav` is its place in the navigation by its words; empty for a page that links alone lead to. `parts` are
    visits of other pages that stand in this one. `wholes` are the lists of its document that it sums up or chooses from: they are asked for to their end before
    it is made; `lists` are those that it shows a page of: where it stands in a document they are asked for to their end too. `declared` are
    tables that it shows of its thing. A page that is wholly made from a declaration makes its document too (`asks`), and shares its template (`shown_by`).
    One that can be had as Markdown says how it is written (`as_markdown`), and a report on which page's things it is, and what people call it (`reports_on`).
    """

    name: str
    path: str
    nav: str
    variables: Callable[[Visit], Mapping[str, Any]]
    present: Callable[[Visit, Data], PageView]
    kinds: tuple[str, ...] = ()
    parts: Callable[[Visit, Any], tuple[Visit, ...]] | None = None
    wholes: tuple[Path, ...] = ()
    lists: tuple[Path, ...] = ()
    declared: Declared | None = None
    asks: Callable[[], str] | None = None
    shown_by: str = ""
    as_markdown: Callable[[Visit, Any], str] | None = None
    reports_on: tuple[str, str] | None = None

    @property
    def every_list(self) -> tuple[Path, ...]:
        """The lists that it shows a page of, also in the tables that it declares."""
        return (*self.lists, *(self.declared.lists if self.declared else ()))

    @property
    def document(self) -> str:
        """The text of its document."""
        return _document(self)

    @property
    def template(self) -> str:
        """The file of its template."""
        return f"{self.shown_by or self.name}.html"


@cache
def _document(page: Page) -> str:
    """Made once: what it follows from is declared."""
    if page.asks:
        return page.asks()
    return document(page.name) + (page.declared.fragment if page.declared else "")


@dataclass(frozen=True, slots=True)
class Option:
    """One of what can be chosen: as the address or the command has it, in words, and whether it is chosen."""

    value: str
    words: str
    chosen: bool = False


def options(of: Iterable[Choice], chosen: Choice | None) -> tuple[Option, ...]:
    """The members of a choice by the names that an address has."""
    return tuple(Option(one.name, one.words, one is chosen) for one in of)


def chosen(visit: Visit, field: str, of: type[C]) -> C | None:
    """What the address says of a choice; None where it says nothing. Raises Invalid for what is none of its members."""
    said = visit.query.get(field, "").strip()
    if said and said.upper() not in of.__members__:
        raise Invalid(f"{said[:40]!r} is none of {', '.join(of.__members__)}", field=field, remedy="Choose one of these, or leave it out.")
    return of[said.upper()] if said else None


def of_portfolio(visit: Visit) -> dict[str, Any]:
    """The variables of a document about the portfolio at the visit's moment: `asOf`, `knownAt`, `organisation`."""
    return {**visit.moment.variables, ORGANISATION: visit.query.get(ORGANISATION)}


def _address(path: str, query: Mapping[str, str | None]) -> str:
    said = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(said)}" if said else path
