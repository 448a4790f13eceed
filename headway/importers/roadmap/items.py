"""Matches the entries of a roadmap's versions: an item is a chain of entries, one a version."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from headway.importers.roadmap.document import Entry

# Tense, article, case and punctuation change a title by a tenth or less; another noun in a common phrase ("review changes to … page") by more than a seventh.
REWORDED = 85.0
_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Version:
    """What was published on a day (ISO); of several of one day the last by `name` counts. `given` says that its file is at hand.

    `ids` are those under which Headway has its entries: which of several that are alike has which of them is for the chains to say. `told` are those of the
    items of which it was told something on the day.
    """

    name: str
    day: str
    entries: tuple[Entry, ...]
    ids: Mapping[Entry, tuple[str, ...]] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    given: bool = True


@dataclass(slots=True, eq=False)
class ItemChain:
    """An item as known after the versions so far; `listed` unless the last version no longer named it (only what is done stays so).

    `known` are the ids that Headway has its entries under, in order, `id` is the one that it goes by.
    """

    title: str
    horizon: str
    first_title: str
    listed: bool = True
    known: list[str] = field(default_factory=list)
    id: str = ""


@dataclass(frozen=True, slots=True)
class ItemStatement:
    """What a version says of an item: `place` (title and horizon), `retitle`, `move`, `finish` or `drop`."""

    version: Version
    verb: str
    item: ItemChain
    title: str | None = None
    horizon: str | None = None


def statements(product: str, versions: Sequence[Version]) -> list[ItemStatement]:
    """What each version, in order, says that the one before it did not, so that on its day the roadmap is exactly what it lists; the items have their ids.

    What is done and no longer listed stays: of it is said once more that it is done, and where it is listed again, its title; so what a version lists can be
    read from what it said. One that says nothing new still says of one item its title: so it is known that it was there when an older one turns up before it.
    """
    current: list[ItemChain] = []
    every: list[ItemChain] = []
    said: list[ItemStatement] = []
    for version in versions:
        new = list(_version(version, current, every))
        said += new or _still(version, current)
    _name(product, every)
    return said


def _version(version: Version, current: list[ItemChain], every: list[ItemChain]) -> Iterator[ItemStatement]:
    """One version's statements; `current` becomes what it leaves."""
    before = _before(current, version)
    for item in [item for item in current if item not in before]:
        if item.horizon != "done":
            current.remove(item)
            yield ItemStatement(version, "drop", item)
        elif item.listed:
            item.listed = False
            yield ItemStatement(version, "finish", item)
    for entry, known in zip(version.entries, before, strict=True):
        item = known or ItemChain(entry.title, entry.horizon, entry.title)
        if known is None:
            current.append(item)
            every.append(item)
            yield ItemStatement(version, "place", item, entry.title, entry.horizon)
        if item.title != entry.title or not (item.listed or item.horizon != entry.horizon):
            yield ItemStatement(version, "retitle", item, title=entry.title)
        if item.horizon != entry.horizon:
            yield ItemStatement(version, "finish", item) if entry.horizon == "done" else ItemStatement(version, "move", item, horizon=entry.horizon)
        item.title, item.horizon, item.listed = entry.title, entry.horizon, True
    for entry, ids in version.ids.items():
        of = [item for item in current if item.listed and (item.title, item.horizon) == (entry.title, entry.horizon)]
        free = [id for id in ids if not any(id in item.known for item in of)]
        for item, id in zip((item for item in of if not set(ids).intersection(item.known)), free, strict=False):
            item.known.append(id)


def _still(version: Version, current: Sequence[ItemChain]) -> list[ItemStatement]:
    """That a version was there although it says nothing new."""
    item = min(current, key=lambda item: (not item.listed, item.horizon == "done", item.horizon, item.title, version.told.isdisjoint(item.known)), default=None)
    if item is None:
        return []
    return [ItemStatement(version, "retitle", item, title=item.title) if item.listed else ItemStatement(version, "finish", item)]


def _before(items: Sequence[ItemChain], version: Version) -> list[ItemChain | None]:
    """For each entry the item that it was until now, one to one: the same title first (best under the same heading), then the nearest rewording.

    In which order a version lists its entries does not count, for that is not known of those of which only Headway knows; of items that are alike it is the one
    under whose id Headway has the entry.
    """
    found = version.entries
    result: list[ItemChain | None] = [None] * len(found)
    free = sorted(items, key=lambda item: (item.title, item.horizon))
    places = sorted(range(len(found)), key=lambda place: (found[place].title, found[place].horizon))
    same: tuple[Callable[[ItemChain, Entry], bool], ...] = (
        lambda item, entry: item.listed and item.horizon == entry.horizon,
        lambda item, entry: item.listed,
        lambda item, entry: True,
    )
    alike_places = [list(of) for _, of in itertools.groupby(places, key=lambda place: found[place])]
    for fits, of, by_id in itertools.product(same, alike_places, (True, False)):
        for place in of:
            if result[place] is None:
                alike = [item for item in free if item.title == found[place].title and fits(item, found[place])]
                nearest = [item for item in alike if item.horizon == alike[0].horizon]
                item = next((item for item in nearest if not by_id or _is_there(item, found[place], version)), None)
                if item is not None:
                    result[place] = item
                    free.remove(item)
    near = [
        (-likeness, order, item.title, item.horizon, not _is_there(item, found[place], version), item_place)
        for order, place in enumerate(places)
        if result[place] is None
        for item_place, item in enumerate(free)
        if item.listed and (item.horizon != "done" or found[place].horizon == "done") and (likeness := _likeness(item.title, found[place].title)) >= REWORDED
    ]
    taken: set[int] = set()
    for _, order, _, _, _, item_place in sorted(near):
        if result[places[order]] is None and item_place not in taken:
            taken.add(item_place)
            result[places[order]] = free[item_place]
    return result


def _is_there(item: ItemChain, entry: Entry, version: Version) -> bool:
    """Whether Headway has this entry under an id of the item."""
    return not set(version.ids.get(entry, ())).isdisjoint(item.known)


def _likeness(one: str, other: str) -> float:
    """How near two titles are, 0 to 100, by their letters; 0 where the figures of neither are all among the other's."""
    figures, others = set(_FIGURE.findall(one)), set(_FIGURE.findall(other))
    if not (figures <= others or others <= figures):
        return 0.0
    return fuzz.ratio(" ".join(_WORD.findall(one.casefold())), " ".join(_WORD.findall(other.casefold())), score_cutoff=REWORDED)


def _name(product: str, every: Sequence[ItemChain]) -> None:
    """Gives each item its id: one under which Headway has it, else the product with a digest of its first title, and a number where that is taken."""
    taken: set[str] = set()
    for item in every:
        item.id = next((id for id in item.known if id not in taken), "")
        taken.add(item.id)
    for item in every:
        if not item.id:
            digest = hashlib.blake2s(f"{product}\n{item.first_title}".encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
            name = f"{prefix(product)}{digest}"
            item.id = next(id for id in itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2))) if id not in taken)
            taken.add(item.id)


def prefix(product: str) -> str:
    """How the ids of a product's items begin."""
    return f"{product[:44].rstrip('-._')}-"
