"""`/search?q=`: the best matches for what was typed, each linked to its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from libs.rules.search import Findable
from libs.rules.text import with_article
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Data, Page, Visit, chosen
from services.gateway.pages.kit.table import Cell, Table, text
from services.gateway.pages.kit.tables.columns import Cells, table
from services.gateway.pages.kit.tables.event_rows import page_of

Q, KIND, AFTER, FIRST = "q", "kind", "after", 50
HITS = ("search",)


@dataclass(frozen=True, slots=True)
class SearchView:
    """What was found."""

    title: str
    q: str
    said: str
    found: Table
    kinds: tuple[tuple[str, str, bool], ...]
    first: str | None
    more: str | None


def _variables(visit: Visit) -> dict[str, Any]:
    kind = chosen(visit, KIND, Findable)
    return {**visit.moment.variables, "text": visit.query.get(Q, ""), "kinds": [kind.name] if kind else None, "first": FIRST, "after": visit.query.get(AFTER)}


def _present(visit: Visit, data: Data) -> SearchView:
    page, q, kind = data["search"], visit.query.get(Q, "").strip(), chosen(visit, KIND, Findable)
    info = page["pageInfo"]
    links = [("Everything", visit.here(kind=None, after=None), not kind)]
    links += [(one.words, visit.here(kind=one.name, after=None), one is kind) for one in Findable]
    return SearchView(
        title=f"Search: {q}" if q else "Search",
        q=q,
        said=_said(q, page["totalCount"], kind),
        found=_found(visit, page["nodes"]).of(HITS, page),
        kinds=tuple(links) if q else (),
        first=visit.here(after=None) if info["hasPreviousPage"] else None,
        more=visit.here(after=info["endCursor"]) if info["hasNextPage"] else None,
    )


def _said(q: str, total: int, kind: Findable | None) -> str:
    if not q:
        return "Type a name or a part of it, an id, or what an item is called elsewhere, such as PERMIT-12."
    among = f" among what is {with_article(kind.spoken)}" if kind else ""
    if not total:
        return f"Nothing fits “{q}”{among}. Try fewer or other words."
    return f"{words.count(total, 'thing').capitalize()} {'fits' if total == 1 else 'fit'} “{q}”{among}, the best first."


def _found(visit: Visit, hits: Sequence[Mapping[str, Any]]) -> Table:
    cells: Cells = {
        "name": lambda hit: Cell(hit["name"], _leads_to(visit, hit)),
        "within": lambda hit: text(_where(hit), value=hit["within"] or ""),
    }
    columns = "name, What it is: kind, Where: within, -id"
    return table(visit, "found", "What was found", "SearchHit", columns, hits, empty="Nothing.", caption_hidden=True, cells=cells)


def _where(hit: Mapping[str, Any]) -> str | None:
    """What it belongs to by its name; of a person, who has no node that names it, the team's id."""
    node = hit["node"] or {}
    belongs = node.get("product") or node.get("home")
    found: str | None = words.named(belongs) if belongs else hit["within"]
    return found


_BY_ITSELF: Final = frozenset(
    {
        *(Findable.TEAM, Findable.PRODUCT, Findable.ORGANISATION, Findable.IMPROVEMENT, Findable.EXPERIMENT),
        *(Findable.NEED, Findable.INVESTMENT, Findable.BID, Findable.LOAN, Findable.EVALUATION, Findable.MONITORING),
    }
)
"""What has a page that tells more of it than that of its product."""


def _leads_to(visit: Visit, hit: Mapping[str, Any]) -> str | None:
    """The page of a hit: its own, or the part of the page of where it belongs."""
    within, kind = hit["within"], Findable[hit["kind"]]
    if kind in _BY_ITSELF:
        return page_of(visit, hit["id"])
    if within is None:
        return page_of(visit, hit["id"])
    match kind:
        case Findable.PROGRAM:
            return visit.href("/products", organisation=within)
        case Findable.PERSON:
            return visit.href(f"/teams/{within}") + "#people-heading"
        case Findable.ROADMAP_ITEM:
            return visit.href(f"/products/{within}") + "#roadmap-heading"
        case Findable.ITEM:
            return visit.href(f"/products/{within}") + "#backlog-heading"
    return visit.href(f"/products/{within}")


SEARCH: Final = Page("search", "/search", "", _variables, _present, lists=(HITS,))
