"""Format `roadmap-markdown`: the dated versions of one product's roadmap, as the history of its items."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz import fuzz

from headway.importers.line import Line, Rejected
from headway.importers.roadmap_text import Entry, entries

# Tense, article, case and punctuation change a title by a tenth or less; another noun in a common phrase ("review changes to … page") by more than a seventh.
REWORDED = 85.0
_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(r"\d+(?:\.\d+)*")


@dataclass(slots=True)
class _Item:
    """An item as the versions so far leave it; `listed` unless the last version no longer named it (only what is done stays so)."""

    name: str
    title: str
    horizon: str
    listed: bool = True


def lines(product: str, files: Sequence[tuple[str, str]], known: bool = False) -> Iterator[Line | Rejected]:
    """What each version changed, so that on the day of each the roadmap is exactly what the last version of that day says.

    `files` are (name, text) pairs, in any order: the name begins with the day, and several of one day follow each other by name. A version whose name has no
    day, or without a heading that is a horizon, is refused and changes nothing. Headings that are no horizon end the one before.

    An item of the same title is the same item; one under another heading has moved (to done: is finished); one whose title is nearly the same is retitled, if
    the figures in it do not contradict (version 4.1 is not a rewording of 4.2); one that vanishes is dropped, unless it was done: that stays. What was dropped
    and comes back is placed as a new item, since a drop is not undone. What was done comes back under an open heading only under its very title.

    Where the product is not there yet (`known` False) it is registered first, from the day of the first version. Keys and ids rest on the product, the
    version's name and the item's first title, so a folder that has grown says the same lines and then more: give the whole folder each time. A placing's key
    names no version: a version that is found later, between or before the others, makes the item stand from its earlier day on. Where that version words an
    item otherwise than the one that was thought its first, or leaves out what came back, it is another item, and the former one stays beside it.
    """
    versions: list[tuple[str, str, list[Entry]]] = []
    stems: set[str] = set()
    for name, text in sorted(files, key=lambda file: _stem(file[0])):
        stem, day, found = _stem(name), _day(name), entries(text)
        if day is None:
            yield Rejected(name, "the file's name does not begin with a day such as 2022-03-10")
        elif stem in stems:
            yield Rejected(name, "another version has the same name")
        elif found is None:
            yield Rejected(name, "no horizon heading (such as Working on now, Coming up next, Future plans, Recently shipped): the version changes nothing")
        else:
            stems.add(stem)
            versions.append((stem, day, found))
    if versions and not known:
        registered = {"product": product, "name": product.replace("-", " ").replace("_", " ").capitalize()}
        yield Line("portfolio.register_product", f"md:{product}:register", registered, at=versions[0][1], revise=True)
    items: list[_Item] = []
    given: Counter[str] = Counter()
    for stem, day, found in versions:
        yield from _version(product, stem, day, found, items, given)


def _version(product: str, stem: str, day: str, found: list[Entry], items: list[_Item], given: Counter[str]) -> Iterator[Line]:
    """One version's lines; `items` becomes what it leaves."""

    def say(verb: str, name: str, **data: Any) -> Line:
        row = f"{name}:place" if verb == "place" else f"{stem}:{name}:{verb}"
        return Line(f"roadmap.{verb}_item", f"md:{product}:{row}", {"item": name, **data}, at=day, revise=True)

    before = _before(items, found)
    kept = {item.name for item in before if item is not None}
    for item in [item for item in items if item.name not in kept]:
        if item.horizon == "done":
            item.listed = False
        else:
            items.remove(item)
            yield say("drop", item.name, reason="No longer on the published roadmap")
    for entry, known in zip(found, before, strict=True):
        if known is None:
            placed = _Item(_name(product, entry.title, given), entry.title, entry.horizon)
            items.append(placed)
            yield say("place", placed.name, product=product, title=entry.title, horizon=entry.horizon)
            continue
        if known.title != entry.title:
            yield say("retitle", known.name, title=entry.title)
        if known.horizon != entry.horizon:
            yield say("finish", known.name) if entry.horizon == "done" else say("move", known.name, horizon=entry.horizon)
        known.title, known.horizon, known.listed = entry.title, entry.horizon, True


def _before(items: list[_Item], found: list[Entry]) -> list[_Item | None]:
    """For each entry the item that it was until now, one to one: the same title first (best under the same heading), then the nearest rewording."""
    result: list[_Item | None] = [None] * len(found)
    free = list(items)
    same = (
        lambda item, entry: item.listed and item.horizon == entry.horizon,
        lambda item, entry: item.listed,
        lambda item, entry: True,
    )
    for fits in same:
        for place, entry in enumerate(found):
            if result[place] is None:
                item = next((item for item in free if item.title == entry.title and fits(item, entry)), None)
                if item is not None:
                    result[place] = item
                    free.remove(item)
    near = [
        (-likeness, entry_place, item_place)
        for entry_place, entry in enumerate(found)
        if result[entry_place] is None
        for item_place, item in enumerate(free)
        if item.listed and (item.horizon != "done" or entry.horizon == "done") and (likeness := _likeness(item.title, entry.title)) >= REWORDED
    ]
    taken: set[int] = set()
    for _, entry_place, item_place in sorted(near):
        if result[entry_place] is None and item_place not in taken:
            taken.add(item_place)
            result[entry_place] = free[item_place]
    return result


def _likeness(one: str, other: str) -> float:
    """How near two titles are, 0 to 100, by their letters; 0 where the figures of neither are all among the other's."""
    figures, others = set(_FIGURE.findall(one)), set(_FIGURE.findall(other))
    if not (figures <= others or others <= figures):
        return 0.0
    return fuzz.ratio(" ".join(_WORD.findall(one.casefold())), " ".join(_WORD.findall(other.casefold())), score_cutoff=REWORDED)


def _name(product: str, title: str, given: Counter[str]) -> str:
    """The id of a new item: the product, a digest of its first title, and a number where that title was used before."""
    digest = hashlib.blake2s(f"{product}\n{title}".encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    given[digest] += 1
    name = f"{product[:44].rstrip('-._')}-{digest}"
    return name if given[digest] == 1 else f"{name}-{given[digest]}"


def _stem(name: str) -> str:
    return re.sub(r"\.[^.]*$", "", name.replace("\\", "/").rsplit("/", 1)[-1])


def _day(name: str) -> str | None:
    try:
        return date.fromisoformat(_stem(name)[:10]).isoformat()
    except ValueError:
        return None
