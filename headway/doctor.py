"""`headway doctor`: whether this machine and its settings can run Headway, and what to mend."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import orjson

from headway.stack import SERVICES
from libs.events.envelope import all_topics
from libs.events.log import Log
from libs.events.parking import OperatorDecisions
from libs.events.sqlite_decisions import SqliteDecisions
from libs.events.sqlite_log import SqliteLog
from libs.events.sqlite_store import SqliteCommitStore
from libs.events.store import CommitStore
from libs.service.adapters import Adapters, adapters_of
from libs.service.issuer import KEY_NAME, Issuer
from libs.service.settings import Settings, SettingsError, is_loopback

Finding = tuple[bool, str]
PATIENCE = 15.0
"""Seconds that a server has to answer."""
SANE = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that is right shows an earlier instant."""


class Opening(Protocol):
    """What is opened before it is asked, and closed after."""

    async def open(self) -> None:
        """Connects."""

    async def close(self) -> None:
        """Lets go."""


Opened = TypeVar("Opened", bound=Opening)


def examined(settings: Settings, url: str = "") -> list[Finding]:
    """Each check with whether it is good, in one line that says what to do where it is not; `url` is where Headway may be running already."""
    return [
        (sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}; 3.11 or later is needed"),
        (True, f"settings: namespace {settings.namespace}, {'embedded' if not settings.issuer else 'external'} issuer, audience {settings.audience}"),
        _clock(),
        _folder(settings.data),
        *_key(settings),
        *_stores(settings),
        *_logs(settings),
        *_running(url),
    ]


def _stores(settings: Settings) -> list[Finding]:
    if settings.on_mongodb:
        adapters = _adapters(settings)
        if isinstance(adapters, SettingsError):
            return [(False, f"stores: {adapters}")]
        return [
            *(_answers(f"store of {name}", "HEADWAY_STORE_URL", adapters.store(name), _store) for name in SERVICES),
            _answers("decisions on parked events", "HEADWAY_STORE_URL", adapters.decisions, _decisions),
        ]
    return [
        *(_opens(f"store of {name}", settings.store_folder / f"{settings.namespace}.{name}.sqlite3", SqliteCommitStore, _store) for name in SERVICES),
        _opens("decisions on parked events", settings.data / f"{settings.namespace}.gateway.sqlite3", SqliteDecisions, _decisions),
    ]


def _logs(settings: Settings) -> list[Finding]:
    topics = all_topics(settings.namespace)
    if settings.on_kafka:
        adapters = _adapters(settings)
        if isinstance(adapters, SettingsError):
            return [(False, f"log: {adapters}")]
        return [_answers("log", "HEADWAY_LOG_URL", adapters.log, lambda log: _end(log, topics))]
    return [_opens("log", settings.log_folder / f"{settings.namespace}.log.sqlite3", SqliteLog, lambda log: _log(log, topics))]


def _adapters(settings: Settings) -> Adapters | SettingsError:
    try:
        return adapters_of(settings)
    except SettingsError as e:
        return e


def _running(url: str) -> list[Finding]:
    """What a running process says of its parts, where one answers."""
    if not url:
        return []
    try:
        # No proxy of the environment stands between this machine and itself.
        proxies: dict[str, str] | None = {} if is_loopback(urlsplit(url).hostname or "") else None
        opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
        with opener.open(f"{url.rstrip('/')}/health/ready", timeout=3) as answer:
            said = orjson.loads(answer.read())
    except urllib.error.HTTPError as e:
        return [(False, f"running at {url}: not ready; {_detail(e.read())}")]
    except (OSError, ValueError):
        return [(True, f"running: nothing answers at {url}")]
    troubles = said.get("troubles", []) if isinstance(said, dict) else []
    return [(False, f"running at {url}: {t['part']} is not well since {t['since']}: {t['why']}") for t in troubles] or [
        (True, f"running at {url}: all is well")
    ]


def _detail(body: bytes) -> str:
    try:
        return str(orjson.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return "it does not say why"


def _clock() -> Finding:
    now = datetime.now(UTC)
    return now >= SANE, f"clock: {now:%Y-%m-%d %H:%M:%S} UTC" + ("" if now >= SANE else "; set it: nothing may be said in the future")


def _folder(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"x")
            os.fsync(file.fileno())
    except OSError as e:
        return False, f"data folder {folder}: {e.strerror or e}; name another with --data"
    return True, f"data folder {folder}: can be written"


async def _store(store: CommitStore) -> str:
    tallies = await store.tallies()
    waiting = len(await store.unpublished(None, 500))
    return f"{sum(t.events for t in tallies.values())} events" + (f", {waiting} commits not published yet" if waiting else "")


def _key(settings: Settings) -> list[Finding]:
    """The embedded issuer's key, where there is one."""
    path = settings.data / KEY_NAME
    if settings.issuer or not path.exists():
        return []
    try:
        Issuer.from_key_file(path)
    except SettingsError as e:
        return [(False, f"issuer: {e}")]
    return [(True, f"issuer: {path.name} can be read")]


async def _decisions(decisions: OperatorDecisions) -> str:
    return f"{len(await decisions.discards())} parked events passed over"


async def _log(log: Log, topics: Sequence[str]) -> str:
    held = [await log.held(name) for name in topics]
    return f"{sum(h.last for each in held for h in each.values())} events"


async def _end(log: Log, topics: Sequence[str]) -> str:
    """A whole log on Kafka is not read to count what is in it. Raises ValueError where a topic is not as the settings say."""
    from libs.events.kafka import KafkaLog

    end = await log.end(topics)
    found = (await log.ready()).values() if isinstance(log, KafkaLog) else ()
    if differing := [f"{topic.name}: {'; '.join(topic.differs)}" for topic in found if topic.differs]:
        raise ValueError(f"{', '.join(differing)} ('headway topics' says what to do)")
    return f"{sum(end.offsets.values())} records in {len(topics)} topics"


def _answers(what: str, setting: str, adapter: Opened, look: Callable[[Opened], Awaitable[str]]) -> Finding:
    try:
        return True, f"{what}: {asyncio.run(_looked(adapter, look))}"
    except TimeoutError:
        return False, f"{what}: no answer within {PATIENCE:g} s; look at {setting} and at the server"
    except Exception as e:  # whatever it is, the next line must be read as well
        return False, f"{what}: {e}; look at {setting} and at the server"


def _opens(what: str, path: Path, adapter: Callable[[Path], Opened], look: Callable[[Opened], Awaitable[str]]) -> Finding:
    if not path.exists():
        return True, f"{what}: not there yet, made when Headway starts"
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        whole = db.execute("PRAGMA quick_check").fetchone()[0]
        db.close()
        if whole != "ok":
            return False, f"{what}: {whole}; restore {path.name} from a copy"
        return True, f"{what}: {asyncio.run(_looked(adapter(path), look))}"
    except Exception as e:  # whatever it is, the next line must be read as well
        return False, f"{what}: {e}; look at {path.name}"


async def _looked(adapter: Opened, look: Callable[[Opened], Awaitable[str]]) -> str:
    async with asyncio.timeout(PATIENCE):
        await adapter.open()
        try:
            return await look(adapter)
        finally:
            await adapter.close()
