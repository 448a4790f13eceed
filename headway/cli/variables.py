"""Turns `--var NAME=VALUE` into JSON variables: parsed as JSON where the variable's type takes JSON, else kept as text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from graphql import GraphQLError, ListTypeNode, NamedTypeNode, NonNullTypeNode, OperationDefinitionNode, TypeNode, parse

TEXTUAL: Final = frozenset({"String", "ID", "Date", "DateTime", "Decimal"})
"""The types whose values are text: `3` is the text 3, `007` keeps its zeros, and a decimal all its digits."""
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


def variables(document: str, given: Iterable[str]) -> str:
    """The JSON object of `name=value` words for an operation; a word may also be a whole JSON object of several. Raises ValueError, in words.

    A value that is JSON stays as it was written. For a textual type it is text, unless it is a JSON string, `null` where that is allowed, or an array where a
    list is asked for. A value that is no JSON is text for every type. Of variables that the document does not declare nothing is known: JSON, or else text.
    """
    types = _types(document)
    found: dict[str, str] = {}
    for word in given:
        if word.lstrip().startswith("{"):
            found |= _object(word)
            continue
        name, equals, value = word.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise ValueError(f"--var {word}: write it as name=value, or as a JSON object of several")
        found[name] = _written(value, types.get(name))
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in found.items()) + "}"


def _object(word: str) -> dict[str, str]:
    try:
        said = json.loads(word)
        return {name: json.dumps(value, allow_nan=False) for name, value in said.items()}
    except (ValueError, RecursionError) as e:
        raise ValueError(f"--var {word}: this is no JSON object: {e}") from None


def _written(value: str, type_: TypeNode | None) -> str:
    """One value as JSON."""
    absent = object()
    said: Any = absent
    try:
        said = json.loads(value)
        json.dumps(said, allow_nan=False)
    except (ValueError, RecursionError):
        said = absent
    required = isinstance(type_, NonNullTypeNode)
    bare = type_.type if isinstance(type_, NonNullTypeNode) else type_
    kept = isinstance(said, str) or (said is None and not required) or (isinstance(bare, ListTypeNode) and isinstance(said, list))
    if said is absent or (_textual(bare) and not kept):
        return json.dumps(value)
    return value


def _textual(type_: TypeNode | None) -> bool:
    """Whether it is a textual type, or a list of one."""
    while isinstance(type_, ListTypeNode | NonNullTypeNode):
        type_ = type_.type
    return isinstance(type_, NamedTypeNode) and type_.name.value in TEXTUAL


def _types(document: str) -> Mapping[str, TypeNode]:
    """The types of the variables that a document declares; none where it cannot be read, which the server says better."""
    try:
        definitions = parse(document).definitions
    except (GraphQLError, RecursionError):
        return {}
    operations = [d for d in definitions if isinstance(d, OperationDefinitionNode)]
    return {v.variable.name.value: v.type for o in operations for v in o.variable_definitions or ()}
