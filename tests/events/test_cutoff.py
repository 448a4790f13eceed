"""Early cutoff: a value whose parts come out as they were is not computed, and whatever is kept is what whoever has kept nothing finds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.events.cost import metered
from libs.events.derivations.memo import RuleMemo
from libs.events.event import Event
from libs.events.facts import Facts
from libs.events.rewind import Hindsight
from libs.events.world import World, WorldSnapshot
from tests.events.kinds import AUTHOR, OTHER, START, THING, OtherSaid, ThingNoted

DAYS: Final = [START.date() + timedelta(days=n) for n in range(4)]
IDS: Final = "abc"
TEXTS: Final = ["", "1.0", "1.00", "x", "none"]


def spelled(facts: Facts, id: str) -> Decimal | None:
    """Raises ArithmeticError where the text is no number."""
    thing = facts.get(THING, id)
    return Decimal(thing.text) if thing is not None and thing.text != "none" else None


def written(facts: Facts, id: str) -> str:
    try:
        return str(facts.derive(spelled, id))
    except ArithmeticError:
        return "no number"


def length(facts: Facts, id: str) -> int:
    thing = facts.get(THING, id)
    return len(thing.text) % 2 if thing else 0


def ids(facts: Facts) -> tuple[str, ...]:
    return tuple(one.id for one in facts.every(THING))


def total(facts: Facts) -> int:
    return sum(facts.derive(length, id) for id in facts.derive(ids))


def followed(facts: Facts, id: str, most: int = 5) -> tuple[str, ...]:
    """A thing, what it is about, and what that is about; a part is asked for or not, as the one before says."""
    thing = facts.get(THING, id)
    if thing is None or thing.about is None or not most:
        return (id, facts.derive(written, id))
    return (id, *facts.derive(followed, thing.about, most=most - 1))


def named(facts: Facts, id: str) -> tuple[object, ...]:
    return facts.derive(total), tuple(facts.derive(about, one.id) for one in facts.related(OTHER, "about", id)), facts.derive(followed, id)


def about(facts: Facts, id: str) -> str | None:
    other = facts.get(OTHER, id)
    return other.about if other else None


def earlier(facts: Facts, id: str, days: int) -> tuple[object, ...]:
    then = facts.on(facts.day - timedelta(days=days))
    return then.derive(named, id), then.derive(named, id), facts.derive(total)


def before_that(facts: Facts, id: str) -> tuple[object, ...]:
    return facts.on(DAYS[2]).derive(earlier, id, 1), facts.until(START + timedelta(hours=30)).derive(earlier, id, days=0), facts.derive(written, id)


ASKED: Final[list[tuple[Callable[..., object], tuple[Any, ...]]]] = [
    (total, ()),
    *((rule, (id,)) for rule in (written, followed, named, before_that) for id in IDS),
    *((earlier, (id, days)) for id in IDS[:2] for days in (0, 1, 2)),
]
SAID: Final = [
    *((f"thing:{id}", ThingNoted(text=text, about=about)) for id in IDS for text in TEXTS for about in (None, "a", "b")),
    *((f"other:{id}", OtherSaid(about=about)) for id in "op" for about in (None, "a", "b")),
]


class Heard:
    """A world, and what was said to it."""

    def __init__(self) -> None:
        self.world, self.said = World(), list[Event]()

    def tell(self, what: tuple[str, Any], day: int) -> None:
        aggregate, data = what
        time = START + timedelta(days=day, minutes=len(self.said))
        known = START + timedelta(minutes=len(self.said))
        self.said.append(Event(aggregate, self.world.last(aggregate) + 1, time, known, known, AUTHOR, data))
        self.world.apply(self.said[-1])

    def anew(self, first: int, day: date, known_at: datetime | None, asked: tuple[Callable[..., Any], tuple[Any, ...]]) -> object:
        """What a rule comes to in a world of so many events, with nothing kept: not even within the question."""
        world = World()
        for event in self.said[:first]:
            world.apply(event)
        return repr(asked[0](Forgetful.on_day(world, day, known_at), *asked[1]))


class Forgetful(Facts):
    """Facts that keep no value."""

    def derive(self, rule: Any, *args: Any, **named: Any) -> Any:
        return rule(self, *args, **named)

    def _other(self, day: date, before: datetime) -> Facts:
        return Forgetful(self.histories, day=day, before=before, known_at=self.known_at)


class Turns:
    """A meter that lets others have their turn at some of the times at which work is done."""

    def __init__(self, turns: dict[int, Callable[[], None]]) -> None:
        self.turns, self.spent = turns, 0

    def spend(self, work: int) -> None:
        self.spent += 1
        turn = self.turns.pop(self.spent, None)
        if turn is not None:
            turn()


step = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(SAID), st.integers(0, 3)),
    st.tuples(st.just("say"), st.sampled_from(SAID), st.integers(0, 3)),
    st.tuples(st.just("ask"), st.integers(-1, 2), st.integers(1, 3), st.booleans(), st.sampled_from(ASKED)),
    st.tuples(st.just("ask"), st.integers(-1, 2), st.integers(1, 3), st.booleans(), st.sampled_from(ASKED)),
    st.tuples(st.just("news"), st.sampled_from(SAID), st.integers(0, 3), st.integers(1, 3), st.sampled_from(ASKED)),
    st.tuples(st.just("hold")),
    st.tuples(st.just("release")),
)
steps = st.lists(st.tuples(step, st.dictionaries(st.integers(1, 25), step, max_size=3)), min_size=5, max_size=40)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_whatever_is_kept_and_whoever_has_a_turn_meanwhile_every_value_is_what_is_found_anew(steps: list[Any]) -> None:
    heard, stack = Heard(), list[tuple[ExitStack, WorldSnapshot, int]]()
    with ExitStack() as all_held:

        def do(step: Any, turns: dict[int, Any]) -> None:
            match step:
                case "say", what, day:
                    heard.tell(what, day)
                case "news", what, day, asked_of, asked:
                    heard.tell(what, day)
                    first = len(heard.said)  # in the middle of it somebody may say more
                    with heard.world.held() as held:
                        assert ask(held.facts(DAYS[asked_of]), asked) == heard.anew(first, DAYS[asked_of], None, asked)
                case ("hold",):
                    holding = all_held.enter_context(ExitStack())
                    stack.append((holding, holding.enter_context(heard.world.held()), len(heard.said)))
                case ("release",) if stack and not busy:
                    stack.pop(0)[0].close()
                case "ask", who, day, known, asked:
                    known_at = heard.said[len(heard.said) // 2].recorded if known and heard.said else None
                    if 0 <= who < len(stack):
                        _, held, first = stack[who]
                        busy.append(who)
                        with metered(Turns({at: partial(do, turn, {}) for at, turn in turns.items()})):
                            found = ask(held.facts(DAYS[day], known_at), asked)
                        busy.pop()
                        assert found == heard.anew(first, DAYS[day], known_at, asked)
                    elif not busy:
                        assert ask(heard.world.facts(DAYS[day], known_at), asked) == heard.anew(len(heard.said), DAYS[day], known_at, asked)

        busy = list[int]()
        for one, turns in steps:
            do(one, turns)


def ask(facts: Facts, asked: tuple[Callable[..., Any], tuple[Any, ...]]) -> str:
    return repr(facts.derive(asked[0], *asked[1]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SAID), st.integers(0, 3)), min_size=3, max_size=25), st.lists(st.sampled_from(ASKED), min_size=1, max_size=8))
def test_going_back_in_hindsight_every_value_is_what_is_found_anew(told: list[Any], asked: list[Any]) -> None:
    heard = Heard()
    for what, day in told:
        heard.tell(what, day)
    base = heard.world.facts(DAYS[3])
    for one in asked:
        ask(base, one)
    back = Hindsight(base)
    for day, known in ((3, 20), (2, 20), (2, 8), (1, 5), (1, 2)):
        known_at = START + timedelta(minutes=known)
        back.to(day=DAYS[day], known_at=known_at)
        for one in asked:
            assert ask(back, one) == heard.anew(len(heard.said), DAYS[day], known_at, one)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rules that are computed, by name."""
    found, compute = list[str](), RuleMemo._computed

    def noted(self: RuleMemo, key: Any) -> Any:
        found.append(key[0].__name__)
        return compute(self, key)

    monkeypatch.setattr(RuleMemo, "_computed", noted)
    return found


