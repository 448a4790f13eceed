"""What the pre-conditions of Sustain say of themselves, on which evidence they rest, and by which day they count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from libs.calendar.local_time import start_of
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered
from libs.events.catalog.portfolio.graduation import SustainEntered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.rules.graduation.criteria import handed_off, meets_expectations
from libs.rules.graduation.evidence import Criterion
from libs.rules.graduation.preconditions import at_sustain, backlog_diminishes, beta_released, burn_down, on, preconditions
from tests.rules.way import TEAM, WAY, Statement, attested, day, graduating, read, seen, sustained, world_of

FORMED = Statement(TEAM, TeamFormed(name="Parks", home="env", products=("booking", "maps")), 0)


def beta(*said: Statement) -> Criterion:
    return beta_released(seen(world_of([FORMED, *said]), 100), "parks")


def released(id: str, n: int, *, product: str = "booking", stage: ReleaseStage = ReleaseStage.BETA, title: str = "", signed: bool = False) -> list[Statement]:
    aggregate = f"release:{id}"
    signing = [Statement(aggregate, ReleaseSignedOff(), n, "product_owner@booking")] if signed else []
    return [Statement(aggregate, ReleaseProposed(product=product, stage=stage, title=title), n), *signing, Statement(aggregate, ReleasePublished(), n)]


@pytest.mark.requirement("R-01")
def test_the_first_beta_that_was_published_is_the_one_that_counts_with_who_signed_it_off() -> None:
    found = beta(*released("late", 50), *released("first", 30, product="maps", title="Maps for all", signed=True))
    assert found.met and found.why == "Maps for all was published on 2024-01-31, signed off by product owner of booking (someone)"
    assert [one.event for one in found.evidence] == ["release:first@3"]
    assert beta(*released("plain", 30)).why == "plain was published on 2024-01-31"


@pytest.mark.requirement("R-01")
def test_without_a_published_beta_the_products_are_named() -> None:
    proposed = Statement("release:r", ReleaseProposed(product="booking", stage=ReleaseStage.BETA, title="R"), 5)
    for said in ([], [proposed], released("live", 30, stage=ReleaseStage.LIVE), released("other", 30, product="elsewhere")):
        found = beta(*said)
        assert (found.id, found.met, found.evidence) == ("R-01", False, ())
        assert found.why == "no beta release of booking, maps was published"
        assert found.remedy == "Publish a beta release of booking, maps that the product owner has signed off."


@pytest.mark.requirement("R-02")
def test_a_burn_down_names_its_months_and_the_events_that_moved_its_counts() -> None:
    found = backlog_diminishes(seen(world_of(sustained()), 190), "parks")
    assert found.met and found.why == "open at the ends of March 2024 to June 2024: 5, 4, 3, 2" and found.remedy == ""
    assert [one.event for one in found.evidence] == [f"item:i{n}@2" for n in range(4)]
    rising = [Statement("item:x", ItemAdded(product="booking", title="X"), 95)]
    found = backlog_diminishes(seen(world_of([*sustained(), *rising]), 190), "parks")
    assert found.why.endswith(": 5, 5, 4, 3") and found.met
    more = [Statement(f"item:x{n}", ItemAdded(product="booking", title="X"), 95) for n in range(2)]
    found = backlog_diminishes(seen(world_of([*sustained(), *more]), 190), "parks")
    assert (found.met, found.why) == (False, "open at the ends of March 2024 to June 2024: 5, 6, 5, 4; it rose in April 2024")
    assert found.remedy == "Deliver or drop more items than are added, month by month."
    assert backlog_diminishes(seen(world_of([FORMED]), 190), "parks").evidence == ()


def test_an_item_that_was_delivered_before_it_was_added_was_never_open() -> None:
    said = [Statement("item:x", ItemDelivered(), 20), Statement("item:x", ItemAdded(product="booking", title="X"), 40)]
    found = backlog_diminishes(seen(world_of([FORMED, *said]), 100), "parks")
    assert found.why.endswith(": 0, 0, 0, 0; there was nothing to deliver yet") and found.evidence == ()
    unadded = [Statement("item:y", ItemDelivered(), 20)]
    assert backlog_diminishes(seen(world_of([FORMED, *unadded]), 100), "parks").evidence == ()


@pytest.mark.requirement("S4-02")
def test_from_sustain_on_the_preconditions_count_as_they_were_met_then_and_else_as_they_are_now() -> None:
    facts = seen(world_of(graduating()), 400)
    entered = start_of(day(190))
    assert preconditions(facts, "parks") == at_sustain(facts, "parks", entered) == preconditions(seen(world_of(sustained()), 190), "parks")
    assert at_sustain(facts, "parks", entered)[1] == burn_down(seen(world_of(sustained()), 190), "parks", entered)
    unmet = [Statement(WAY, SustainEntered(), 40, "lab_ops"), *(one for one in sustained() if not isinstance(one.data, SustainEntered))]
    late = seen(world_of(unmet), 190)
    assert [one.met for one in at_sustain(late, "parks", start_of(day(40)))] == [False, False]
    assert [one.met for one in preconditions(late, "parks")] == [True, True]
    assert [one.met for one in preconditions(seen(world_of(unmet), 110), "parks")] == [True, False]


def test_facts_of_a_day_that_is_not_over_are_these_facts_themselves() -> None:
    facts = seen(world_of(sustained()), 190)
    assert on(facts, day(190)) is facts and on(facts, day(190) + timedelta(days=1)) is facts
    assert on(facts, day(189)).day == day(189)


@pytest.mark.requirement("R-06")
def test_a_hand_off_says_all_that_is_to_be_done() -> None:
    found = handed_off(seen(world_of(sustained()), 195), "parks")
    assert found.remedy == (
        "Have the IT agency, the project office and corporate services accept the hand-off, and prepare the hand-off with strategic HR and program leadership."
    )


@pytest.mark.requirement("R-04")
def test_what_was_missed_hit_and_read_is_the_evidence_of_the_expectations() -> None:
    missed = meets_expectations(seen(world_of([*sustained(), attested(255)]), 261), "parks")
    assert {one.event for one in missed.evidence} >= {"metric:sat@2", "metric:sat@3", "metric:sat@4"}
    hit = meets_expectations(seen(world_of([*sustained(), read(85, 255), attested(255)]), 261), "parks")
    assert [one.event for one in hit.evidence][:3] == ["metric:sat@2", "metric:sat@3", "metric:sat@5"]
    assert hit.why.startswith("hit: sat 80 by 2024-09-17; satisfaction was read on 2024-09-12; an executive attested on 2024-09-12")
