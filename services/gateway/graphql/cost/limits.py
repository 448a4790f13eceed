"""Limits on a document, checked before it runs: tokens, nesting, aliases, directives, depth, and the number of objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    Lexer,
    ListValueNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Source,
    TokenKind,
    VariableNode,
    get_named_type,
    is_composite_type,
    parse,
    print_ast,
    specified_rules,
    validate,
)

from services.gateway.capacity.bounded_cache import Bounded

MOST_TOKENS: Final = 1_000
MOST_NESTED: Final = 50
MOST_ALIASES: Final = 15
MOST_DIRECTIVES: Final = 20
MOST_DEPTH: Final = 12
MOST_OBJECTS: Final = 200_000
PLAIN_LIST: Final = 10
"""As how many objects a list without `first` counts."""
MOST_TEXT: Final = 50_000
"""Characters of one text in the variables of a query."""
MOST_FIRST: Final = 100
MOST_FIRST_OF: Final[Mapping[tuple[str, str], int]] = {("Portfolio", "teams"): 500}
"""(type, field) -> the most that its `first` may be, where that is not 100."""

MANY_OF: Final[Mapping[tuple[str, str], int]] = {("Change", "nodes"): 100}
"""(type, field) -> how many a list without `first` holds at most, where that is more than ten."""

_IN_PARTS: Final = "Ask in several requests."
_LESS_DEEP: Final = "Ask for what lies deeper in a request of its own, by its id."

_OPENING = frozenset({TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L})
_CLOSING = frozenset({TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R})
INTROSPECTION: Final = frozenset({"__schema", "__type"})
"""Root fields that ask about the schema."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A document that was read: its tree, and why it cannot be executed (empty: it can, if its variables do not ask too much)."""

    document: DocumentNode
    errors: tuple[GraphQLError, ...]
    length: int = 0
    """Characters of its text."""

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """Its fragments by name."""
        return {d.name.value: d for d in self.document.definitions if isinstance(d, FragmentDefinitionNode)}

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of this name, or, without a name, the only one."""
        found = [d for d in self.document.definitions if isinstance(d, OperationDefinitionNode)]
        if name is None:
            return found[0] if len(found) == 1 else None
        return next((d for d in found if d.name and d.name.value == name), None)


_PREPARED: Final[Bounded[tuple[GraphQLSchema, str], Prepared]] = Bounded(32 * 1_048_576, lambda prepared: 1_000 + 100 * prepared.length)
"""A character of a document takes about 100 bytes as a tree (measured on the executive's)."""


def prepared(schema: GraphQLSchema, text: str) -> Prepared:
    """Reads a document once for all who send it. Raises GraphQLError where it is no document, or a longer or more deeply nested one than is read."""
    key = schema, text
    found = _PREPARED.get(key)
    if found is None:
        found = _prepared(schema, text)
        _PREPARED.keep(key, found)
    return found


def _prepared(schema: GraphQLSchema, text: str) -> Prepared:
    look_over(text)
    document = parse(text)
    found = Prepared(document, tuple(_counted(document)), len(text))
    if not found.errors:
        found = Prepared(document, tuple(map(_coded, validate(schema, document, specified_rules, max_errors=20, hide_suggestions=True))), len(text))
    if not found.errors:
        found = Prepared(document, tuple(_too_deep(found)), len(text))
    return found


def cost(schema: GraphQLSchema, prepared: Prepared, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int:
    """How many objects a valid operation asks for at most. Raises GraphQLError for a `first` over its maximum, or below 0."""
    root = schema.get_root_type(operation.operation)
    return _Counting(schema, prepared, operation, variables).objects(operation.selection_set, root) if root else 0


def demand(schema: GraphQLSchema, prepared: Prepared, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int:
    """How many objects an operation asks for at most. Raises GraphQLError for more than 200,000, for too many of one list, and for long texts."""
    _must_be_short(operation, variables)
    asked = cost(schema, prepared, operation, variables)
    if asked > MOST_OBJECTS:
        raise refused(
            "COST",
            f"This asks for up to {asked:,} objects, more than {MOST_OBJECTS:,}: `first` (10 for a list without it) is multiplied along each path.",
            operation,
            remedy="Ask for smaller pages, or for less of each.",
        )
    return asked


def _must_be_short(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
    """Raises GraphQLError for long texts in what a query is narrowed by. What a command is told is the command's own to limit."""
    if operation.operation is OperationType.MUTATION or not variables:
        return
    json = {v.variable.name.value for v in operation.variable_definitions or () if print_ast(v.type).rstrip("!") == "JSON"}
    for name, value in variables.items():
        if name not in json and any(len(text) > MOST_TEXT for text in _texts(value)):
            words = f"A text in ${name[:80]} is longer than {MOST_TEXT:,} characters."
            raise refused("TEXT", words, operation, remedy="Give the beginning of it, or an id.")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner)


def refused(code: str, message: str, node: Node | None = None, *, remedy: str | None = None) -> GraphQLError:
    """A refusal, with the code by which a program knows it, and what to do."""
    return GraphQLError(message, node, extensions={"code": code} | ({"remedy": remedy} if remedy else {}))


def _coded(error: GraphQLError) -> GraphQLError:
    """An error of validation; where introspection goes too deep it is one of the limits."""
    if error.message.startswith("Maximum introspection depth"):
        return refused("DEPTH", f"{error.message}.", *(error.nodes or ())[:1], remedy=_LESS_DEEP)
    return error


def look_over(text: str) -> None:
    """Counts tokens and nesting before the parser does, whose stack grows with what it reads."""
    lexer = Lexer(Source(text))
    nested = 0
    for count in range(MOST_TOKENS + 2):
        kind = lexer.advance().kind
        if kind is TokenKind.EOF:
            return
        if count >= MOST_TOKENS:
            break
        nested += (kind in _OPENING) - (kind in _CLOSING)
        if nested > MOST_NESTED:
            raise refused("DEPTH", f"The document is nested deeper than {MOST_NESTED}.", remedy=_LESS_DEEP)
    raise refused("TOKENS", f"The document is longer than {MOST_TOKENS:,} tokens.", remedy=_IN_PARTS)


def _counted(document: DocumentNode) -> Iterator[GraphQLError]:
    aliases = directives = 0
    waiting: list[Node] = [document]
    while waiting:
        node = waiting.pop()
        aliases += isinstance(node, FieldNode) and node.alias is not None
        directives += len(getattr(node, "directives", None) or ())
        for key in node.keys:
            below = getattr(node, key, None)
            waiting += [n for n in (below if isinstance(below, tuple) else (below,)) if isinstance(n, Node)]
    if aliases > MOST_ALIASES:
        yield refused("ALIASES", f"{aliases} aliases; {MOST_ALIASES} at most.", remedy=_IN_PARTS)
    if directives > MOST_DIRECTIVES:
        yield refused("DIRECTIVES", f"{directives} directives; {MOST_DIRECTIVES} at most.", remedy=_IN_PARTS)


def _too_deep(prepared: Prepared) -> Iterator[GraphQLError]:
    fragments, known = prepared.fragments, dict[str, int]()

    def depth(selected: SelectionSetNode | None) -> int:
        deepest = 0
        for one in selected.selections if selected else ():
            if isinstance(one, FieldNode):
                if one.name.value not in INTROSPECTION:
                    deepest = max(deepest, 1 + depth(one.selection_set))
            elif isinstance(one, InlineFragmentNode):
                deepest = max(deepest, depth(one.selection_set))
            elif isinstance(one, FragmentSpreadNode):
                name = one.name.value
                if name not in known:
                    known[name] = depth(fragments[name].selection_set)
                deepest = max(deepest, known[name])
        return deepest

    for definition in prepared.document.definitions:
        if isinstance(definition, OperationDefinitionNode) and (found := depth(definition.selection_set)) > MOST_DEPTH:
            yield refused("DEPTH", f"Fields are nested {found} deep; {MOST_DEPTH} at most.", definition, remedy=_LESS_DEEP)


class _Counting:
    """Counts the objects below one object; a fragment is counted once for each type it is spread on."""

    def __init__(self, schema: GraphQLSchema, prepared: Prepared, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
        self.schema, self.fragments = schema, prepared.fragments
        self.defaults = {v.variable.name.value: v.default_value for v in operation.variable_definitions or ()}
        self.variables = variables
        self._known: dict[tuple[str, str, int], int] = {}

    def objects(self, selected: SelectionSetNode, parent: GraphQLObjectType | GraphQLInterfaceType, page: int = PLAIN_LIST) -> int:
        total = 0
        for one in selected.selections:
            if isinstance(one, FieldNode):
                field = parent.fields.get(one.name.value)
                if field is not None:
                    total += self._field(one, field, parent, page)
            elif isinstance(one, InlineFragmentNode):
                condition = self.schema.get_type(one.type_condition.name.value) if one.type_condition else parent
                total += self.objects(one.selection_set, condition if isinstance(condition, _FIELDED) else parent, page)
            elif isinstance(one, FragmentSpreadNode):
                total += self._fragment(one.name.value, parent, page)
        return total

    def _field(self, node: FieldNode, field: GraphQLField, parent: GraphQLObjectType | GraphQLInterfaceType, page: int) -> int:
        named = get_named_type(field.type)
        if node.selection_set is None or not is_composite_type(named):
            return 0
        first = field.args.get("first")
        below = self._first(node, first, parent) if first is not None else PLAIN_LIST
        many = MANY_OF.get((parent.name, node.name.value), page) if _is_list(field.type) else 1
        if "ids" in field.args:
            many = self._ids(node, parent)
        inner = self.objects(node.selection_set, named, below) if isinstance(named, _FIELDED) else 0
        return many * (1 + inner)

    def _fragment(self, name: str, parent: GraphQLObjectType | GraphQLInterfaceType, page: int) -> int:
        key = (name, parent.name, page)
        if key not in self._known:
            fragment = self.fragments[name]
            condition = self.schema.get_type(fragment.type_condition.name.value)
            self._known[key] = self.objects(fragment.selection_set, condition if isinstance(condition, _FIELDED) else parent, page)
        return self._known[key]

    def _ids(self, node: FieldNode, parent: GraphQLObjectType | GraphQLInterfaceType) -> int:
        """How many things are asked for by their ids."""
        given = self._given(node, "ids")
        many = len(given.values) if isinstance(given, ListValueNode) else len(given) if isinstance(given, list) else 1
        if many > MOST_FIRST:
            raise refused("FIRST", f"`ids` of {parent.name}.{node.name.value} are {many}; {MOST_FIRST} at most.", node, remedy=_IN_PARTS)
        return many

    def _given(self, node: FieldNode, name: str) -> Any:
        """The value of an argument: a node of the document, or what a variable or its default holds; None without any."""
        given = next((a.value for a in node.arguments or () if a.name.value == name), None)
        if not isinstance(given, VariableNode):
            return given
        variable = given.name.value
        return self.variables[variable] if variable in self.variables else self.defaults.get(variable)

    def _first(self, node: FieldNode, argument: GraphQLArgument, parent: GraphQLObjectType | GraphQLInterfaceType) -> int:
        """How many a page holds at most: by the argument, by the variable or its default, else by the field's own default."""
        most = MOST_FIRST_OF.get((parent.name, node.name.value), MOST_FIRST)
        asked = self._given(node, "first")
        if isinstance(asked, IntValueNode):
            asked = int(asked.value)
        if isinstance(asked, float) and asked.is_integer():
            asked = int(asked)
        if asked is None:
            default = argument.default_value
            return default if isinstance(default, int) else PLAIN_LIST
        if isinstance(asked, bool) or not isinstance(asked, int):
            return most  # no number: refused when the value is read
        if not 0 <= asked <= most:
            words = f"`first` of {parent.name}.{node.name.value} is {asked}: it must be from 0 to {most}."
            raise refused("FIRST", words, node, remedy="Take further pages by `after`.")
        return asked


_FIELDED = (GraphQLObjectType, GraphQLInterfaceType)


def _is_list(type_: GraphQLOutputType) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)