def world(**texts: str) -> Heard:
    heard = Heard()
    for id, text in texts.items():
        heard.tell((f"thing:{id}", ThingNoted(text=text)), 0)
    return heard


def test_where_each_part_comes_out_as_it_was_nothing_above_is_computed(computed: list[str]) -> None:
    heard = world(a="x", b="y", c="z")
    assert heard.world.facts(DAYS[1]).derive(named, "a")[0] == 3
    computed.clear()
    heard.tell(("thing:b", ThingNoted(text="w")), 0)
    assert heard.world.facts(DAYS[1]).derive(named, "a")[0] == 3
    assert computed == ["ids", "length"]
    computed.clear()
    assert heard.world.facts(DAYS[1]).derive(named, "a")[0] == 3 and computed == []


def test_of_a_sum_of_which_one_part_is_another_that_part_and_the_sums_alone_are_computed(computed: list[str]) -> None:
    heard = world(a="x", b="y", c="z")
    assert heard.world.facts(DAYS[1]).derive(named, "a")[0] == 3
    computed.clear()
    heard.tell(("thing:b", ThingNoted(text="ww")), 0)
    assert heard.world.facts(DAYS[1]).derive(named, "a")[0] == 2
    assert computed == ["ids", "length", "total", "named"]


def test_parts_are_asked_up_to_the_first_that_is_another_so_that_what_nobody_would_ask_any_more_is_not_asked(computed: list[str]) -> None:
    heard = world(a="x", b="y")
    heard.tell(("thing:a", ThingNoted(about="b")), 0)
    pair = heard.world.facts(DAYS[1])
    assert pair.derive(either) == "no number"
    computed.clear()
    for what in (("thing:a", ThingNoted(text="x")), ("thing:b", ThingNoted(text="z"))):
        heard.tell(what, 0)
    assert heard.world.facts(DAYS[1]).derive(either) == "none" and "written" not in computed


