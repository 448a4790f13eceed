"""Finds Headway data elsewhere when what the settings point to is empty."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from libs.adapters.sqlite.reader import untouched
from libs.events.envelope import SERVICES
from libs.events.ports.log import Log
from libs.events.ports.store import CommitStore
from libs.service.settings import Settings

_STORE: Final = re.compile(rf"(?P<namespace>.+)\.(?:{'|'.join(SERVICES)})\.sqlite3")
SHOWN: Final = 5
"""Namespaces that are named."""
_COUNT: Final = "SELECT coalesce(sum(events), 0) FROM tally"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Data that the settings do not point to, in words that say how to go on with it. `ours`: in this data folder; else on servers that others share."""

    words: str
    ours: bool


async def elsewhere(settings: Settings, log: Log, stores: Sequence[CommitStore]) -> list[Elsewhere]:
    """Asked where stores and log are empty; nothing is made for it. Raises what store and log raise."""
    folder = settings.data if settings.on_mongodb else settings.store_folder
    found = await asyncio.to_thread(_in_files, folder)
    said = []
    if settings.on_mongodb and settings.namespace in found:
        said.append(Elsewhere(_to_engines(settings, folder, found[settings.namespace]), ours=True))
    for name, events in found.items():
        if name != settings.namespace:
            what = f"{folder} holds {events} events of namespace {name}, and none of {settings.namespace}"
            said.append(Elsewhere(f"{what}: to go on with them, set HEADWAY_NAMESPACE={name}{' and no engine' if settings.on_mongodb else ''}", ours=True))
    if others := await _on_servers(settings, log, stores):
        names = ", ".join(f"{name} ({where})" for name, where in list(others.items())[:SHOWN])
        more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        what = f"namespace {settings.namespace} is empty, and there are others: {names}{more}"
        said.append(Elsewhere(f"{what}; if one is yours, set HEADWAY_NAMESPACE to it", ours=False))
    return said


def _to_engines(settings: Settings, folder: Path, events: int) -> str:
    what = f"{folder} holds {events} events in SQLite files, and {' and '.join(settings.places)} none"
    if not settings.on_kafka:
        return f"{what}: start once without HEADWAY_LOG_URL and with '--data {folder}', and the store takes them back from the log there"
    return (
        f"{what}: start 'headway serve --data {folder}' once without HEADWAY_STORE_URL, which publishes them to Kafka, end it when it is ready, "
        "and start as now: what Kafka holds is taken into MongoDB. 'From a laptop to engines' in docs/operations.md says what stays behind"
    )


def _in_files(folder: Path) -> dict[str, int]:
    """Per namespace how many events SQLite stores in a folder hold; those that cannot be read are left out."""
    found: dict[str, int] = {}
    for path in sorted(folder.glob("*.sqlite3")):
        if (named := _STORE.fullmatch(path.name)) is None:
            continue
        try:
            with closing(untouched(path)) as db:
                events = int(db.execute(_COUNT).fetchone()[0])
        except sqlite3.Error:
            continue
        if events:
            found[named["namespace"]] = found.get(named["namespace"], 0) + events
    return found


async def _on_servers(settings: Settings, log: Log, stores: Sequence[CommitStore]) -> dict[str, str]:
    """Other namespaces by where they are: those of which a server that the settings name holds every service's part."""
    found: dict[str, str] = {}
    for engine, there, holder, mark in (("MongoDB", settings.on_mongodb, next(iter(stores), None), "_"), ("Kafka", settings.on_kafka, log, ".")):
        if there and (listed := getattr(holder, "names", None)) is not None:
            found |= {name: found[name] + " and " + engine if name in found else engine for name in _whole(await listed(), mark) if name != settings.namespace}
    return found


def _whole(names: Iterable[str], mark: str) -> list[str]:
    """The namespaces of which every service has a database, or a topic."""
    there = set(names)
    first = {name.removesuffix(mark + SERVICES[0]) for name in there if name.endswith(mark + SERVICES[0])}
    return sorted(name for name in first if name and all(f"{name}{mark}{service}" in there for service in SERVICES))
