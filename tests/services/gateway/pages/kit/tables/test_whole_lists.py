"""What pages say is of the whole, never of the page shown: every list of every document is summed up whole, or its table's CSV holds all of it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from graphql import FieldNode, FragmentDefinitionNode, GraphQLObjectType, OperationDefinitionNode, TypeInfo, TypeInfoVisitor, Visitor, parse, visit
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import StreamingResponse

from libs.commands.testing import money
from libs.events.catalog.backlog.item import ITEM, ItemAdded
from libs.events.catalog.backlog.need import NEED, NeedRecorded
from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.loan import LOAN, TeamLent
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.product import PRODUCT, ProductRegistered
from libs.events.catalog.portfolio.team import TEAM, Staffing, TeamFormed
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeRaised, Effect
from libs.events.catalog.roadmap.metric import METRIC, MetricDefined, MetricKind
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, Horizon, RoadmapItemPlaced
from services.gateway.graphql.schema import schema
from services.gateway.pages.documents import document
from services.gateway.pages.kit.page import Page
from services.gateway.pages.kit.table import as_csv
from services.gateway.pages.kit.tables.whole_lists import document_of
from services.gateway.pages.registry import PAGES
from tests.services.gateway.pages.answers import page as read
from tests.services.gateway.pages.answers import signed_in
from tests.services.gateway.small_world import Gateway

MANY = 130
"""More than any page of any list holds."""
FIRST_ONES = {("roadmap", "portfolio.roadmap." + name) for name in ("now", "next", "later", "done")} | {("roadmap", "choices.products")}
"""Lists of which the page shows the first and says how many there are, with a way to all of them; and one that it leaves out where there are more."""
LISTS = {
    ("/search?q=thing", "found"): MANY,
    ("/teams", "teams"): MANY + 2,
    ("/products", "products"): MANY + 3,
    ("/graduation", "teams"): MANY + 2,
    ("/investment", "team-money"): MANY + 2,
    ("/investment", "loans"): MANY + 1,
    ("/roadmap", "items"): MANY + 4,
    ("/roadmap", "dependencies"): MANY,
    ("/roadmap", "milestones"): 2,
    ("/changes?from=2024-12-31&group=people", "people"): 2,
    ("/changes?from=2024-12-31&group=statuses", "statuses"): MANY + 2,
    ("/products/wells", "needs"): MANY + 2,
    ("/products/wells", "metrics"): MANY + 1,
    ("/products/wells", "change-requests"): MANY,
    ("/products/wells", "open-items"): MANY + 2,
    ("/products/wells", "events"): None,
    ("/teams/wells-team", "investments"): MANY + 1,
    ("/teams/wells-team", "events"): None,
}
"""Tables that are made of a page of a list -> how many rows they have in all, where that is simply so."""


def crowded(g: Gateway) -> None:
    """So many of everything that no page holds all of any list."""
    defined: dict[str, Any] = {"kind": MetricKind.QUANTITATIVE, "goal": "g", "method": "m", "tool": "t", "source": "s", "responsible": "ana"}
    for n in range(MANY):
        at = (date(2025, 3, 1) + timedelta(days=n)).isoformat()
        name = f"{n:03}"
        g.tell(PRODUCT, f"p{name}", ProductRegistered(name=f"Product {name}", home="water"), at)
        g.tell(TEAM, f"t{name}", TeamFormed(name=f"Thing {name}", home="water", products=(f"p{name}",)), at)
        g.tell(ROADMAP_ITEM, f"r{name}", RoadmapItemPlaced(product=f"p{name}", title=f"Road {name}", horizon=Horizon.NOW, ends=date(2026, 9, 1)), at)
        g.tell(ITEM, f"j{name}", ItemAdded(product="wells", title=f"Work {name}"), at)
        g.tell(NEED, f"n{name}", NeedRecorded(product="wells", user=f"people {name}", text="water", origin="discovery", prioritised=True), at)
        g.tell(METRIC, f"m{name}", MetricDefined(product="wells", name=f"Metric {name}", **defined), at)
        g.tell(CHANGE, f"c{name}", ChangeRaised(product="wells", title=f"Change {name}"), at)
        g.tell(CHANGE, f"d{name}", ChangeRaised(product=f"p{name}", title="Needs wells", on="wells", effect=Effect.BEGINS), at)
        g.tell(CHANGE, f"d{name}", ChangeDecided(approved=True, reason="Good"), at, by="cab@water")
        g.tell(INVESTMENT, f"v{name}", InvestmentProposed(team="wells-team", product="wells", amount=money("10.00"), value=f"value {name}"), at)
        lent = TeamLent(team=f"t{name}", lender="water", borrower="roads", staffing=Staffing.STAFF, agreement="letter", until=date(2025, 12, 31))
        g.tell(LOAN, f"l{name}", lent, at)


@pytest.fixture
async def crowd(site: Gateway) -> Gateway:
    crowded(site)
    await signed_in(site.client)
    return site


async def table(site: Gateway, address: str, name: str) -> list[list[str]]:
    """All rows of the CSV."""
    answer = await site.client.get(f"{address}{'&' if '?' in address else '?'}format=csv&table={name}", headers=site.signed_in("executive"))
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))[1:]


async def test_a_csv_is_the_whole_table_whatever_the_page_shows(crowd: Gateway) -> None:
    for (address, name), many in LISTS.items():
        found = await table(crowd, address, name)
        again = await table(crowd, f"{address}{'&' if '?' in address else '?'}after=", name)
        assert again == found
        assert max(Counter(map(tuple, found)).values(), default=1) == 1, (address, name)
        if many is not None:
            assert len(found) == many, (address, name)
        else:
            assert len(found) > 30, (address, name)


async def test_a_csv_from_a_later_page_of_a_list_is_the_whole_table_too(crowd: Gateway) -> None:
    shown = await read(crowd, "/teams")
    more = shown.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert "after=" in more
    assert await table(crowd, more, "teams") == await table(crowd, "/teams", "teams")


async def test_a_page_says_how_many_there_are_of_what_it_shows_a_part_of(crowd: Gateway) -> None:
    assert "50 of 132 stand here; CSV has all." in await read(crowd, "/teams")
    assert "25 of 132 stand here" in await read(crowd, "/graduation")
    assert "40 of 134 stand here" in await read(crowd, "/roadmap")
    assert "100 of 132 stand here" in await read(crowd, "/products/wells")


async def test_what_a_page_sums_up_is_of_all_also_where_a_page_of_the_list_holds_fewer(crowd: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of which a request may ask for 500 are made shorter here: none of the sums may rest on the first page."""
    whole = {address: await table(crowd, address, "teams-by-status") for address in ("/", "/graduation")}
    for name in ("home", "graduation"):
        monkeypatch.setattr(Page, "document", property(lambda self: document(self.name).replace("first: 500", "first: 7").replace("first: 100", "first: 7")))
        address = "/" if name == "home" else "/graduation"
        crowd.tell(ORGANISATION, name, OrganisationRegistered(name=name), "2025-01-01")  # another world: nothing is kept of the answers above
        assert await table(crowd, address, "teams-by-status") == whole[address]
        assert sum(int(row[1]) for row in whole[address]) == MANY + 2


