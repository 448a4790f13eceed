"""Searching: what people type finds what they mean, in a bounded time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.catalog.backlog.item_source import ItemSource
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import MemberJoined, MemberLeft, Staffing, TeamFormed, TeamRole
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemPlaced
from libs.events.event import Actor, Event, Payload
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules import searching
from libs.rules.searching import Findable, fold, search

THEN = datetime(2025, 1, 1, tzinfo=UTC)


def heard(world: World, aggregate: str, data: Payload) -> None:
    world.apply(Event(aggregate, world.last(aggregate) + 1, THEN, THEN, THEN, Actor("lab", "importer"), data))


@pytest.fixture
def world() -> World:
    """Two teams, two products, their people and their items."""
    made = World()
    heard(made, "organisation:water", OrganisationRegistered(name="Ministère de l'Eau"))
    heard(made, "product:wells", ProductRegistered(name="Wells", home="water"))
    heard(made, "product:permits", ProductRegistered(name="Well drilling permits", home="water"))
    heard(made, "team:wells-team", TeamFormed(name="Équipe Puits", home="water", products=("wells",)))
    heard(made, "team:wells", TeamFormed(name="Drillers", home="water"))
    for person in ("ana.silva", "bo"):
        heard(made, "team:wells-team", MemberJoined(person=person, role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF))
    heard(made, "team:wells-team", MemberLeft(person="bo"))
    heard(made, "backlog:permits", BacklogOpened(owner="chi"))
    heard(made, "roadmap_item:pump", RoadmapItemPlaced(product="wells", title="New pump", horizon=Horizon.NOW))
    source = ItemSource(system="jira", reference="PERMIT-12")
    heard(made, "item:i1", ItemAdded(product="permits", title="Déposer une demande en ligne", source=source))
    heard(made, "item:i2", ItemAdded(product="wells", title="Say when a well runs dry"))
    return made


def facts_of(world: World) -> Facts:
    return world.facts(THEN.date())


def ids(world: World, text: str, *kinds: Findable) -> list[str]:
    return [hit.id for hit in search(facts_of(world), text, kinds)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("equipe", "team:wells-team"),
        ("ÉQUIPE puits", "team:wells-team"),
        ("wells-team", "team:wells-team"),
        ("permit-12", "item:i1"),
        ("demande deposer", "item:i1"),
        ("eau", "organisation:water"),
        ("silva", "person:ana.silva"),
        ("bo", "person:bo"),
        ("chi", "person:chi"),
        ("pump", "roadmap_item:pump"),
        ("drilling perm", "product:permits"),
    ],
)
def test_what_is_typed_finds_what_is_meant(world: World, text: str, first: str) -> None:
    assert ids(world, text)[0] == first


def test_the_very_name_or_id_comes_first_then_what_begins_so_then_what_holds_it(world: World) -> None:
    assert ids(world, "wells") == ["team:wells", "product:wells", "team:wells-team"]
    assert ids(world, "well") == ["product:wells", "product:permits", "team:wells", "team:wells-team", "item:i2"]


def test_only_the_kinds_that_are_wanted_are_found(world: World) -> None:
    assert ids(world, "well", Findable.ITEM) == ["item:i2"]
    assert ids(world, "well", Findable.PRODUCT, Findable.TEAM) == ["product:wells", "product:permits", "team:wells", "team:wells-team"]


def test_every_word_must_be_there_and_else_what_is_alike_is_found(world: World) -> None:
    assert ids(world, "pump equipe") == []
    assert ids(world, "drilers")[0] == "team:wells"
    assert ids(world, "qqqqqqqq") == []


@pytest.mark.parametrize("text", ["", "   ", "-", "\n", "%", "." * 1000])
def test_nothing_is_found_by_nothing(world: World, text: str) -> None:
    assert ids(world, text) == []


def test_what_is_said_later_is_found_at_once(world: World) -> None:
    assert ids(world, "lamp") == []
    heard(world, "item:i3", ItemAdded(product="wells", title="A lamp"))
    assert ids(world, "lamp") == ["item:i3"]


def test_a_hit_says_where_it_belongs(world: World) -> None:
    found = {hit.id: hit.within for hit in search(facts_of(world), "well")}
    assert found["item:i2"] == "wells" and found["team:wells"] == "water"
    assert [hit.within for text in ("silva", "bo", "chi") for hit in search(facts_of(world), text)] == ["wells-team", "wells-team", None]


@given(st.text(max_size=80))
def test_whatever_is_typed_is_answered_and_folding_it_again_changes_nothing(text: str) -> None:
    made = World()
    heard(made, "team:t", TeamFormed(name=text or "t", home="water"))
    assert fold(fold(text)) == fold(text)
    found = ids(made, text)
    assert found == (["team:t"] if any(c.isalnum() for c in fold(text)) else [])


def test_a_search_over_many_items_looks_at_so_many_and_makes_nothing_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_COMPARED", 500)
    monkeypatch.setattr(searching, "MOST_RANKED", 500)
    for n in range(5_000):
        heard(world, f"item:n{n}", ItemAdded(product="wells", title=f"Improve the form number {n}"))
    ids(world, "form")
    monkeypatch.setattr(searching, "_made", lambda entries: pytest.fail("what was made once is kept"))
    assert len(ids(world, "form")) == searching.MOST
    assert ids(world, "item") == [] and ids(world, "number 4321") == ["item:n4321"]


def test_the_very_name_comes_first_however_many_hold_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_RANKED", 50)
    for n in range(500):
        heard(world, f"item:n{n:03}", ItemAdded(product="wells", title="Form" if n == 499 else f"Improve the form number {n}"))
    found = ids(world, "form")
    assert found[0] == "item:n499" and len(found) == len(set(found)) == 51
