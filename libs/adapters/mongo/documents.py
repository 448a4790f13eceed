"""The document in which MongoDB stores a commit, with the fields that its indexes need to find, count and order it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from bson import BSON, Timestamp, encode
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from pymongo import IndexModel

from libs.events.envelope import from_stored, to_stored
from libs.events.event import hash_of, mentions, split
from libs.events.ports.store import CommandKey, Commit

LARGEST: Final = 16 * 1024 * 1024
"""Bytes that MongoDB takes as one document."""

# `_id` is the aggregate and the first sequence of a commit, `v` its last: the aggregate's version after it. That no two commits overlap follows from both
# and from the rule that a commit is stored only behind one that ends where it begins.
VERSION: Final = IndexModel([("a", 1), ("v", 1)], name="version", unique=True)
COMMAND: Final = IndexModel([("c.key", 1), ("c.rev", 1)], name="command", unique=True, partialFilterExpression={"c.key": {"$exists": True}})
UNPUBLISHED: Final = IndexModel([("u", 1), ("a", 1), ("_id", 1)], name="unpublished", partialFilterExpression={"u": 1})
MENTIONS: Final = IndexModel([("m", 1), ("a", 1)], name="mentions", partialFilterExpression={"m": {"$exists": True}})
TALLY: Final = IndexModel([("s", 1), ("t.k", 1), ("t.n", 1), ("t.h", 1), ("t.l", 1)], name="tally")
INDEXES: Final = (VERSION, COMMAND, UNPUBLISHED, MENTIONS, TALLY)


@dataclass(frozen=True, slots=True)
class Document:
    """A commit as it is sent, and by what it is found again. It is encoded once, by its caller: what cannot be encoded fails alone."""

    id: str
    aggregate: str
    first: int
    last: int
    command: tuple[str, int] | None
    raw: RawBSONDocument


def id_of(aggregate: str, first: int) -> str:
    """The `_id` of a commit; numbers are padded so that those of one aggregate are in order."""
    return f"{aggregate}:{first:010d}"


def first_of(id: str) -> int:
    """The first sequence in an `_id`."""
    return int(id.rpartition(":")[2])


def mention(kind: str, field: str, id: str) -> str:
    """How a commit of an aggregate of this kind says that it names this id in this field."""
    return f"{kind}.{field}={id}"


def document(commit: Commit) -> Document:
    """Raises ValueError where the events are not numbered on from `first`, or where MongoDB could not hold the commit."""
    c, id = commit.command, id_of(commit.aggregate, commit.first)
    if not commit.events or [e.sequence for e in commit.events] != list(range(commit.first, commit.last + 1)) or commit.first < 1:
        raise ValueError(f"the events of {commit.aggregate}@{commit.first} are not numbered on from it")
    try:
        encoded: bytes = encode(_fields(commit, id))
    except (BSONError, OverflowError, TypeError, ValueError) as e:
        raise ValueError(f"{commit.aggregate}@{commit.first} cannot be stored: {e}") from e
    if len(encoded) > LARGEST:
        raise ValueError(f"{commit.aggregate}@{commit.first} has {len(encoded):,} bytes; MongoDB takes {LARGEST:,} at most")
    return Document(id, commit.aggregate, commit.first, commit.last, (c.key, c.revision) if c else None, RawBSONDocument(encoded))


def _fields(commit: Commit, id: str) -> dict[str, Any]:
    kind, c = split(commit.aggregate)[0], commit.command
    fields: dict[str, Any] = {"_id": id, "a": commit.aggregate, "v": commit.last}
    if c is not None:
        fields["c"] = {"key": c.key, "rev": c.revision, "hash": c.hash}
    fields |= {"e": [to_stored(e) for e in commit.events], "r": _plain(commit.reply)}
    if commit.private is not None:
        fields["p"] = _plain(commit.private)
    fields["u"] = 1
    if named := list(dict.fromkeys(mention(kind, field, id) for e in commit.events for field, id in mentions(e.data))):
        fields["m"] = named
    # An empty timestamp is filled in by the server, in order. A digest goes in halves: their sums over all commits stay within 64 bits.
    digest = sum(hash_of(commit.aggregate, e.sequence) for e in commit.events) % (1 << 64)
    return fields | {"s": Timestamp(0, 0), "t": {"k": kind, "n": len(commit.events), "h": digest >> 32, "l": digest & 0xFFFFFFFF}}


def same(mine: Document, found: Mapping[str, Any]) -> bool:
    """Whether what was found under the `_id` of this document is this document: the command and the events, times and author included."""
    sent = BSON(mine.raw.raw).decode()
    return sent.get("c") == found.get("c") and sent["e"] == found["e"]


def commit_of(found: Mapping[str, Any]) -> Commit:
    """The inverse of `document`, without its private part. Raises Undecodable."""
    c = found.get("c")
    events = tuple(from_stored(found["a"], e) for e in found["e"])
    return Commit(found["a"], first_of(found["_id"]), events, None if c is None else CommandKey(c["key"], c["rev"], c["hash"]), found["r"])


def _plain(values: Mapping[str, Any]) -> Any:
    """What JSON makes of it: the same types come out of every store."""
    return orjson.loads(orjson.dumps(values))
