"""Since when what moved holds, and since when that is known: held against the figures themselves, of every day and by what was known at every instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from libs.calendar.local_time import start_of
from libs.commands.testing import money
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered, ItemDropped
from libs.events.catalog.portfolio.graduation import CeremonyHeld, HandoffAccepted, HandoffFailed, HomeFunction, SustainEntered
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded, ForecastRecorded, InvestmentDecided, InvestmentProposed, InvestmentRebaselined
from libs.events.catalog.portfolio.loan import TeamLent, TeamReturned
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered, PolicySet
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductDecommissioned, ProductHalted, ProductRegistered, ProductResumed
from libs.events.catalog.portfolio.team import (
    CORE_ROLES,
    TEAM,
    HealthReading,
    HealthRecorded,
    HealthSubject,
    MemberJoined,
    MemberLeft,
    ProductsLeft,
    ProductsServed,
    Staffing,
    TeamFormed,
    TeamPivotedAway,
)
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined, MetricKind, TargetSet
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.events.catalog.roadmap.roadmap_item import (
    ROADMAP_ITEM,
    Horizon,
    RoadmapItemDropped,
    RoadmapItemFinished,
    RoadmapItemMoved,
    RoadmapItemPlaced,
    RoadmapItemRedated,
)
from libs.events.event import Actor, Event, Kind, Payload, Retracted
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.explanations import FIGURES
from libs.rules.graduation.status import graduation
from libs.rules.history.changes import ChangeNature, FigureChange, changes
from libs.rules.history.stories import statuses
from tests.rules import way
from tests.rules.way import Statement, attested, day, joined, read, told

LAST = 120
"""The last day that anything is dated on, or looked at."""
AMOUNTS = ("committed", "forecast", "actual", "enhance", "support", "returned", "againstFirstBaseline", "againstCurrentBaseline")
METRIC = MetricDefined(
    product="booking",
    name="Satisfaction",
    kind=MetricKind.QUANTITATIVE,
    goal="Satisfied",
    method="Asked",
    tool="Survey",
    source="Exit survey",
    responsible="p2",
    measures="satisfaction",
)


def swift() -> list[Statement]:
    """A team that graduates within seventy days at home in an organisation where everything lasts for less than two weeks, with money, plans and a loan."""
    policy = PolicySet(satisfaction_days=12, attestation_days=12, alumni_days=15, burn_down_months=2)
    proposed = InvestmentProposed(team="parks", product="booking", enhance=money("70.00"), support=money("30.00"))
    lent = TeamLent(team="parks", lender="env", borrower="roads", staffing=Staffing.STAFF, agreement="letter", until=day(90))
    return [
        Statement("organisation:env", OrganisationRegistered(name="Environment"), -200),
        Statement("organisation:roads", OrganisationRegistered(name="Roads"), -200),
        Statement("organisation:env", policy, -199),
        Statement("product:booking", ProductRegistered(name="Booking", home="env"), 0),
        Statement(way.TEAM, TeamFormed(name="Parks", home="env", products=("booking",)), 0),
        *(joined(f"p{n}", role, 1) for n, role in enumerate(CORE_ROLES)),
        *(Statement(f"item:i{n}", ItemAdded(product="booking", title=f"Story {n}"), 5) for n in range(4)),
        *(Statement(f"item:i{n}", ItemDelivered(), 20 + 25 * n) for n in range(2)),
        Statement("release:beta", ReleaseProposed(product="booking", stage=ReleaseStage.BETA, title="Public beta"), 10),
        Statement("release:beta", ReleasePublished(), 20),
        Statement("metric:sat", METRIC, 3),
        Statement("metric:sat", BaselineMeasured(value=Decimal(60)), 4),
        Statement("metric:sat", TargetSet(value=Decimal(80), due=day(70)), 5),
        Statement(way.WAY, SustainEntered(), 62, "lab_ops"),
        *(Statement(way.WAY, HandoffAccepted(function=function, accepted_by="env"), 63 + n, "executive@env") for n, function in enumerate(HomeFunction)),
        read(82, 66),
        attested(68),
        told(69),
        Statement(way.WAY, CeremonyHeld(), 70, "executive@env"),
        Statement("product:booking", PhaseEntered(phase="beta"), 20),
        Statement("roadmap_item:map", RoadmapItemPlaced(product="booking", title="Map", horizon=Horizon.NEXT, ends=day(100)), 10),
        Statement("investment:inv", proposed, 5),
        Statement("investment:inv", InvestmentDecided(approved=True, reason="yes"), 8, "steering_group@env"),
        Statement("investment:inv", ActualRecorded(amount=money("31.00"), covers_from=day(80), covers_until=day(110)), 79),
        Statement("loan:l", lent, 60),
    ]


def _spent(amount: int, first: int, days: int) -> ActualRecorded:
    return ActualRecorded(amount=money(f"{amount}.00"), covers_from=day(first), covers_until=day(first + days))


FUNCTIONS = st.sampled_from(HomeFunction)
DAYS = st.integers(0, LAST)
SAYINGS: st.SearchStrategy[tuple[str, Payload, str]] = st.one_of(
    st.tuples(st.just("metric:sat"), st.builds(lambda n: read(n, 0).data, st.sampled_from([50, 82])), st.just("team@parks")),
    st.just((way.WAY, attested(0).data, "executive@env")),
    st.builds(lambda failed: (way.WAY, told(0, failed).data, "executive@env"), st.sampled_from([None, "Maps"])),
    st.builds(lambda one: (way.WAY, HandoffAccepted(function=one, accepted_by="env"), "executive@env"), FUNCTIONS),
    st.builds(lambda one: (way.WAY, HandoffFailed(function=one, reason="No budget"), "executive@env"), FUNCTIONS),
    st.just((way.WAY, CeremonyHeld(), "executive@env")),
    st.just((way.WAY, SustainEntered(), "lab_ops")),
    st.builds(lambda n: (way.TEAM, MemberLeft(person=f"p{n}"), "team@parks"), st.integers(0, 4)),
    st.builds(
        lambda n, staffing: (way.TEAM, MemberJoined(person=f"p{n}", role=CORE_ROLES[n], core=True, staffing=staffing), "team@parks"),
        st.integers(0, 4),
        st.sampled_from(Staffing),
    ),
    st.sampled_from([(way.TEAM, say, "importer") for say in (ProductsLeft(products=("booking",)), ProductsServed(products=("booking",)))]),
    st.just((way.TEAM, HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="check"), "importer")),
    st.just((way.TEAM, TeamPivotedAway(reason="done"), "importer")),
    st.builds(lambda n, say: (f"item:i{n}", say, "importer"), st.integers(0, 4), st.sampled_from([ItemDelivered(), ItemDropped()])),
    st.builds(lambda n: (f"item:i{n}", ItemAdded(product="booking", title="Story"), "importer"), st.integers(4, 6)),
    st.builds(
        lambda say: ("release:beta", say, "importer"),
        st.sampled_from([ReleaseSignedOff(), ReleasePublished(), ReleaseProposed(product="booking", stage=ReleaseStage.ALPHA, title="Alpha")]),
    ),
    st.builds(lambda phase: ("product:booking", PhaseEntered(phase=phase), "importer"), st.sampled_from(["alpha", "beta"])),
    st.just(("product:booking", ProductDecommissioned(reason="old", phase="retired"), "importer")),
    st.builds(lambda to: ("roadmap_item:map", RoadmapItemMoved(horizon=to), "importer"), st.sampled_from(Horizon)),
    st.builds(lambda n: ("roadmap_item:map", RoadmapItemRedated(ends=day(n)), "importer"), st.sampled_from([100, 107])),
    st.sampled_from([("roadmap_item:map", say, "importer") for say in (RoadmapItemDropped(), RoadmapItemFinished())]),
    st.builds(lambda to: ("roadmap_item:pier", RoadmapItemPlaced(product="booking", title="Pier", horizon=to), "importer"), st.sampled_from(Horizon)),
    st.builds(lambda n: ("investment:inv", ForecastRecorded(amount=money(f"{n}.00")), "importer"), st.sampled_from([100, 120])),
    st.builds(lambda n, first, days: ("investment:inv", _spent(n, first, days), "importer"), st.sampled_from([10, 31]), DAYS, st.integers(0, 40)),
    st.builds(lambda yes: ("investment:inv", InvestmentDecided(approved=yes, reason="so"), "steering_group@env"), st.booleans()),
    st.builds(
        lambda n: ("investment:inv", InvestmentRebaselined(approver="g", reason="so", enhance=money(f"{n}.00"), support=money("30.00")), "steering_group@env"),
        st.sampled_from([70, 80]),
    ),
    st.builds(
        lambda team, n: ("investment:two", InvestmentProposed(team=team, product="booking", enhance=money(f"{n}.00"), support=money("0.00")), "importer"),
        st.sampled_from(["parks", "piers"]),
        st.sampled_from([5, 6]),
    ),
    st.just(("investment:two", InvestmentDecided(approved=True, reason="so"), "steering_group@env")),
    st.builds(lambda home: ("team:piers", TeamFormed(name="Piers", home=home), "importer"), st.sampled_from(["env", "roads"])),
    st.just(("loan:l", TeamReturned(), "importer")),
    st.builds(
        lambda to, n: ("loan:m", TeamLent(team="parks", lender="env", borrower=to, staffing=Staffing.STAFF, agreement="l", until=day(n)), "importer"),
        st.sampled_from(["roads", "env"]),
        DAYS,
    ),
)
"""Something that may be said of it: of what, what, and by whom."""
FURTHER = st.lists(st.tuples(SAYINGS, DAYS, st.sampled_from([0, 0, 0, 1, 3, 20, 60])), max_size=12)
"""What else is said, on which day, and how many days later that is learned."""
TAKEN = st.lists(st.tuples(st.integers(0, 200), DAYS), max_size=3)
"""Which statements are taken back, and on which day."""


def world_of(further: list[tuple[tuple[str, Payload, str], int, int]], taken: list[tuple[int, int]]) -> World:
    """Everything in the order in which it was learned."""
    said = [(s.day, s.day, s.aggregate, s.data, s.by) for s in swift()] + [(true, true + late, *what) for what, true, late in further]
    world, told_so_far = World(), list[str]()

    def say(aggregate: str, data: Payload, true: int, learned: int, by: str = "importer") -> None:
        at = start_of(day(true)) + timedelta(hours=8)
        recorded = start_of(day(learned)) + timedelta(hours=9, seconds=world.last(aggregate))
        world.apply(Event(aggregate, world.last(aggregate) + 1, at, recorded, recorded, Actor("someone", by), data))

    back = sorted(taken, key=lambda one: one[1])
    for true, learned, aggregate, data, by in sorted(said, key=lambda one: one[1]):
        while back and back[0][1] < learned:
            _take_back(world, say, told_so_far, *back.pop(0))
        say(aggregate, data, true, learned, by)
        told_so_far.append(f"{aggregate}@{world.last(aggregate)}")
    for which, learned in back:
        _take_back(world, say, told_so_far, which, max(learned, LAST - 1))
    return world


def _take_back(world: World, say: Any, told_so_far: list[str], which: int, learned: int) -> None:
    if told_so_far:
        position = told_so_far[which % len(told_so_far)]
        say(position.rpartition("@")[0], Retracted(event=position, reason="Wrong"), learned, learned)


def shown(facts: Facts, subject: str, field: str, part: str = "") -> str | None:
    """A figure in words, as `portfolio(asOf, knownAt)` has it at a moment."""
    kind, id = subject.split(":")
    if kind == "team" and field.startswith(("graduation", "members")):
        team = facts.get(TEAM, id)
        if team is None:
            return None
        if field == "members":
            return next(
                (f"{m.person}: {m.role}, {'core' if m.core else 'drawn on'}, {m.staffing}" for m in team.present if f"{m.person}/{m.role}" == part), None
            )
        found = graduation(facts, id)
        if field == "graduation.status":
            return found.status.name
        return "met" if next(one for one in found.criteria if one.id == field[-4:]).met else "not met"
    value = FIGURES[kind][field].value(facts, id)
    if value is None or value == ():
        return None
    if isinstance(value, tuple):
        return ", ".join(f"{one.amount} {one.currency}" for one in value)
    return value.isoformat() if isinstance(value, date) else getattr(value, "name", str(value))


def figures(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Every figure that can move, of what there is at a moment: subject, field and part."""
    for team in facts.every(TEAM):
        yield f"team:{team.id}", "graduation.status", ""
        yield from ((f"team:{team.id}", f"graduation.criteria.R-0{n}", "") for n in range(1, 7))
        yield from ((f"team:{team.id}", "members", f"{m.person}/{m.role}") for m in team.members)
    of: tuple[tuple[Kind[Any], str], ...] = ((TEAM, "investment."), (PRODUCT, "investment."), (ORGANISATION, "investment."), (INVESTMENT, ""))
    for kind, prefix in of:
        yield from ((f"{kind.name}:{one.id}", f"{prefix}{amount}", "") for one in facts.every(kind) for amount in AMOUNTS)
    yield from ((f"investment:{one.id}", f"{which}Baseline", "") for one in facts.every(INVESTMENT) for which in ("first", "current"))
    yield from ((f"product:{one.id}", "phase.id", "") for one in facts.every(PRODUCT))
    yield from ((f"roadmap_item:{one.id}", field, "") for one in facts.every(ROADMAP_ITEM) for field in ("horizon", "starts", "ends"))
    yield from ((f"release:{one.id}", "state", "") for one in facts.every(RELEASE))


