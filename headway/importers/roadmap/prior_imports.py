"""Reads back what earlier imports said of a roadmap: their versions, and each statement with its place."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from headway.importers.line import identifier
from headway.importers.roadmap.document import Entry
from headway.importers.roadmap.items import ItemStatement, Version, prefix

_ITEM: Final = "headway.roadmap.roadmap_item."
_VERBS: Final = {"placed": "place", "moved": "move", "retitled": "retitle", "dropped": "drop", "finished": "finish"}
_PRODUCT: Final = "headway.portfolio.product.registered.v1"
EVENTS: Final = (*(f"{_ITEM}{said}.v1" for said in (*_VERBS, "retracted")), _PRODUCT)
"""The events that an import asks for."""
TOLD_ANEW: Final = "Another version of the roadmap says it otherwise"
"""Why an import takes a statement back."""
_MARK: Final = "roadmap-"
_OF_A_VERSION: Final = re.compile(rf"{_MARK}(\d{{4}}-\d{{2}}-\d{{2}}.*)", re.DOTALL)


def version_name(stem: str) -> str:
    """A version's name within ids and keys, made of its file's."""
    return identifier(stem)


def speaker(version: str) -> str:
    """Who says what a version says: the version itself, so that it is known by which of them a statement is."""
    return identifier(version, _MARK)


@dataclass(frozen=True, slots=True)
class PriorStatement:
    """A statement that still holds: by which version (its day, where an earlier Headway did not say), of which item, and its event (a position)."""

    version: str
    day: str
    verb: str
    item: str
    title: str | None
    horizon: str | None
    event: str

    @property
    def sequence(self) -> int:
        return int(self.event.rpartition("@")[2])

    def says(self, statement: ItemStatement) -> bool:
        """Whether this is what a statement says, on its day, by the same version: which of several of one day it was must be known."""
        version = statement.version
        wanted = (version.day, statement.verb, statement.item.id, statement.title, statement.horizon)
        return self.version in (version.name, version.day) and (self.day, self.verb, self.item, self.title, self.horizon) == wanted


@dataclass(slots=True)
class PriorImports:
    """All that earlier imports said of one product's roadmap: the statements that hold, by item, and how often each row was retracted to be said anew."""

    standing: dict[str, list[PriorStatement]] = field(default_factory=dict)
    anew: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    registered: str | None = None

    def versions(self) -> list[Version]:
        """The versions that said it, one a day, with what each listed (see `statements`)."""
        items: dict[str, _Left] = {}
        found: list[Version] = []
        said = sorted((one for of in self.standing.values() for one in of), key=lambda one: (one.day, one.sequence))
        for day, of_day in itertools.groupby(said, key=lambda one: one.day):
            told_of = {one.item: _fold(items, one) for one in of_day}
            ids: defaultdict[Entry, tuple[str, ...]] = defaultdict(tuple)
            for id in sorted((id for id, left in items.items() if left.listed), key=lambda id: (len(id), id)):
                ids[Entry(items[id].title, items[id].horizon)] += (id,)
            entries = tuple(entry for entry, of in ids.items() for _ in of)
            found.append(Version(max(told_of.values()), day, entries, dict(ids), frozenset(told_of), given=False))
        return found


@dataclass(slots=True)
class _Left:
    """An item as the statements so far leave it."""

    title: str
    horizon: str
    listed: bool = True


def told(product: str, events: Iterable[Mapping[str, Any]]) -> PriorImports:
    """What stands of this product's roadmap, from the log's events (CloudEvents, in order of each item's sequence); what people said of it is left out."""
    ours = re.compile(re.escape(f"roadmap_item:{prefix(product)}") + r"[0-9a-f]{12}(-\d+)?")
    standing: defaultdict[str, dict[str, PriorStatement]] = defaultdict(dict)
    anew: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    registered: list[str] = []
    for event in events:
        kind, subject, data = str(event["type"]), str(event["subject"]), event["data"]
        mark = _OF_A_VERSION.fullmatch(str(event.get("actor", "")))
        day = str(event["time"])[:10]
        if kind == _PRODUCT and subject == f"product:{product}" and mark:
            registered.append(day)
        if not ours.fullmatch(subject):
            continue
        item = subject.partition(":")[2]
        if kind == f"{_ITEM}retracted.v1":
            if data["reason"] == TOLD_ANEW and (back := standing[item].pop(data["event"], None)):
                anew[row(back.item, back.verb, back.day)] += 1
        elif mark or event.get("actorrole") == "importer":
            verb = _VERBS[kind.removeprefix(_ITEM).partition(".")[0]]
            standing[item][str(event["id"])] = PriorStatement(
                mark[1] if mark else day, day, verb, item, data.get("title"), data.get("horizon"), str(event["id"])
            )
    return PriorImports({item: list(said.values()) for item, said in standing.items()}, anew, min(registered, default=None))


def row(item: str, verb: str, day: str) -> tuple[str, str, str]:
    """The row that a statement is: an item is placed once, on whichever day; all else is said on one."""
    return item, verb, "" if verb == "place" else day


def _fold(items: dict[str, _Left], said: PriorStatement) -> str:
    """Takes a statement in, and gives the name of the version that said it."""
    left = items.get(said.item)
    if said.verb == "drop":
        items.pop(said.item, None)
    elif said.verb == "place":
        items[said.item] = _Left(said.title or "", said.horizon or "")
    elif left is not None:
        left.listed = not (said.verb == "finish" and left.horizon == "done")
        left.title, left.horizon = said.title or left.title, "done" if said.verb == "finish" else said.horizon or left.horizon
    return said.version


def merged(given: Sequence[Version], known: Sequence[Version]) -> list[Version]:
    """One version a day, in order: of those at hand and the one that Headway was told, the last by name, and the one at hand where they are the same.

    What Headway was told of a day tells the ids of the entries at hand.
    """
    of_day = {version.day: version for version in known}
    for version in sorted(given, key=lambda version: version.name):
        there = of_day.get(version.day)
        if there is None or there.name <= version.name:
            of_day[version.day] = replace(version, ids=there.ids, told=there.told) if there else version
    return [of_day[day] for day in sorted(of_day)]
