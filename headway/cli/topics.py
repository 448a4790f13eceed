"""`headway topics`: creates missing Kafka topics and reports how existing ones differ from what they should be."""

from __future__ import annotations

import asyncio
import dataclasses
import json as jsonlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from headway.cli.app import CONFLICT, HERE, NOT_ALLOWED, UNREACHABLE, USAGE, DataDir, app, fail, say, settings, table_console
from libs.runtime.failure_reason import reason

if TYPE_CHECKING:
    from libs.adapters.kafka.acls import Right
    from libs.adapters.kafka.topics import Topic
    from libs.service.settings import Settings


@app.command()
def topics(
    acls: Annotated[
        Path | None, typer.Option(help="A file of rights to give, as deploy/kafka/acls.json: the user of HEADWAY_LOG_URL must be allowed to.", dir_okay=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    delete: Annotated[str | None, typer.Option(metavar="NAME", help="Delete this topic, once its name was given again: by --yes, or typed.")] = None,
    yes: Annotated[str | None, typer.Option(metavar="NAME", help="The name of the topic to delete, again.")] = None,
    data: DataDir = HERE,
) -> None:
    """Make the topics in Kafka that are missing, and say of the others what is not as it should be (exit 4). Or delete one."""
    logging.basicConfig(handlers=[logging.NullHandler()])  # what the client logs is said here in words
    made = settings(data)
    if not made.on_kafka:
        fail("HEADWAY_LOG_URL is not kafka://…: a log in SQLite has no topics", USAGE)
    try:
        from libs.adapters.kafka.acls import RightsRefused, rights_of
        from libs.events.ports.log import LogUnavailable, TopicMissing
    except ImportError as e:
        fail(f"{e.name} is not installed: pip install 'headway[kafka]'", USAGE)
    if delete is not None or yes is not None:
        _delete(made, delete, yes)
        return
    try:
        rights = rights_of(acls, made.namespace) if acls is not None else []
        found = asyncio.run(_ensured(made, rights))
    except ValueError as e:
        fail(str(e), USAGE)
    except (TopicMissing, RightsRefused) as e:
        fail(str(e), NOT_ALLOWED)
    except LogUnavailable as e:
        fail(str(e), UNREACHABLE)
    if json:
        print(jsonlib.dumps([dataclasses.asdict(t) for t in found], indent=2))
    else:
        table = Table("topic", "partitions", "replicas", "", box=None)
        for t in found:
            table.add_row(t.name, str(t.partitions), str(t.replicas), "made" if t.made else "; ".join(t.differs) or "good")
        table_console().print(table)
    if rights:
        say(f"{len(rights)} rights given to {len({r.user for r in rights})} users")
    for t in found:
        if t.unseen:
            say(f"{t.name}: its settings cannot be read: {t.unseen}")
    if any(t.differs for t in found):
        for words in _advice(made, found):
            say(words)
        raise typer.Exit(CONFLICT)


def _advice(made: Settings, found: list[Topic]) -> Iterator[str]:
    """What can be done about what differs, a line each."""
    from libs.adapters.kafka.connection import KafkaConnection

    connection = KafkaConnection.parse(made.log_url)
    server, as_user = connection.servers[0], " --command-config FILE" if connection.user or connection.security != "PLAINTEXT" else ""
    counts = {t.partitions for t in found}
    for t in found:
        if t.alterable:
            change = ",".join(f"{key}={value}" for key, value in t.alterable.items())
            yield f"kafka-configs.sh --bootstrap-server {server}{as_user} --alter --entity-type topics --entity-name {t.name} --add-config {change}"
        if t.partitions != made.partitions and len(counts) == 1:
            yield f"{t.name}: set HEADWAY_PARTITIONS={t.partitions}, or have it made anew: headway topics --delete {t.name}"
        elif t.partitions != made.partitions:
            yield f"{t.name}: have it made anew: headway topics --delete {t.name}"
        if t.needs > t.replicas:
            yield f"{t.name}: set default.replication.factor={t.needs} on the brokers, and have it made anew: headway topics --delete {t.name}"


def _delete(made: Settings, name: str | None, again: str | None) -> None:
    """Nothing is deleted unless its name was given twice."""
    from libs.events.envelope import all_topics
    from libs.events.ports.log import LogUnavailable, TopicMissing

    known = all_topics(made.namespace)
    if name not in known:
        fail(f"--delete takes a topic of the namespace {made.namespace}: {', '.join(known)}. Nothing was deleted.", USAGE)
    try:
        say(asyncio.run(_at_stake(made, name)))
        if again is None and sys.stdin.isatty():
            again = typer.prompt(f"Type {name} again to delete it", default="", show_default=False, err=True)
        if again != name:
            fail(f"Nothing was deleted. To delete it, give its name twice: headway topics --delete {name} --yes {name}", USAGE)
        asyncio.run(_deleted(made, name))
    except TopicMissing as e:
        fail(str(e), NOT_ALLOWED)
    except LogUnavailable as e:
        fail(f"{e}; nothing is known to have been deleted", UNREACHABLE)
    say(f"{name} is deleted. Its service makes it again within seconds where it runs, as does 'headway topics', and publishes all that its store holds.")


async def _at_stake(made: Settings, name: str) -> str:
    """What is lost with a topic, and what is published again. Raises LogUnavailable."""
    from libs.adapters.kafka.connection import KafkaConnection
    from libs.adapters.kafka.log import KafkaLog
    from libs.commands.command import kinds_of
    from libs.delivery.startup_recovery import compared
    from libs.events.ports.log import LogUnavailable
    from libs.service.adapters import adapters_of

    service = name.rpartition(".")[2]
    log = KafkaLog(KafkaConnection.parse(made.log_url), made.namespace, made.partitions, [name], reads_only=True)
    store = adapters_of(made, reads_only=True).store(service)
    try:
        await log.open()
        extent = await log.extent(name)
        words = f"{name} holds {extent.records:,} records. Whoever reads it begins again at its beginning, and hears again what it has heard."
        try:
            await store.open()
            stored = sum(tally.events for tally in (await store.tallies()).values())
            only_there = sum((await compared(store, log, made.namespace, service, kinds_of(service))).ahead.values())
        except LogUnavailable:
            raise
        except Exception as e:
            return f"{words} The store of {service} could not be looked at ({reason(e)}): what it does not hold is lost for ever."
        lost = f" {only_there:,} events are in the topic alone, not in the store: they are lost for ever." if only_there else ""
        return f"{words} {stored:,} events are published again from the store of {service}.{lost} What others wrote into it is lost."
    finally:
        await log.close()
        await store.close()


async def _deleted(made: Settings, name: str) -> None:
    from libs.adapters.kafka.log import KafkaLog
    from libs.adapters.kafka.topics import deleted

    log = KafkaLog.of(made.log_url, made.namespace, made.partitions)
    try:
        await log.ask(lambda admin: deleted(admin, name))
    finally:
        await log.close()


async def _ensured(made: Settings, rights: list[Right]) -> list[Topic]:
    from libs.adapters.kafka.acls import given
    from libs.adapters.kafka.log import KafkaLog

    log = KafkaLog.of(made.log_url, made.namespace, made.partitions)
    try:
        found = list((await log.ready()).values())
        if rights:
            await log.ask(lambda admin: given(admin, rights))
        return found
    finally:
        await log.close()