def instants(world: World) -> list[datetime]:
    """Every instant at which something was recorded."""
    return sorted({event.recorded for kind in world.tallies() for aggregate in world.all(kind) for event in world.events(aggregate)})


DECLINED_THEN_MOVED = [
    (("product:booking", PhaseEntered(phase="alpha"), "importer"), 69, 0),
    (("investment:inv", InvestmentDecided(approved=False, reason="so"), "steering_group@env"), 12, 60),
    (("investment:inv", ForecastRecorded(amount=money("100.00")), "importer"), 21, 0),
    (("metric:sat", read(50, 0).data, "team@parks"), 104, 0),
    (("investment:inv", _spent(10, 61, 28), "importer"), 91, 0),
    (("release:beta", ReleaseSignedOff(), "importer"), 119, 0),
    (("metric:sat", read(50, 0).data, "team@parks"), 99, 0),
]
"""Money that is declined, and belongs to nobody later: the team that it is for is taken back."""


@settings(max_examples=20, deadline=None)
@given(FURTHER, TAKEN, DAYS, DAYS)
@example(DECLINED_THEN_MOVED, [(137, 82), (0, 0), (0, 0)], 42, 104)
def test_what_moved_is_dated_by_the_day_and_the_instant_from_which_on_it_was_so(
    further: list[tuple[tuple[str, Payload, str], int, int]], taken: list[tuple[int, int]], one: int, other: int
) -> None:
    world, (first, last) = world_of(further, taken), sorted((one, other))
    noon = [start_of(day(n)).replace(hour=12) for n in (first, last)]
    before, after = (Facts.on_day(world, day(n), known) for n, known in zip((first, last), noon, strict=True))
    found = {(change.subject, change.field, change.part): change for change in changes(before, after)}
    every = {*figures(before), *figures(after)}
    differing = {figure for figure in every if shown(before, *figure) != shown(after, *figure)}
    unmet = {figure for figure in differing if "criteria" in figure[1] and {shown(before, *figure), shown(after, *figure)} == {None, "not met"}}
    assert found.keys() == differing - unmet
    days = {n: Facts.on_day(world, day(n), noon[1]) for n in range(-201, last + 1)} if found else {}
    known = [instant for instant in instants(world) if noon[0] < instant <= noon[1]]
    knowing = [Facts.on_day(world, day(last), instant) for instant in (noon[0], *known)] if found else []
    for figure, change in found.items():
        assert (change.before, change.after) == (shown(before, *figure), shown(after, *figure))
        since = next((n + 1 for n in range(last, -202, -1) if n < -200 or shown(days[n], *figure) != change.after), -200)
        assert (change.at.date() if change.at else None) == (day(since) if since > -200 else None), figure
        wrong = [n for n, facts in enumerate(knowing) if shown(facts, *figure) != change.after]
        assert change.known_since == (known[wrong[-1]] if wrong else None), figure
        assert change.late is (since < first), figure
        assert change.nature is (ChangeNature.NEW if change.before is None else ChangeNature.GONE if change.after is None else ChangeNature.CHANGED)
        assert bool(change.events) is (change.known_since is not None), figure
        for event in change.events:
            assert event.recorded == change.known_since or (change.at and event.time.date() == change.at.date()) or event.id in change.struck, figure


