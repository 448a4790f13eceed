"""What two moments show of one thing: its name as it is known last, where it lay and lies, and which of the events in between either sees."""

from __future__ import annotations

import pytest

from libs.calendar.local_time import start_of
from libs.commands.testing import money
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.product import PRODUCT, ProductRegistered
from libs.events.catalog.portfolio.team import TEAM, ProductsServed, TeamFormed
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemPlaced
from libs.events.derivations import THE_DAY
from libs.events.event import Actor, Event, Payload, Retracted
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.history.diff import Moments, name_of, scopes_of
from tests.rules.way import day


def world_of(*said: tuple[str, Payload, int, int]) -> World:
    """What was said of what, true from the start of a day on, learned at the start of another."""
    made = World()
    for aggregate, data, true, learned in said:
        recorded = start_of(day(learned))
        made.apply(Event(aggregate, made.last(aggregate) + 1, start_of(day(true)), recorded, recorded, Actor("lab", "importer"), data))
    return made


def moments(world: World, first: tuple[int, int], last: tuple[int, int]) -> Moments:
    """Two moments by their days and the days at whose start they know what was learned."""
    before, after = (Facts.on_day(world, day(true), start_of(day(learned))) for true, learned in (first, last))
    return Moments(before, after)


PARKS = TeamFormed(name="Parks", home="env", products=("booking",))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ([("investment:i", InvestmentProposed(team="parks", product="booking"), 1, 1), ("team:parks", PARKS, 1, 1)], "Investment in Parks"),
        (
            [("investment:i", InvestmentProposed(product="booking"), 1, 1), ("product:booking", ProductRegistered(name="Booking"), 1, 1)],
            "Investment in Booking",
        ),
        ([("investment:i", InvestmentProposed(team="parks"), 1, 1)], "Investment in parks"),
        ([("investment:i", InvestmentProposed(amount=money("1.00")), 1, 1)], "i"),
        ([], "i"),
    ],
)
def test_an_investment_is_called_by_what_it_is_for(said: list[tuple[str, Payload, int, int]], name: str) -> None:
    assert name_of(moments(world_of(*said), (0, 0), (9, 9)), "investment", "i") == name


def test_a_thing_is_called_as_it_is_last_and_where_it_is_gone_as_it_was() -> None:
    renamed = world_of(("product:p", ProductRegistered(name="Old"), 1, 1), ("product:p", ProductRegistered(name="New"), 5, 5))
    assert name_of(moments(renamed, (1, 1), (9, 9)), "product", "p") == "New"
    gone = world_of(
        ("roadmap_item:r", RoadmapItemPlaced(product="p", title="Map", horizon=Horizon.NOW), 1, 1),
        ("roadmap_item:r", Retracted(event="roadmap_item:r@1", reason="Wrong"), 5, 5),
    )
    assert [name_of(moments(gone, (first, first), (9, 9)), "roadmap_item", "r") for first in (1, 6)] == ["Map", "r"]


def test_an_investment_lies_where_its_product_and_its_team_do_or_did() -> None:
    world = world_of(
        ("product:booking", ProductRegistered(name="Booking", home="citz"), 1, 1),
        ("investment:i", InvestmentProposed(product="booking"), 1, 1),
        ("investment:i", InvestmentProposed(team="roads"), 5, 5),
        ("team:roads", TeamFormed(name="Roads", home="health"), 1, 1),
    )
    then = scopes_of(moments(world, (1, 1), (2, 2)), "investment", "i")
    assert {("investment", "i"), ("product", "booking"), ("organisation", "citz")} <= then and ("team", "roads") not in then
    assert then | {("team", "roads"), ("organisation", "health")} <= scopes_of(moments(world, (1, 1), (9, 9)), "investment", "i")
    both = world_of(("investment:j", InvestmentProposed(team="roads", product="booking"), 1, 1))
    found = scopes_of(moments(both, (1, 1), (2, 2)), "investment", "j")
    assert {("team", "roads"), ("product", "booking")} <= found
    assert scopes_of(moments(both, (1, 1), (2, 2)), "investment", "none") == {("investment", "none")}


def test_touched_is_what_one_moment_sees_and_the_other_does_not() -> None:
    late, back = ProductsServed(products=("maps",)), Retracted(event="product:b@1", reason="Wrong")
    world = world_of(
        ("team:a", PARKS, 1, 1),
        ("team:late", PARKS, 1, 5),
        ("team:day", PARKS, 5, 1),
        ("team:more", PARKS, 1, 1),
        ("team:more", late, 1, 6),
        ("team:edge", PARKS, 7, 7),
        ("product:b", ProductRegistered(name="B"), 1, 1),
        ("product:b", back, 9, 6),
    )
    assert moments(world, (4, 4), (4, 4)).touched(TEAM) == []
    assert moments(world, (4, 4), (4, 6)).touched(TEAM) == ["late", "more"]
    assert moments(world, (4, 4), (4, 5)).touched(TEAM) == ["late"], "what is learned at the instant is known at it"
    assert moments(world, (4, 9), (5, 9)).touched(TEAM) == ["day"]
    assert moments(world, (4, 4), (6, 7)).touched(TEAM) == ["day", "late", "more"], "a day ends before the next begins"
    assert moments(world, (4, 4), (4, 6)).touched(PRODUCT) == ["b"], "what takes back counts for every day"
    assert moments(world, (4, 4), (4, 5)).touched(PRODUCT) == []
    before, after = Facts.on_day(world, day(4)), Facts.on_day(world, day(7))
    assert Moments(before, after).touched(TEAM) == ["day", "edge"]
    everything = Facts(world, day=day(4), before=None, known_at=None)
    assert Moments(before, everything).touched(TEAM) == ["day", "edge"]


def test_what_there_is_at_either_moment_is_listed_by_id_once() -> None:
    world = world_of(*((f"team:{id}", PARKS, n, n) for n, id in enumerate("fbdaec")), ("team:f", Retracted(event="team:f@1", reason="Wrong"), 5, 5))
    assert moments(world, (3, 3), (9, 9)).ids(TEAM) == ["a", "b", "c", "d", "e", "f"]


def test_what_rests_on_what_was_touched_or_on_another_day_may_be_otherwise_and_nothing_else() -> None:
    world = world_of(("team:a", PARKS, 1, 1), ("team:late", PARKS, 1, 5))
    same_day, next_day = moments(world, (4, 4), (4, 6)), moments(world, (4, 9), (5, 9))
    assert [same_day.move(rests) for rests in ((), ("team:a",), (THE_DAY,), ("team:a", "team:late"))] == [False, False, False, True]
    assert [next_day.move(rests) for rests in ((), ("team:a",), (THE_DAY,), ("team:a", THE_DAY))] == [False, False, True, True]


def test_an_investment_in_a_team_alone_lies_in_no_product() -> None:
    found = scopes_of(moments(world_of(("investment:i", InvestmentProposed(team="roads"), 1, 1)), (1, 1), (2, 2)), "investment", "i")
    assert ("team", "roads") in found and "product" not in {kind for kind, _ in found}
