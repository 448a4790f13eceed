"""By which instant a command is dated: what others, or a clock that was set since, have stamped ahead is followed for seconds, and refused beyond."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.backlog import OpenBacklog
from libs.commands.catalog.backlog.item import StartItem
from libs.commands.decision import Loaded
from libs.commands.errors import AlreadyExists, WrongClock
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.commands.execution.timestamps import CARRIED, Stamps, missed
from libs.commands.retraction import RetractInBacklog as Retract
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.derivations import Replays
from libs.events.event import Actor, Event
from libs.events.world import World
from services.backlog.domain import decisions
from tests.commands.conftest import IMPORTER, NOW, add, short

FAR = (CARRIED + timedelta(seconds=1), timedelta(minutes=20), timedelta(hours=14), timedelta(days=400))
LATER = timedelta(microseconds=1)


def by(clock: datetime, store: SqliteCommitStore, heard: World | None = None) -> Handling:
    """The service with another clock, which has just started."""
    return Handling("backlog", store, heard or World(), decisions, clock=lambda: clock)


async def stored(store: SqliteCommitStore, aggregate: str) -> list[datetime]:
    return [e.stored for e in (await store.load([aggregate]))[aggregate]]


def product(stamp: datetime, *, at: datetime | None = None, id: str = "p") -> World:
    """What has been heard of a product that the portfolio registered at this instant by its clock."""
    heard = World()
    heard.apply(Event(f"product:{id}", 1, at or stamp, stamp, stamp, Actor("someone", "importer"), ProductRegistered(name="P")))
    return heard


async def test_a_clock_that_is_set_back_by_seconds_makes_nothing_unsaid(store: SqliteCommitStore, opened: Handling) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER))
    earlier = by(NOW - timedelta(seconds=4), store)
    with pytest.raises(AlreadyExists):
        await earlier.answer(Ask(add("b1"), IMPORTER))
    assert (await earlier.answer(Ask(StartItem(item="b1"), IMPORTER))).version == 2
    assert await stored(store, "item:b1") == [NOW + LATER] * 2


@pytest.mark.parametrize("back", FAR)
async def test_one_that_is_set_back_by_more_takes_nothing_about_what_lies_ahead_and_says_why(
    store: SqliteCommitStore, opened: Handling, back: timedelta
) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER, key="first"))
    earlier = by(NOW - back, store)
    for command in (add("b1"), StartItem(item="b1"), Retract(event="item:b1@1", reason="wrong")):
        for trying in (False, True):
            with pytest.raises(WrongClock, match=r"item:b1@1 was stored at 2026-05-01T09:00:00.000001Z.*the clock of backlog was ahead then") as caught:
                await earlier.answer(Ask(command, IMPORTER, trying=trying))
            assert "2026-05-01T09:00:00.000001Z" in (caught.value.remedy or "")
    assert len(await stored(store, "item:b1")) == 1, "nothing refused leaves a trace"
    assert (await earlier.answer(Ask(add("b1"), IMPORTER, key="first"))).created is False, "what was stored is still answered as it was"


@pytest.mark.parametrize("back", FAR)
async def test_nor_does_it_carry_anything_else_along(store: SqliteCommitStore, opened: Handling, back: timedelta) -> None:
    right = by(NOW - back, store, product(NOW, id="other"))
    await right.answer(Ask(OpenBacklog(product="q"), IMPORTER))
    assert await stored(store, "backlog:q") == [NOW - back]


async def test_what_was_refused_is_taken_once_the_clock_is_right_again(store: SqliteCommitStore, opened: Handling) -> None:
    clock = NOW - timedelta(hours=2)
    earlier = Handling("backlog", store, World(), decisions, clock=lambda: clock)
    with pytest.raises(WrongClock):
        await earlier.answer(Ask(add("b1"), IMPORTER))
    clock = NOW - timedelta(seconds=1)
    assert (await earlier.answer(Ask(add("b1"), IMPORTER))).created
    assert await stored(store, "item:b1") == [NOW]


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), CARRIED])
async def test_what_a_peer_stamps_seconds_ahead_is_followed(store: SqliteCommitStore, opened: Handling, ahead: timedelta) -> None:
    follower = by(NOW, store, product(NOW + ahead))
    await follower.answer(Ask(add("b1"), IMPORTER))
    assert await stored(store, "item:b1") == [NOW + ahead]


@pytest.mark.parametrize("ahead", FAR)
async def test_what_a_peer_stamps_further_ahead_is_refused_where_it_must_have_been_heard(store: SqliteCommitStore, opened: Handling, ahead: timedelta) -> None:
    follower = by(NOW, store, product(NOW + ahead))
    with pytest.raises(WrongClock, match=r"product:p@1 was stored at .* the clock of portfolio was ahead then, or that of backlog is behind now"):
        await follower.answer(Ask(add("b1"), IMPORTER, after=("product:p@1",)))
    assert await stored(store, "item:b1") == []


async def test_one_that_lies_far_ahead_does_not_hide_one_that_lies_seconds_ahead(store: SqliteCommitStore, opened: Handling) -> None:
    await by(NOW + timedelta(seconds=3), store).answer(Ask(add("b1"), IMPORTER))
    follower = by(NOW, store, product(NOW + timedelta(days=1), id="other"))
    assert (await follower.answer(Ask(StartItem(item="b1"), IMPORTER))).version == 2
    assert await stored(store, "item:b1") == [NOW + timedelta(seconds=3)] * 2


async def test_following_one_after_another_leads_no_further(store: SqliteCommitStore, opened: Handling) -> None:
    heard = product(NOW + timedelta(seconds=4))
    follower = by(NOW, store, heard)
    for n in range(3):
        await follower.answer(Ask(add(f"b{n}"), IMPORTER))
    last = max([(await stored(store, f"item:b{n}"))[0] for n in range(3)])
    slower = Handling("backlog", store, World(), decisions, clock=lambda: NOW - timedelta(seconds=4))
    with pytest.raises(WrongClock):
        await slower.answer(Ask(StartItem(item="b2"), IMPORTER))
    assert last <= NOW + CARRIED


async def test_what_is_dated_back_is_seen_whatever_its_stamp(store: SqliteCommitStore) -> None:
    ahead = by(NOW + timedelta(hours=2), store)
    await ahead.answer(Ask(OpenBacklog(product="p", at=NOW - timedelta(days=1)), IMPORTER))
    assert (await by(NOW, store).answer(Ask(add("b1"), IMPORTER))).created
    assert await stored(store, "item:b1") == [NOW]


async def test_of_many_lines_those_that_rest_on_nothing_ahead_are_taken(store: SqliteCommitStore, opened: Handling) -> None:
    await opened.answer(Ask(add("b1"), IMPORTER))
    earlier = by(NOW - timedelta(hours=1), store)
    asks: Sequence[Ask] = [Ask(OpenBacklog(product="q"), IMPORTER), Ask(StartItem(item="b1"), IMPORTER), Ask(OpenBacklog(product="r"), IMPORTER)]
    assert [short(one) for one in await earlier.answer_all(asks)] == ["created 1", "WrongClock", "created 1"]


async def test_while_the_clock_is_distrusted_nothing_is_answered_nor_stored(store: SqliteCommitStore, opened: Handling) -> None:
    wrong: WrongClock | None = WrongClock("it is off")
    handling = Handling("backlog", store, World(), decisions, clock=lambda: NOW, distrusted=lambda: wrong)
    for trying in (True, False):
        with pytest.raises(WrongClock, match="it is off"):
            await handling.answer(Ask(add("b1"), IMPORTER, trying=trying))
    assert await stored(store, "item:b1") == []
    wrong = None
    assert (await handling.answer(Ask(add("b1"), IMPORTER))).created


def heard_of(aggregate: str, *stamps: tuple[int, int]) -> list[Event]:
    """Events of which each was true and was stored so many hours after now."""
    author = Actor("someone", "importer")
    instants = [tuple(NOW + timedelta(hours=hours) for hours in stamp) for stamp in stamps]
    return [Event(aggregate, n, at, at, stored, author, ProductRegistered(name="P")) for n, (at, stored) in enumerate(instants, 1)]


@pytest.mark.parametrize(
    ("own", "other", "after", "wanted"),
    [
        ([(-1, -1), (0, 0)], [(0, 0)], [], None),
        ([(-1, -1), (-2, 1)], [], [], "product:own@2"),
        ([(-1, 1), (-2, 2), (-1, 3)], [], [], "product:own@3"),
        ([], [(-1, 1), (0, 2)], [], None),
        ([], [(-1, -1), (1, 1), (-1, 2)], [], "product:other@2"),
        ([], [(1, -1), (-1, 1)], [], None),
        ([(0, 3)], [(1, 2)], [], "product:own@1"),
        ([(0, 2)], [(1, 3)], [], "product:other@1"),
        ([], [(-1, -1), (-1, 0), (-1, 1), (-1, 2)], ["product:other@1", "product:other@2", "product:other@9"], None),
        ([], [(-1, -1), (-1, 0), (-1, 1), (-1, 2)], ["product:other@3"], "product:other@3"),
        ([], [(-1, -1), (-1, 0), (-1, 1), (-1, 2)], ["product:other@4", "product:other@3"], "product:other@4"),
    ],
)
def test_what_would_be_missed_is_what_its_own_history_says_later_what_others_say_of_later_and_what_must_have_been_heard(
    own: list[tuple[int, int]], other: list[tuple[int, int]], after: list[str], wanted: str | None
) -> None:
    world = World()
    for event in heard_of("product:own", *own) + heard_of("product:other", *other):
        world.apply(event)
    of = Loaded(frozenset(), world, Replays())
    of.seen_from(NOW)
    for name in ("product:own", "product:other"):
        of.events(name)
    found = missed(of, "product:own", after, NOW)
    assert (found and found.id) == wanted


@pytest.mark.parametrize(("ahead", "carried"), [(CARRIED - LATER, True), (CARRIED, True), (CARRIED + LATER, False)])
def test_a_stamp_is_carried_as_far_as_the_clocks_of_services_may_differ_and_no_further(ahead: timedelta, carried: bool) -> None:
    (event,) = heard_of("product:p", (0, 0))
    stamps = Stamps("backlog", lambda: event.stored - ahead, product(NOW))
    assert stamps.now() == (NOW if carried else NOW - ahead)
    if carried:
        assert stamps.carried(event) == NOW
    else:
        with pytest.raises(WrongClock):
            stamps.carried(event)