@settings(max_examples=15, deadline=None)
@given(FURTHER, TAKEN, DAYS)
def test_a_team_stands_where_it_does_since_the_first_day_in_a_row(
    further: list[tuple[tuple[str, Payload, str], int, int]], taken: list[tuple[int, int]], last: int
) -> None:
    world = world_of(further, taken)
    facts = Facts.on_day(world, day(last))
    for team in facts.every(TEAM):
        stood = [shown(Facts.on_day(world, day(n)), f"team:{team.id}", "graduation.status") for n in range(last + 1)]
        since = next((n + 1 for n in range(last, -1, -1) if stood[n] != stood[last]), 0)
        assert graduation(facts, team.id).since == day(since)
        periods = [(one.status.name, one.from_) for one in statuses(facts, team.id)]
        assert periods == [(status, day(n)) for n, status in enumerate(stood) if status is not None and (n == 0 or status != stood[n - 1])]


def between(world: World, first: date, last: date) -> dict[str, FigureChange]:
    """What moved from the evening of one day to that of another, by its figure."""
    before, after = (Facts.on_day(world, one, start_of(one).replace(hour=23)) for one in (first, last))
    return {change.field: change for change in changes(before, after)}


@pytest.mark.requirement("R-06")
def test_a_status_is_known_since_its_own_hand_off_and_not_since_the_next_ones() -> None:
    handed = [
        Statement(way.WAY, HandoffAccepted(function=function, accepted_by="env"), n, "executive@env")
        for n, function in zip((200, 209, 216), HomeFunction, strict=False)
    ]
    world = way.world_of([*way.sustained(), *handed])
    change = between(world, day(195), day(220))["graduation.status"]
    assert (change.before, change.after) == ("SUSTAIN", "HANDING_OFF")
    assert change.at == start_of(day(200)) == change.known_since
    assert [event.id for event in change.events] == [f"{way.WAY}@5"]


