"""What must always hold of graduation, over random histories: nothing is met without evidence, and every piece of evidence counts."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.calendar.local_time import start_of
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered, ItemReopened
from libs.events.catalog.portfolio.graduation import CeremonyHeld, HandoffAccepted, HandoffFailed, HandoffPrepared, HomeFunction, StoryTold, SustainEntered
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.team import (
    CORE_ROLES,
    MemberJoined,
    MemberLeft,
    ProductsLeft,
    ProductsServed,
    Staffing,
    TeamFormed,
    TeamPivotedAway,
)
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricRead, TargetSet
from libs.events.catalog.roadmap.release import ReleasePublished
from libs.events.event import Payload
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.graduation.status import Criterion, criteria, graduation, status_on
from tests.rules.way import TEAM, WAY, Statement, attested, day, graduating, joined, read, seen, told, world_of

LAST = 800

days = st.integers(0, LAST)
late = days.map(lambda n: LAST - n)
"""Days to look on: small examples are late ones, when most has been said."""

roles = st.sampled_from(("executive@env", "importer", "team@parks", "lab_ops"))
functions = st.sampled_from(list(HomeFunction))
persons = st.sampled_from([f"p{n}" for n in range(7)])

extras = st.one_of(
    st.builds(lambda n, by: read(83, n, by), days, roles),
    st.builds(attested, days, roles),
    st.builds(lambda n, by: told(n, by=by), days, roles),
    st.builds(lambda n: Statement(WAY, CeremonyHeld(), n), days),
    st.builds(lambda n: Statement(WAY, SustainEntered(), n), days),
    st.builds(lambda n, f: Statement(WAY, HandoffPrepared(function=f, evidence="Plan"), n), days, functions),
    st.builds(lambda n, f: Statement(WAY, HandoffFailed(function=f, reason="No posts"), n), days, functions),
    st.builds(lambda n, f: Statement(WAY, HandoffAccepted(function=f, accepted_by="env"), n), days, functions),
    st.builds(joined, persons, st.sampled_from(CORE_ROLES), days, st.sampled_from(Staffing)),
    st.builds(lambda n, p: Statement(TEAM, MemberLeft(person=p), n), days, persons),
    st.builds(lambda n, v, more: Statement("metric:sat", TargetSet(value=Decimal(v), due=day(n + more)), n), days, st.integers(55, 90), st.integers(0, 200)),
    st.builds(lambda n, v: Statement("metric:sat", BaselineMeasured(value=Decimal(v)), n), days, st.integers(50, 90)),
    st.builds(lambda n, i: Statement(f"item:i{i}", ItemAdded(product="booking", title="Story"), n), days, st.integers(0, 9)),
    st.builds(lambda n, i: Statement(f"item:i{i}", ItemDelivered(), n), days, st.integers(0, 9)),
    st.builds(lambda n, i: Statement(f"item:i{i}", ItemReopened(), n), days, st.integers(0, 9)),
    st.builds(lambda n, d: Statement("organisation:env", PolicySet(satisfaction_days=d, attestation_days=2 * d), n), days, st.integers(30, 400)),
    st.builds(lambda n, d: Statement("organisation:env", PolicySet(alumni_days=d, burn_down_months=2), n), days, st.integers(30, 400)),
    st.builds(lambda n: Statement(TEAM, ProductsServed(products=("maps",)), n), days),
    st.builds(lambda n: Statement(TEAM, ProductsLeft(products=("booking",)), n), st.integers(400, 2 * LAST)),
    st.builds(lambda n: Statement(TEAM, TeamPivotedAway(reason="Priorities"), n), st.integers(400, 4 * LAST)),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Statement]:
    """A way to graduation of which some statements are missing and some are dated otherwise, with others among them."""
    said = [s for s in graduating() if isinstance(s.data, TeamFormed) or draw(st.integers(0, 30))]
    said = [Statement(s.aggregate, s.data, s.day + (draw(st.integers(-40, 40)) if draw(st.integers(0, 15)) == 0 else 0), s.by) for s in said]
    for extra in draw(st.lists(extras, max_size=8)):
        said.insert(draw(st.integers(0, len(said))), extra)
    return said


@settings(max_examples=150, deadline=None)
@given(histories(), late, st.none() | late)
def test_a_team_stands_somewhere_whatever_was_said_and_nothing_is_met_without_evidence(said: list[Statement], n: int, known: int | None) -> None:
    facts = Facts.on_day(world_of(said), day(n), start_of(day(known)) if known is not None else None)
    found = graduation(facts, "parks")
    assert [criterion.id for criterion in found.criteria] == [f"R-0{k}" for k in range(1, 7)]
    assert all(criterion.evidence for criterion in found.criteria if criterion.met)
    assert all(criterion.remedy for criterion in found.criteria if not criterion.met)
    assert found.blocked_by == tuple(criterion.id for criterion in found.criteria if not criterion.met)
    assert bool(found.next_step) is (found.status not in ("graduated", "alumni"))
    assert found.since is None or found.since <= facts.day


@settings(max_examples=40, deadline=None)
@given(histories(), late)
def test_a_status_began_on_the_first_of_the_days_on_which_it_is_seen_without_a_break(said: list[Statement], n: int) -> None:
    """Against looking at every single day."""
    facts = seen(world_of(said), n)
    found = graduation(facts, "parks")
    if found.since is None:
        return
    began = next(k for k in range(n, -300, -1) if k == _formed(said) or status_on(facts, "parks", day(k - 1)) is not found.status)
    assert found.since == day(began)


@settings(max_examples=60, deadline=None)
@given(histories(), late, late)
def test_where_a_team_stood_is_the_same_whenever_it_is_asked(said: list[Statement], n: int, earlier: int) -> None:
    world = world_of(said)
    assert status_on(seen(world, max(n, earlier)), "parks", day(min(n, earlier))) is graduation(seen(world, min(n, earlier)), "parks").status


def _formed(said: list[Statement]) -> int:
    """The first day on which anything was said of the team: from then on it is there."""
    return min(one.day for one in said if one.aggregate == TEAM)


@pytest.mark.requirement("R-04")
@settings(max_examples=60, deadline=None)
@given(histories(), late, st.data())
def test_without_one_of_its_events_a_criterion_is_another_and_is_met_only_if_the_evidence_that_is_left_suffices(
    said: list[Statement], n: int, data: st.DataObject
) -> None:
    """A retraction changes the answer always: the event is among the evidence no more.

    The criterion is still met only where that provably makes no difference: it is met by what it then names alone, whatever else was said. And to take an
    event back is as if it had never been said.
    """
    found = [(criterion, evidence) for criterion in criteria(seen(world_of(said), n), "parks") if criterion.met for evidence in criterion.evidence]
    if not found:
        return
    before, evidence = data.draw(st.sampled_from(found))
    after = _criterion(world_of(said, retracted=[evidence.event]), n, before.id)
    assert evidence.event not in {one.event for one in after.evidence}
    assert after != before
    assert after == _criterion(world_of(said, without=frozenset({evidence.event})), n, before.id)
    if after.met:
        assert _suffices(said, n, after)


@settings(max_examples=60, deadline=None)
@given(histories(), late)
def test_a_met_criterion_is_met_by_the_evidence_it_names_alone(said: list[Statement], n: int) -> None:
    for criterion in criteria(seen(world_of(said), n), "parks"):
        assert not criterion.met or _suffices(said, n, criterion)


_EVIDENCE: dict[str, tuple[type[Payload], ...]] = {
    "R-01": (ReleasePublished,),
    "R-02": (),
    "R-03": (MemberJoined, MemberLeft),
    "R-04": (BaselineMeasured, TargetSet, MetricRead, type(attested(0).data)),
    "R-05": (StoryTold,),
    "R-06": (HandoffPrepared, HandoffAccepted, HandoffFailed),
}
"""What speaks for or against a criterion; R-02 counts all items, so nothing can be left out there."""


def _suffices(said: list[Statement], n: int, criterion: Criterion) -> bool:
    kept = {one.event for one in criterion.evidence}
    kinds = _EVIDENCE[criterion.id]
    others = frozenset(position for position, statement in _positions(said) if isinstance(statement.data, kinds) and position not in kept)
    return _criterion(world_of(said, without=others), n, criterion.id).met


def _positions(said: list[Statement]) -> Iterator[tuple[str, Statement]]:
    last: dict[str, int] = {}
    for statement in said:
        last[statement.aggregate] = last.get(statement.aggregate, 0) + 1
        yield f"{statement.aggregate}@{last[statement.aggregate]}", statement


def _criterion(world: World, n: int, id: str) -> Criterion:
    return next(criterion for criterion in criteria(seen(world, n), "parks") if criterion.id == id)


def test_what_is_asked_again_and_again_is_what_is_found_afresh() -> None:
    """What a world keeps between questions, over all its days, is what facts of their own find."""
    world = world_of([*graduating(), read(83, 420), attested(500)])
    for n in (*range(0, LAST, 23), *range(LAST, 0, -37)):
        assert world.facts(day(n)).derive(graduation, "parks") == graduation(seen(world, n), "parks")
    assert world.facts(day(0) + timedelta(days=LAST)).on(day(300)).derive(graduation, "parks") == graduation(seen(world, 300), "parks")


@settings(max_examples=40, deadline=None)
@given(histories(), late)
def test_what_an_answer_says_it_rests_on_gives_the_same_answer_alone(said: list[Statement], n: int) -> None:
    noise = [Statement("team:roads", TeamFormed(name="Roads", home="env"), 3), Statement("item:other", ItemAdded(product="roads", title="Other"), 4)]
    world = world_of([*said, *noise])
    found, rests = seen(world, n).resting(graduation, "parks")
    aggregates = {rest for rest in rests if isinstance(rest, str)}
    aggregates |= {a for rest in rests if isinstance(rest, tuple) and len(rest) == 3 for a in world.referring(*rest)}
    assert not {"team:roads", "item:other"} & aggregates
    assert graduation(seen(world_of(s for s in said if s.aggregate in aggregates), n), "parks") == found
