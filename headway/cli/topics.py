"""`headway topics`: the topics in Kafka, made where they are missing, with what differs from what they should be."""

from __future__ import annotations

import asyncio
import dataclasses
import json as jsonlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from headway.cli.app import CONFLICT, HERE, NOT_ALLOWED, UNREACHABLE, USAGE, DataDir, app, fail, say, settings, table_console

if TYPE_CHECKING:
    from libs.events.kafka_acls import Right
    from libs.events.kafka_topics import Topic
    from libs.service.settings import Settings


@app.command()
def topics(
    acls: Annotated[
        Path | None, typer.Option(help="A file of rights to give, as deploy/kafka/acls.json: the user of HEADWAY_LOG_URL must be allowed to.", dir_okay=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    data: DataDir = HERE,
) -> None:
    """Make the topics in Kafka that are missing, and say of the others what is not as it should be (exit 4)."""
    logging.basicConfig(handlers=[logging.NullHandler()])  # what the client logs is said here in words
    made = settings(data)
    if not made.on_kafka:
        fail("HEADWAY_LOG_URL is not kafka://…: a log in SQLite has no topics", USAGE)
    try:
        from libs.events.kafka_acls import RightsRefused, rights_of
        from libs.events.log import LogUnavailable, TopicMissing
    except ImportError as e:
        fail(f"{e.name} is not installed: pip install 'headway[kafka]'", USAGE)
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
        say("Partitions: set HEADWAY_PARTITIONS to what is there. The rest: kafka-configs.sh --alter --entity-type topics.")
        raise typer.Exit(CONFLICT)


async def _ensured(made: Settings, rights: list[Right]) -> list[Topic]:
    from libs.events.kafka import KafkaLog
    from libs.events.kafka_acls import given

    log = KafkaLog.of(made.log_url, made.namespace, made.partitions)
    try:
        found = list((await log.ready()).values())
        if rights:
            await log.ask(lambda admin: given(admin, rights))
        return found
    finally:
        await log.close()