@pytest.mark.requirement("R-01")
def test_a_beta_is_there_since_it_was_published_and_not_since_sustain_was_entered() -> None:
    change = between(way.world_of(way.sustained()), day(50), day(195))["graduation.criteria.R-01"]
    assert change.after == "met" and change.at == start_of(day(100)) == change.known_since
    assert [event.id for event in change.events] == ["release:beta@2"]


def test_what_swings_holds_since_it_came_back_and_is_known_since_nobody_knew_otherwise() -> None:
    world = World()

    def say(data: Payload, true: int, learned: int) -> str:
        recorded = start_of(day(learned)).replace(hour=9)
        world.apply(Event("roadmap_item:map", world.last("roadmap_item:map") + 1, start_of(day(true)), recorded, recorded, Actor("someone", "importer"), data))
        return f"roadmap_item:map@{world.last('roadmap_item:map')}"

    say(RoadmapItemPlaced(product="booking", title="Map", horizon=Horizon.NEXT), 0, 0)
    say(RoadmapItemMoved(horizon=Horizon.NOW), 10, 10)
    away = say(RoadmapItemMoved(horizon=Horizon.LATER), 20, 20)
    again = say(RoadmapItemMoved(horizon=Horizon.NOW), 30, 30)
    assert (between(world, day(5), day(40))["horizon"].at, between(world, day(5), day(40))["horizon"].known_since) == (
        start_of(day(30)),
        start_of(day(30)).replace(hour=9),
    )
    taken = say(Retracted(event=away, reason="Never"), 50, 50)
    known = between(world, day(5), day(60))["horizon"]
    assert known.at == start_of(day(10)), "it was never away, as is known now"
    assert known.known_since == start_of(day(30)).replace(hour=9), "that it stands there on the last day was known before the correction"
    (corrected,) = between(world, day(25), day(60)).values()
    assert corrected.late and corrected.at == start_of(day(10)) and again in {event.id for event in corrected.events} and taken


