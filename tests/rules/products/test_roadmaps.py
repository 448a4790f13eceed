"""The progress of a roadmap item, its slip, and the dependencies between products."""

from datetime import date
from decimal import Decimal

import pytest

import libs.events.catalog  # noqa: F401 - the kinds that authority rests on
from libs.commands.decision import Decisions
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered, ItemDropped
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.roadmap.change import ChangeDecided, ChangeRaised, Effect
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemPlaced, RoadmapItemRedated
from libs.rules.products.dependencies import dependencies, dependency_evidence
from libs.rules.products.roadmaps import counted, planned, progress


def linked(*ids: str) -> Scenario:
    s = Scenario(Decisions())
    for id in ids:
        s.given(f"item:{id}", ItemAdded(product="permits", title=id, roadmap_item="search"), at="2024-02-01")
    return s


@pytest.mark.requirement("S0-20")
def test_progress_is_the_delivered_share_of_what_is_linked_and_not_dropped() -> None:
    s = linked("a", "b", "c", "d")
    s.given("item:a", ItemDelivered(), at="2024-03-01").given("item:b", ItemDelivered(), at="2024-04-01").given("item:d", ItemDropped(), at="2024-05-01")
    shares = [s.facts(day).derive(progress, "search") for day in ("2024-02-15", "2024-03-15", "2024-04-15", "2024-05-15")]
    assert shares == [Decimal("0.0000"), Decimal("0.2500"), Decimal("0.5000"), Decimal("0.6667")]


@pytest.mark.requirement("S0-20")
def test_progress_is_rounded_as_every_share_is() -> None:
    s = linked(*(f"i{n}" for n in range(32))).given("item:i0", ItemDelivered(), at="2024-03-01")
    assert s.facts().derive(progress, "search") == Decimal("0.0312")


def test_nothing_linked_is_no_progress_at_all() -> None:
    assert progress(linked().facts(), "search") is None
    assert progress(linked("a").given("item:a", ItemDropped()).facts(), "search") is None


@pytest.mark.requirement("S0-20")
@pytest.mark.requirement("S4-12")
def test_what_another_organisation_links_neither_adds_to_progress_nor_takes_from_it_unless_it_co_owns() -> None:
    s = linked("a").given("item:a", ItemDelivered())
    for product, home in (("permits", "env"), ("wells", "env"), ("taxes", "citz")):
        s.given(f"product:{product}", ProductRegistered(name=product, home=home))
    s.given("roadmap_item:search", RoadmapItemPlaced(product="permits", title="Search", horizon=Horizon.NOW))
    for item, product in (("x", "taxes"), ("y", "nowhere")):
        s.given(f"item:{item}", ItemAdded(product=product, title=item, roadmap_item="search"))
    assert progress(s.facts(), "search") == Decimal("1.0000")
    s.given("item:w", ItemAdded(product="wells", title="w", roadmap_item="search"))
    assert progress(s.facts(), "search") == Decimal("0.5000")
    s.given("roadmap_item:search", RoadmapItemPlaced(product="permits", title="Search", horizon=Horizon.NOW, co_owners=("citz",)))
    assert progress(s.facts(), "search") == Decimal("0.3333")


def test_items_that_slip_are_counted_apart_from_those_that_come_earlier() -> None:
    placed = RoadmapItemPlaced(product="permits", title="Search", horizon=Horizon.NOW, ends=date(2024, 6, 30))
    s = Scenario(Decisions())
    for id, ends in (("early", "2024-06-20"), ("kept", "2024-06-30"), ("ten", "2024-07-10"), ("twenty", "2024-07-20"), ("thirty", "2024-07-30")):
        s.given(f"roadmap_item:{id}", placed, at="2024-01-01").given(f"roadmap_item:{id}", RoadmapItemRedated(ends=date.fromisoformat(ends)), at="2024-05-01")
    found = counted(planned(s.facts(), "permits"))
    assert (found.items, found.slipped, found.earlier, found.median_slip_days, found.most_slip_days) == (5, 3, 1, 20, 30)
    assert counted(planned(s.facts("2024-02-01"), "permits"))[-4:] == (0, 0, None, None)


@pytest.mark.requirement("S0-17")
def test_the_last_approved_change_decides_whether_a_dependency_holds() -> None:
    s = Scenario(Decisions())
    for day, id, effect, approved in (
        ("01", "a", Effect.BEGINS, True),
        ("02", "b", Effect.CEASES, True),
        ("03", "c", Effect.BEGINS, True),
        ("04", "d", Effect.CEASES, False),
    ):
        s.given(f"change:{id}", ChangeRaised(product="permits", title="Maps", on="maps", effect=effect), at=f"2024-01-{day}")
        s.given(f"change:{id}", ChangeDecided(approved=approved, reason="Said"), at=f"2024-02-{day}")
    assert [dependencies(s.facts(f"2024-02-0{day}"), "permits") for day in range(1, 5)] == [("maps",), (), ("maps",), ("maps",)]
    (request, approval) = dependency_evidence(s.facts(), "permits")["maps"]
    assert (request.id, approval.id) == ("change:c@1", "change:c@2")
