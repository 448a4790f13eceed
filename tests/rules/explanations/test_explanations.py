"""A figure rests on whatever its rule reads; only what of that does not matter is listed."""

from __future__ import annotations

import pytest

from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductHalted, ProductRegistered
from libs.events.catalog.portfolio.reorganisation import Moved
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthRecorded, HealthSubject, TeamFormed
from libs.events.event import position
from libs.events.facts import Facts
from libs.rules.explanations import FIGURES
from libs.rules.explanations.figure import Figure, RelevantEvents, Says
from services.portfolio.domain import decisions
from tests.given import given, say
from tests.rules.explained import LATE, TABLE, lines, subjects, world
from tests.rules.way import day
from tests.system.demonstrated import only


def named(facts: Facts, team: str) -> tuple[str, ...]:
    """The names of a team and of its products: a rule of these tests."""
    found = facts.get(TEAM, team)
    products = [facts.get(PRODUCT, id) for id in (found.products if found else ())]
    return tuple(one.name for one in (found, *products) if one is not None)


def events_of(only: Says) -> tuple[set[str], set[str]]:
    """By which events the names are explained, and which can have made them others."""
    facts = (
        Scenario(decisions)
        .given("team:parks", TeamFormed(name="Parks", home="env", products=("booking",)))
        .given("team:parks", HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="asked"))
        .given("product:booking", ProductRegistered(name="Booking", home="env"), PhaseEntered(phase="alpha"))
        .given("product:other", ProductRegistered(name="Other", home="env"))
        .facts()
    )
    figure = Figure("team", "names", named, "Their names.", ("S0-01",), only)
    assert figure.value(facts, "parks") == ("Parks", "Booking")
    touching = figure.touching(figure.reach(facts, "parks"), RelevantEvents(facts.histories))
    return {event.id for event in figure.events(facts, "parks")}, {event.id for event in touching}


def test_all_that_was_said_of_what_a_rule_reads_explains_its_figure() -> None:
    everything = {"team:parks@1", "team:parks@2", "product:booking@1", "product:booking@2"}
    assert events_of({}) == (everything, everything)


def test_of_a_kind_that_is_named_only_its_types_matter_and_none_where_there_are_none() -> None:
    some = {"team:parks@1", "product:booking@1", "product:booking@2"}
    assert events_of({"team": (TeamFormed,)}) == (some, some)
    assert events_of({"team": (TeamFormed,), "product": ()}) == ({"team:parks@1"}, {"team:parks@1"})


def test_every_figure_of_a_small_world_comes_to_what_the_table_says_and_rests_on_it() -> None:
    assert "\n".join(lines(world())).split("\n\n") == f"\n{TABLE.read_text(encoding='utf-8').rstrip()}".split("\n\n"), "python -m tests.rules.explained"


@pytest.mark.parametrize(("evening", "learned"), [(20, None), (70, None), (LATE, None), (LATE, "investment:struck@3"), (LATE, "investment:taken@3")])
def test_every_figure_of_a_small_world_follows_from_its_own_events_alone_which_come_by_time(evening: int, learned: str | None) -> None:
    told = world()
    known = told.events(position(learned)[0])[position(learned)[1] - 1].recorded if learned else None
    facts = Facts.on_day(told, day(evening), known)
    for subject, id in subjects(told):
        for figure in FIGURES[subject].values():
            events = figure.events(facts, id)
            assert list(events) == sorted(events, key=lambda event: event.order)
            assert all(known is None or event.recorded <= known for event in events)
            again = figure.value(Facts.on_day(only(told, events), day(evening)), id)
            assert again == figure.value(facts, id), (subject, id, figure.field)


@pytest.mark.requirement("S4-08")
def test_what_a_product_that_moved_away_counts_for_no_longer_rests_on_its_moving() -> None:
    told = given(
        say("organisation:env", OrganisationRegistered(name="Environment")),
        say("organisation:citz", OrganisationRegistered(name="Citizens' Services")),
        say("product:maps", ProductRegistered(name="Maps", home="env"), at="2024-01-01"),
        say("product:maps", PhaseEntered(phase="alpha"), ProductHalted(reason="resource_constraint"), at="2024-02-01"),
        say("product:maps", Moved(to="citz", reason="They keep the register", left="env"), at="2024-03-01"),
    )
    for id in ("env", "citz"):
        for figure in (*FIGURES["portfolio"].values(), *FIGURES["organisation"].values()):
            alone = Facts.on_day(only(told.world, figure.events(told.facts, id)), told.facts.day)
            assert figure.value(alone, id) == figure.value(told.facts, id), (id, figure.subject, figure.field)