@pytest.mark.requirement("S0-03")
def test_a_product_is_halted_since_the_first_halt_and_not_since_it_was_said_with_other_words() -> None:
    halts = [Statement("product:booking", ProductHalted(reason="resources", lacking=lacking), n) for n, lacking in ((10, None), (20, "money"))]
    product = Facts.on_day(way.world_of(halts), day(30)).get(PRODUCT, "booking")
    assert product is not None and product.halted_since == start_of(day(10)) and product.halted is not None and product.halted.time == start_of(day(20))
    again = [*halts, Statement("product:booking", ProductResumed(), 25), Statement("product:booking", ProductHalted(reason="resources"), 28)]
    product = Facts.on_day(way.world_of(again), day(30)).get(PRODUCT, "booking")
    assert product is not None and product.halted_since == start_of(day(28))


class Heard:
    """A world that hears what is true from an hour of a day on, and learned on a day at nine."""

    def __init__(self) -> None:
        self.world = World()

    def say(self, data: Payload, true: int, learned: int, hour: int = 0, aggregate: str = "roadmap_item:map") -> str:
        recorded = start_of(day(learned)).replace(hour=9)
        sequence = self.world.last(aggregate) + 1
        time = start_of(day(true)).replace(hour=hour)
        self.world.apply(Event(aggregate, sequence, time, recorded, recorded, Actor("someone", "importer"), data))
        return f"{aggregate}@{sequence}"

    def moved(self, to: Horizon, true: int, learned: int, hour: int = 0) -> str:
        return self.say(RoadmapItemMoved(horizon=to), true, learned, hour)

    def placed(self, id: str = "map") -> str:
        return self.say(RoadmapItemPlaced(product="booking", title="Map", horizon=Horizon.NEXT), 0, 0, aggregate=f"roadmap_item:{id}")


