"""Reads Headway's events from Kafka into a small view, delivered items per month and product, and proves that it missed none of them."""

import asyncio
import hashlib
import itertools
import json
import os
import sqlite3
import sys

import httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

TOPICS = [f"{os.environ.get('HEADWAY_NAMESPACE', 'headway')}.{service}" for service in ("backlog", "roadmap", "portfolio")]
TABLES = """CREATE TABLE IF NOT EXISTS heard (subject, sequence, id NOT NULL CHECK (id IS subject || '@' || sequence), PRIMARY KEY (subject, sequence));
            CREATE TABLE IF NOT EXISTS place (topic, partition, next, PRIMARY KEY (topic, partition));
            CREATE TABLE IF NOT EXISTS item (subject PRIMARY KEY, product, month);"""


def hear(db: sqlite3.Connection, message: ConsumerRecord) -> None:
    """Takes in a record: an event that was not heard before changes the view."""
    db.execute("REPLACE INTO place VALUES (?, ?, ?)", (message.topic, message.partition, message.offset + 1))
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
    read = {f"{topic.rpartition('.')[2]}.{partition}": next for topic, partition, next in db.execute("SELECT * FROM place")}
    token = {"Authorization": f"Bearer {os.environ['HEADWAY_TOKEN']}"}
    asked = {"query": "query ($upTo: String) { streamDigest(upTo: $upTo) { kinds { kind digest } } }", "variables": {"upTo": json.dumps(read)}}
    said = httpx.post(os.environ["HEADWAY_URL"] + "/graphql", json=asked, headers=token, timeout=30).raise_for_status().json()
    return mine == {one["kind"]: one["digest"] for one in said["data"]["streamDigest"]["kinds"]}


async def main(db: sqlite3.Connection) -> None:
    """Reads from where it was up to the present end, shows the view, and exits with 1 where something was missed."""
    db.executescript(TABLES)
    async with AIOKafkaConsumer(*TOPICS, bootstrap_servers=os.environ["KAFKA"], auto_offset_reset="earliest") as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        for topic, partition, offset in db.execute("SELECT * FROM place"):
            consumer.seek(TopicPartition(topic, partition), offset)
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            found = await consumer.getmany(timeout_ms=500)
            with db:  # the view, and how far it was read, are stored together or not at all
                for message in itertools.chain(*found.values()):
                    hear(db, message)
    sys.stdout.writelines("{} {} {}\n".format(*row) for row in db.execute("SELECT month, product, count(*) FROM item WHERE month NOTNULL GROUP BY 1, 2"))
    sys.exit(None if missed_none(db) else "something was missed: the digests differ")


asyncio.run(main(sqlite3.connect(sys.argv[1])))
