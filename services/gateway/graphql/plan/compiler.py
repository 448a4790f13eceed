"""Compiles the operation of a document into functions: one for each selection of an object, which calls one for each of its fields.

It follows the library (`graphql.execution`) in what it shows, and leaves out what is the same for every object: which fields are selected, what
their arguments are, where they come from. What is wrong with a value, it leaves to the library to say: it raises, and nothing of it is answered.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final, cast

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeNameMetaFieldDef,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.types.field import StrawberryField

from libs.events.event import KINDS, Kind
from services.gateway.graphql.plan.completion import Complete, Completer, as_piece, attribute, listed, must_be_there, resolved, selection
from services.gateway.graphql.plan.leaves import AS_THEY_ARE, Unfit, shown_by
from services.gateway.graphql.plan.pieces import WORTH_IT
from services.gateway.graphql.plan.plan_run import PlanRun
from services.gateway.graphql.types.kinds.types import BY_KIND

MOST_FIELDS: Final = 5_000
"""Fields that a plan has at most: one fragment may stand at many places, and is compiled for each."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled operation."""

    root: Completer
    has_pieces: bool
    """Whether parts of its answers are kept."""
    fields: Callable[[], int]
    """How many fields were compiled so far: of what is abstract, when it is met."""
    name: object = field(default_factory=object)
    """Tells it from every other one, for whoever is not to hold it."""

    def data(self, run: PlanRun) -> dict[str, Any]:
        """The data of the answer. Raises SpentUp, and whatever is wrong with any part of it."""
        run.made = -1  # the root itself is none
        found = self.root.complete(None, run, None)
        run.count()
        return cast("dict[str, Any]", found)


def compiled(schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDetails], values: VariableValues) -> Plan:
    """The plan of a valid query. `values` are its variables, of which nothing is looked at but what its directives name. Raises Unfit."""
    return _Compiler(schema, operation, dict(fragments), values).plan()


class _Compiler:
    """Compiles one operation; the types of what is abstract are compiled when the first of each is met."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: dict[str, FragmentDetails], values: VariableValues) -> None:
        self._schema, self._operation, self._fragments, self._values = schema, operation, fragments, values
        self._fields = self._pieces = 0

    def plan(self) -> Plan:
        root = self._schema.query_type
        if root is None:
            raise Unfit
        found = collect_fields(self._schema, self._fragments, self._values, root, self._operation, True)
        completer = self._selection(root, found.grouped_field_set)
        return Plan(completer, self._pieces > 0, lambda: self._fields)

    def _object(self, of: GraphQLObjectType, asked: list[FieldDetails]) -> Completer:
        found, before = collect_subfields(self._schema, self._fragments, self._values, self._operation, of, asked, True), self._fields
        completer, kind = self._selection(of, found.grouped_field_set), _kind_of(of)
        if kind is None or not completer.whole or self._fields - before < WORTH_IT:
            return completer
        self._pieces += 1
        return as_piece(kind, self._pieces, completer)

    def _selection(self, of: GraphQLObjectType, grouped: Mapping[str, list[FieldDetails]]) -> Completer:
        self._fields += len(grouped)
        if self._fields > MOST_FIELDS:
            raise Unfit
        return selection([(key, self._field(of, key, asked)) for key, asked in grouped.items()])

    def _field(self, parent: GraphQLObjectType, key: str, asked: list[FieldDetails]) -> Completer:
        """What completes a field of an object, given the object and where that stands."""
        name = asked[0].node.name.value
        definition = self._schema.get_field(parent, name)
        if definition is TypeNameMetaFieldDef:
            return Completer(lambda value, run, path: parent.name)
        if definition is None or name.startswith("__"):
            raise Unfit
        completer, read = self._value(definition.type, asked), _reader(definition)
        if read is not None:
            return attribute(read, completer, key)
        return resolved(_resolver(definition, parent, asked), completer._replace(whole=completer.whole and not definition.args), key)

    def _value(self, of: GraphQLOutputType, asked: list[FieldDetails]) -> Completer:
        if is_non_null_type(of):
            return self._value(of.of_type, asked)._replace(none=must_be_there)
        if is_leaf_type(of):
            shown = shown_by(of)
            return Completer(lambda value, run, path: shown(value), as_it_is=AS_THEY_ARE.get(of.name))
        if is_list_type(of):
            return listed(self._value(of.of_type, asked))
        if is_abstract_type(of):
            return self._abstract(of, asked)
        return self._object(cast("GraphQLObjectType", of), asked)

    def _abstract(self, of: GraphQLAbstractType, asked: list[FieldDetails]) -> Completer:
        possible = {one.name: one for one in self._schema.get_possible_types(of)}
        known: dict[type, Complete] = {}

        def complete(value: Any, run: PlanRun, path: Path | None) -> Any:
            found = known.get(type(value))
            if found is None:
                definition = getattr(type(value), "__strawberry_definition__", None)
                if definition is None or definition.name not in possible:
                    raise Unfit
                found = known[type(value)] = self._object(possible[definition.name], asked).complete
            return found(value, run, path)

        return Completer(complete, located=True, whole=False)  # whatever is met there may have to be told, and may be told of another moment


def _kind_of(of: GraphQLObjectType) -> Kind[Any] | None:
    """The kind of the things that a type shows; None of any other type."""
    shown = getattr(of.extensions.get("strawberry-definition"), "origin", None)
    return next((KINDS[name] for name, cls in BY_KIND.items() if cls is shown), None)


def _resolver(definition: GraphQLField, parent: GraphQLObjectType, asked: list[FieldDetails]) -> Callable[[Any, PlanRun, Path], Any]:
    """What calls the resolver of a field. Raises Unfit where that is awaited."""
    resolve, first, nodes = definition.resolve, asked[0], [one.node for one in asked]
    if resolve is None or inspect.iscoroutinefunction(resolve):
        raise Unfit
    return lambda value, run, path: resolve(value, run.info(definition, nodes, parent, path), **run.arguments(definition, first))


def _reader(definition: GraphQLField) -> Callable[[Any], Any] | None:
    """What reads a field that needs neither arguments nor to be told where it stands: of an attribute, or by a plain method. None for any other."""
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField) or definition.args or field.extensions or field.permission_classes:
        return None
    if getattr(definition.resolve, "_is_default", False):
        return attrgetter(field.python_name)
    resolver = field.base_resolver
    if resolver is None or resolver.is_async or resolver.info_parameter or resolver.arguments or not resolver.self_parameter:
        return None
    return cast("Callable[[Any], Any]", resolver.wrapped_func)