def made_by(change: FigureChange) -> list[str]:
    return [event.id for event in change.events]


def test_what_a_taking_back_brought_about_names_that_what_it_took_back_and_what_stands_on_its_first_day_alone() -> None:
    heard = Heard()
    heard.placed()
    gone = heard.moved(Horizon.NOW, 10, 11)
    away = heard.moved(Horizon.LATER, 12, 13)
    stands = heard.moved(Horizon.NOW, 10, 15, hour=8)
    heard.say(Retracted(event=gone, reason="Wrong"), 20, 20)
    back = heard.say(Retracted(event=away, reason="Wrong"), 30, 30)
    heard.moved(Horizon.NEXT, 90, 30)
    heard.moved(Horizon.NEXT, 41, 30)
    heard.moved(Horizon.NOW, 10, 60, hour=20)
    change = between(heard.world, day(5), day(40))["horizon"]
    assert made_by(change) == [away, stands, back] and change.struck == {away}
    assert (change.before, change.after) == ("NEXT", "NOW")
    assert change.at == start_of(day(10)).replace(hour=8) and change.known_since == start_of(day(30)).replace(hour=9)


def test_what_was_true_on_its_first_day_and_learned_at_its_instant_made_it_and_nothing_else_of_either() -> None:
    heard = Heard()
    heard.placed()
    heard.moved(Horizon.LATER, 5, 20)
    made = heard.moved(Horizon.NOW, 10, 20, hour=8)
    heard.moved(Horizon.NOW, 10, 25, hour=12)
    change = between(heard.world, day(4), day(40))["horizon"]
    assert made_by(change) == [made] and not change.struck
    assert change.at == start_of(day(10)).replace(hour=8) and change.known_since == start_of(day(20)).replace(hour=9)