def either(facts: Facts) -> str:
    return facts.derive(written, "b") if facts.derive(points, "a") else "none"


def points(facts: Facts, id: str) -> bool:
    thing = facts.get(THING, id)
    return thing is not None and thing.about is not None


def test_a_rule_that_raises_keeps_nothing_and_is_asked_again_by_whoever_minds_it(computed: list[str]) -> None:
    heard = world(a="1.0")
    assert heard.world.facts(DAYS[1]).derive(written, "a") == "1.0"
    for text, shown in (("x", "no number"), ("y", "no number"), ("1.00", "1.00")):
        heard.tell(("thing:a", ThingNoted(text=text)), 0)
        assert heard.world.facts(DAYS[1]).derive(written, "a") == shown
    with pytest.raises(ArithmeticError):
        world(a="x").world.facts(DAYS[1]).derive(spelled, "a")


def test_what_is_equal_and_spelled_otherwise_is_shown_as_it_is_spelled_now() -> None:
    heard = world(a="1.0")
    assert heard.world.facts(DAYS[1]).derive(written, "a") == "1.0"
    heard.tell(("thing:a", ThingNoted(text="1.00")), 0)
    assert heard.world.facts(DAYS[1]).derive(written, "a") == "1.00"


def test_a_day_that_is_asked_about_from_another_day_than_this_hears_of_events_too() -> None:
    heard = world(a="x")
    assert repr(heard.world.facts(DAYS[3]).derive(before_that, "a")).count("'a', 'no number'") > 0
    heard.tell(("thing:a", ThingNoted(text="1.0")), 0)
    assert repr(heard.world.facts(DAYS[3]).derive(before_that, "a")) == heard.anew(2, DAYS[3], None, (before_that, ("a",)))


def test_a_value_that_nobody_holds_another_world_for_is_shared_after_it_was_touched(computed: list[str]) -> None:
    heard = world(a="x", b="y")
    with heard.world.held() as old:
        assert old.facts(DAYS[1]).derive(total) == 2
        heard.tell(("thing:b", ThingNoted(text="ww")), 0)
        with heard.world.held() as new:
            assert (new.facts(DAYS[1]).derive(total), old.facts(DAYS[1]).derive(total)) == (1, 2)
            computed.clear()
            assert (new.facts(DAYS[1]).derive(total), old.facts(DAYS[1]).derive(total)) == (1, 2) and computed == []
    assert heard.world.facts(DAYS[1]).derive(total) == 1 and computed == []
    assert len(heard.world._touched) == 0


@pytest.mark.parametrize("at", range(1, 12))
def test_a_part_that_is_touched_while_another_one_is_asked_leaves_its_whole_in_doubt(at: int) -> None:
    heard = world(a="x", b="y")
    assert heard.world.facts(DAYS[1]).derive(total) == 2
    heard.tell(("thing:b", ThingNoted(text="w")), 0)

    def meanwhile() -> None:
        heard.tell(("thing:a", ThingNoted(text="zz")), 0)
        with heard.world.held() as other:
            assert other.facts(DAYS[1]).derive(length, "b") == 1

    with heard.world.held() as held:
        facts = held.facts(DAYS[1])
        with metered(Turns({at: meanwhile})):
            assert facts.derive(total) == 2
    assert heard.world.facts(DAYS[1]).derive(total) == (1 if len(heard.said) == 4 else 2)


def test_what_was_something_else_in_between_is_told_so_to_whoever_holds_that(computed: list[str]) -> None:
    heard = world(a="x", b="y")
    assert heard.world.facts(DAYS[1]).derive(named, "b")[0] == 2
    heard.tell(("thing:a", ThingNoted(text="ww")), 0)
    with heard.world.held() as between:
        assert between.facts(DAYS[1]).derive(length, "b") == 1
        heard.tell(("thing:a", ThingNoted(text="z")), 0)
        with heard.world.held() as now:
            assert (now.facts(DAYS[1]).derive(length, "a"), now.facts(DAYS[1]).derive(ids)) == (1, ("a", "b"))
            computed.clear()
            assert between.facts(DAYS[1]).derive(total) == 1 and computed == ["total", "ids", "length"]
            assert now.facts(DAYS[1]).derive(named, "b")[0] == 2 and computed == ["total", "ids", "length"]
            assert between.facts(DAYS[1]).derive(named, "b")[0] == 1


def test_of_what_was_touched_that_alone_is_remembered_which_somebody_has_not_heard() -> None:
    heard = world(a="x", b="y")
    first = heard.world.held()
    first.__enter__()
    heard.tell(("thing:a", ThingNoted(text="w")), 0)
    with heard.world.held():
        heard.tell(("thing:b", ThingNoted(text="w")), 0)
        assert list(heard.world._touched) == ["thing:a", "thing:b", ("thing",)]
        first.__exit__(None, None, None)
        assert list(heard.world._touched) == ["thing:b", ("thing",)]
    assert not heard.world._touched
    heard.tell(("thing:b", ThingNoted(text="w")), 0)
    assert not heard.world._touched
