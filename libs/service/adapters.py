"""The adapters of a process, made from its settings or given by a test: stores, log, operators' decisions, revocations, people's names, clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from libs.events.ports.dead_letters import OperatorDecisions
from libs.events.ports.log import Log
from libs.events.ports.people import PeopleInMemory, PeopleStore
from libs.events.ports.revocations import InMemory, Revocations
from libs.events.ports.store import CommitStore
from libs.runtime.private_files import private_folder
from libs.service.peers.clock_offset import utc_now
from libs.service.settings import Settings, SettingsError


@dataclass(frozen=True)
class Adapters:
    """Each may be replaced by an argument."""

    log: Log
    store: Callable[[str], CommitStore]
    """The commit store of a service, by its name."""
    decisions: OperatorDecisions
    clock: Callable[[], datetime] = utc_now
    revocations: Revocations = field(default_factory=InMemory)
    people: PeopleStore = field(default_factory=PeopleInMemory)


def adapters_of(settings: Settings, *, reads_only: bool = False) -> Adapters:
    """The adapters that the settings name; only their drivers are imported. Raises SettingsError where a URL is wrong or a driver not installed.

    Those that read only make and change nothing, neither when they are opened nor later: no folder, file, topic, mark, collection or index.
    """
    store, decisions, revocations, people = _stores(settings, reads_only)
    return Adapters(log=log_of(settings, reads_only=reads_only), store=store, decisions=decisions, revocations=revocations, people=people)


def log_of(settings: Settings, *, reads_only: bool = False) -> Log:
    """The log that the settings name: Kafka, or an SQLite file. Raises SettingsError where the URL is wrong or the driver not installed."""
    if settings.on_kafka:
        try:
            from libs.adapters.kafka.log import KafkaLog
        except ImportError as e:
            raise SettingsError(f"HEADWAY_LOG_URL is kafka://, and {e.name} is not installed: pip install 'headway[kafka]'") from e
        try:
            return KafkaLog.of(settings.log_url, settings.namespace, settings.partitions, reads_only=reads_only)
        except ValueError as e:
            raise SettingsError(f"HEADWAY_LOG_URL cannot be used: {e}") from e
    from libs.adapters.sqlite.log import SqliteLog

    if not reads_only:
        private_folder(settings.log_folder)
    return SqliteLog(settings.log_folder / f"{settings.namespace}.log.sqlite3", reads_only=reads_only)


def _stores(settings: Settings, reads_only: bool) -> tuple[Callable[[str], CommitStore], OperatorDecisions, Revocations, PeopleStore]:
    namespace = settings.namespace
    if settings.on_mongodb:
        try:
            from libs.adapters.mongo.people import MongoPeople
            from libs.adapters.mongo.store import MongoCommitStore, MongoDecisions, MongoRevocations, check_url, client_class

            client_class(settings.mongo_driver)
            check_url(settings.store_url)
        except ImportError as e:
            extra = "motor" if settings.mongo_driver == "motor" else "mongo"
            raise SettingsError(f"HEADWAY_STORE_URL is mongodb://, and {e.name} is not installed: pip install 'headway[{extra}]'") from e
        except ValueError as e:
            raise SettingsError(f"HEADWAY_STORE_URL cannot be used: {e}") from e

        def kept(service: str) -> CommitStore:
            return MongoCommitStore(settings.store_url, f"{namespace}_{service}", driver=settings.mongo_driver, reads_only=reads_only)

        gateway = f"{namespace}_gateway"
        decisions = MongoDecisions(settings.store_url, gateway, driver=settings.mongo_driver, reads_only=reads_only)
        revocations = MongoRevocations(settings.store_url, gateway, driver=settings.mongo_driver, reads_only=reads_only)
        return kept, decisions, revocations, MongoPeople(settings.store_url, gateway, driver=settings.mongo_driver, reads_only=reads_only)
    from libs.adapters.sqlite.decisions import SqliteDecisions
    from libs.adapters.sqlite.people import SqlitePeople
    from libs.adapters.sqlite.revocations import SqliteRevocations
    from libs.adapters.sqlite.store import SqliteCommitStore

    if not reads_only:
        for folder in (settings.data, settings.store_folder):
            private_folder(folder)

    def in_files(service: str) -> CommitStore:
        return SqliteCommitStore(settings.store_folder / f"{namespace}.{service}.sqlite3", reads_only=reads_only)

    own = settings.data / f"{namespace}.gateway.sqlite3"
    people = SqlitePeople(settings.store_folder / f"{namespace}.people.sqlite3", reads_only=reads_only)
    return in_files, SqliteDecisions(own, reads_only=reads_only), SqliteRevocations(own, reads_only=reads_only), people
