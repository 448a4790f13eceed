"""What moved between two moments: what was learned late, what time alone changed, what was taken back, and by which events."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.calendar.local_time import start_of
from libs.commands.testing import money
from libs.events.catalog.portfolio.investment import ActualRecorded, ForecastRecorded, InvestmentDecided, InvestmentProposed, InvestmentRebaselined
from libs.events.catalog.portfolio.loan import TeamLent, TeamReturned
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import PhaseEntered, ProductRegistered
from libs.events.catalog.portfolio.team import TEAM, MemberJoined, MemberLeft, Staffing, TeamFormed, TeamRole
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemDropped, RoadmapItemFinished, RoadmapItemMoved, RoadmapItemPlaced, RoadmapItemRedated
from libs.events.event import Actor, Event, Payload, Retracted
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.explanations import FIGURES, figure_of
from libs.rules.history.changes import ChangeKind, FigureChange, changes
from tests.rules import way


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)


@dataclass
class Told:
    """What was said so far, each with the day it was true and the day it was learned (at nine)."""

    world: World = field(default_factory=World)

    def say(self, aggregate: str, data: Payload, at: str, known: str | None = None, by: str = "importer") -> str:
        recorded = start_of(date.fromisoformat(known or at)).replace(hour=9)
        event = Event(aggregate, self.world.last(aggregate) + 1, start_of(date.fromisoformat(at)), recorded, recorded, Actor("someone", by), data)
        self.world.apply(event)
        return event.id

    def between(self, first: str, last: str, kind: ChangeKind | None = None) -> list[FigureChange]:
        """What moved from noon of one day to noon of another."""
        then, now = (Facts.on_day(self.world, date.fromisoformat(day), noon(day)) for day in (first, last))
        return [change for change in changes(then, now) if kind in (None, change.kind)]


@pytest.fixture
def told() -> Told:
    said = Told()
    said.say("organisation:water", OrganisationRegistered(name="Water"), "2025-01-01")
    said.say("organisation:roads", OrganisationRegistered(name="Roads"), "2025-01-01")
    said.say("product:wells", ProductRegistered(name="Wells", home="water"), "2025-01-02")
    said.say("team:diggers", TeamFormed(name="Diggers", home="water", products=("wells",)), "2025-01-03")
    return said


def brief(found: list[FigureChange]) -> list[tuple[str, str, str | None, str | None]]:
    return [(change.subject, change.field, change.before, change.after) for change in found]


def test_nothing_moves_while_nothing_is_said(told: Told) -> None:
    assert told.between("2025-01-04", "2026-01-04") == []
    assert told.between("2025-01-03", "2025-01-03") == []


def test_a_team_that_is_formed_comes_into_residency(told: Told) -> None:
    (change,) = told.between("2025-01-02", "2025-01-03")
    assert brief([change]) == [("team:diggers", "graduation.status", None, "IN_RESIDENCY")]
    assert (change.name, change.at, change.late) == ("Diggers", start_of(date(2025, 1, 3)), False)
    assert [event.id for event in change.events] == ["team:diggers@1"]
    assert ("organisation", "water") in change.about and ("team", "diggers") in change.about


@pytest.mark.requirement("S0-20")
def test_a_roadmap_item_is_new_moves_is_finished_and_dropped(told: Told) -> None:
    item = "roadmap_item:pump"
    for day, data in (
        ("2025-02-01", RoadmapItemPlaced(product="wells", title="Pump", horizon=Horizon.NEXT, ends=date(2025, 9, 1))),
        ("2025-02-02", RoadmapItemMoved(horizon=Horizon.NOW)),
        ("2025-02-03", RoadmapItemRedated(ends=date(2025, 10, 1), reason="Pipes are late")),
        ("2025-02-04", RoadmapItemFinished()),
        ("2025-02-05", RoadmapItemDropped()),
    ):
        told.say(item, data, day)
    steps = [brief(told.between(f"2025-02-0{n}", f"2025-02-0{n + 1}")) if n else brief(told.between("2025-01-31", "2025-02-01")) for n in range(5)]
    assert steps == [
        [(item, "ends", None, "2025-09-01"), (item, "horizon", None, "NEXT")],
        [(item, "horizon", "NEXT", "NOW")],
        [(item, "ends", "2025-09-01", "2025-10-01")],
        [(item, "horizon", "NOW", "DONE")],
        [(item, "horizon", "DONE", "DROPPED")],
    ]
    (redated,) = told.between("2025-02-02", "2025-02-03", ChangeKind.DATE)
    assert [event.id for event in redated.events] == ["roadmap_item:pump@3"] and redated.name == "Pump"
    assert {("product", "wells"), ("team", "diggers"), ("organisation", "water")} <= redated.about


def test_what_was_true_before_and_learned_between_is_late(told: Told) -> None:
    position = told.say("product:wells", PhaseEntered(phase="beta"), "2025-02-01", known="2025-06-01")
    assert told.between("2025-02-01", "2025-05-31") == []
    (change,) = told.between("2025-05-31", "2025-06-01")
    assert brief([change]) == [("product:wells", "phase.id", None, "beta")]
    assert change.late and change.at == start_of(date(2025, 2, 1)) and change.known_since == start_of(date(2025, 6, 1)).replace(hour=9)
    assert [event.id for event in change.events] == [position]


def test_what_is_true_and_learned_on_the_same_day_after_the_first_moment_is_not_late(told: Told) -> None:
    told.say("product:wells", PhaseEntered(phase="beta"), "2025-02-02")
    (change,) = told.between("2025-02-01", "2025-02-02")
    assert not change.late


def test_what_is_taken_back_changes_back_and_names_both_events(told: Told) -> None:
    position = told.say("product:wells", PhaseEntered(phase="beta"), "2025-02-01")
    taken = told.say("product:wells", Retracted(event=position, reason="Another product"), "2025-03-01")
    (change,) = told.between("2025-02-15", "2025-03-15")
    assert brief([change]) == [("product:wells", "phase.id", "beta", None)]
    assert [event.id for event in change.events] == [position, taken] and change.struck == {position} and change.late


@pytest.mark.requirement("S0-09")
def test_members_join_change_their_seat_and_leave(told: Told) -> None:
    joined = MemberJoined(person="ana", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.CONTRACTED)
    told.say("team:diggers", joined, "2025-02-01")
    told.say("team:diggers", MemberJoined(person="ana", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF), "2025-03-01")
    told.say("team:diggers", MemberJoined(person="bo", role=TeamRole.USER_RESEARCH, core=False, staffing=Staffing.STAFF), "2025-03-02")
    told.say("team:diggers", MemberLeft(person="ana"), "2025-04-01")
    contracted, staff = "ana: developer, core, contracted", "ana: developer, core, staff"
    steps = [
        told.between(first, last, ChangeKind.MEMBER)
        for first, last in (("2025-01-31", "2025-02-01"), ("2025-02-01", "2025-03-15"), ("2025-03-15", "2025-04-02"))
    ]
    assert [[(change.before, change.after) for change in step] for step in steps] == [
        [(None, contracted)],
        [(contracted, staff), (None, "bo: user_research, drawn on, staff")],
        [(staff, None)],
    ]
    assert [[event.id for event in change.events] for change in steps[1]] == [["team:diggers@3"], ["team:diggers@4"]]


@pytest.mark.requirement("S0-13")
def test_a_release_comes_nearer_to_its_users(told: Told) -> None:
    told.say("release:first", ReleaseProposed(product="wells", stage=ReleaseStage.BETA, title="First"), "2025-02-01")
    told.say("release:first", ReleaseSignedOff(), "2025-02-02")
    told.say("release:first", ReleasePublished(), "2025-02-03")
    found = told.between("2025-02-01", "2025-02-03", ChangeKind.RELEASE)
    assert brief(found) == [("release:first", "state", "PROPOSED", "PUBLISHED")]
    assert [event.sequence for event in found[0].events] == [3], "it was signed off on the way, and is published since it was published"


@pytest.fixture
def funded(told: Told) -> Told:
    investment = "investment:inv"
    told.say(investment, InvestmentProposed(team="diggers", product="wells", enhance=money("70.00"), support=money("30.00")), "2025-01-10")
    told.say(investment, InvestmentDecided(approved=True, reason="yes"), "2025-01-20", by="steering_group@water")
    return told


@pytest.mark.requirement("S4-09")
def test_money_moves_for_the_investment_and_for_all_it_is_for(funded: Told) -> None:
    found = funded.between("2025-01-15", "2025-01-25", ChangeKind.MONEY)
    committed = [change for change in found if change.field.removeprefix("investment.") == "committed"]
    assert brief(committed) == [
        ("investment:inv", "committed", None, "100.00 CAD"),
        ("organisation:water", "investment.committed", None, "100.00 CAD"),
        ("product:wells", "investment.committed", None, "100.00 CAD"),
        ("team:diggers", "investment.committed", None, "100.00 CAD"),
    ]
    assert committed[0].name == "Investment in Diggers"
    assert all([event.id for event in change.events] == ["investment:inv@2"] for change in committed)


@pytest.mark.requirement("S0-14")
def test_a_rebaseline_moves_the_current_baseline_and_leaves_the_first(funded: Told) -> None:
    said = InvestmentRebaselined(approver="group", reason="less", enhance=money("40.00"), support=money("40.00"))
    funded.say("investment:inv", said, "2025-03-01", by="steering_group@water")
    fields = {change.field: (change.before, change.after) for change in funded.between("2025-02-01", "2025-03-02") if change.subject == "investment:inv"}
    assert fields["currentBaseline"] == ("100.00 CAD", "80.00 CAD") and "firstBaseline" not in fields
    assert fields["againstFirstBaseline"] == ("0.00 CAD", "-20.00 CAD") and "againstCurrentBaseline" not in fields


def test_an_amount_rests_on_its_own_events_alone(funded: Told) -> None:
    funded.say("investment:inv", ForecastRecorded(amount=money("120.00")), "2025-03-01")
    spent = funded.say("investment:inv", ActualRecorded(amount=money("10.00"), covers_from=date(2025, 2, 1), covers_until=date(2025, 2, 10)), "2025-03-02")
    found = {change.field: change for change in funded.between("2025-02-01", "2025-03-03") if change.subject == "team:diggers"}
    assert found.keys() == {"investment.forecast", "investment.actual", "investment.againstFirstBaseline", "investment.againstCurrentBaseline"}
    assert [event.id for event in found["investment.actual"].events] == [spent]


@pytest.mark.requirement("S4-15")
def test_a_loan_moves_what_organisations_bear(funded: Told) -> None:
    funded.say("investment:inv", ActualRecorded(amount=money("10.00"), covers_from=date(2025, 2, 1), covers_until=date(2025, 2, 10)), "2025-02-11")
    funded.say("loan:l", TeamLent(team="diggers", lender="water", borrower="roads", staffing=Staffing.STAFF, agreement="letter"), "2025-02-06", "2025-03-01")
    funded.say("loan:l", TeamReturned(), "2025-02-10", "2025-03-01")
    found = funded.between("2025-02-20", "2025-03-02")
    assert brief(found) == [("organisation:roads", "investment.actual", None, "5.00 CAD"), ("organisation:water", "investment.actual", "10.00 CAD", "5.00 CAD")]
    assert all(change.late and {event.aggregate for event in change.events} >= {"loan:l"} for change in found)


def test_time_alone_makes_a_graduate_alumni_and_lets_evidence_expire() -> None:
    told = Told(way.world_of(way.graduating()))
    then, now = (Facts.on_day(told.world, way.day(n), start_of(way.day(n))) for n in (400, 640))
    found = {change.field: change for change in changes(then, now)}
    assert {name: (c.before, c.after) for name, c in found.items()} == {
        "graduation.criteria.R-04": ("met", "not met"),
        "graduation.status": ("GRADUATED", "AT_RISK"),
    }
    lapsed = found["graduation.criteria.R-04"]
    assert lapsed.events == () and lapsed.known_since is None and not lapsed.late
    assert lapsed.at == start_of(way.day(250 + 180 + 1)) == found["graduation.status"].at


DAYS = st.integers(0, 700)


@settings(max_examples=25, deadline=None)
@given(DAYS, DAYS, st.sets(st.integers(0, len(way.graduating()) - 1), max_size=4))
def test_what_does_not_stand_among_the_changes_is_as_it_was(first: int, last: int, taken: set[int]) -> None:
    world = way.world_of(way.graduating())
    positions = [event.id for kind in world.tallies() for aggregate in world.all(kind) for event in world.events(aggregate)]
    for position in sorted(positions[n] for n in taken):
        aggregate = position.rpartition("@")[0]
        at = start_of(way.day(350))
        world.apply(Event(aggregate, world.last(aggregate) + 1, at, at, at, Actor("someone", "importer"), Retracted(event=position, reason="Wrong")))
    then, now = (Facts.on_day(world, way.day(n), start_of(way.day(n)).replace(hour=12)) for n in sorted((first, last)))
    moved = {(change.subject, change.field): change for change in changes(then, now)}
    for name in ("graduation.status", *(f"graduation.criteria.R-0{n}" for n in range(1, 7))):
        figure = figure_of("team", name)
        before, after = (figure.value(facts, "parks") for facts in (then, now))
        same = before.met == after.met if hasattr(before, "met") else before == after
        change = moved.get(("team:parks", name))
        formed = all(facts.get(TEAM, "parks") for facts in (then, now))
        assert (change is None) is same or not formed, (name, before, after)
        if change is not None:
            seen = {event.id for event in figure.events(now, "parks")} | {event.id for event in figure.events(then, "parks")}
            assert all(event.id in seen | change.struck or isinstance(event.data, Retracted) for event in change.events)


def test_every_figure_says_how_it_comes_about_and_from_which_document() -> None:
    documents = tomllib.loads((Path(__file__).resolve().parents[3] / "docs" / "requirements.toml").read_text("utf-8"))
    known = {id for document in documents.values() for id in document}
    for figures in FIGURES.values():
        for figure in figures.values():
            assert figure.statement.endswith(".") and figure.source and known.issuperset(figure.cites), figure.field


def test_a_figure_that_there_is_not_is_answered_with_those_there_are() -> None:
    with pytest.raises(LookupError, match=r"'wealth' is no figure of a team; there are investment\.committed, .*graduation\.status"):
        figure_of("team", "wealth")


def test_an_amount_is_compared_to_the_cent(funded: Told) -> None:
    funded.say("investment:inv", ForecastRecorded(amount=money("100.01")), "2025-03-01")
    found = {change.field: change.after for change in funded.between("2025-02-01", "2025-03-02") if change.subject == "organisation:water"}
    assert found["investment.againstFirstBaseline"] == f"{Decimal('0.01')} CAD"
