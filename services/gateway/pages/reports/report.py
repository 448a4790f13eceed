"""What a report is: headings, and what the page of a thing shows below each. From that declaration come its page and its Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Data, Page, PageView, Visit
from services.gateway.pages.kit.table import Table, tables_in
from services.gateway.pages.reports.markdown import markdown


def _nothing(view: Any) -> Iterable[str]:
    return ()


class ReportPart(NamedTuple):
    """A heading with what stands below it: sentences, made of what the page of the thing shows, and tables of that page by their ids.

    `asks` are questions that people answer who fill the report in. Of each table stand the first `most` rows (0: all).
    """

    heading: str
    tables: tuple[str, ...] = ()
    says: Callable[[Any], Iterable[str]] = _nothing
    asks: tuple[str, ...] = ()
    most: int = 0


class Lead(NamedTuple):
    """How a report begins: whom it is about, and the verdict on that in a sentence with its tone."""

    name: str
    sentence: str
    tone: str


def _of_its_page(visit: Visit, view: Any) -> Lead:
    return Lead(view.title, view.lead, view.tone)


def _by_id(visit: Visit) -> Visit:
    return visit


class Report(NamedTuple):
    """A kind of report about a thing, whose own page it takes its facts from: what both show is asked and put into words once.

    `kind` is its name in addresses and on the command line, `title` what people call it, and `parts` are its headings in their order. A page that is not of
    one thing says how it is visited for one (`visited`) and how the report on that begins (`leads`); `subject` is then the kind of the thing.
    """

    kind: str
    title: str
    of: Page
    parts: tuple[ReportPart, ...]
    subject: str = ""
    visited: Callable[[Visit], Visit] = _by_id
    leads: Callable[[Visit, Any], Lead] = _of_its_page


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A heading of a report about one thing, with the id of its place on the page."""

    id: str
    heading: str
    said: tuple[str, ...]
    asked: tuple[str, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report about one thing. `of` leads to the page of that."""

    kind: str
    name: str
    title: str
    lead: str
    tone: str
    of: str
    sections: tuple[ReportSection, ...]
    not_yet: bool = False


def pages_of(reports: Iterable[Report]) -> tuple[Page, ...]:
    """The pages of reports. The first of each kind is found by a plain id too; those on other things, by global ids alone, come before it."""
    first: dict[str, Page] = {}
    others = []
    for one in reports:
        if one.kind in first:
            others.append(_page_of(one, f"{one.kind}-{_subject(one)}-report", f"{_subject(one)}:"))
        else:
            first[one.kind] = _page_of(one, f"{one.kind}-report", "")
    return (*others, *first.values())


def _subject(report: Report) -> str:
    return report.subject or report.of.name


def _page_of(report: Report, name: str, before: str) -> Page:
    """The page of a kind of report: the document of the page it takes its facts from, each list of it asked for to its end."""
    of = report.of
    return Page(
        name,
        f"/reports/{report.kind}/{before}{{id}}",
        "",
        partial(_variables, report),
        partial(_present, report),
        kinds=of.kinds,
        wholes=(*of.wholes, *of.every_list),
        asks=partial(_document, of),
        shown_by="report",
        as_markdown=_as_markdown,
        reports_on=(of.name, report.title),
    )


def _document(of: Page) -> str:
    return of.document


def _there(report: Report, visit: Visit) -> Visit:
    return replace(report.visited(visit), page=report.of)


def _variables(report: Report, visit: Visit) -> Mapping[str, Any]:
    return report.of.variables(_there(report, visit))


def _present(report: Report, visit: Visit, data: Data) -> PageView:
    """The report; where the thing is not there at the visit's moment, that. Raises NotFound where it never was."""
    there = _there(report, visit)
    told: Any = report.of.present(there, data)
    if getattr(told, "not_yet", False):
        not_yet: PageView = told
        return not_yet
    lead = report.leads(there, told)
    found = {table.id: replace(table, caption_hidden=False) for table in tables_in(told)}
    sections = tuple(
        ReportSection(f"part-{n}", part.heading, tuple(part.says(told)), part.asks, tuple(_first(found[id], part.most) for id in part.tables if id in found))
        for n, part in enumerate(report.parts, 1)
    )
    return ReportView(report.title, lead.name, f"{report.title}: {lead.name}", lead.sentence, lead.tone, there.here(), sections)


def _first(of: Table, most: int) -> Table:
    """A table as far as there is room for it, which says what is left out."""
    total = len(of.rows)
    return of if not most or total <= most else replace(of, rows=of.rows[:most], foot=(), caption=f"{of.caption}: the first {most} of {total}")


def _as_markdown(visit: Visit, view: Any) -> str:
    if view.not_yet:
        return markdown(visit, view.title, [view.sentence], ())
    lead = [view.lead, *([words.WITHHELD] if visit.withheld else [])]
    return markdown(visit, view.title, lead, [(one.heading, one.said, one.asked, one.tables) for one in view.sections])
