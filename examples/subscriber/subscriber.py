"""Reads Headway's events from Kafka into a small view, delivered items per month and product, and proves that it missed none of them."""

import asyncio
import hashlib
import itertools
import json
import os
import sqlite3
import sys
import time

import httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

TOPICS = [f"{os.environ.get('HEADWAY_NAMESPACE', 'headway')}.{service}" for service in ("backlog", "roadmap", "portfolio")]
PATIENCE = float(os.environ.get("PATIENCE", "60"))  # seconds in which a topic that is away, or being filled again, may come back
TABLES = """CREATE TABLE IF NOT EXISTS heard (subject, sequence, id NOT NULL CHECK (id IS subject || '@' || sequence), PRIMARY KEY (subject, sequence));
            CREATE TABLE IF NOT EXISTS place (topic, partition, next, stamp, PRIMARY KEY (topic, partition));
            CREATE TABLE IF NOT EXISTS item (subject PRIMARY KEY, product, month);"""


def hear(db: sqlite3.Connection, message: ConsumerRecord) -> None:
    """Takes in a record: an event that was not heard before changes the view."""
    db.execute("REPLACE INTO place VALUES (?, ?, ?, ?)", (message.topic, message.partition, message.offset + 1, message.timestamp))
    ce = {name.removeprefix("ce_"): value.decode(errors="replace") for name, value in message.headers}
    if not db.execute("INSERT OR IGNORE INTO heard VALUES (?, ?, ?)", [ce.get(name) for name in ("subject", "sequence", "id")]).rowcount:
        return  # delivered once more, or so damaged that it is no event
    what = ce["type"].split(".")[2:4]
    if what == ["item", "added"]:
        db.execute("INSERT INTO item VALUES (?, ?, NULL)", (ce["subject"], json.loads(message.value)["product"]))
    elif what in (["item", "delivered"], ["item", "reopened"]):
        db.execute("UPDATE item SET month = ? WHERE subject = ?", (ce["time"][:7] if what[1] == "delivered" else None, ce["subject"]))


def missed_none(db: sqlite3.Connection) -> bool:
    """Whether the gateway knows the same events up to where this has read."""
    lines = sorted("{} {} {}\n".format(*event) for event in db.execute("SELECT * FROM heard"))
    mine = {kind: hashlib.sha256("".join(own).encode()).hexdigest() for kind, own in itertools.groupby(lines, lambda line: line.partition(":")[0])}
    read = {f"{topic.rpartition('.')[2]}.{partition}": next for topic, partition, next, _ in db.execute("SELECT * FROM place")}
    token = {"Authorization": f"Bearer {os.environ['HEADWAY_TOKEN']}"}
    asked = {"query": "query ($upTo: String) { streamDigest(upTo: $upTo) { kinds { kind digest } } }", "variables": {"upTo": json.dumps(read)}}
    said = httpx.post(os.environ["HEADWAY_URL"] + "/graphql", json=asked, headers=token, timeout=30).raise_for_status().json()
    return bool(said.get("data")) and mine == {one["kind"]: one["digest"] for one in said["data"]["streamDigest"]["kinds"]}


async def is_the_same(consumer: AIOKafkaConsumer, at: TopicPartition, next: int, stamp: int) -> bool:
    """Whether a partition is still the one that was read: the record read last stands where it stood. The consumer is then behind it."""
    if at not in consumer.assignment() or next > (await consumer.end_offsets([at]))[at]:
        return False
    consumer.seek(at, max(next - 1, (await consumer.beginning_offsets([at]))[at]))
    return bool(await consumer.position(at) == next or (await consumer.getone(at)).timestamp == stamp)


async def read(db: sqlite3.Connection) -> None:
    """Reads from where it was up to the present end; a topic that was made anew is read from its start, and what was heard of it is known."""
    async with AIOKafkaConsumer(*TOPICS, bootstrap_servers=os.environ["KAFKA"], auto_offset_reset="earliest") as consumer:
        places = db.execute("SELECT * FROM place ORDER BY topic").fetchall()
        for topic, own in itertools.groupby(places, lambda place: place[0]):
            if not all([await is_the_same(consumer, TopicPartition(topic, partition), *place) for _, partition, *place in own]):
                sys.stderr.write(f"{topic} is another topic than the one that was read: it is read again from its start\n")
                with db:
                    db.execute("DELETE FROM place WHERE topic = ?", (topic,))
                await consumer.seek_to_beginning(*(at for at in consumer.assignment() if at.topic == topic))
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(partition) < end for partition, end in ends.items()]) and (found := await consumer.getmany(timeout_ms=5000)):
            with db:  # the view, and how far it was read, are stored together or not at all
                for message in itertools.chain(*found.values()):
                    hear(db, message)


async def main(db: sqlite3.Connection) -> None:
    """Reads until it holds all that the gateway knows, shows the view, and exits with 1 where something was missed."""
    db.executescript(TABLES)
    until, complete = time.monotonic() + PATIENCE, False
    while not complete:
        try:
            await read(db)
            complete = missed_none(db)
        except KafkaError as e:  # such as a topic that is away
            sys.stderr.write(f"Kafka cannot be read: {e!r}\n")
        if time.monotonic() >= until:
            break
        await asyncio.sleep(0 if complete else 1)
    sys.stdout.writelines("{} {} {}\n".format(*row) for row in db.execute("SELECT month, product, count(*) FROM item WHERE month NOTNULL GROUP BY 1, 2"))
    sys.exit(None if complete else "something was missed: the digests differ")


asyncio.run(main(sqlite3.connect(sys.argv[1])))