def test_what_is_known_since_it_was_true_and_corrected_says_both() -> None:
    heard = Heard()
    heard.placed()
    wrong = heard.moved(Horizon.LATER, 10, 10)
    right = heard.moved(Horizon.NOW, 10, 20, hour=8)
    heard.say(Retracted(event=wrong, reason="Wrong"), 20, 20)
    change = between(heard.world, day(4), day(40))["horizon"]
    assert set(made_by(change)) == {wrong, right, "roadmap_item:map@4"} and change.struck == {wrong}


def test_by_all_that_was_ever_heard_a_value_is_known_since_nobody_can_say_when() -> None:
    heard = Heard()
    heard.placed()
    heard.moved(Horizon.NOW, 10, 20)
    (change,) = changes(Facts.on_day(heard.world, day(5)), Facts.on_day(heard.world, day(40)))
    assert (change.at, change.known_since, change.events) == (start_of(day(10)), None, ())


def test_what_an_organisation_has_spent_moved_when_it_was_recorded_also_where_no_team_is_overdue() -> None:
    heard = Heard()
    heard.say(OrganisationRegistered(name="Environment"), 0, 0, aggregate="organisation:env")
    heard.say(TeamFormed(name="Parks", home="env"), 0, 0, aggregate=way.TEAM)
    heard.say(InvestmentProposed(team="parks", amount=money("90.00")), 1, 1, aggregate="investment:inv")
    for n in (20, 25):
        heard.say(_spent(10, 5, 2), n, n, aggregate="investment:inv")
    found = [
        one for one in changes(*(Facts.on_day(heard.world, day(n), start_of(day(n)).replace(hour=23)) for n in (10, 30))) if one.field == "investment.actual"
    ]
    assert {one.subject: one.at for one in found}["organisation:env"] == start_of(day(25))
    assert {one.at for one in found} == {start_of(day(25))}


def test_what_moved_comes_by_the_time_it_came_true_then_as_it_was_said_and_what_is_gone_comes_last() -> None:
    heard = Heard()
    for id in ("a", "b", "c", "d", "gone", "lost"):
        heard.placed(id)
    for id, true, learned in (("d", 8, 21), ("b", 12, 20), ("a", 12, 22), ("c", 9, 23)):
        heard.say(RoadmapItemMoved(horizon=Horizon.NOW), true, learned, aggregate=f"roadmap_item:{id}")
    for id in ("lost", "gone"):
        heard.say(Retracted(event=f"roadmap_item:{id}@1", reason="Wrong"), 24, 24, aggregate=f"roadmap_item:{id}")
    found = changes(*(Facts.on_day(heard.world, day(n), start_of(day(n)).replace(hour=23)) for n in (5, 30)))
    assert [one.subject.partition(":")[2] for one in found] == ["d", "c", "b", "a", "gone", "lost"]


def test_of_several_that_made_it_on_one_day_it_holds_since_the_last_and_what_is_learned_at_the_instant_is_known() -> None:
    heard = Heard()
    heard.placed()
    made = [heard.moved(Horizon.NOW, 10, 20, hour=hour) for hour in (6, 8)]
    learned = start_of(day(20)).replace(hour=9)
    (change,) = changes(Facts.on_day(heard.world, day(5), start_of(day(5)).replace(hour=23)), Facts.on_day(heard.world, day(40), learned))
    assert made_by(change) == made and change.at == start_of(day(10)).replace(hour=8) and change.known_since == learned
