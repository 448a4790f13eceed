"""The order of a backlog, held against what happens to a list of names day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.commands.testing import Scenario
from libs.events.catalog.backlog.backlog import BacklogOpened, BacklogReordered
from libs.events.catalog.backlog.item import ItemAdded, ItemDropped, ItemReopened
from libs.events.derivations import Replays
from libs.events.event import Actor, Event, Payload, Retracted
from libs.events.facts import Facts
from libs.events.history import History
from libs.events.world import World
from libs.rules.products import backlogs
from libs.rules.products.backlogs import counts, ordered
from services.backlog.domain import decisions

NAMES = ["a", "b", "c", "d", "e"]
STEP = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(NAMES[3:]), st.just(0)),
    st.tuples(st.sampled_from(["drop", "drop", "reopen"]), st.sampled_from(NAMES[:3]), st.just(0)),
    st.tuples(st.just("move"), st.sampled_from(NAMES), st.integers(1, 4)),
    st.tuples(st.just("move"), st.sampled_from(NAMES[:3]), st.integers(1, 3)),
)


ADDED = [("add", name, 0) for name in NAMES[:3]]
"""What stands at the beginning, so that there is something to drop and to move."""


def told(steps: list[tuple[str, str, int]], learned: list[int]) -> tuple[Scenario, list[list[str]]]:
    """The steps, one a day, heard in another order; and what the list of those not dropped must be at the end of each day."""
    said = Scenario(decisions).given("backlog:p", BacklogOpened(), at="2024-01-01")
    present: list[str] = []
    hidden: dict[str, bool] = {}
    lists, valid = [], []
    for n, (verb, name, position) in enumerate(steps):
        if verb == "add" and name not in hidden:
            present.append(name)
            hidden[name] = False
        elif verb in ("drop", "reopen") and name in hidden:
            hidden[name] = verb == "drop"
        elif verb == "move" and name in hidden and not hidden[name]:
            shown = [one for one in present if not hidden[one] and one != name]
            present.remove(name)
            before = shown[position - 1] if position <= len(shown) else None
            present.insert(present.index(before) if before else len(present), name)
        else:
            lists.append([one for one in present if not hidden[one]])
            continue
        valid.append(n)
        lists.append([one for one in present if not hidden[one]])
    for n in sorted(valid, key=lambda n: learned[n % len(learned)]):
        verb, name, position = steps[n]
        at = str(date(2024, 2, 1) + timedelta(days=n))
        if verb == "move":
            said.given("backlog:p", BacklogReordered(item=name, position=position, reason="so"), at=at)
        else:
            payload = {"add": ItemAdded(product="p", title=name), "drop": ItemDropped(), "reopen": ItemReopened()}[verb]
            said.given(f"item:{name}", payload, at=at)
    return said, lists


@pytest.mark.requirement("S0-19")
@settings(max_examples=100, deadline=None)
@given(st.lists(STEP, min_size=5, max_size=12), st.lists(st.integers(0, 99), min_size=1, max_size=14))
def test_the_order_of_every_day_is_what_its_moves_made_of_it_however_late_they_are_learned(steps: list[tuple[str, str, int]], learned: list[int]) -> None:
    said, lists = told([*ADDED, *steps], learned)
    for n, wanted in enumerate(lists):
        facts = said.facts(str(date(2024, 2, 1) + timedelta(days=n)))
        assert [item.id for item in ordered(facts, "p")] == wanted
        assert counts(facts, "p").open == len(wanted)


def test_a_product_without_a_backlog_has_no_items() -> None:
    facts = Scenario(decisions).facts()
    assert ordered(facts, "p") == () and counts(facts, "p") == (0, 0)


class Kept(World):
    """A world whose histories and replays are kept, as an owner's are."""

    def __init__(self) -> None:
        super().__init__()
        self.replays = Replays()
        self.histories: dict[str, History] = {}

    def events(self, aggregate: str) -> Sequence[Event]:
        history = self.histories.setdefault(aggregate, History())
        history.extend(super().events(aggregate)[len(history) :])
        return history


_SAID = st.tuples(st.sampled_from("abcd"), st.integers(0, 20), st.sampled_from(["move", "move", "move", "drop", "reopen", "retract"]), st.integers(1, 5))


@settings(deadline=None)
@given(st.lists(_SAID, max_size=40), st.integers(0, 25))
def test_an_order_that_is_gone_on_with_is_the_order_replayed_from_the_beginning(said: list[tuple[str, int, str, int]], day: int) -> None:
    kept, whole = Kept(), World()
    began = datetime(2024, 1, 1, tzinfo=UTC)
    numbers: dict[str, int] = {}

    def say(aggregate: str, minute: int, data: Payload) -> None:
        numbers[aggregate] = numbers.get(aggregate, 0) + 1
        at = began + timedelta(minutes=minute)
        for world in (kept, whole):
            world.apply(Event(aggregate, numbers[aggregate], at, at, at, Actor("dana", "importer"), data))

    say("backlog:p", 0, BacklogOpened())
    for n, item in enumerate("abcd"):
        say(f"item:{item}", n, ItemAdded(product="p", title=item))
    for item, minute, what, position in said:
        if what == "move":
            say("backlog:p", minute, BacklogReordered(item=item, position=position, reason="so"))
        elif what == "retract":
            aggregate = "backlog:p" if minute % 2 else f"item:{item}"
            if numbers[aggregate] > 1:
                say(aggregate, 30, Retracted(event=f"{aggregate}@{max(2, numbers[aggregate] - position)}", reason="a slip"))
        else:
            say(f"item:{item}", minute, ItemDropped() if what == "drop" else ItemReopened())
        for before in (None, began + timedelta(minutes=day)):
            found, wanted = (Facts(world, day=began.date(), before=before) for world in (kept, whole))
            assert [one.id for one in ordered(found, "p")] == [one.id for one in ordered(wanted, "p")]


def test_a_reordering_of_a_long_backlog_replays_only_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    world, at = Kept(), datetime(2024, 1, 1, tzinfo=UTC)
    placed: list[int] = []
    place = backlogs._place

    def counted(order: list[str], away: set[str], position: int) -> int:
        placed.append(position)
        return place(order, away, position)

    monkeypatch.setattr(backlogs, "_place", counted)
    world.apply(Event("backlog:p", 1, at, at, at, Actor("dana", "importer"), BacklogOpened()))
    for n, item in enumerate("abcd", 1):
        world.apply(Event(f"item:{item}", 1, at + timedelta(seconds=n), at, at, Actor("dana", "importer"), ItemAdded(product="p", title=item)))
    for n in range(2, 2_000):
        when = at + timedelta(minutes=n)
        world.apply(Event("backlog:p", n, when, when, when, Actor("dana", "importer"), BacklogReordered(item="abcd"[n % 4], position=1, reason="so")))
        if n > 1_990:
            placed.clear()
            assert next(iter(ordered(Facts(world, day=at.date(), before=None), "p"))).id == "abcd"[n % 4]
            assert len(placed) == (1 if n > 1_991 else n - 1)
