"""What a changed row of an import had said, and what is said instead of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from libs.commands.catalog.backlog.item import AddItem, StartItem
from libs.commands.decision import Case
from libs.commands.import_revision import WHY, besides, instead, of_row, plain, said_by_row, take_back
from libs.events.catalog.backlog.item import ItemAdded, ItemStarted
from libs.events.event import KINDS, Actor, Event, Overridden, Payload, Retracted
from libs.events.facts import Facts
from libs.events.world import World
from tests.events.kinds import START, ThingNoted

ADA, BOB = Actor("ada", "importer"), Actor("bob", "importer")
LIFTED = Overridden(rule="S0-03", reason="Election", command="test.note", judges="thing:a@1")
LATER = START + timedelta(hours=1)


def noted(text: str) -> ThingNoted:
    return ThingNoted(text=text)


def case(*said: Payload, row: tuple[int, ...] = (), revising: bool = True, kind: str = "thing") -> Case[Any]:
    """Of an aggregate of which this was said, and of a row that said the events of these numbers last."""
    world = World()
    for n, data in enumerate(said, 1):
        world.apply(Event(f"{kind}:a", n, START, START, START, ADA, data))
    facts = Facts.at(world, LATER)
    return Case(KINDS[kind], "a", START, None, None, facts, facts, ADA, revising=revising, row=tuple(f"{kind}:a@{n}" for n in row))


def event(number: int, data: Payload | None = None, *, hours: int = 0, by: Actor = ADA) -> Event:
    instant = START + timedelta(hours=hours)
    return Event("thing:a", number, instant, instant, instant, by, data or noted("one"))


def test_what_a_changed_row_said_is_taken_back_and_nothing_of_another() -> None:
    assert list(take_back(case(), event(1), None, event(3))) == [Retracted(event="thing:a@1", reason=WHY), Retracted(event="thing:a@3", reason=WHY)]
    assert list(take_back(case(revising=False), event(1))) == []


@pytest.mark.parametrize(
    ("row", "first", "others"),
    [((), None, []), ((1,), None, []), ((1, 2), 2, []), ((1, 2, 4), 2, [4]), ((3,), 3, []), ((2, 3, 4), 2, [3, 4])],
)
def test_what_a_row_said_is_what_stands_of_it_but_for_rules_that_were_lifted(row: tuple[int, ...], first: int | None, others: list[int]) -> None:
    of = case(LIFTED, noted("one"), noted("two"), noted("three"), row=row)
    found = of_row(of)
    assert (found and found.sequence, [one.sequence for one in besides(of, found)]) == (first, others)
    assert besides(of, None) == []


def test_where_nothing_is_revised_no_row_said_anything() -> None:
    assert of_row(case(noted("one"), row=(1,), revising=False)) is None


@pytest.mark.parametrize(
    ("hours", "text", "again"), [(0, "one", False), (0, "two", True), (1, "one", True)], ids=["the same", "something else", "of another day"]
)
def test_what_a_row_says_is_said_anew_unless_it_is_the_same_of_the_same_day(hours: int, text: str, again: bool) -> None:
    of = case(noted("one"), row=(1,))
    of.at = START + timedelta(hours=hours)
    wanted = [Retracted(event="thing:a@1", reason=WHY), noted(text)] if again else []
    assert list(instead(of, of_row(of), noted(text))) == wanted
    assert list(instead(of, None, noted(text))) == [noted(text)]


def test_what_a_row_creates_is_said_whole_again_and_all_else_instead_of_before() -> None:
    added, started = ItemAdded(product="p", title="Pay"), ItemStarted()
    of = case(added, started, row=(1,), kind="item")
    assert plain(AddItem(item="a", product="p", title="Pay"), of) == (added,)
    of.row = ("item:a@2",)
    assert list(plain(StartItem(item="a"), of)) == []
    of.at = LATER
    assert list(plain(StartItem(item="a"), of)) == [Retracted(event="item:a@2", reason=WHY), started]


@pytest.mark.parametrize(
    ("said", "row", "wanted"),
    [
        ([], (), None),
        ([(event(1, by=BOB), ("5", "x"))], (), None),
        ([(event(1, by=BOB), ("5", "x")), (event(2), ("6", "y"))], (), 2),
        ([(event(1), ("5", "x")), (event(2), ("5", "x"))], (2,), 2),
        ([(event(1), ("5", "x")), (event(2), ("6", "y"))], (2,), 2),
        ([(event(1), ("5", "x")), (event(2), ("6", "y"))], (), 1),
        ([(event(1), ("6", "y")), (event(2), ("5", "y"))], (), 2),
        ([(event(1), ("6", "y")), (event(2, hours=1), ("5", "x"))], (), 1),
        ([(event(1, hours=1), ("5", "x")), (event(2), ("6", "y"))], (), 2),
        ([(event(2), ("5", "y")), (event(1), ("6", "x"))], (), 2),
        ([(event(1), ("5", "y")), (event(2), ("6", "x"))], (), 2),
    ],
)
def test_of_its_speakers_events_a_row_said_the_known_one_else_that_of_its_day_then_the_most_like_it_then_the_last(
    said: list[tuple[Event, tuple[object, ...]]], row: tuple[int, ...], wanted: int | None
) -> None:
    found = said_by_row(case(row=row), said, "5", "x")
    assert (found and found.sequence) == wanted
    assert said_by_row(case(row=row, revising=False), said, "5", "x") is None
