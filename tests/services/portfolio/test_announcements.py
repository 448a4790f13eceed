"""What is announced of a team's graduation: what holds now, once a change and day, and taken back when it proves wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.calendar.local_time import start_of
from libs.events.catalog.portfolio.graduation import (
    CeremonyHeld,
    CriterionLapsed,
    CriterionMet,
    EvidenceExpired,
    GraduationStatusChanged,
    HandoffAccepted,
    HandoffFailed,
    HomeFunction,
    SustainEntered,
)
from libs.events.catalog.portfolio.graduation import GraduationStatus as Status
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.team import CORE_ROLES, MemberLeft, Staffing, TeamDissolved, TeamFormed, TeamPivotedAway
from libs.events.catalog.roadmap.metric import TargetSet
from libs.events.catalog.withdrawal import Withdrawn
from libs.events.event import Actor, Event, Payload, Retracted
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.duties.instant import seen_at
from libs.rules.graduation.status import graduation
from services.portfolio.announcements import Announcement, announced, change, due, view
from tests.rules.way import TEAM, WAY, Statement, attested, day, graduating, joined, read, sustained, told, world_of

ANNOUNCER = Actor("portfolio", "clock")
ALL_MET = [f"R-0{n} met" for n in range(1, 7)]
FUNCTION = HomeFunction.IT_AGENCY


class Announcing:
    """A world in which the clock announces: `given` what was said, `at` an hour of a day `due` is said."""

    def __init__(self, said: Iterable[Statement] = ()) -> None:
        self.world = World()
        self.now = start_of(day(0))
        self.given(said)

    def given(self, said: Iterable[Statement], hour: int = 0) -> Announcing:
        """Said on its day (at that hour), and known at once."""
        for one in said:
            time = start_of(day(one.day)) + timedelta(hours=hour)
            self._apply(one.aggregate, Event(one.aggregate, 0, time, time, time, Actor("someone", one.by), one.data))
        return self

    def retracted(self, position: str) -> Announcing:
        """Taken back after all that happened so far."""
        aggregate = position.rpartition("@")[0]
        self._apply(aggregate, Event(aggregate, 0, self.now, self.now, self.now, Actor("someone", "importer"), Retracted(event=position, reason="Wrong")))
        return self

    def tick(self, n: int, hour: int = 9) -> list[Payload]:
        """What the clock announces on a day, at an hour."""
        self.now = start_of(day(n)) + timedelta(hours=hour)
        said = self.due()
        for data in said:
            self._apply(WAY, Event(WAY, 0, self.now, self.now, self.now, ANNOUNCER, data))
        return said

    def due(self) -> list[Payload]:
        """What is to be announced now."""
        instants = {*(e.time for e in announced(self.history)), self.now}
        return list(due(self.history, {instant: view(seen_at(self.world, instant), "parks") for instant in instants}, self.now))

    @property
    def history(self) -> list[Event]:
        return list(self.world.events(WAY))

    @property
    def standing(self) -> list[Payload]:
        return [e.data for e in announced(self.history)]

    def _apply(self, aggregate: str, event: Event) -> None:
        number = self.world.last(aggregate) + 1
        self.world.apply(Event(aggregate, number, event.time, event.recorded, event.stored, event.actor, event.data))


def words(said: Iterable[Payload]) -> list[str]:
    """What was announced, briefly."""
    return [_word(data) for data in said]


def _word(data: Payload) -> str:
    match data:
        case GraduationStatusChanged():
            return str(data.status)
        case CriterionMet():
            return f"{data.criterion} met"
        case CriterionLapsed():
            return f"{data.criterion} lapsed"
        case EvidenceExpired():
            return f"{data.criterion} expired"
        case Withdrawn():
            return "withdrawn"
    raise AssertionError(data)


def position_of(announcing: Announcing, data: type[Payload], **fields: object) -> str:
    """Where something was said last."""
    history = [e for a in ("metric:sat", TEAM, WAY) for e in announcing.world.events(a)]
    return [e.id for e in history if isinstance(e.data, data) and all(getattr(e.data, f) == v for f, v in fields.items())][-1]


def test_a_team_that_is_formed_is_in_residency_and_nothing_is_announced() -> None:
    formed = TeamFormed(name="Parks", home="env", products=("booking",))
    assert Announcing([Statement(TEAM, formed, 0)]).tick(1) == []


def test_nothing_is_announced_of_a_team_that_is_not_there() -> None:
    assert Announcing(said for said in graduating() if said.aggregate != TEAM).tick(300) == []


def test_years_that_arrive_at_once_lead_to_what_holds_now_alone() -> None:
    announcing = Announcing(graduating())
    said = announcing.tick(300)
    assert words(said) == [*ALL_MET, "graduated"]
    assert said[-1] == GraduationStatusChanged(status=Status.GRADUATED, before=Status.IN_RESIDENCY, day=day(300), evidence=said[-1].evidence)  # type: ignore[attr-defined]
    assert announcing.tick(300, hour=10) == []
    assert announcing.tick(301) == []


def test_what_is_announced_names_its_events() -> None:
    announcing = Announcing(graduating())
    met = {data.criterion: data for data in announcing.tick(300) if isinstance(data, CriterionMet)}
    assert met["R-05"].evidence == (position_of(announcing, type(told(0).data)),)
    changed = next(data for data in announcing.standing if isinstance(data, GraduationStatusChanged))
    assert {position_of(announcing, SustainEntered), position_of(announcing, CeremonyHeld), *met["R-05"].evidence} <= set(changed.evidence)


def test_each_step_of_a_team_is_announced_when_it_is_taken_and_nothing_is_withdrawn() -> None:
    announcing = Announcing()
    said: list[str] = []
    for n in range(0, 300, 5):
        announcing.given(one for one in graduating() if n - 5 < one.day <= n or (n == 0 and one.day < 0))
        said += words(announcing.tick(n))
    assert [word for word in said if "R-" not in word] == ["sustain", "handing_off", "ready", "graduated"]
    assert [word for word in said if "met" in word] == [f"R-0{n} met" for n in (3, 1, 2, 6, 4, 5)]


def test_what_a_team_achieves_on_the_day_of_an_announcement_does_not_disprove_it() -> None:
    announcing = Announcing(sustained())
    assert words(announcing.tick(215))[-1] == "sustain"
    announcing.given([Statement(WAY, HandoffAccepted(function=FUNCTION, accepted_by="env"), 215)], hour=12)
    assert words(announcing.tick(215, hour=13)) == ["handing_off"]


@pytest.mark.requirement("R-04")
def test_by_time_alone_evidence_expires_the_criterion_lapses_and_the_graduate_is_at_risk() -> None:
    announcing = Announcing(graduating())
    announcing.tick(430)
    expired = EvidenceExpired(criterion="R-04", event=position_of(announcing, type(read(0, 0).data)), day=day(431))
    said = announcing.tick(431, hour=0)
    assert said[0] == expired
    assert words(said) == ["R-04 expired", "R-04 lapsed", "at_risk"]
    assert [announcing.tick(n) for n in (431, 432, 500)] == [[], [], []]


def test_what_changed_while_the_clock_stood_still_is_announced_at_its_next_tick() -> None:
    announcing = Announcing(graduating())
    announcing.tick(300)
    assert words(announcing.tick(500)) == ["R-04 expired", "R-04 lapsed", "at_risk"]


def test_newer_evidence_keeps_a_criterion_and_the_older_is_not_announced_as_expired() -> None:
    announcing = Announcing(graduating())
    announcing.tick(300)
    announcing.given([read(84, 400)])
    assert announcing.tick(440) == []
    assert words(announcing.tick(581)) == ["R-04 expired", "R-04 lapsed", "at_risk"]


def test_an_announcement_that_a_late_fact_disproves_is_withdrawn_and_what_holds_is_announced() -> None:
    announcing = Announcing(graduating())
    announcing.tick(300)
    announcing.given([Statement(WAY, HandoffFailed(function=FUNCTION, reason="No posts"), 290)])
    wrong = [position_of(announcing, CriterionMet, criterion="R-06"), position_of(announcing, GraduationStatusChanged)]
    said = announcing.tick(310)
    assert words(said) == ["withdrawn", "withdrawn", "at_risk"]
    withdrawn = [data for data in said if isinstance(data, Withdrawn)]
    assert [data.event for data in withdrawn] == wrong
    assert withdrawn[0].reason.startswith("By what is known now R-06 was not met then: 4 of 5 functions have accepted")
    assert withdrawn[1].reason == "By what is known now the team was at risk then, not graduated."
    assert announcing.tick(311) == []


def test_a_fact_that_comes_in_late_but_is_of_later_disproves_nothing() -> None:
    announcing = Announcing(graduating())
    announcing.tick(300)
    announcing.given([Statement(WAY, HandoffFailed(function=FUNCTION, reason="No posts"), 305)])
    assert words(announcing.tick(310)) == ["R-06 lapsed", "at_risk"]


def test_when_the_event_that_an_announcement_rests_on_is_retracted_it_is_withdrawn() -> None:
    announcing = Announcing(graduating())
    announcing.tick(300)
    announcing.retracted(position_of(announcing, SustainEntered))
    assert words(announcing.tick(301)) == ["withdrawn"]
    assert words(announcing.standing) == ALL_MET


def test_an_alarm_that_a_late_reading_proves_false_is_withdrawn_and_what_was_said_before_stands() -> None:
    announcing = Announcing(graduating())
    announcing.tick(300)
    announcing.tick(431)
    announcing.given([read(85, 425)])
    assert words(announcing.tick(432)) == ["withdrawn"] * 3
    assert words(announcing.standing) == [*ALL_MET, "graduated"]
    assert words(announcing.tick(606)) == ["R-04 expired", "R-04 lapsed", "at_risk"]


def test_the_same_change_is_announced_once_a_day() -> None:
    announcing = Announcing(graduating())
    announcing.tick(300)
    announcing.given([Statement(WAY, HandoffFailed(function=FUNCTION, reason="No posts"), 310)], hour=8)
    assert words(announcing.tick(310, 9)) == ["R-06 lapsed", "at_risk"]
    announcing.given([Statement(WAY, HandoffAccepted(function=FUNCTION, accepted_by="env"), 310)], hour=10)
    assert words(announcing.tick(310, 11)) == ["R-06 met", "graduated"]
    announcing.given([Statement(WAY, HandoffFailed(function=FUNCTION, reason="No posts"), 310)], hour=12)
    assert announcing.tick(310, 13) == []
    assert words(announcing.tick(311)) == ["R-06 lapsed", "at_risk"]


def test_what_was_withdrawn_may_be_announced_again_the_same_day() -> None:
    announcing = Announcing(graduating())
    announcing.tick(300, 9)
    announcing.retracted(position_of(announcing, CeremonyHeld))
    assert words(announcing.tick(300, 10)) == ["withdrawn", "ready"]
    announcing.given([Statement(WAY, CeremonyHeld(), 300)], hour=11)
    assert words(announcing.tick(300, 12)) == ["graduated"]


@pytest.mark.parametrize("over", [TeamPivotedAway(reason="Priorities"), TeamDissolved(reason="Its product is gone")])
def test_a_team_that_pivots_away_or_is_dissolved_is_announced(over: Payload) -> None:
    announcing = Announcing(sustained())
    announcing.tick(215)
    announcing.given([Statement(TEAM, over, 216)])
    assert words(announcing.tick(216))[-1] == "pivoted_away"
    assert announcing.standing[-1].evidence == (position_of(announcing, type(over)),)  # type: ignore[attr-defined]


def test_announcements_change_no_answer() -> None:
    announcing = Announcing(graduating())
    announcing.tick(300)
    announcing.tick(431)
    untouched = world_of(graduating())
    for n in (-1, 0, 150, 300, 431, 700):
        assert graduation(Facts.on_day(announcing.world, day(n)), "parks") == graduation(Facts.on_day(untouched, day(n)), "parks")


LAST = 700
days = st.integers(0, LAST)
facts_said = st.one_of(
    st.builds(lambda n: read(83, n), days),
    st.builds(attested, days),
    st.builds(told, days, st.sampled_from((None, "Offline maps"))),
    st.builds(lambda n: Statement(WAY, CeremonyHeld(), n), days),
    st.builds(lambda n: Statement(WAY, SustainEntered(), n), days),
    st.builds(lambda n, f: Statement(WAY, HandoffFailed(function=f, reason="No posts"), n), days, st.sampled_from(HomeFunction)),
    st.builds(lambda n, f: Statement(WAY, HandoffAccepted(function=f, accepted_by="env"), n), days, st.sampled_from(HomeFunction)),
    st.builds(joined, st.sampled_from([f"p{n}" for n in range(6)]), st.sampled_from(CORE_ROLES), days, st.sampled_from(Staffing)),
    st.builds(lambda n, p: Statement(TEAM, MemberLeft(person=p), n), days, st.sampled_from([f"p{n}" for n in range(5)])),
    st.builds(lambda n, v, more: Statement("metric:sat", TargetSet(value=Decimal(v), due=day(n + more)), n), days, st.integers(60, 90), st.integers(0, 99)),
    st.builds(lambda n, d: Statement("organisation:env", PolicySet(satisfaction_days=d, alumni_days=d), n), days, st.integers(30, 300)),
    st.builds(lambda n: Statement(TEAM, TeamPivotedAway(reason="Priorities"), n), st.integers(400, 2 * LAST)),
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_comes_in_late_what_was_announced_ends_as_what_holds_once_a_change_and_day(data: st.DataObject) -> None:
    announcing = Announcing()
    waiting = [said for said in graduating() if isinstance(said.data, TeamFormed) or data.draw(st.integers(0, 20))]
    waiting += data.draw(st.lists(facts_said, max_size=6))
    late = st.sampled_from((0, 0, 0, 3, 40, 200))
    arriving = [(said.day + (0 if isinstance(said.data, TeamFormed) else data.draw(late)), n, said) for n, said in enumerate(waiting)]
    for n in sorted([*data.draw(st.lists(days, min_size=1, max_size=8)), LAST]):
        announcing.given(said for when, _, said in sorted(arriving, key=lambda a: a[:2]) if when <= n)
        arriving = [a for a in arriving if a[0] > n]
        if (positions := [e.id for a in ("metric:sat", WAY) for e in announcing.world.events(a) if _retractable(announcing, e)]) and not data.draw(
            st.integers(0, 4)
        ):
            announcing.retracted(data.draw(st.sampled_from(positions)))
        announcing.tick(n)
        assert announcing.due() == []
        _stands_as_it_is(announcing, n)
    changes = [change(one) for one in announcing.standing]
    assert len(changes) == len(set(changes))


def _retractable(announcing: Announcing, event: Event) -> bool:
    struck = {e.data.event for e in announcing.world.events(event.aggregate) if isinstance(e.data, Retracted)}
    return not isinstance(event.data, Announcement | Withdrawn | Retracted) and event.id not in struck


def _stands_as_it_is(announcing: Announcing, n: int) -> None:
    """What was announced last and not withdrawn is what the graph answers."""
    found = graduation(Facts.on_day(announcing.world, day(n)), "parks")
    there = announcing.world.events(TEAM) and found.since is not None
    statuses = [data.status for data in announcing.standing if isinstance(data, GraduationStatusChanged)]
    assert (statuses or [Status.IN_RESIDENCY])[-1] == (found.status if there else Status.IN_RESIDENCY)
    for criterion in found.criteria:
        so_far = [one for one in announcing.standing if isinstance(one, CriterionMet | CriterionLapsed) and one.criterion == criterion.id]
        assert bool(so_far and isinstance(so_far[-1], CriterionMet)) is bool(there and criterion.met)
