"""Versions of a roadmap that come in several imports, in any order: all together they come to what one import of all would have come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from headway.importers.line import ImportLine, Rejected
from headway.importers.roadmap.markdown import lines
from headway.importers.roadmap.prior_imports import EVENTS
from libs.calendar.local_time import start_of
from libs.events.catalog.roadmap.roadmap_item import (
    ROADMAP_ITEM,
    Horizon,
    RoadmapItemDropped,
    RoadmapItemFinished,
    RoadmapItemMoved,
    RoadmapItemPlaced,
    RoadmapItemRetitled,
    RoadmapItemState,
)
from libs.events.envelope import attributes, payload
from libs.events.event import Actor, Event, Payload, Retracted
from libs.events.facts import Facts
from tests.headway.importers.roadmap.test_markdown import HEADINGS, File, Roadmap, folder, histories, version

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Headway:
    """The roadmap service as far as an import meets it: keys, what repeats, retractions; histories are folded by the domain itself."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, Any]] = {}
        self.log: list[Event] = []
        self.histories: defaultdict[str, list[Event]] = defaultdict(list)

    def events(self, aggregate: str) -> Sequence[Event]:
        return self.histories[aggregate]

    def said(self) -> list[dict[str, Any]]:
        return [{**attributes(event), "data": payload(event)} for event in self.log if event.type in EVENTS]

    def take(self, line: ImportLine) -> str:
        body = line.as_object()
        before = self.keys.get(line.key)
        if before == body:
            return "unchanged"
        if before is not None and {**before, "by": None} == {**body, "by": None}:
            return "unchanged"  # another version of the day says the same
        assert before is None, f"{before} would be revised by {body}"
        aggregate = line.data["event"].partition("@")[0] if line.takes_back else f"roadmap_item:{line.data['item']}"
        history = self.histories[aggregate]
        data = self.payload(line, history)
        time = datetime.fromisoformat(line.at).replace(tzinfo=UTC) if line.at else NOW
        struck = {event.data.event for event in history if isinstance(event.data, Retracted)}
        if any(event.data == data and event.time == time and event.id not in struck for event in history):
            return "unchanged"
        event = Event(aggregate, len(history) + 1, time, NOW, NOW, Actor(line.by or "importer", "importer"), data)
        history.append(event)
        self.log.append(event)
        self.keys[line.key] = body
        return "created"

    def payload(self, line: ImportLine, history: Sequence[Event]) -> Payload:
        struck = {event.data.event for event in history if isinstance(event.data, Retracted)}
        stands = [event for event in history if event.id not in struck and not isinstance(event.data, Retracted)]
        if line.takes_back:
            assert line.data["event"] in {event.id for event in stands}, "taken back twice"
            return Retracted(event=line.data["event"], reason=line.data["reason"])
        placed = [event for event in stands if isinstance(event.data, RoadmapItemPlaced)]
        if line.command == "roadmap.place_item":
            assert not placed, "there already"
            return RoadmapItemPlaced(product=line.data["product"], title=line.data["title"], horizon=Horizon(line.data["horizon"]))
        assert stands, "not there"
        match line.command.removeprefix("roadmap."):
            case "retitle_item":
                return RoadmapItemRetitled(title=line.data["title"])
            case "move_item":
                return RoadmapItemMoved(horizon=Horizon(line.data["horizon"]))
            case "finish_item":
                return RoadmapItemFinished()
            case "drop_item":
                return RoadmapItemDropped(reason=line.data["reason"])
        raise AssertionError(line.command)

    def imported(self, files: Sequence[File]) -> Counter[str]:
        found = list(lines("permits", files, True, self.said()))
        keys = [line.key for line in found if isinstance(line, ImportLine)]
        assert len(set(keys)) == len(keys)
        return Counter("refused" if isinstance(line, Rejected) else self.take(line) for line in found)

    def roadmap(self, day: datetime) -> dict[str, Counter[str]]:
        facts = Facts.on_day(self, day=day.date())  # type: ignore[arg-type]
        result: dict[str, Counter[str]] = {horizon: Counter() for horizon in HEADINGS}
        for aggregate in list(self.histories):
            item = facts.get(ROADMAP_ITEM, aggregate.partition(":")[2])
            if item is not None and item.state is not RoadmapItemState.DROPPED:
                result[item.horizon][item.title] += 1
        return result


