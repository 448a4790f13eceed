"""Searching: what people type finds what they mean, in a bounded time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.contracts.samples import id_of, sample
from libs.calendar.local_time import start_of
from libs.commands.testing import money
from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.catalog.backlog.item_source import ItemSource
from libs.events.catalog.backlog.need import NeedRecorded
from libs.events.catalog.portfolio.bid import BidSubmitted
from libs.events.catalog.portfolio.evaluations.evaluation import EvaluationStarted
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.people.accountable import AccountableAs, AccountableNamed
from libs.events.catalog.portfolio.people.person import PersonRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import MemberJoined, MemberLeft, Staffing, TeamFormed, TeamRole
from libs.events.catalog.roadmap.monitoring import MonitoringOpened
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemPlaced
from libs.events.event import KINDS, Actor, Event, Payload
from libs.events.facts import Facts
from libs.events.references import name_field
from libs.events.world import World
from libs.rules import search as searching
from libs.rules.search import Findable, search
from libs.rules.text import fold
from tests.events.any_history import DECLARED

NAMELESS = (Findable.NEED, Findable.INVESTMENT, Findable.BID, Findable.LOAN, Findable.EVALUATION, Findable.MONITORING)
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


def test_people_are_found_by_the_names_that_are_given_and_by_no_other(world: World) -> None:
    heard(world, "person:p7", PersonRegistered(organisation="water"))
    heard(world, "accountable:a", AccountableNamed(subject="product:wells", role=AccountableAs.SPONSOR, person="p8"))
    assert [ids(world, text) for text in ("lovelace", "p7", "p8")] == [[], ["person:p7"], ["person:p8"]]
    names = {"p7": "Ada Lovelace", "bo": "Bo Katz"}
    for typed in ("lovelace", "ADA LOVELACE", "ada p7", "lovelase"):
        assert [(hit.id, hit.name) for hit in search(facts_of(world), typed, names=names)] == [("person:p7", "Ada Lovelace")], typed
    assert [(hit.id, hit.within) for hit in search(facts_of(world), "bo", names=names)] == [("person:bo", "wells-team")]
    assert ids(world, "lovelace") == [], "names that were given once are kept nowhere"


def test_what_has_no_name_is_found_by_its_id(world: World) -> None:
    heard(world, "need:n", NeedRecorded(product="wells", user="farmers", text="Say when a well runs dry", origin="discovery"))
    heard(world, "monitoring:after-pump", MonitoringOpened(product="wells", about="release:pump", metrics=("m",)))
    heard(world, "investment:inv-1", InvestmentProposed(team="wells", amount=money("1.00")))
    heard(world, "bid:bid-1", BidSubmitted(investment="inv-1", amount=money("1.00"), body="Treasury"))
    heard(world, "evaluation:spring", EvaluationStarted(product="wells", knows="ana.silva"))
    found = {"n": "need:n", "after-pump": "monitoring:after-pump", "inv-1": "investment:inv-1", "bid-1": "bid:bid-1", "spring": "evaluation:spring"}
    assert {typed: ids(world, typed, *NAMELESS)[0] for typed in found} == found
    assert ids(world, "runs dry") == ["need:n", "item:i2"]


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


def test_words_begin_after_blanks_lines_and_marks_and_only_there(world: World) -> None:
    for n, title in enumerate(("in-zebra", "in_zebra", "in.zebra", "in zebra", "inzebra", "Zebra crossing", "zebra")):
        heard(world, f"item:z{n}", ItemAdded(product="wells", title=title))
    assert ids(world, "zebra") == ["item:z6", "item:z5", "item:z0", "item:z1", "item:z2", "item:z3", "item:z4"]
    assert ids(world, "zebra in")[:4] == ["item:z0", "item:z1", "item:z2", "item:z3"], "each word, in whatever order"


def test_of_what_fits_equally_well_the_shorter_name_of_the_earlier_kind_comes_first(world: World) -> None:
    heard(world, "product:lynx-b", ProductRegistered(name="Lynx among many words", home="water"))
    heard(world, "product:lynx-a", ProductRegistered(name="Lynx cards", home="water"))
    heard(world, "program:lynx-p", ProgramOpened(name="Lynx", home="water"))
    heard(world, "organisation:lynx-o", OrganisationRegistered(name="Lynx office"))
    heard(world, "roadmap_item:lynx-r", RoadmapItemPlaced(product="wells", title="Lynx", horizon=Horizon.NOW))
    assert ids(world, "lynx") == ["program:lynx-p", "roadmap_item:lynx-r", "product:lynx-a", "product:lynx-b", "organisation:lynx-o"]
    assert ids(world, "lynx", Findable.PROGRAM) == ["program:lynx-p"]


def test_what_has_no_name_is_found_by_its_id_and_a_product_lies_where_its_program_does(world: World) -> None:
    heard(world, "program:rivers", ProgramOpened(name="Rivers", home="water"))
    heard(world, "product:gauges", ProductRegistered(name="Gauges", program="rivers"))
    heard(world, "team:nameless", MemberJoined(person="eve", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF))
    assert [(hit.id, hit.within) for hit in search(facts_of(world), "gauges")] == [("product:gauges", "water")]
    assert [(hit.name, hit.within) for hit in search(facts_of(world), "rivers", [Findable.PROGRAM])] == [("Rivers", "water")]
    assert [(hit.name, hit.within) for hit in search(facts_of(world), "nameless")] == [("nameless", None)]
    assert [hit.within for hit in search(facts_of(world), "eau")] == [None]
    heard(world, "team:wells", MemberJoined(person="bo", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF))
    assert [hit.within for hit in search(facts_of(world), "bo", [Findable.PERSON])] == ["wells"], "where they are now"


def test_items_of_one_name_come_as_they_were_said_also_of_a_backlog_whose_product_nobody_registered(world: World) -> None:
    heard(world, "backlog:unregistered", BacklogOpened(owner="dee"))
    heard(world, "item:u", ItemAdded(product="unregistered", title="A quagga"))
    assert ids(world, "quagga") == ["item:u"]
    for n in (2, 1):
        earlier = start_of(THEN.date() - timedelta(days=n))
        for kind, data in (
            ("item", ItemAdded(product="wells", title="Okapi")),
            ("roadmap_item", RoadmapItemPlaced(product="wells", title="Okapi", horizon=Horizon.NOW)),
        ):
            world.apply(Event(f"{kind}:{3 - n}{'a' if n == 1 else 'z'}", 1, earlier, earlier, earlier, Actor("lab", "importer"), data))
    assert ids(world, "okapi") == ["roadmap_item:1z", "roadmap_item:2a", "item:1z", "item:2a"]


def test_only_so_many_characters_are_looked_at_and_so_many_texts_compared(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ids(world, "drillers" + " " * searching.LONGEST + "nothing like it") == ids(world, "drillers") == ["team:wells"]
    assert ids(world, "drilers") == ["team:wells"]
    monkeypatch.setattr(searching, "MOST_COMPARED", 1)
    assert ids(world, "drilers") in ([], ["team:wells"]) and ids(world, "equpe puits") + ids(world, "drilers") in (["team:wells"], ["team:wells-team"])
    assert ids(world, "much longer than anything that is called wells") == []


@pytest.mark.parametrize("kind", sorted(name for name in DECLARED if name_field(KINDS[name])))
def test_whatever_has_a_name_is_found_by_that_and_by_its_id_within_what_it_is_of(kind: str) -> None:
    world, of = World(), KINDS[kind]
    said = next(sample(cls.TYPE) for cls in of.defined_by)
    heard(world, f"product:{id_of('product')}", ProductRegistered(name="Permits", home="water"))
    heard(world, said.aggregate, said.data)
    facts = facts_of(world)
    (state,) = [one for one in facts.every(of) if f"{kind}:{one.id}" == said.aggregate]
    for typed in (getattr(state, name_field(of)), state.id):
        (found, *_) = search(facts, typed, [Findable(kind)])
        assert (found.id, found.name) == (said.aggregate, getattr(state, name_field(of)))
        assert found.within == (getattr(state, "product", None) or getattr(state, "home", None))


def test_two_hundred_are_found_at_most_the_better_before_the_worse(world: World) -> None:
    for n in range(150):
        heard(world, f"item:b{n:03}", ItemAdded(product="wells", title=f"Zebra {n:03}"))
    for n in range(100):
        heard(world, f"item:a{n:03}", ItemAdded(product="wells", title=f"A zebra {n:03}"))
    assert ids(world, "zebra") == [f"item:b{n:03}" for n in range(150)] + [f"item:a{n:03}" for n in range(50)]
    for n in range(100):
        heard(world, f"item:c{n:03}", ItemAdded(product="wells", title=f"Zebra {n + 150:03}"))
    assert ids(world, "zebra") == [*(f"item:b{n:03}" for n in range(150)), *(f"item:c{n:03}" for n in range(50))]


def test_all_that_is_alike_is_found_unless_it_is_much_shorter_than_what_was_typed(world: World) -> None:
    for n in range(9):
        heard(world, f"team:g{n}", TeamFormed(name=f"Gardeners {n}", home="water"))
    assert sorted(ids(world, "gardenres")) == [f"team:g{n}" for n in range(9)]
    heard(world, "program:x", ProgramOpened(name="Abcdefgh", home="water"))
    found = {typed: ids(world, typed, Findable.PROGRAM) for typed in ("abcdefgh xyz", "abcdefgh xyzw")}
    assert found == {"abcdefgh xyz": ["program:x"], "abcdefgh xyzw": []}


def test_of_equal_hits_those_of_the_product_and_the_person_that_come_first_by_id_come_first(world: World) -> None:
    names = ("quay", "pier", "dock", "lock", "weir", "ford")
    for name in names:
        heard(world, f"product:{name}", ProductRegistered(name=name, home="water"))
        heard(world, f"item:of-{name}", ItemAdded(product=name, title="Lamp"))
        heard(world, f"backlog:{name}", BacklogOpened(owner=f"kim.{name}"))
    heard(world, "backlog:wells", BacklogOpened())
    assert ids(world, "lamp") == [f"item:of-{name}" for name in sorted(names)]
    assert ids(world, "kim") == [f"person:kim.{name}" for name in sorted(names)]
