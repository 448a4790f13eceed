"""Which item another system speaks of: by number before label, by label before a former one, and never what another site, source or product has."""

from __future__ import annotations

from typing import Any

import pytest

from libs.commands.testing import NOW
from libs.events.catalog.backlog.item import ItemAdded, ItemStated
from libs.events.catalog.backlog.item_source import ItemSource
from libs.events.event import Actor, Event, Payload
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.trackers.item_identity import item_of

HERE, THERE = "https://here.example/browse/A-1", "https://there.example/browse/A-1"


def named(reference: str = "A-1", number: str | None = None, url: str | None = None, system: str = "jira") -> ItemSource:
    return ItemSource(system=system, reference=reference, number=number, url=url)


def stated(reference: str = "A-1", number: str | None = None, url: str | None = None, by: str = "feed", **given: Any) -> ItemStated:
    return ItemStated(stated_by=by, reference=reference, number=number, url=url, instant=NOW, title="Story", **{"product": "wells", "system": "jira"} | given)


def added(reference: str = "A-1", number: str | None = None, url: str | None = None) -> ItemAdded:
    return ItemAdded(product="wells", title="Story", source=named(reference, number, url), number=number)


def told(**items: Payload) -> Facts:
    world = World()
    for id, data in items.items():
        world.apply(Event(f"item:{id}", 1, NOW, NOW, NOW, Actor("someone", "importer"), data))
    return world.facts(NOW.date())


def found(facts: Facts, source: ItemSource, by: str | None = None, formerly: str | None = None, older: tuple[str, ...] = ()) -> str | None:
    item = item_of(facts, "wells", source, by=by, formerly=formerly, older=older)
    return item.id if item else None


@pytest.mark.parametrize(
    ("said", "asked", "by", "formerly"),
    [
        (added(), named(), None, None),
        (added(), named(), "feed", None),
        (stated(), named(), None, None),
        (stated(), named(), "feed", None),
        (stated(number="1"), named(number="1"), None, None),
        (stated("A-2", number="1"), named(number="1"), None, None),
        (stated(number="1", by="other"), named(number="1"), "feed", None),
        (stated(number="1"), named(), "feed", None),
        (stated(), named(number="1"), "feed", None),
        (stated(url=HERE), named(url=HERE), None, None),
        (stated(url=HERE), named(), None, None),
        (stated(), named(url=HERE), None, None),
        (stated(url=HERE), named(url=THERE), "feed", None),
        (stated("A-0"), named(), None, "A-0"),
        (stated("A-0"), named(number="1"), None, "A-0"),
        (stated("A-0"), named(number="1"), "feed", "A-0"),
    ],
)
def test_it_is_the_item_of_that_number_or_where_one_has_none_of_that_label_or_of_the_former_one(
    said: Payload, asked: ItemSource, by: str | None, formerly: str | None
) -> None:
    assert found(told(i=said), asked, by, formerly) == "i"


@pytest.mark.parametrize(
    ("said", "asked", "by", "formerly"),
    [
        (stated("A-2"), named(), None, None),
        (stated("A-2"), named(), None, "A-0"),
        (stated("A-0"), named(), None, None),
        (stated(system="gitlab"), named(), None, None),
        (stated(system="gitlab"), named(), "feed", None),
        (stated(product="permits"), named(), "feed", None),
        (stated(number="2"), named(number="1"), "feed", None),
        (stated("A-0", number="2"), named(number="1"), "feed", "A-0"),
        (stated(url=HERE), named(url=THERE), None, None),
        (stated(url=HERE), named(url=THERE), "other", None),
        (stated(number="1", url=HERE), named(number="1", url=THERE), None, None),
        (added(url=HERE), named(url=THERE), None, None),
        (added(url=HERE), named(url=THERE), "feed", None),
        (stated(by="other"), named(), "feed", None),
        (stated("A-0", by="other"), named(), "feed", "A-0"),
        (ItemAdded(product="wells", title="Story"), named(), None, None),
    ],
)
def test_it_is_none_of_another_number_label_system_site_source_or_product(said: Payload, asked: ItemSource, by: str | None, formerly: str | None) -> None:
    assert found(told(i=said), asked, by, formerly, older=("i",)) is None


def test_of_several_it_is_the_surest_then_that_of_the_same_source_then_the_first() -> None:
    by_number, by_label, formerly = stated("A-9", number="1"), stated(), stated("A-0")
    assert found(told(a=formerly, b=by_label, c=by_number), named(number="1"), "feed", "A-0") == "c"
    assert found(told(a=formerly, b=by_label), named(number="1"), "feed", "A-0") == "b"
    assert found(told(a=by_label, b=formerly), named(number="1"), "feed", "A-0") == "a"
    assert found(told(a=added(), b=by_label), named(), "feed") == "b"
    assert found(told(a=by_label, b=added()), named(), "feed") == "a"
    assert found(told(b=added(), a=added()), named(), "feed") == "a"
    assert found(told(a=stated(), b=stated()), named()) == "a"


def test_what_a_source_said_under_an_older_id_is_found_by_that_id_where_it_is_the_same() -> None:
    facts = told(old=stated("A-9", number="1"), other=stated("A-8", number="2"))
    assert found(facts, named("A-7", number="1"), older=("gone", "old")) == "old"
    assert found(facts, named("A-7"), "feed", older=("gone", "other")) is None
    assert found(told(), named(), older=("gone",)) is None
