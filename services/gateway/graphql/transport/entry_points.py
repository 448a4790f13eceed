"""Finds the root fields of a document and whether they name a day of their own, for the entity tag of the response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, NullValueNode, OperationDefinitionNode, SelectionSetNode, VariableNode

from services.gateway.graphql.cost.limits import Prepared

BEYOND: Final = frozenset({"whyBlocked", "events", "streamDigest", "viewer"})
"""Entry points that are answered by something else than the world: an owner, the log, the token."""


def entry_points(prepared: Prepared, operation: OperationDefinitionNode) -> Iterator[FieldNode]:
    """The fields of an operation at its root, those in fragments included, introspection left out."""
    fragments, seen = prepared.fragments, set[str]()

    def within(selected: SelectionSetNode) -> Iterator[FieldNode]:
        for one in selected.selections:
            if isinstance(one, FieldNode):
                if not one.name.value.startswith("__"):
                    yield one
            elif isinstance(one, InlineFragmentNode):
                yield from within(one.selection_set)
            elif isinstance(one, FragmentSpreadNode) and one.name.value not in seen and one.name.value in fragments:
                seen.add(one.name.value)
                yield from within(fragments[one.name.value].selection_set)

    return within(operation.selection_set)


def asks_for_today(entry: FieldNode, variables: Mapping[str, Any]) -> bool:
    """Whether an entry point is asked without `asOf`, or with null."""
    given = next((a.value for a in entry.arguments or () if a.name.value == "asOf"), None)
    if isinstance(given, VariableNode):
        return variables.get(given.name.value) is None
    return given is None or isinstance(given, NullValueNode)
