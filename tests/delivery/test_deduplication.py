"""What the log holds: the first delivery of each event, and the digest of what lies before a cursor."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.delivery.consumer import Consumer
from libs.delivery.deduplication import Published, Sequences, place_between
from libs.events.digest import LINE, digest_of, digests, identity
from libs.events.ports.log import Cursor, Delivery, Record
from libs.events.world import World
from tests.adapters.contracts.memory import Disk, MemoryDecisions, MemoryLog
from tests.patience import GIVE_UP


def record(subject: str, sequence: int) -> Record:
    return Record("t", subject, {"ce_subject": subject, "ce_sequence": str(sequence), "ce_id": f"{subject}@{sequence}"}, b"{}")


def line(record: Record) -> str:
    return f"{record.headers['ce_subject']} {record.headers['ce_sequence']} {record.headers['ce_id']}"


def delivered(records: Sequence[Record], names: Sequence[Sequence[str]], rng: random.Random, after: Cursor | None = None) -> list[Delivery]:
    """Deliveries of records that lie in one partition per subject, the partitions read in any order. `names`: by which a cursor knows each partition."""
    partitions: list[list[Record]] = [[] for _ in names]
    for r in records:
        partitions[sum(r.key.encode()) % len(names)].append(r)
    offsets = dict(after.offsets) if after else {}
    at = [offsets.get(of[0], 0) for of in names]
    found = []
    while left := [n for n, of in enumerate(partitions) if at[n] < len(of)]:
        n = rng.choice(left)
        at[n] += 1
        offsets |= dict.fromkeys(names[n], at[n])
        found.append(Delivery(partitions[n][at[n] - 1], Cursor(dict(offsets))))
    return found


def heard(deliveries: Sequence[Delivery], published: Published | None = None) -> Published:
    published = published or Published()
    for delivery in deliveries:
        published.take(delivery)
    return published


def firsts(published: Published, deliveries: Sequence[Delivery], begin: Cursor) -> list[Record]:
    """What a reader that begins there is shown."""
    found = []
    for delivery in deliveries:
        if published.is_first(place_between(begin, delivery.cursor)):
            found.append(delivery.record)
        begin = delivery.cursor
    return found


subjects = st.sampled_from([f"{kind}:{id}" for kind in ("item", "team") for id in ("a", "a-b", "a.b", "b")])
schedules = st.lists(st.tuples(subjects, st.integers(0, 5)), max_size=60)


def published_by(schedule: Sequence[tuple[str, int]]) -> list[Record]:
    """A log as a relay makes it: the next event of a subject, or one of those before it again."""
    last: dict[str, int] = {}
    records = []
    for subject, back in schedule:
        if back >= last.get(subject, 0):
            last[subject] = last.get(subject, 0) + 1
            records.append(record(subject, last[subject]))
        else:
            records.append(record(subject, last[subject] - back))
    return records


@settings(max_examples=150, deadline=None)
@given(schedules, st.integers(1, 4), st.randoms(use_true_random=False), st.data())
def test_whoever_reads_up_to_a_cursor_and_then_from_it_gets_each_event_once_and_can_prove_it(
    schedule: list[tuple[str, int]], partitions: int, rng: random.Random, data: st.DataObject
) -> None:
    records = published_by(schedule)
    names = [(f"backlog.{n}",) for n in range(partitions)]
    published = heard(delivered(records, names, random.Random(0)))
    first_reading = delivered(records, names, rng)
    cut = data.draw(st.integers(0, len(first_reading)))
    cursor = first_reading[cut - 1].cursor if cut else Cursor()
    before = firsts(published, first_reading[:cut], Cursor())
    after = firsts(published, delivered(records, names, rng, cursor), cursor)
    assert sorted(map(line, before + after)) == sorted({line(r) for r in records})
    for subject in {r.key for r in records}:
        own = [int(r.headers["ce_sequence"]) for r in before + after if r.key == subject]
        assert own == list(range(1, len(own) + 1))
    assert asyncio.run(published.digests(cursor, {})) == digests(map(line, before))
    assert asyncio.run(published.digests(published.cursor, {})) == digests(map(line, records))


@given(st.dictionaries(subjects, st.sets(st.integers(1, 120), min_size=1)))
def test_the_digest_does_not_depend_on_how_it_is_made(seen: dict[str, set[int]]) -> None:
    lines = [f"{s} {n} {s}@{n}" for s, numbers in seen.items() for n in numbers]
    of_kinds: dict[str, dict[str, list[int]]] = {}
    for subject, numbers in seen.items():
        of_kinds.setdefault(subject.partition(":")[0], {})[subject] = list(numbers)
    assert digests([*lines, *reversed(lines)]) == [digest_of(kind, of) for kind, of in sorted(of_kinds.items())]


@given(st.lists(st.integers(1, 30)))
def test_a_sequence_is_new_once_in_whatever_order_they_come(numbers: list[int]) -> None:
    sequences, seen = Sequences(), set[int]()
    for number in numbers:
        assert sequences.add("item:a", number) is (number not in seen)
        seen.add(number)
    unbroken = next(n for n in range(31) if n + 1 not in seen)
    assert sequences.last("item:a") in ((unbroken,) if numbers[:1] == [1] or len(seen) == unbroken else (0, unbroken))
    sequences.forget(["item:a"])
    assert sequences.last("item:a") == 0 and sequences.add("item:a", 1)


def test_what_its_attributes_contradict_is_no_event() -> None:
    assert identity(record("item:a", 3).headers) == ("item:a", 3)
    for wrong in ("item:a 3 item:a@4", "item:a 3 item:b@3", "item:a 03 item:a@03", "item:a 0 item:a@0", "item 3 item@3", "item:A 3 item:A@3", "None None None"):
        assert not LINE.fullmatch(wrong)
    assert identity({}) is None


def test_a_log_that_was_begun_anew_makes_all_first_again() -> None:
    records = [record("item:a", 1), record("item:b", 1), record("item:a", 2)]
    published = heard(delivered(records, [("backlog.0~x",)], random.Random(0)))
    again = delivered([records[1], records[0], records[0]], [("backlog.0~y", "backlog.0~x")], random.Random(0))
    heard(again, published)
    assert firsts(published, again, Cursor()) == [records[1], records[0]]
    assert asyncio.run(published.digests(published.cursor, {})) == digests(map(line, records[:2]))


@settings(max_examples=150, deadline=None)
@given(schedules, schedules, st.integers(1, 4), st.booleans(), st.randoms(use_true_random=False))
def test_whatever_was_heard_before_a_log_was_begun_anew_hides_nothing_of_what_it_then_holds(
    before: list[tuple[str, int]], after: list[tuple[str, int]], partitions: int, lost: bool, rng: random.Random
) -> None:
    first = published_by(before)
    second = published_by(after) if lost else [*first, *published_by(after)]
    published = heard(delivered(first, [(f"backlog.{n}~x",) for n in range(partitions)], rng))
    names = [(f"backlog.{n}~y", f"backlog.{n}~x") for n in range(partitions)]
    heard(delivered(second, names, rng), published)
    shown = firsts(published, delivered(second, names, rng), Cursor())
    assert sorted(map(line, shown)) == sorted({line(r) for r in second})
    if second:
        for known_by in (names, [of[:1] for of in names]):  # what was given to a reader, and what somebody makes who knows the present name alone
            assert asyncio.run(published.digests(delivered(second, known_by, rng)[-1].cursor, {})) == digests(map(line, second))


def test_a_log_that_goes_on_under_another_name_is_the_same() -> None:
    records = [record("item:a", 1), record("item:b", 1), record("item:a", 2), record("item:a", 1)]
    published = heard(delivered(records[:2], [("x",)], random.Random(0)))
    heard([Delivery(records[2], Cursor({"y": 3})), Delivery(records[3], Cursor({"y": 4}))], published)
    assert published.is_first((("y",), 3)) is True and published.is_first((("y",), 4)) is False
    assert asyncio.run(published.digests(published.cursor, {})) == digests(map(line, records))


def test_of_a_place_that_was_not_read_nothing_is_known() -> None:
    published = heard([Delivery(record("item:a", 1), Cursor({"x": 5}))])
    assert published.is_first((("x",), 5)) is True
    assert published.is_first((("x",), 4)) is None and published.is_first((("x",), 6)) is None and published.is_first((("z",), 5)) is None
    assert published.is_first(None) is None


def test_a_cursor_made_by_a_reader_of_kafka_is_completed_with_the_mark_of_the_log() -> None:
    published = heard([Delivery(record("item:a", 1), Cursor({"backlog.0~f0a": 1}))])
    assert published.completed(Cursor({"backlog.0": 1})) == Cursor({"backlog.0~f0a": 1})
    assert published.completed(Cursor({"backlog.0~f0a": 1, "backlog.7": 3})) == Cursor({"backlog.0~f0a": 1, "backlog.7": 3})


def test_what_only_owners_know_counts_with_what_was_published() -> None:
    published = heard(delivered([record("item:a", 1)], [("x",)], random.Random(0)))
    expected = digests(["item:a 1 item:a@1", "item:a 2 item:a@2", "team:t 1 team:t@1"])
    assert asyncio.run(published.digests(published.cursor, {"item:a": 2, "team:t": 1})) == expected


async def test_who_waits_goes_on_when_all_before_its_place_was_read() -> None:
    published = Published()
    waiting = asyncio.create_task(published.reach({"x": 2}))
    for n in (1, 2):
        await asyncio.sleep(0)
        assert not waiting.done()
        published.take(Delivery(record("item:a", n), Cursor({"x": n})))
        published.advanced()
    await asyncio.wait_for(waiting, GIVE_UP)


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ({}, {"x": 1}, (("x",), 1)),
        ({"x": 1, "y": 4}, {"x": 1, "y": 9}, (("y",), 9)),
        ({"x": 7}, {"x": 1, "x~2": 1}, (("x", "x~2"), 1)),
        ({"x": 1}, {"x": 1, "x~2": 1}, (("x", "x~2"), 1)),
        ({"x": 1, "y": 4}, {"x": 4, "y": 5}, None),
        ({"x": 1}, {"x": 1}, None),
        ({}, {"x": 1, "y": 2}, None),
    ],
)
def test_where_a_record_lies_is_what_changed_between_two_cursors(before: dict[str, int], after: dict[str, int], place: object) -> None:
    assert place_between(Cursor(before), Cursor(after)) == place


def test_a_place_has_all_names_of_its_partition_though_as_many_are_known_as_before() -> None:
    before, after = Cursor({"x~1": 9, "y~1": 4}), Cursor({"x~1": 5, "x~2": 5})
    assert place_between(before, after, ("x~1",)) == (("x~1", "x~2"), 5)


async def test_only_who_hears_all_remembers_what_was_published() -> None:
    disk = Disk()
    for kinds, remembers in ((None, True), ({"item"}, False)):
        consumer = Consumer(MemoryLog(disk), ["t"], World(), owners={}, decisions=MemoryDecisions(disk), kinds=kinds)
        assert (consumer.published is not None) is remembers