async def test_a_large_csv_is_streamed(crowd: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    whole = StreamingResponse.stream_response

    async def watched(self: StreamingResponse, send: Any) -> None:
        async def counted(message: Any) -> None:
            sent.append(len(message.get("body", b"")))
            await send(message)

        await whole(self, counted)

    monkeypatch.setattr(StreamingResponse, "stream_response", watched)
    await table(crowd, "/products/wells", "open-items")
    assert len([size for size in sent if size]) >= 3, "the headings, and each page of the list"


def lists_of(page: Page) -> Iterator[str]:
    """Where in the answers of a page's document there is a page of a list, by the names in the answer."""
    text = parse(page.document)
    fragments = {one.name.value: one for one in text.definitions if isinstance(one, FragmentDefinitionNode)}

    def below(selections: Any, path: tuple[str, ...]) -> Iterator[tuple[FieldNode, tuple[str, ...]]]:
        for one in selections.selections:
            if isinstance(one, FieldNode):
                here = (*path, (one.alias or one.name).value)
                if one.selection_set:
                    if any(argument.name.value == "first" for argument in one.arguments or ()):
                        yield one, here
                    yield from below(one.selection_set, here)
            elif hasattr(one, "selection_set"):
                yield from below(one.selection_set, path)
            else:
                yield from below(fragments[one.name.value].selection_set, path)

    for one in text.definitions:
        if isinstance(one, OperationDefinitionNode):
            yield from {".".join(path) for _, path in below(one.selection_set, ())}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_list_of_a_page_is_summed_up_whole_or_has_a_table_that_is_whole(page: Page) -> None:
    story, why = {"team.story", "product.story"}, {"portfolio.explain.events", "nodes.explain.events"}
    known = {".".join(str(step) for step in path) for path in (*page.wholes, *page.every_list)} | story | why
    for path in lists_of(page):
        assert path in known or (page.name, path) in FIRST_ONES, f"{page.name} shows the first of {path} as if it were all"
        if path in known:
            steps: tuple[str | int, ...] = tuple(path.split("."))
            assert "pageInfo" in document_of(page.document, steps)
    for asked in (*page.wholes, *page.every_list):
        assert ".".join(map(str, asked)) in set(lists_of(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_document_asks_for_a_page_of_a_list_without_saying_how_long_it_is(page: Page) -> None:
    """A connection that is asked for without `first` gives 50, silently."""
    silent = []
    kinds = TypeInfo(schema()._schema)

    class Looking(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            of = kinds.get_parent_type()
            is_list = isinstance(of, GraphQLObjectType) and "first" in of.fields[node.name.value].args
            if is_list and not any(one.name.value == "first" for one in node.arguments or ()):
                silent.append(node.name.value)

    visit(parse(page.document), TypeInfoVisitor(kinds, Looking()))
    assert silent == []


UNSAFE = st.text(st.sampled_from("=+-@\t\r\n;,'\" a1\ufeff\u200b\uff1d"), max_size=12)


@given(st.lists(UNSAFE, min_size=1, max_size=4))
def test_no_cell_runs_in_a_spreadsheet_that_divides_by_commas_semicolons_or_tabs_and_each_value_can_be_had_again(values: list[str]) -> None:
    text = as_csv([values])
    (found,) = csv.reader(io.StringIO(text, newline="")) if any(values) else [values]
    unseen = " \t\r\n\"'\ufeff\u200b"
    for value, cell in zip(values, found, strict=True):
        if value[:1] in "+-" and value[1:].isdigit():
            continue
        for part in cell.replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";"):
            seen = part.lstrip(unseen)
            assert seen[:1] not in ("=", "+", "-", "@", "\uff1d") or "'" in part[: len(part) - len(seen)], (value, cell)
        assert again(cell) == value


def again(cell: str) -> str:
    """A value as it was before its formulas were kept from running."""
    unseen, sign = r"[\s\"'\ufeff\u200b-\u200f\u2060-\u2069\u202a-\u202e]*", r"[=@+\-\uff1d\uff20\uff0b\uff0d]"
    return re.sub(rf"^'(?={unseen}(?:{sign}|[\t\r\n]))|(?<=[;\t\r\n])'(?={unseen}{sign})", "", cell)


@pytest.mark.parametrize("of", ["portfolio", "team:wells-team"])
async def test_the_events_of_a_figure_are_whole_as_csv(site: Gateway, of: str) -> None:
    for n in range(60):
        site.tell(INVESTMENT, f"e{n}", InvestmentProposed(team="wells-team", product="wells", amount=money("10.00"), value="v"), "2025-03-01")
        site.tell(INVESTMENT, f"e{n}", InvestmentDecided(approved=True, reason="yes"), "2025-03-02", by="steering_group@water")
    address = f"/investment/explain?of={of}&figure=committed"
    total = re.search(r"It rests on (\d+) events", await read(site, address))
    assert total is not None and int(total[1]) > 100
    assert len(await table(site, address, "events")) == int(total[1])
