"""Grants access rights on topics from a file, by a protocol request that aiokafka has no method for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiokafka import errors as kafka_errors
from aiokafka.protocol.admin import CreateAclsRequest

from libs.adapters.kafka.connection import Client

_RESOURCES: Final = {"topic": 2, "group": 3, "cluster": 4}
_PATTERNS: Final = {"literal": 3, "prefixed": 4}
_OPERATIONS: Final = {"read": 3, "write": 4, "create": 5, "delete": 6, "alter": 7, "describe": 8, "describe_configs": 10, "alter_configs": 11}
_ALLOW: Final = 3
# Not by kafka-acls.sh: it runs on Java, which no image of Headway has, once for each user and operation, and `headway topics --acls` reads a file of its own.


@dataclass(frozen=True, slots=True)
class Right:
    """One user's right to one operation on a topic or group, or on all that begin with a name."""

    user: str
    resource: str
    name: str
    prefixed: bool
    operation: str

    def __str__(self) -> str:
        return f"{self.user} may {self.operation} {self.resource} {self.name}{'*' if self.prefixed else ''}"


class RightsRefused(Exception):
    """The broker did not take the rights; the text says why."""


def rights_of(path: Path, namespace: str) -> list[Right]:
    """The rights in a file: `{"USER": [{"topic": "{namespace}.backlog", "may": ["write"]}, {"group": "{namespace}.*", "may": ["read"]}]}`.

    A name that ends in `*` stands for all that begin so. Raises ValueError, in words.
    """
    try:
        said = json.loads(path.read_text())
        return [right for user, entries in said.items() for entry in entries for right in _rights(user, entry, namespace)]
    except (OSError, AttributeError, TypeError, KeyError, ValueError) as e:
        raise ValueError(f"{path} is no file of rights: {e}") from e


async def given(admin: Client, rights: Sequence[Right]) -> None:
    """Gives rights; those that are there already stay. Raises RightsRefused, and what the client raises."""
    for right in rights:
        pattern = _PATTERNS["prefixed" if right.prefixed else "literal"]
        asked = _RESOURCES[right.resource], right.name, pattern, f"User:{right.user}", "*", _OPERATIONS[right.operation], _ALLOW
        answer = await admin._send_to_controller(CreateAclsRequest(*asked))
        for code, message in answer.creation_responses:
            if code:
                raise RightsRefused(f"{right}: {kafka_errors.for_code(code).__name__} {message or ''}".rstrip())


def _rights(user: str, entry: Mapping[str, Any], namespace: str) -> list[Right]:
    (resource,) = entry.keys() - {"may"}
    name = str(entry[resource]).replace("{namespace}", namespace)
    if resource not in _RESOURCES:
        raise ValueError(f"{resource!r} is none of {', '.join(_RESOURCES)}")
    if unknown := [o for o in entry["may"] if o not in _OPERATIONS]:
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(_OPERATIONS)}")
    return [Right(user, resource, name.removesuffix("*"), name.endswith("*"), operation) for operation in entry["may"]]
