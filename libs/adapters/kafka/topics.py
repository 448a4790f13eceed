"""Creates missing topics, and compares existing ones with what they should be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import errors as kafka_errors
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from libs.adapters.kafka.connection import Client
from libs.adapters.kafka.metadata import READ, WRITE, Metadata, rights, topics_of
from libs.events.ports.log import LogUnavailable, TopicMissing

KEPT: Final = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
"""An event is kept for ever: the log is what a world is made from."""
BROKER_DEFAULT: Final = -1
MOST_BYTES: Final = 1_048_588
"""`max.message.bytes` where nobody set another."""

_GOOD, _UNKNOWN, _NO_LEADER, _NOT_ON_TOPIC, _NOT_ON_CLUSTER, _EXISTS = 0, 3, 5, 29, 31, 36


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it was found or made. `differs`: what is not as it should be, in words. `unseen`: why its settings could not be read."""

    name: str
    partitions: int
    replicas: int
    made: bool = False
    differs: tuple[str, ...] = ()
    unseen: str | None = None
    most_bytes: int = MOST_BYTES
    alterable: Mapping[str, str] = field(default_factory=dict)
    """Of what differs, the settings that it should have and that may be given to it as it is."""
    needs: int = 1
    """Replicas that a write needs."""


@dataclass(frozen=True, slots=True)
class Described:
    """A topic that is there and led. `origin` is another once it was made anew, or one of its partitions had another leader."""

    partitions: int
    replicas: int
    origin: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The topics as they are found, and of those that are not there: None where they can be made, else why not. `unwritable`, `unreadable`: by this user."""

    topics: Sequence[Topic]
    missing: Mapping[str, str | None]
    unwritable: Sequence[str]
    unreadable: Sequence[str]


async def inventory(admin: Client, names: Sequence[str], partitions: int) -> Inventory:
    """Looks, and makes nothing. Raises TopicMissing for a topic that whoever asks may not see, and what the client raises."""
    topics = await found(admin, names, partitions)
    there = [t.name for t in topics]
    missing = [name for name in names if name not in there]
    may = await rights(admin, there) if there else {}
    refused = await makeable(admin, missing, partitions) if missing else {}
    return Inventory(topics, refused, [n for n in there if WRITE not in may.get(n, ())], [n for n in there if READ not in may.get(n, ())])


async def ensured(admin: Client, names: Sequence[str], partitions: int) -> list[Topic]:
    """The topics, made where they are missing. Raises TopicMissing, and what the client raises.

    Whoever may not make topics gets the ones that are there; whoever may not read their settings gets `unseen`.
    """
    there = await described(admin, names)
    missing = [name for name in names if name not in there]
    made = await _made(admin, missing, partitions) if missing else set()
    if missing:
        there = await _awaited(admin, names)
    settings = await _settings(admin, list(there))
    return [_judged(name, there[name], settings.get(name), partitions, name in made) for name in names]


async def found(admin: Client, names: Sequence[str], partitions: int) -> list[Topic]:
    """Those of the topics that are there; none is made. Raises TopicMissing for one that whoever asks may not see, and what the client raises."""
    there = await described(admin, names)
    settings = await _settings(admin, list(there)) if there else {}
    return [_judged(name, there[name], settings.get(name), partitions, made=False) for name in names if name in there]


async def makeable(admin: Client, names: Sequence[str], partitions: int) -> dict[str, str | None]:
    """Of topics that are not there: None where whoever asks may make them, else why not, in words. The broker is asked and makes none."""
    answer = await admin.create_topics(_new(names, partitions), validate_only=True)
    return {name: None if code in (_GOOD, _EXISTS) else _refusal(name, code, message) for name, code, message in answer.topic_errors}


async def described(admin: Client, names: Sequence[str]) -> dict[str, Described]:
    """Those topics that are there and led. Asking must not make them, as it would where brokers make topics by themselves."""
    found: dict[str, Described] = {}
    for code, name, id, parts, _ in topics_of(await admin._send_request(Metadata(names))):
        if code == _NOT_ON_TOPIC:
            raise TopicMissing(f"topic {name}: not there, or this user may not see it: see its ACLs, or run 'headway topics' as one who may make it")
        if code not in (_GOOD, _UNKNOWN, _NO_LEADER):
            raise kafka_errors.for_code(code)(name)
        if code == _GOOD and parts and all(part.leader >= 0 for part in parts):
            epochs = ",".join(str(part.epoch) for part in sorted(parts))
            found[name] = Described(len(parts), min(part.replicas for part in parts), f"{id} {epochs}")
    return found


async def _made(admin: Client, names: Sequence[str], partitions: int) -> set[str]:
    made = set()
    for name, code, message in (await admin.create_topics(_new(names, partitions))).topic_errors:
        if code == _GOOD:
            made.add(name)
        elif code != _EXISTS:
            raise (TopicMissing if code in (_NOT_ON_TOPIC, _NOT_ON_CLUSTER) else LogUnavailable)(_refusal(name, code, message))
    return made


async def deleted(admin: Client, name: str) -> None:
    """Deletes a topic. Raises TopicMissing where there is none or this user may not, LogUnavailable where the brokers refuse, and what the client raises."""
    for _, code in (await admin.delete_topics([name])).topic_error_codes:
        if code in (_UNKNOWN, _NOT_ON_TOPIC, _NOT_ON_CLUSTER):
            raise TopicMissing(f"topic {name} is not there, or this user may not delete it")
        if code != _GOOD:
            raise LogUnavailable(f"topic {name} cannot be deleted: {kafka_errors.for_code(code).__name__}")


def _new(names: Sequence[str], partitions: int) -> list[NewTopic]:
    return [NewTopic(name, partitions, BROKER_DEFAULT, replica_assignments={}, topic_configs=dict(KEPT)) for name in names]


def _refusal(name: str, code: int, message: str | None) -> str:
    """Why a topic cannot be made, in words."""
    if code in (_NOT_ON_TOPIC, _NOT_ON_CLUSTER):
        return f"topic {name} does not exist, and this user may not make it: run 'headway topics' as one who may"
    return f"topic {name} cannot be made: {kafka_errors.for_code(code).__name__} {message or ''}".rstrip()


async def _awaited(admin: Client, names: Sequence[str]) -> dict[str, Described]:
    """The topics once all of them are led."""
    while len(there := await described(admin, names)) < len(names):  # noqa: ASYNC110 - the broker tells nobody; whoever asked bounds the time
        await asyncio.sleep(0.05)
    return there


async def _settings(admin: Client, names: Sequence[str]) -> dict[str, dict[str, str] | str]:
    """Per topic its settings, or why they cannot be read."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, dict[str, str] | str] = {}
    for answer in await admin.describe_configs(asked):
        for code, message, _, name, entries in answer.resources:
            found[name] = {entry[0]: entry[1] for entry in entries} if code == _GOOD else f"{kafka_errors.for_code(code).__name__} {message or ''}".rstrip()
    return found


def _judged(name: str, found: Described, settings: dict[str, str] | str | None, partitions: int, made: bool) -> Topic:
    count, replicas = found.partitions, found.replicas
    differs = [f"it has {count} partitions, not {partitions}"] if count != partitions else []
    if not isinstance(settings, dict):
        return Topic(name, count, replicas, made, tuple(differs), unseen=settings or "no answer")
    alterable = {key: value for key, value in KEPT.items() if settings.get(key) != value}
    differs += [f"{key} is {settings.get(key)}, not {value}" for key, value in KEPT.items() if settings.get(key) != value]
    needed = _number(settings, "min.insync.replicas", 1)
    if replicas < needed:
        differs.append(f"it has {replicas} replicas, and a write needs {needed}")
    most = _number(settings, "max.message.bytes", MOST_BYTES)
    if most < MOST_BYTES:
        differs.append(f"max.message.bytes is {most}, and an event may need {MOST_BYTES}")
        alterable["max.message.bytes"] = str(MOST_BYTES)
    return Topic(name, count, replicas, made, tuple(differs), None, most, alterable, needed)


def _number(settings: dict[str, Any], key: str, otherwise: int) -> int:
    try:
        return int(settings[key])
    except (KeyError, TypeError, ValueError):
        return otherwise
