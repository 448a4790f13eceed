"""Fetches whole lists of a page's document, page after page, with all other lists left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from services.gateway.graphql.cost.limits import MOST_FIRST
from services.gateway.pages.kit.table import Path

CURSOR: Final = "cursorOfThePageBefore"
"""The variable that a document of one list takes, beside those of the page."""

_INFO: Final = parse("{ totalCount pageInfo { hasNextPage hasPreviousPage endCursor } }", no_location=True).definitions[0]


@cache
def document_of(text: str, path: Path) -> str:
    """The document that asks for one list alone, as the page's own does. Raises LookupError where that does not ask for it."""
    document = parse(text, no_location=True)
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    kept = _towards(operation.selection_set, [one for one in path if isinstance(one, str)], fragments)
    if not kept:
        raise LookupError(f"the document asks for no list at {path}")
    selected = SelectionSetNode(selections=tuple(kept))
    needed = _spread(selected, fragments)
    used = {one.name.value for part in (selected, *needed) for one in _nodes(part, VariableNode)}
    cursor = VariableDefinitionNode(variable=_variable(), type=NamedTypeNode(name=NameNode(value="String")), directives=())
    taken = [one for one in operation.variable_definitions or () if one.variable.name.value in used]
    alone = OperationDefinitionNode(
        operation=operation.operation, name=operation.name, variable_definitions=(*taken, cursor), directives=(), selection_set=selected
    )
    return print_ast(DocumentNode(definitions=(alone, *needed)))


def at(data: Any, path: Path) -> Mapping[str, Any] | None:
    """The connection at a path of an answer; None where the answer has none there."""
    for step in path:
        if data is None or (isinstance(data, Mapping) and step not in data):
            return None
        data = data[step]
    return data  # type: ignore[no-any-return] # a path leads to a connection


def with_at(data: Any, path: Path, connection: Mapping[str, Any]) -> Any:
    """The same answer with another connection at a path; what lies beside the path is shared."""
    if not path:
        return {**data, **connection}
    step, *rest = path
    if isinstance(data, Mapping):
        return {**data, step: with_at(data[str(step)], tuple(rest), connection)}
    return [with_at(one, tuple(rest), connection) if n == step else one for n, one in enumerate(data)]


def is_whole(connection: Mapping[str, Any] | None) -> bool:
    """Whether a page of a list holds all of it."""
    return connection is None or len(connection["nodes"]) == connection["totalCount"]


def joined(pages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Pages of a list as one that holds all of it."""
    nodes = [node for page in pages for node in page["nodes"]]
    info = {"hasNextPage": False, "hasPreviousPage": False, "endCursor": pages[-1]["pageInfo"]["endCursor"]}
    return {"nodes": nodes, "totalCount": len(nodes), "pageInfo": info}


def _towards(selected: SelectionSetNode, names: Sequence[str], fragments: Mapping[str, FragmentDefinitionNode]) -> list[SelectionNode]:
    """What leads to the list, by the names on the way, and nothing else."""
    found: list[SelectionNode] = []
    for one in selected.selections:
        if isinstance(one, FieldNode):
            if (one.alias or one.name).value == names[0]:
                found += [_field(one, names[1:], fragments)] if one.selection_set else []
            continue
        part = fragments[one.name.value] if isinstance(one, FragmentSpreadNode) else cast(InlineFragmentNode, one)
        inner = _towards(part.selection_set, names, fragments)
        if inner:
            below = SelectionSetNode(selections=tuple(inner))
            found.append(InlineFragmentNode(type_condition=part.type_condition, directives=one.directives, selection_set=below))
    return found


def _field(field: FieldNode, names: Sequence[str], fragments: Mapping[str, FragmentDefinitionNode]) -> FieldNode:
    below = cast(SelectionSetNode, field.selection_set)
    if names:
        inner, arguments = _towards(below, names, fragments), tuple(field.arguments or ())
    else:
        inner = [*below.selections, *cast(OperationDefinitionNode, _INFO).selection_set.selections]
        arguments = (*(one for one in field.arguments or () if one.name.value not in ("first", "after")), *_paged(field))
    return FieldNode(
        alias=field.alias, name=field.name, arguments=tuple(arguments), directives=field.directives, selection_set=SelectionSetNode(selections=tuple(inner))
    )


def _paged(field: FieldNode) -> Iterator[ArgumentNode]:
    """As many a page as the document itself says, and at least as many as every list may have."""
    said = next((one.value for one in field.arguments or () if one.name.value == "first"), None)
    many = max(int(said.value), MOST_FIRST) if isinstance(said, IntValueNode) else MOST_FIRST
    yield ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value=str(many)))
    yield ArgumentNode(name=NameNode(value="after"), value=_variable())


def _spread(selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> list[FragmentDefinitionNode]:
    """The fragments that are needed below, each once."""
    found: dict[str, FragmentDefinitionNode] = {}
    left: list[Node] = [selected]
    while left:
        for one in _nodes(left.pop(), FragmentSpreadNode):
            name = one.name.value
            if name not in found:
                found[name] = fragments[name]
                left.append(fragments[name])
    return list(found.values())


def _nodes(part: Node, kind: type[Any]) -> list[Any]:
    found: list[Any] = []

    class Found(Visitor):
        def enter(self, node: Node, *_: Any) -> None:
            if isinstance(node, kind):
                found.append(node)

    visit(part, Found())
    return found


def _variable() -> VariableNode:
    return VariableNode(name=NameNode(value=CURSOR))
