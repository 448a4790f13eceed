"""The schema of what some documents ask of Headway, as SDL: whole, or as two subgraphs of a federation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    get_named_type,
    is_specified_scalar_type,
    parse,
    print_type,
    visit,
)
from graphql.language import Visitor

ENTITY: Final = "Team"
"""The type that both subgraphs tell of, by its id."""
OTHERS: Final = frozenset({"graduation", "core", "continuity", "health", "loans", "roadmap"})
"""What the second subgraph tells of it: some six tenths of the answer."""
_FEDERATED: Final = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])'


class _Asking(Visitor):
    """Which fields of each type documents ask for, and with which arguments."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types, self.asked = types, dict[str, dict[str, set[str]]]()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self.types.get_parent_type()
        if parent is not None:
            given = self.asked.setdefault(parent.name, {}).setdefault(node.name.value, set())
            given.update(argument.name.value for argument in node.arguments or ())


@dataclass(frozen=True)
class _Field:
    """A field with the arguments that are given to it."""

    name: str
    type: GraphQLOutputType
    arguments: Mapping[str, GraphQLInputType]

    def __str__(self) -> str:
        given = ", ".join(f"{name}: {kind}" for name, kind in self.arguments.items())
        return f"{self.name}{f'({given})' if given else ''}: {self.type}"

    @property
    def types(self) -> Iterator[GraphQLNamedType]:
        """Those that it needs."""
        return map(get_named_type, (self.type, *self.arguments.values()))


@dataclass
class Asked:
    """The part of a schema that documents ask for."""

    schema: GraphQLSchema
    fields: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, schema: GraphQLSchema, documents: Iterable[str]) -> Asked:
        """That of these documents."""
        types = TypeInfo(schema)
        asking = _Asking(types)
        for document in documents:
            visit(parse(document), TypeInfoVisitor(types, asking))
        return cls(schema, asking.asked)

    def sdl(self) -> str:
        """All of it, as one schema."""
        return "\n\n".join(self._types(self._reached({"Query": set(self.fields["Query"])}), {}))

    def subgraphs(self) -> tuple[str, str]:
        """The same as two subgraphs: the first knows what is asked and most of it, the second some fields of each entity."""
        entity = set(self.fields[ENTITY])
        first = self._reached({"Query": set(self.fields["Query"]), ENTITY: entity - OTHERS})
        second = self._reached({ENTITY: (entity & OTHERS) | {"id"}})
        shared = dict.fromkeys(first.keys() & second.keys(), " @shareable") | {ENTITY: ' @key(fields: "id")'}
        one, other = ("\n\n".join([_FEDERATED, *self._types(reached, shared)]) for reached in (first, second))
        return one, other

    def _reached(self, begun: dict[str, set[str]]) -> dict[str, set[str]]:
        """The types that are reached from these, each with its fields."""
        found, left = dict[str, set[str]](), dict(begun)
        while left:
            name, fields = left.popitem()
            found[name] = fields
            near = [kind.name for one in self._fields(name, fields) for kind in one.types]
            left.update((one, set(self.fields.get(one, ()))) for one in near if one not in found and one not in left)
        return found

    def _fields(self, name: str, fields: set[str]) -> list[_Field]:
        kind = self.schema.get_type(name)
        if not isinstance(kind, GraphQLObjectType):
            return []
        given = self.fields[name]
        return [_Field(one, kind.fields[one].type, {each: kind.fields[one].args[each].type for each in sorted(given[one])}) for one in sorted(fields)]

    def _types(self, reached: dict[str, set[str]], directives: dict[str, str]) -> Iterator[str]:
        for name, fields in sorted(reached.items()):
            kind = self.schema.get_type(name)
            if isinstance(kind, GraphQLObjectType):
                lines = [f"  {one}" for one in self._fields(name, fields)]
                yield "\n".join([f"type {name}{directives.get(name, '')} {{", *lines, "}"])
            elif isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind):
                yield f"scalar {name}"
            elif isinstance(kind, GraphQLEnumType):
                yield print_type(kind)
            else:
                assert isinstance(kind, GraphQLScalarType), f"{name} is of a kind that no document of ours asked for so far"
