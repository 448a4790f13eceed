"""Finds the root fields of a query, and whether the world alone answers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from services.gateway.graphql.cost.limits import Prepared

BEYOND: Final = frozenset({"whyBlocked", "events", "streamDigest", "viewer"})
"""Entry points that are answered by something else than the world: an owner, the log, the token."""


def of_the_world(prepared: Prepared, operation: OperationDefinitionNode) -> Sequence[FieldNode] | None:
    """The entry points of a query that the world, people's names and the caller's rights answer alone; None for anything else."""
    if operation.operation is not OperationType.QUERY:
        return None
    entries = list(entry_points(prepared, operation))
    return None if any(entry.name.value in BEYOND for entry in entries) else entries


def entry_points(prepared: Prepared, operation: OperationDefinitionNode) -> Iterator[FieldNode]:
    """The fields of an operation at its root, those in fragments included."""
    fragments, seen = prepared.fragments, set[str]()

    def within(selected: SelectionSetNode) -> Iterator[FieldNode]:
        for one in selected.selections:
            if isinstance(one, FieldNode):
                yield one
            elif isinstance(one, InlineFragmentNode):
                yield from within(one.selection_set)
            elif isinstance(one, FragmentSpreadNode) and one.name.value not in seen and one.name.value in fragments:
                seen.add(one.name.value)
                yield from within(fragments[one.name.value].selection_set)

    return within(operation.selection_set)
