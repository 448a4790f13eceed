"""Cursors: each names a place in the order of its list, and stays good while things come, go and change."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.commands.errors import Invalid
from libs.commands.testing import money
from libs.events.catalog.backlog.backlog import BACKLOG, BacklogOpened, BacklogReordered
from libs.events.catalog.backlog.item import ITEM, ItemAdded, ItemDelivered, ItemDropped
from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.product import PRODUCT, ProductRegistered
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from services.gateway.graphql.types.kinds.connection import FOLLOWING, Listing, by_id, page, said_at
from tests.events.kinds import said as machinery_said
from tests.services.gateway.small_world import Gateway

OPEN = 'query($a: String) { product(id: "p") { backlog { items(first: 2, after: $a, filter: {state: [OPEN]}) { nodes { id } pageInfo { endCursor } } } } }'


async def open_items(gateway: Gateway, after: str | None = None) -> tuple[list[str], str]:
    found: Any = await gateway.ask(OPEN, {"a": after})
    items = found["product"]["backlog"]["items"]
    return [node["id"].partition(":")[2] for node in items["nodes"]], items["pageInfo"]["endCursor"]


@pytest.fixture
async def backlog(gateway: Gateway) -> Gateway:
    gateway.tell(PRODUCT, "p", ProductRegistered(name="P"), "2025-01-01")
    gateway.tell(BACKLOG, "p", BacklogOpened(), "2025-01-01")
    for n in range(6):
        gateway.tell(ITEM, f"i{n}", ItemAdded(product="p", title=f"I{n}"), f"2025-01-0{n + 2}")
    return gateway


@pytest.mark.parametrize("event", [ItemDelivered(), ItemDropped(reason="nobody asks for it")])
async def test_a_page_goes_on_behind_items_that_have_left_the_list(backlog: Gateway, event: Any) -> None:
    first, after = await open_items(backlog)
    for id in first:
        backlog.tell(ITEM, id, event, "2025-02-01")
    assert first == ["i0", "i1"] and (await open_items(backlog, after))[0] == ["i2", "i3"]


async def test_a_page_goes_on_where_it_was_though_its_last_item_was_moved_to_the_end(backlog: Gateway) -> None:
    _, after = await open_items(backlog)
    backlog.tell(BACKLOG, "p", BacklogReordered(item="i1", position=6, reason="it can wait"), "2025-02-01")
    assert (await open_items(backlog, after))[0] == ["i2", "i3"]


async def test_a_page_goes_on_where_it_was_though_all_of_it_was_moved_to_the_end(backlog: Gateway) -> None:
    shown, after = await open_items(backlog)
    for id in shown:
        backlog.tell(BACKLOG, "p", BacklogReordered(item=id, position=6, reason="it can wait"), "2025-02-01")
    assert (await open_items(backlog, after))[0] == ["i2", "i3"]


async def test_a_page_goes_on_where_it_was_though_it_and_what_came_next_were_moved_to_the_end(backlog: Gateway) -> None:
    shown, after = await open_items(backlog)
    for id in (*shown, "i2"):
        backlog.tell(BACKLOG, "p", BacklogReordered(item=id, position=6, reason="it can wait"), "2025-02-01")
    assert (await open_items(backlog, after))[0] == ["i3", "i4"]


@pytest.mark.parametrize("backwards", [False, True])
@given(st.permutations("abcdefgh"), st.frozensets(st.sampled_from("abcdefgh"), max_size=6), st.integers(1, 6))
def test_in_an_order_that_nothing_but_hands_made_what_is_gone_takes_nothing_with_it(
    backwards: bool, order: list[str], gone: frozenset[str], first: int
) -> None:
    def listing(kept: list[Thing]) -> Listing[Thing]:
        return Listing("things", kept, kept[::-1] if backwards else kept, backwards=backwards)

    things = [Thing(id, None) for id in order]
    after = page(listing(things), lambda one: one, first, None).page_info().end_cursor
    now = listing([one for one in things if one.id not in gone])
    behind = (things[::-1] if backwards else things)[first:]
    if any(one.id not in gone for one in behind[:4]) or not gone.intersection(one.id for one in things):
        assert page(now, lambda one: one, 100, after).nodes() == [one for one in behind if one.id not in gone]


async def test_what_waits_is_paged_without_a_gap_though_what_was_shown_is_done(gateway: Gateway) -> None:
    gateway.tell(TEAM, "t", TeamFormed(name="T", home="water"), "2025-01-01")
    for n in range(5):
        gateway.tell(INVESTMENT, f"m{n}", InvestmentProposed(team="t", amount=money("1.00")), "2025-01-02")
    ask = "query($a: String) { awaiting(me: false, first: 2, after: $a, kinds: [DECIDE_INVESTMENT]) { nodes { subject { id } } pageInfo { endCursor } } }"
    first = (await gateway.ask(ask))["awaiting"]
    for node in first["nodes"]:
        gateway.tell(INVESTMENT, node["subject"]["id"].partition(":")[2], InvestmentDecided(approved=True, reason="within the year"), "2025-02-01")
    second = (await gateway.ask(ask, {"a": first["pageInfo"]["endCursor"]}))["awaiting"]
    assert [n["subject"]["id"] for n in (*first["nodes"], *second["nodes"])] == [f"investment:m{n}" for n in range(4)]


async def test_a_cursor_of_another_list_or_order_is_refused(told_gateway: Gateway) -> None:
    lists = {
        "teams": "teams(first: 1, after: $a) {{page}}",
        "teams by name": "teams(first: 1, after: $a, orderBy: {by: NAME}) {{page}}",
        "teams by name backwards": "teams(first: 1, after: $a, orderBy: {by: NAME, direction: DESC}) {{page}}",
        "products": "products(first: 1, after: $a) {{page}}",
        "loans": "loans(first: 1, after: $a) {{page}}",
    }
    cursors = {}
    for name, field in lists.items():
        query = f"query($a: String) {{ portfolio {{ {re.sub('{{page}}', '{ pageInfo { endCursor } }', field)} }} }}"
        found = (await told_gateway.ask(query))["portfolio"]
        cursors[name] = next(iter(found.values()))["pageInfo"]["endCursor"]
        for other, cursor in cursors.items():
            body = (await told_gateway.post(query, {"a": cursor})).json()
            refused = [e["extensions"].get("field") for e in body.get("errors", ())]
            assert refused == ([] if other == name or cursor is None else ["after"]), (name, other, body)


async def test_a_filter_may_change_between_pages(told_gateway: Gateway) -> None:
    ask = "query($a: String, $h: [ID!]) { portfolio { teams(first: 1, after: $a, filter: {organisation: $h}) { nodes { id } pageInfo { endCursor } } } }"
    first = (await told_gateway.ask(ask))["portfolio"]["teams"]
    second = (await told_gateway.ask(ask, {"a": first["pageInfo"]["endCursor"], "h": ["water"]}))["portfolio"]["teams"]
    assert [n["id"] for n in second["nodes"]] == ["team:wells-team"]


@dataclass(frozen=True)
class Thing:
    """Something on a list."""

    id: str
    rank: int | None


IDS = st.sampled_from("abcdefghij")
THINGS = st.dictionaries(IDS, st.none() | st.integers(0, 3), max_size=10).map(lambda found: [Thing(id, rank) for id, rank in sorted(found.items())])


def listed(things: list[Thing], ordered: bool, backwards: bool, wanted: frozenset[str]) -> Listing[Thing]:
    shown = [one for one in things if one.id in wanted]
    if not ordered:
        return by_id("things", things) if wanted == frozenset("abcdefghij") else Listing("things", things, shown, by_id=True)
    shown = sorted((one for one in shown if one.rank is not None), key=lambda one: one.rank or 0, reverse=backwards) + [o for o in shown if o.rank is None]
    return Listing("things", things, shown, lambda one: one.rank, backwards, by_id=True)


@given(THINGS, THINGS, st.booleans(), st.booleans(), st.frozensets(IDS), st.frozensets(IDS), st.integers(1, 4))
def test_behind_a_page_comes_just_what_stands_behind_its_last_thing(
    before: list[Thing], now: list[Thing], ordered: bool, backwards: bool, wanted: frozenset[str], later: frozenset[str], first: int
) -> None:
    shown = page(listed(before, ordered, backwards, wanted), lambda one: one, first, None)
    after = shown.page_info().end_cursor
    if after is None:
        return
    last = shown.states[-1]
    assert isinstance(last, Thing)

    def behind(one: Thing) -> bool:
        if ordered and one.rank != last.rank:
            if one.rank is None or last.rank is None:
                return one.rank is None
            return one.rank < last.rank if backwards else one.rank > last.rank
        return one.id > last.id

    listing = listed(now, ordered, backwards, later)
    assert [one.id for one in page(listing, lambda one: one, 100, after).nodes()] == [one.id for one in listing.wanted if behind(one)]


@given(st.text(max_size=60))
def test_whatever_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        by_id("things", [Thing("a", 1)]).behind(text)


class State(Enum):
    OPEN = "open"


ABC = [Thing(id, n) for n, id in enumerate("abcdefgh")]


def said(cursor: str) -> Any:
    """What a cursor holds."""
    return orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def test_a_page_says_what_is_before_and_behind_it_and_where_it_begins_and_ends() -> None:
    listing = by_id("things", ABC)
    first = page(listing, lambda one: one.id, 3, None)
    info = first.page_info()
    assert (first.nodes(), first.total_count, info.has_previous_page, info.has_next_page) == (["a", "b", "c"], 8, False, True)
    edges = first.edges()
    assert [edge.node for edge in edges] == first.nodes() and (info.start_cursor, info.end_cursor) == (edges[0].cursor, edges[2].cursor)
    assert page(listing, lambda one: one.id, 3, edges[1].cursor).nodes() == ["c", "d", "e"]
    second = page(listing, lambda one: one.id, 1, edges[0].cursor).page_info()
    assert (second.has_previous_page, second.has_next_page) == (True, True)
    last = page(listing, lambda one: one.id, 5, info.end_cursor)
    assert (last.page_info().has_previous_page, last.page_info().has_next_page, len(last.nodes())) == (True, False, 5)
    for none in (page(listing, lambda one: one.id, 3, last.page_info().end_cursor), page(listing, lambda one: one.id, -1, None)):
        info = none.page_info()
        assert (none.nodes(), info.start_cursor, info.end_cursor, none.total_count) == ([], None, None, 8)


def test_the_cursor_of_a_list_in_an_order_by_hand_names_the_few_that_come_next_and_no_other_does() -> None:
    assert [id for id, _ in said(Listing("things", ABC, ABC).cursor(ABC[2]))[5:]] == ["d", "e", "f", "g"] and FOLLOWING == 4
    assert [id for id, _ in said(Listing("things", ABC, ABC).cursor(ABC[3]))[5:]] == ["e", "f", "g", "h"]
    assert [id for id, _ in said(Listing("things", ABC, ABC[::-1], backwards=True).cursor(ABC[2]))[5:]] == ["b", "a"]
    assert len(said(by_id("things", ABC).cursor(ABC[2]))) == len(said(Listing("things", ABC, ABC, lambda one: one.rank).cursor(ABC[2]))) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        lambda tag, key, *rest: ["another", key, *rest],
        lambda tag, key, *rest: [tag, {}, *rest],
        lambda tag, key, index, *rest: [tag, key, str(index), *rest],
        lambda tag, key, index, id, *rest: [tag, key, index, 1, *rest],
        lambda tag, key, *rest: [tag, [], *rest],
        lambda tag, key, *rest: [tag, ["text"], *rest],
        lambda tag, key, *rest: [tag, key],
        lambda tag, key, *rest: {"tag": tag},
        lambda tag, key, *rest: [tag, key, *rest, 1],
    ],
)
def test_a_cursor_whose_parts_are_not_what_they_should_be_is_refused_with_the_remedy(wrong: Callable[..., Any]) -> None:
    listing = Listing("things", ABC[1:], ABC[1:], lambda one: one.rank)
    good = said(Listing("things", ABC, ABC, lambda one: one.rank).cursor(ABC[0]))
    with pytest.raises(Invalid, match="no cursor of this list") as refused:
        listing.behind(base64.urlsafe_b64encode(orjson.dumps(wrong(*good))).decode())
    assert refused.value.field == "after" and "endCursor" in str(refused.value.remedy)
    assert listing.behind(base64.urlsafe_b64encode(orjson.dumps(good)).decode()) == 0


def test_the_cursor_of_one_list_is_refused_by_another_of_the_same_things_in_the_same_order() -> None:
    after = by_id("things", ABC).cursor(ABC[2])
    assert by_id("things", ABC).behind(after) == 3
    with pytest.raises(Invalid, match="no cursor of this list"):
        by_id("others", ABC).behind(after)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("step", [timedelta(microseconds=1), timedelta(days=1)])
def test_what_is_ordered_by_days_and_instants_is_paged_to_the_microsecond(backwards: bool, step: timedelta) -> None:
    began = datetime(2025, 1, 1, tzinfo=UTC)
    for key in (lambda one: began + step * one.rank, lambda one: ((began + timedelta(days=one.rank)).date(), one.id)):
        listing = Listing("things", ABC, ABC[::-1] if backwards else ABC, key, backwards)
        for n, one in enumerate(listing.wanted):
            assert listing.behind(listing.cursor(one)) == n + 1


def test_what_comes_next_by_its_day_comes_next_also_where_what_was_shown_is_gone_and_more_came_before_it() -> None:
    began = datetime(2025, 1, 1, tzinfo=UTC)
    things = [Thing(id, rank) for rank, id in enumerate("hgfedcba")]
    by_day = Listing("things", things, things, lambda one: (began + timedelta(days=one.rank or 0)).date())
    now = [*(Thing(f"earlier-{n}", -n) for n in range(5, 0, -1)), *(one for one in things if one.id != "f")]
    assert by_day.wanted[by_day.behind(by_day.cursor(things[2]))].id == "e"
    later = Listing("things", now, now, by_day.key)
    assert later.wanted[later.behind(by_day.cursor(things[2]))].id == "e"


def test_what_has_no_order_in_a_cursor_is_no_key() -> None:
    for key, words in ((State.OPEN, "a choice has no order of its own"), (b"x", "nothing is ordered by a bytes")):
        with pytest.raises(TypeError, match=words):
            Listing("things", ABC, ABC, lambda one, key=key: key).cursor(ABC[0])  # type: ignore[misc]


def test_what_no_event_said_stands_before_what_one_did() -> None:
    event = machinery_said("thing:a", 1)
    assert said_at(event) == event.order and len(said_at(None)) == len(event.order)
    listing = Listing("things", ABC[:2], ABC[:2], lambda one: said_at(event if one.rank else None))
    assert [listing.behind(listing.cursor(one)) for one in ABC[:2]] == [1, 2]