def all_days(history: Sequence[tuple[str, str, Roadmap | None]], headway: Headway) -> list[dict[str, Counter[str]]]:
    return [headway.roadmap(start_of(datetime.fromisoformat(day).date())) for day, _, _ in history]


def texts(history: Sequence[tuple[str, str, Roadmap | None]]) -> list[File]:
    return [(name, version(**roadmap) if roadmap is not None else "# Gone\n") for _, name, roadmap in history]


listing = histories.map(lambda history: [(days, roadmap) for days, roadmap in history if roadmap is None or any(roadmap.values())]).filter(bool)
"""Histories of versions that list something: of one that lists nothing, before all others, nothing can be told."""


@settings(max_examples=60, deadline=None, derandomize=True)
@given(listing, st.data())
def test_versions_in_several_imports_in_any_order_come_to_what_they_come_to_in_one(history: list[tuple[int, Roadmap | None]], data: st.DataObject) -> None:
    versions = folder(history)
    files = texts(versions)
    runs = data.draw(st.lists(st.lists(st.sampled_from(files), min_size=1, unique=True), max_size=6), "runs")
    left = [file for file in files if not any(file in run for run in runs)]
    together, apart = Headway(), Headway()
    together.imported(files)
    for run in (*runs, left):
        apart.imported(run)
        assert apart.imported(run)["created"] == 0, "a second run changes nothing"
    assert all_days(versions, apart) == all_days(versions, together)
    assert apart.imported(files)["created"] == 0, "all of them again change nothing"


@settings(max_examples=40, deadline=None, derandomize=True)
@given(listing, st.randoms(use_true_random=False))
def test_versions_one_by_one_in_any_order_come_to_what_they_come_to_in_one_import(history: list[tuple[int, Roadmap | None]], random: Any) -> None:
    versions = folder(history)
    files = texts(versions)
    together, apart = Headway(), Headway()
    together.imported(files)
    random.shuffle(files)
    for file in files:
        apart.imported([file])
    assert all_days(versions, apart) == all_days(versions, together)


def test_a_newer_version_alone_drops_moves_and_keeps_what_the_older_one_placed() -> None:
    headway = Headway()
    older = ("2024-01-01.md", version(now=["Search", "Maps"], later=["Fees"]))
    newer = ("2024-02-01.md", version(now=["Fees"], done=["Search"]))
    assert headway.imported([older]) == {"created": 3}
    assert headway.imported([newer]) == {"created": 3}
    assert headway.roadmap(NOW - timedelta(days=1)) == {"now": Counter(["Fees"]), "next": Counter(), "later": Counter(), "done": Counter(["Search"])}


def test_an_older_version_that_comes_late_keeps_the_ids_of_what_is_there() -> None:
    headway = Headway()
    headway.imported([("2024-02-01.md", version(now=["Improved the search page"]))])
    (item,) = headway.histories
    headway.imported([("2024-01-01.md", version(later=["Improve the search page"]))])
    assert list(headway.histories) == [item]
    assert headway.roadmap(datetime(2024, 1, 15, tzinfo=UTC))["later"] == Counter(["Improve the search page"])


def test_what_people_said_of_an_item_is_no_version_and_is_left_alone() -> None:
    headway = Headway()
    headway.imported([("2024-01-01.md", version(now=["Search"]))])
    ((aggregate, history),) = headway.histories.items()
    by_hand = Event(aggregate, 2, datetime(2024, 1, 20, tzinfo=UTC), NOW, NOW, Actor("ada", "product_owner@permits"), RoadmapItemMoved(horizon=Horizon.NEXT))
    history.append(by_hand)
    headway.log.append(by_hand)
    headway.imported([("2024-02-01.md", version(now=["Search"], later=["Maps"]))])
    assert not [event for event in history if isinstance(event.data, Retracted)]
    assert headway.roadmap(datetime(2024, 1, 25, tzinfo=UTC))["next"] == Counter(["Search"])
