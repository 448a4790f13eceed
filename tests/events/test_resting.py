"""Whatever is read of a moment rests on it: what was found before is never told once something else was said, in whatever order all that happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.calendar.local_time import end_of
from libs.commands.testing import money
from libs.events.catalog.backlog.need import NEED, NeedChanged, NeedJudged, NeedRecorded, Verdict
from libs.events.catalog.portfolio.graduation import GRADUATION, Attested, HandoffAccepted, HandoffPrepared, HomeFunction, SustainEntered
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductRegistered
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.events.derivations import THE_DAY
from libs.events.event import Event, Kind, Overridden, Payload, Retracted, visible
from libs.events.facts import Facts
from libs.events.history import History
from libs.events.judgement import SeenHistory, lapsed
from libs.events.ports.histories import Histories
from libs.events.world import World, WorldSnapshot
from tests.events.kinds import AUTHOR, OTHER, START, THING, OtherSaid, ThingNoted

AGENCY: Final = HomeFunction.IT_AGENCY
SAYINGS: Final[list[tuple[str, Payload]]] = [
    *(("thing:a", ThingNoted(text=text, about=about)) for text, about in (("x", None), ("y", "b"))),
    *(("other:o", OtherSaid(about=about)) for about in ("a", "b", None)),
    *(("team:t", TeamFormed(name="T", home=home, products=products)) for home, products in (("env", ("p",)), ("citz", ("p",)), ("env", ("q",)))),
    ("graduation:t", HandoffPrepared(function=AGENCY, evidence="Plan")),
    ("graduation:t", HandoffAccepted(function=AGENCY, accepted_by="ana")),
    ("graduation:t", Attested(criterion="R-04", statement="So it is")),
    ("graduation:t", Overridden(rule="S4-02", reason="Agreed", command="portfolio.enter_sustain")),
    ("graduation:t", SustainEntered()),
    ("need:n", NeedRecorded(product="p", user="citizen", text="pay", origin="alpha")),
    *(("need:n", NeedChanged(text=text, reason="Study")) for text in ("pay", "pay late")),
    ("need:n", Overridden(rule="S0-04", reason="Agreed", command="backlog.judge_need")),
    ("need:n", NeedJudged(verdict=Verdict.MET, evidence="Survey")),
    ("product:p", PhaseEntered(phase="alpha")),
    *(("product:p", ProductRegistered(name="P", home=home)) for home in ("env", "citz")),
]
DAYS: Final = [START.date() + timedelta(days=n) for n in range(4)]
OF: Final[list[tuple[Kind[Any], str]]] = [(THING, "a"), (OTHER, "o"), (TEAM, "t"), (GRADUATION, "t"), (NEED, "n"), (PRODUCT, "p")]


class Said(NamedTuple):
    """What is said, of which of the days; or the how-manieth of what was said before is taken back."""

    what: tuple[str, Payload] | int
    day: int


def numbers(events: list[Event]) -> list[int]:
    return [event.sequence for event in events]


def state_of(facts: Facts, kind: Kind[Any], id: str) -> object:
    return facts.get(kind, id), facts.defined(kind, id)


def seen_of(facts: Facts, kind: Kind[Any], id: str) -> object:
    return numbers(facts.history(kind, id))


def counted_of(facts: Facts, kind: Kind[Any], id: str) -> object:
    return numbers(facts.counting(kind, id))


def said_of(facts: Facts, kind: Kind[Any], id: str) -> object:
    return [numbers(facts.said_at(kind, id, START + timedelta(days=n))) for n in range(4)]


def defined_of(facts: Facts, kind: Kind[Any], id: str) -> object:
    return numbers(facts.definition(kind, id))


def earlier_of(facts: Facts, kind: Kind[Any], id: str) -> object:
    return facts.on(DAYS[1]).derive(counted_of, kind, id), facts.until(START + timedelta(hours=36)).derive(state_of, kind, id)


def judged_by(facts: Facts, event: Event) -> object:
    return facts.judged(event)


def counts(facts: Facts, event: Event) -> object:
    return facts.counts(event)


def named_by(facts: Facts) -> object:
    return facts.related(OTHER, "about", "a"), facts.related(THING, "about", "b"), facts.every(GRADUATION), facts.related(TEAM, "products", "p")


RULES: Final[list[Callable[..., object]]] = [state_of, seen_of, counted_of, said_of, defined_of, earlier_of]


def asked(event: Event | None) -> Iterator[tuple[Callable[..., object], tuple[Any, ...]]]:
    """Whatever can be asked, with its arguments."""
    yield from ((rule, of) for rule in RULES for of in OF)
    yield named_by, ()
    if event is not None:
        yield judged_by, (event,)
        yield counts, (event,)


class Stored:
    """The same histories as an owner has them, which are looked through by shorter ways."""

    def __init__(self, of: World) -> None:
        self.of, self.referring, self.all = of, of.referring, of.all

    def events(self, aggregate: str) -> History:
        found = History()
        found.extend(self.of.events(aggregate))
        return found


def anew(world: Histories, day: date, known_at: datetime | None, event: Event | None) -> list[object]:
    """What whoever has found nothing before finds, each by itself."""
    return [rule(Facts.on_day(world, day, known_at), *of) for rule, of in asked(event)]


def reckoned(world: World, day: date, known_at: datetime | None) -> list[list[int]]:
    """The same as `counted_of` each of them, event by event."""

    def shown(name: str) -> list[Event]:
        return visible(world.events(name), before=end_of(day), known_at=known_at)

    names = [kind.key(id) for kind, id in OF]
    gone = {name: lapsed(shown(name), lambda other: SeenHistory(world.events(other), shown(other))) for name in names}
    return [[event.sequence for event in shown(name) if event.sequence not in gone[name]] for name in names]


def kept(facts: Facts, event: Event | None) -> list[object]:
    return [facts.derive(rule, *of) for rule, of in asked(event)]


TOGETHER: Final = [{"thing", "other"}, {"team", "graduation"}, {"need"}, {"product"}, {"team", "graduation", "need", "product"}]
"""What has to do with each other: each time these alone are spoken of, so that much is said of it."""


@st.composite
def steps(draw: st.DrawFn) -> list[Said | str]:
    of = draw(st.sampled_from(TOGETHER))
    said = st.sampled_from([one for one in SAYINGS if one[0].partition(":")[0] in of])
    step = st.builds(Said, st.one_of(said, said, said, st.integers(0, 9)), st.integers(0, 3))
    return draw(st.lists(st.one_of(step, step, st.sampled_from(["ask", "hold"])), min_size=4, max_size=20))


@settings(max_examples=60, deadline=None)
@given(steps())
def test_what_was_found_before_is_what_is_found_anew(steps: list[Said | str]) -> None:
    world, said = World(), list[Event]()
    holding: list[tuple[WorldSnapshot, Event | None, list[list[object]]]] = []
    with ExitStack() as stack:
        for step in [*steps, "ask"]:
            event = next((one for one in reversed(said) if one.kind == "graduation"), None)
            known_at = said[len(said) // 2].recorded if said else None
            if isinstance(step, Said):
                time = START + timedelta(minutes=len(said))
                aggregate, what = step.what if not isinstance(step.what, int) else taken_back(said, step.what)
                said.append(Event(aggregate, world.last(aggregate) + 1, START + timedelta(days=step.day), time, time, AUTHOR, what))
                world.apply(said[-1])
            elif step == "hold":
                holding.append((stack.enter_context(world.held()), event, [anew(world, day, None, event) for day in DAYS[1:3]]))
            else:
                for day in DAYS[1:3]:
                    assert anew(Stored(world), day, None, event) == anew(world, day, None, event)
                    assert kept(world.facts(day), event) == anew(world, day, None, event)
                assert kept(world.facts(DAYS[3], known_at), event) == anew(world, DAYS[3], known_at, event)
                assert [counted_of(world.facts(DAYS[3], known_at), *of) for of in OF] == reckoned(world, DAYS[3], known_at)
                assert [counted_of(Facts.on_day(Stored(world), DAYS[2]), *of) for of in OF] == reckoned(world, DAYS[2], None)
                for held, of, wanted in holding:
                    assert [kept(held.facts(day), of) for day in DAYS[1:3]] == wanted


def taken_back(said: list[Event], n: int) -> tuple[str, Payload]:
    """The retraction of one of these; where there is none, something else."""
    one = said[n % len(said)] if said else None
    return SAYINGS[0] if one is None or isinstance(one.data, Retracted) else (one.aggregate, Retracted(event=one.id, reason="Wrong"))


@pytest.mark.parametrize("of", [lambda world: world, Stored], ids=["heard", "stored"])
def test_what_a_thing_is_reads_as_it_was_said_first_until_that_is_said(of: Callable[[World], Histories]) -> None:
    world, time = World(), [START + timedelta(days=n) for n in range(5)]
    first = ProductRegistered(name="P", home="env", program="x")
    sayings: list[tuple[Payload, int]] = [(PhaseEntered(phase="alpha"), 1), (first, 3), (first, 3), (ProductRegistered(name="Q", home="citz"), 4)]
    for n, (data, on) in enumerate(sayings):
        world.apply(Event("product:p", n + 1, time[on], time[4], time[4], AUTHOR, data))
    told = {}
    for n in (0, 1, 3, 4):
        facts = Facts.on_day(of(world), time[n].date())
        state, defined = facts.get(PRODUCT, "p"), facts.defined(PRODUCT, "p")
        told[n] = state and (state.name, state.program), defined and (defined.name, defined.program), numbers(facts.definition(PRODUCT, "p"))
    p, q = ("P", "x"), ("Q", None)
    assert told == {0: (None, p, [2, 3]), 1: (p, p, [2, 3]), 3: (p, p, []), 4: (q, q, [])}
    at_first = Facts.on_day(of(world), DAYS[0]).until(time[3])
    assert (numbers(at_first.definition(PRODUCT, "p")), Facts(of(world), day=DAYS[0], before=None).definition(PRODUCT, "p")) == ([2, 3], [])
    assert Facts.on_day(of(world), DAYS[0]).defined(PRODUCT, "q") is None is Facts.on_day(of(world), DAYS[0]).defined(PRODUCT, None)


def test_a_lifted_rule_counts_no_more_once_what_it_let_through_is_taken_back_whatever_is_judged_later() -> None:
    world = World()
    lifted = Overridden(rule="S0-04", reason="Agreed", command="backlog.change_need")
    recorded = NeedRecorded(product="p", user="citizen", text="pay", origin="alpha")
    judged = NeedJudged(verdict=Verdict.MET, evidence="Survey")
    for n, data in enumerate([recorded, lifted, NeedChanged(text="fish", reason="Study"), Retracted(event="need:n@3", reason="Wrong"), judged]):
        time = START + timedelta(minutes=n)
        world.apply(Event("need:n", n + 1, time, time, time, AUTHOR, data))
    assert numbers(world.facts(DAYS[0]).counting(NEED, "n")) == [1, 5] == numbers(Facts.on_day(Stored(world), DAYS[0]).counting(NEED, "n"))


@pytest.mark.parametrize("of", [lambda world: world, Stored], ids=["heard", "stored"])
def test_a_lifted_rule_counts_no_more_beside_judgements_that_count_wherever_they_are_seen(of: Callable[[World], Histories]) -> None:
    world, recorded = World(), NeedRecorded(product="p", user="citizen", text="pay", origin="alpha")
    lifted = Overridden(rule="S0-04", reason="Agreed", command="backlog.change_need")
    amount, day = money("1.00"), DAYS[0]
    spent = ActualRecorded(amount=amount, covers_from=day, covers_until=day)
    approved = [InvestmentProposed(team="t", amount=amount), InvestmentDecided(approved=True, reason="Enough")]
    said: list[tuple[str, list[Payload]]] = [
        ("need:n", [recorded, lifted, NeedChanged(text="fish", reason="Study"), Retracted(event="need:n@3", reason="Wrong")]),
        ("investment:i", [*approved, lifted, spent, Retracted(event="investment:i@4", reason="Wrong")]),
    ]
    for aggregate, what in said:
        for n, data in enumerate(what):
            time = START + timedelta(minutes=n)
            world.apply(Event(aggregate, n + 1, time, time, time, AUTHOR, data))
    facts = Facts.on_day(of(world), DAYS[0])
    assert (numbers(facts.counting(NEED, "n")), numbers(facts.counting(INVESTMENT, "i"))) == ([1], [1, 2])


def test_what_begins_by_what_defines_it_reads_as_it_was_said_first_where_something_was_said_of_it_before() -> None:
    world, time = World(), [START + timedelta(days=n) for n in range(4)]
    sayings: list[tuple[Payload, int]] = [
        (NeedChanged(text="fish", reason="Study"), 1),
        (NeedRecorded(product="p", user="citizen", text="pay", origin="alpha"), 3),
    ]
    for n, (data, on) in enumerate(sayings):
        world.apply(Event("need:n", n + 1, time[on], time[3], time[3], AUTHOR, data))
    need = world.facts(DAYS[1]).get(NEED, "n")
    assert need is not None and (need.text, need.product, need.user) == ("fish", "p", "citizen")


def test_what_is_judged_after_all_of_it_was_taken_back_counts_nowhere() -> None:
    world, alone = World(), NeedJudged(verdict=Verdict.MET, evidence="Survey")
    recorded = NeedRecorded(product="p", user="citizen", text="pay", origin="alpha")
    for n, data in enumerate([recorded, Retracted(event="need:n@1", reason="Wrong"), alone]):
        time = START + timedelta(minutes=n)
        world.apply(Event("need:n", n + 1, time, time, time, AUTHOR, data))
    assert numbers(world.facts(DAYS[0]).counting(NEED, "n")) == [] == numbers(Facts.on_day(Stored(world), DAYS[0]).counting(NEED, "n"))


def test_all_of_a_kind_rest_on_what_their_judgements_speak_of() -> None:
    world, time = World(), [START + timedelta(minutes=n) for n in range(3)]
    accepted = HandoffAccepted(function=AGENCY, accepted_by="ana")
    for n, (aggregate, data) in enumerate([("team:t", TeamFormed(name="T", home="env", products=())), ("graduation:t", accepted)]):
        world.apply(Event(aggregate, 1, time[n], time[n], time[n], AUTHOR, data))
    assert world.facts(DAYS[0]).derive(every_graduation) == [("t", 1)]
    with world.held() as held:
        world.apply(Event("team:t", 2, time[2], time[2], time[2], AUTHOR, Retracted(event="team:t@1", reason="Wrong")))
        assert held.facts(DAYS[0]).derive(every_graduation) == [("t", 1)]
    assert world.facts(DAYS[0]).derive(every_graduation) == every_graduation(Facts.on_day(world, DAYS[0])) == [("t", 0)]


def every_graduation(facts: Facts) -> list[tuple[str, int]]:
    return [(one.id, sum(len(handoff.accepted) for handoff in one.handoffs)) for one in facts.every(GRADUATION)]


def test_of_those_whose_events_name_it_only_those_are_related_whose_state_has_it_among_others() -> None:
    world = World()
    for n, (team, products) in enumerate([("t", ("q", "p")), ("u", ("q",)), ("v", ("p",)), ("v", ("q",)), ("w", ("pq",))]):
        time = START + timedelta(minutes=n)
        data = TeamFormed(name="T", home="env", products=products)
        world.apply(Event(f"team:{team}", world.last(f"team:{team}") + 1, time, time, time, AUTHOR, data))
    facts = world.facts(DAYS[0])
    assert [[team.id for team in facts.related(TEAM, "products", id)] for id in ("p", "q", "pq")] == [["t"], ["t", "u", "v"], ["w"]]
    assert [team.id for team in facts.related(TEAM, "home", "env")] == ["t", "u", "v", "w"]


@pytest.mark.parametrize(
    ("read", "rests"),
    [
        (lambda facts: facts.day, {THE_DAY}),
        (lambda facts: facts.before, {THE_DAY}),
        (lambda facts: facts.get(THING, "a"), {"thing:a"}),
        (lambda facts: facts.history(THING, "a"), {"thing:a"}),
        (lambda facts: facts.said_at(THING, "a", START), {"thing:a"}),
        (lambda facts: facts.counting(NEED, "n"), {"need:n"}),
        (lambda facts: facts.counting(GRADUATION, "t"), {"graduation:t", "team:t"}),
        (lambda facts: facts.judged(facts.histories.events("graduation:t")[2]), {"team:t"}),
        (lambda facts: facts.naming(OTHER, "about", "a"), {("other", "about", "a")}),
        (lambda facts: facts.heir(ORGANISATION, "env"), {("organisation", "merged", "env")}),
        (lambda facts: facts.merged(ORGANISATION, "env"), {("organisation", "into", "env")}),
        (lambda facts: facts.definition(PRODUCT, "p"), {"product:p", THE_DAY}),
        (lambda facts: facts.every(THING), {("thing",)}),
        (lambda facts: facts.related(OTHER, "about", "a"), {("other", "about", "a")}),
        (lambda facts: facts.get(GRADUATION, "t"), {"graduation:t", "team:t"}),
        (lambda facts: facts.get(GRADUATION, "t") and facts.get(GRADUATION, "t"), {"graduation:t", "team:t"}),
    ],
)
def test_a_value_rests_on_what_its_rule_reads(read: Callable[[Facts], object], rests: set[object]) -> None:
    world = World()
    for n, (aggregate, data) in enumerate([SAYINGS[5], SAYINGS[8], SAYINGS[9], SAYINGS[10]]):
        time = START + timedelta(minutes=n)
        world.apply(Event(aggregate, world.last(aggregate) + 1, time, time, time, AUTHOR, data))
    facts = world.facts(DAYS[1])
    assert facts.resting(read)[1] == rests
    assert facts.resting(lambda of: (of.get(GRADUATION, "t"), read(of)))[1] >= rests, "also where its state is known already"
